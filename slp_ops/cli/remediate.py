"""``slp-ops remediate``: from a finding to a safe, verified, reversible change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slp_ops.app.rule_options import knowledge_of
from slp_ops.cli.changing import Changing, changing_options
from slp_ops.cli.connecting import connecting_options
from slp_ops.cli.judging import rules_option
from slp_ops.cli.options import json_option, lang_option, runs_dir_option
from slp_ops.cli.target import target_options
from slp_ops.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.selection import Target
    from slp_ops.app.sessions import Connecting
    from slp_ops.i18n import Lang


@click.command(name="remediate")
@target_options
@connecting_options
@runs_dir_option
@rules_option
@click.option(
    "--playbook",
    "named",
    multiple=True,
    envvar="SLP_OPS_PLAYBOOK",
    metavar="ID",
    help="Plan this playbook; repeat it for several. Without it, those whose rules fail are planned.",
)
@click.option(
    "--playbooks",
    "playbooks_dir",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="SLP_OPS_PLAYBOOKS",
    metavar="DIR",
    help="Playbooks of your own: every .yaml file in DIR is one.",
)
@click.option(
    "--param",
    "params",
    multiple=True,
    envvar="SLP_OPS_PARAM",
    metavar="NAME=VALUE",
    help="A parameter of a playbook; repeat it for several. A secret is refused here.",
)
@click.option(
    "--secret-file",
    "secret_files",
    multiple=True,
    envvar="SLP_OPS_SECRET_FILE",
    metavar="NAME=FILE",
    help="A secret parameter, from a file. It may also come from SLP_OPS_PARAM_<NAME>, or is asked for.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    envvar="SLP_OPS_DRY_RUN",
    help="Read and plan only: the sessions cannot send a change.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="SLP_OPS_OUT",
    metavar="PLAN.json",
    help="With --dry-run: save the plan, to be applied with --plan.",
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="SLP_OPS_PLAN",
    metavar="PLAN.json",
    help="Apply a saved plan, where the switches are still as it was planned.",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="SLP_OPS_RESUME",
    metavar="JOURNAL",
    help="Go on with a change that was interrupted; a step of which nobody knows the end is settled first.",
)
@click.option(
    "--rollback",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="SLP_OPS_ROLLBACK",
    metavar="JOURNAL",
    help="Give the earlier configuration of a change back.",
)
@click.option(
    "--settle",
    multiple=True,
    envvar="SLP_OPS_SETTLE",
    metavar="NAME=done|again",
    help="With --resume: whether the open step of this switch was carried out, or is to be sent again.",
)
@click.option(
    "--manual-done",
    is_flag=True,
    envvar="SLP_OPS_MANUAL_DONE",
    help="What a person has to do in between has been done; for scripts.",
)
@changing_options
@lang_option
@json_option
def command(
    *,
    target: Target,
    connecting: Connecting,
    runs_dir: Path,
    rules_dir: Path | None,
    named: tuple[str, ...],
    playbooks_dir: Path | None,
    params: tuple[str, ...],
    secret_files: tuple[str, ...],
    dry_run: bool,
    out: Path | None,
    plan_file: Path | None,
    resume: Path | None,
    rollback: Path | None,
    settle: tuple[str, ...],
    manual_done: bool,
    changing: Changing,
    lang: Lang,
    as_json: bool,
) -> None:
    """Put right what the audit finds: shows what would be sent and why, asks, applies, verifies.

    --dry-run sends nothing. Applying goes by a canary and batches, journals every step, audits again
    until the rules pass, and saves the configuration. Exit code 5 when a change failed or could not be
    verified.
    """
    from slp_ops.app.audit_device import Asked
    from slp_ops.cli.parameters import files_of, named_of, options_of, playbooks_of
    from slp_ops.cli.remediating import Session
    from slp_ops.usecases.remediate import Wanted

    _one_of(dry_run=dry_run, plan=plan_file, resume=resume, rollback=rollback)
    if out is not None and not dry_run:
        raise click.UsageError("--out saves the plan of a --dry-run")
    asked = Asked(knowledge=knowledge_of(rules_dir))
    playbooks = playbooks_of(playbooks_dir, [rule.id for rule in asked.knowledge.rules])
    options = options_of(params, playbooks)
    session = Session(
        target=target,
        connecting=connecting,
        runs_dir=runs_dir,
        wanted=Wanted(
            playbooks=playbooks,
            named=named_of(named, playbooks),
            options=options,
            files=files_of(options, playbooks),
            asked=asked,
            timer=changing.timer,
        ),
        changing=changing,
        secret_files=secret_files,
        manual_done=manual_done,
        settled=settled_of(settle),
        lang=lang,
        as_json=as_json,
    )
    if resume is not None:
        code = session.resume(resume)
    elif rollback is not None:
        code = session.roll_back(rollback)
    elif plan_file is not None:
        code = session.apply_file(_read(plan_file), plan_file)
    elif dry_run:
        code = session.dry_run(out)
    else:
        code = session.plan_and_apply()
    raise click.exceptions.Exit(code)


def _one_of(**given: Any) -> None:
    names = [f"--{name.replace('_', '-')}" for name, value in given.items() if value]
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} cannot be used together")


def settled_of(given: Sequence[str]) -> dict[str, Any]:
    """What --settle says, by the switch's name; raises click.BadParameter."""
    from slp_ops.usecases.work import Settled

    found = {}
    for each in given:
        name, _, word = each.rpartition("=")
        if not name or word not in (Settled.DONE, Settled.AGAIN):
            raise click.BadParameter(f"{each!r}; expected NAME=done or NAME=again", param_hint="--settle")
        found[name] = Settled(word)
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        why = getattr(err, "strerror", None) or err
        raise InputError(f"{path} cannot be read as a plan: {why}") from err
    if not isinstance(found, dict):
        raise InputError(f"{path} holds no plan")
    return found
