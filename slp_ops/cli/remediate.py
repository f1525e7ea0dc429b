"""``slp-ops remediate``: from a finding to a safe, verified, reversible change."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slp_ops.cli.calling import call
from slp_ops.cli.change_options import change_options, find_journal, parse_outcomes, settle_option
from slp_ops.cli.completion import complete_playbook, complete_run
from slp_ops.cli.exits import Result, change_results, code_of, flow_results, plan_results
from slp_ops.cli.language import notice, spoken
from slp_ops.cli.next_command import with_options
from slp_ops.cli.options import (
    ConsentOption,
    NamedPath,
    SelectingOption,
    SelectingVerbOption,
    VerbOption,
    details_option,
    json_option,
    lang_option,
    runs_dir_option,
)
from slp_ops.cli.rule_options import playbooks_option, rules_option
from slp_ops.cli.session_options import connecting_options, hub_option
from slp_ops.cli.target import target_options
from slp_ops.cli.writing import print_result, print_text

if TYPE_CHECKING:
    from slp_ops.app.change.operator import ChangeOperator
    from slp_ops.app.change.options import ChangeOptions
    from slp_ops.app.change.results import ChangeResult, PlanResult
    from slp_ops.app.remediate import ApplyRequest
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.i18n import Lang


@click.command(name="remediate")
@target_options
@connecting_options
@hub_option
@runs_dir_option
@rules_option
@click.option(
    "--playbook",
    "named",
    cls=SelectingOption,
    multiple=True,
    envvar="SLP_OPS_PLAYBOOK",
    metavar="ID",
    shell_complete=complete_playbook,
    help="Plan this playbook; repeatable. [default: the playbooks whose rules fail]",
)
@click.option(
    "--flow",
    "flow",
    cls=SelectingOption,
    envvar="SLP_OPS_FLOW",
    metavar="ID",
    help="Run the playbooks of this flow in order, until the switch is proven to report.",
)
@playbooks_option
@click.option(
    "--flows",
    "flows_dir",
    type=NamedPath(path_type=Path, file_okay=False),
    envvar="SLP_OPS_FLOWS",
    metavar="DIR",
    help="Your own flows: every .yaml file in DIR.",
)
@click.option(
    "--param",
    "params",
    multiple=True,
    envvar="SLP_OPS_PARAM",
    metavar="NAME=VALUE",
    help="Parameter of a playbook; repeatable, and the values of a list add up. Secrets are refused here.",
)
@click.option(
    "--secret-file",
    "secret_files",
    multiple=True,
    envvar="SLP_OPS_SECRET_FILE",
    metavar="NAME=FILE",
    help="Read a secret parameter from a file. Otherwise it comes from SLP_OPS_PARAM_<NAME> or a prompt.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    envvar="SLP_OPS_DRY_RUN",
    help="Read and plan only: the sessions cannot send a change.",
)
@click.option(
    "--out",
    type=NamedPath(path_type=Path, dir_okay=False),
    envvar="SLP_OPS_OUT",
    metavar="PLAN.json",
    help="With --dry-run: save the plan; apply it later with --plan.",
)
@click.option(
    "--plan",
    "plan_file",
    cls=SelectingOption,
    type=NamedPath(path_type=Path, dir_okay=False),
    envvar="SLP_OPS_PLAN",
    metavar="PLAN.json",
    help="Apply a saved plan to the switches that have not changed since.",
)
@click.option(
    "--resume",
    cls=SelectingVerbOption,
    type=NamedPath(path_type=Path),
    envvar="SLP_OPS_REMEDIATE_RESUME",
    metavar="JOURNAL|RUN|last",
    shell_complete=complete_run,
    help="Resume; steps with an unknown outcome are resolved first. 'last' is the newest change or flow.",
)
@click.option(
    "--answers",
    cls=VerbOption,
    multiple=True,
    type=NamedPath(path_type=Path),
    envvar="SLP_OPS_REMEDIATE_ANSWERS",
    metavar="PATH",
    help="With --flow: files of CSSM, or folders of them. [default: the folder acks in the run of the flow]",
)
@click.option(
    "--rollback",
    cls=SelectingOption,
    type=NamedPath(path_type=Path),
    envvar="SLP_OPS_ROLLBACK",
    metavar="JOURNAL|RUN|last",
    shell_complete=complete_run,
    help="Roll back a change: restore the earlier configuration. 'last' is the newest that is in force.",
)
@settle_option
@click.option(
    "--manual-done",
    cls=ConsentOption,
    is_flag=True,
    help="Assume that manual steps are done (for scripts).",
)
@change_options
@details_option
@lang_option
@json_option
def command(
    *,
    target: DeviceSelection,
    connecting: SessionOptions,
    runs_dir: Path,
    rules_dir: Path | None,
    named: tuple[str, ...],
    flow: str | None,
    playbooks_dir: Path | None,
    flows_dir: Path | None,
    params: tuple[str, ...],
    secret_files: tuple[str, ...],
    dry_run: bool,
    out: Path | None,
    plan_file: Path | None,
    resume: Path | None,
    answers: tuple[Path, ...],
    rollback: Path | None,
    settle: tuple[str, ...],
    manual_done: bool,
    options: ChangeOptions,
    revert_timer: int,
    details: bool,
    lang: Lang,
    as_json: bool,
) -> None:
    """Fix what the audit finds: show what would be sent and why, ask, apply, verify.

    --dry-run sends nothing. Changes are applied to a canary first, then in batches. Every step is written to
    a journal; the switch is audited until the rules pass, and its configuration is saved. Exit code 3 when
    findings remain, or nothing can be planned for them, 5 when a change failed or could not be verified.

    --flow ID runs several playbooks in order, each as a change of its own. It ends with a proof, or names
    what is open; --resume with the journal of the flow continues it.
    """
    from slp_ops.app import remediate
    from slp_ops.app.change.plan_file import plan_document
    from slp_ops.app.change_session import FleetOptions
    from slp_ops.app.flow import is_flow
    from slp_ops.cli.change_operator import TerminalChangeOperator
    from slp_ops.json_documents import to_json
    from slp_ops.report.documents.remediate import stored_remediate_json

    _one_of(dry_run=dry_run, plan=plan_file, resume=resume, rollback=rollback)
    _one_of(flow=flow, plan=plan_file, resume=resume, rollback=rollback, out=out)
    if out is not None and not dry_run:
        raise click.UsageError("--out saves the plan of a --dry-run")
    if resume is not None:
        resume = find_journal(remediate.resumable_journal, resume, runs_dir, "remediate")
    if rollback is not None:
        rollback = find_journal(remediate.reversible_journal, rollback, runs_dir, "remediate")
    in_flow = flow is not None or (resume is not None and call(is_flow, resume))
    operator = TerminalChangeOperator(lang, as_json=as_json, details=details, in_flow=in_flow)
    request = remediate.ApplyRequest(
        plan=remediate.PlanRequest(
            fleet=FleetOptions(target=target, connecting=connecting, runs_dir=runs_dir),
            rules_dir=rules_dir,
            playbooks_dir=playbooks_dir,
            flows_dir=flows_dir,
            playbooks=named,
            params=params,
            ask_missing=not as_json,
            timer=revert_timer,
        ),
        options=options,
        secret_files=secret_files,
        manual_done=manual_done,
        settled=parse_outcomes(settle),
        document=stored_remediate_json,
        answers=answers,
        lang=lang,
    )
    if in_flow:
        found = _run_flow(
            request, flow, resume, operator, lang, dry_run=dry_run, details=details, as_json=as_json
        )
    elif resume is not None:
        found = _show(
            call(remediate.resume, request, resume, operator), lang, details=details, as_json=as_json
        )
    elif rollback is not None:
        found = _show(
            call(remediate.roll_back, request, rollback, operator), lang, details=details, as_json=as_json
        )
    elif plan_file is not None:
        found = _show(
            call(remediate.apply_file, request, plan_file, operator), lang, details=details, as_json=as_json
        )
    elif dry_run:
        planned = call(remediate.make_plan, request.plan, operator)
        if out is not None:
            remediate.save_plan(planned, out)
        operator.show_plan(planned)
        if as_json:
            print_result(to_json(plan_document(planned)))
        elif out is not None:
            print_result(spoken(f"Plan: {out}"))
            if planned.plans:
                print_text(spoken(f"Apply it with: slp-ops remediate --plan {shlex.quote(str(out))}"))
        found = _plan_results(planned)
    else:
        result = call(remediate.plan_and_apply, request, operator)
        found = _plan_results(result.plan)
        if result.change is not None:
            found += _show(result.change, lang, details=details, as_json=as_json)
            found += [Result.FINDINGS_REMAIN] if result.plan.unplanned_findings else []
        elif as_json:
            print_result(to_json(plan_document(replace(result.plan, run=""))))
    raise click.exceptions.Exit(code_of(*found))


def _run_flow(
    request: ApplyRequest,
    name: str | None,
    journal: Path | None,
    operator: ChangeOperator,
    lang: Lang,
    *,
    dry_run: bool,
    details: bool,
    as_json: bool,
) -> list[Result]:
    """Run, preview or resume a flow, and print it."""
    from slp_ops.app import flow as flows
    from slp_ops.json_documents import to_json
    from slp_ops.report.documents.flow import flow_document, flow_plan_document
    from slp_ops.report.terminal.change import render_stage_change
    from slp_ops.report.terminal.flow import flow_hints, render_flow, render_preview, render_stage

    def show(text: str) -> None:
        if not as_json:
            print_text(text)

    if name is not None and dry_run:
        flow, stages = call(flows.preview_flow, request, name, operator)
        show(render_preview(flow, stages, lang))
        if as_json:
            print_result(to_json(flow_plan_document(flow, stages)))
        return _plan_results(stages[0].planned)
    display = flows.FlowDisplay(
        stage=lambda number, flow, names: show(render_stage(number, flow, names, lang)),
        change=lambda change: show(render_stage_change(change, lang, details=details)),
    )
    if journal is not None:
        result = call(flows.resume_flow, request, journal, operator, display)
    else:
        result = call(flows.run_flow, request, str(name), operator, display)
    show(render_flow(result, lang))
    if as_json:
        document = flow_document(result)
        resume = None if document.resume is None else with_options(document.resume)
        print_result(to_json(replace(document, resume=resume)))
    for hint in flow_hints(result, lang) if as_json else ():
        notice(f"hint: {hint}")
    return list(flow_results(result))


def _plan_results(planned: PlanResult) -> list[Result]:
    from slp_ops.app.fleet import is_complete

    return list(plan_results(planned, complete=is_complete(planned.results)))


def _show(change: ChangeResult, lang: Lang, *, details: bool, as_json: bool) -> list[Result]:
    """Print what became of the switches, nothing where there was nothing to do; return the results."""
    from slp_ops.json_documents import to_json
    from slp_ops.report.documents.remediate import remediate_document
    from slp_ops.report.terminal.change import change_hints, check_lines, render_change

    if change.run:
        if as_json:
            print_result(to_json(remediate_document(change)))
            for hint in change_hints(change, lang):
                notice(f"hint: {hint}")
            for line in check_lines(change, lang):
                notice(line)
        else:
            print_text(render_change(change, lang, details=details))
    return list(change_results(change))


def _one_of(**given: Any) -> None:
    names = [f"--{name.replace('_', '-')}" for name, value in given.items() if value]
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} cannot be used together")
