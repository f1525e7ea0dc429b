"""``slp-ops usage``: the offline exchange of usage reports and acknowledgements with CSSM."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from slp_ops.cli.calling import call
from slp_ops.cli.change_options import exchange_options, find_journal, parse_outcomes, settle_option
from slp_ops.cli.exits import Result, change_results, code_of, plan_results, read_result
from slp_ops.cli.language import notice
from slp_ops.cli.options import (
    NamedPath,
    VerbOption,
    details_option,
    json_option,
    lang_option,
    runs_dir_option,
)
from slp_ops.cli.session_options import connecting_options, hub_option
from slp_ops.cli.target import target_options
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.cli.writing import print_result, print_text

if TYPE_CHECKING:
    from slp_ops.app.change.options import ChangeOptions
    from slp_ops.app.change.results import ChangeResult
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.app.usage import UsagePlan
    from slp_ops.i18n import Lang


@click.group(name="usage")
def command() -> None:
    """Exchange usage reports with CSSM by files, for switches that have no path to it.

    slp-ops usage save fetches a signed file from each switch; the operator uploads the files to CSSM and
    downloads its answers; slp-ops usage import imports each answer on its switch; slp-ops usage status shows
    what remains to be done.
    """


_clean = click.option(
    "--clean", is_flag=True, envvar="SLP_OPS_CLEAN", help="Delete the file from flash after use."
)


@command.command(name="save")
@target_options
@connecting_options
@hub_option
@runs_dir_option
@click.option(
    "--all",
    "everything",
    cls=VerbOption,
    is_flag=True,
    envvar="SLP_OPS_USAGE_SAVE_ALL",
    help="All reports, including acknowledged ones.",
)
@click.option(
    "--days",
    cls=VerbOption,
    type=click.IntRange(min=1, max=3650),
    envvar="SLP_OPS_USAGE_SAVE_DAYS",
    metavar="N",
    help="Reports of the last N days. Without --all and --days: reports not sent yet.",
)
@click.option(
    "--to",
    type=NamedPath(path_type=Path, file_okay=False),
    envvar="SLP_OPS_TO",
    metavar="DIR",
    help="Folder for the files; an existing index is extended. [default: upload in the run's folder]",
)
@click.option(
    "--bundle-devices",
    type=click.IntRange(min=1, max=10_000),
    default=100,
    show_default=True,
    envvar="SLP_OPS_BUNDLE_DEVICES",
    metavar="N",
    help="Most switches in a bundle. The limits of CSSM are not published.",
)
@click.option(
    "--bundle-size",
    type=click.IntRange(min=1, max=1000),
    default=10,
    show_default=True,
    envvar="SLP_OPS_BUNDLE_SIZE",
    metavar="MB",
    help="Most megabytes of usage files in a bundle; a larger file has a bundle of its own.",
)
@click.option(
    "--in-band",
    is_flag=True,
    envvar="SLP_OPS_IN_BAND",
    help="Read the files on the terminal even where the switch serves SCP. Not verified on hardware.",
)
@_clean
@exchange_options("usage save")
@details_option
@lang_option
@json_option
def save(
    *,
    target: DeviceSelection,
    connecting: SessionOptions,
    runs_dir: Path,
    everything: bool,
    days: int | None,
    to: Path | None,
    bundle_devices: int,
    bundle_size: int,
    in_band: bool,
    clean: bool,
    dry_run: bool,
    resume: Path | None,
    options: ChangeOptions,
    details: bool,
    lang: Lang,
    as_json: bool,
) -> None:
    """Save each switch's usage reports into a file and fetch it verbatim for CSSM.

    The file goes to flash and comes by SCP where 'ip scp server enable' is configured, else over the
    terminal; its MD5 must be the switch's own. The folder has index.csv and UPLOAD.txt, which says
    what to do in CSSM, and a bundle UD_SA_*.tar.gz for each Smart Account, which takes one upload for many
    switches. A switch that shows no account, and has none in its intent, is listed. Exit code 4 when switches
    could not be read, 5 when a file could not be had.
    """
    from slp_ops.app import usage
    from slp_ops.app.change_session import FleetOptions
    from slp_ops.app.usage import BundleLimits, SaveOptions
    from slp_ops.cli.change_operator import TerminalChangeOperator
    from slp_ops.report.documents.usage import stored_usage_save_json, usage_save_document
    from slp_ops.report.terminal.exchange import render_save

    if everything and days is not None:
        raise click.UsageError("--all and --days exclude each other")
    _not_both(dry_run, resume)
    request = usage.SaveRequest(
        fleet=FleetOptions(target=target, connecting=connecting, runs_dir=runs_dir),
        saving=SaveOptions(
            stamp=usage.new_stamp(),
            which="all" if everything else f"days {days}" if days is not None else "unreported",
            clean=clean,
            in_band=in_band,
        ),
        to=to,
        limits=BundleLimits(devices=bundle_devices, bytes=bundle_size * 2**20),
        options=options,
        lang=lang,
        document=stored_usage_save_json,
    )
    operator = TerminalChangeOperator(lang, as_json=as_json)
    found: list[Result] = []
    result = None
    if resume is not None:
        journal = find_journal(usage.resumable_journal, resume, runs_dir, "usage-save")
        result = call(usage.resume_save, request, journal, operator)
    else:
        planned, result = call(usage.save, request, operator, dry_run=dry_run)
        found += plan_results(planned.plan, complete=not planned.unread)
        if result is None and as_json:
            _print_plan(planned)
    if result is not None:
        if as_json:
            _print_json(usage_save_document(result), result.change, lang, "usage save")
        else:
            print_text(render_save(result, lang, detailed=details))
        found += change_results(result.change)
    raise click.exceptions.Exit(code_of(*found))


@command.command(name="import")
@click.argument("acks", nargs=-1, type=NamedPath(path_type=Path), metavar="[ACK]...")
@target_options
@connecting_options
@hub_option
@runs_dir_option
@click.option(
    "--for",
    "assigned",
    multiple=True,
    envvar="SLP_OPS_FOR",
    metavar="ACK=NAME",
    help="Assign a file that names no unit to this switch; repeatable.",
)
@click.option(
    "--by-hand",
    is_flag=True,
    envvar="SLP_OPS_BY_HAND",
    help="Ask the operator to copy the files to flash even if the switch serves SCP.",
)
@settle_option
@_clean
@exchange_options("usage import")
@details_option
@lang_option
@json_option
def import_(
    *,
    acks: tuple[Path, ...],
    target: DeviceSelection,
    connecting: SessionOptions,
    runs_dir: Path,
    assigned: tuple[str, ...],
    by_hand: bool,
    settle: tuple[str, ...],
    clean: bool,
    dry_run: bool,
    resume: Path | None,
    options: ChangeOptions,
    details: bool,
    lang: Lang,
    as_json: bool,
) -> None:
    """Bring CSSM's acknowledgements to their switches and import them there.

    ACK are the files as CSSM gave them, or folders of such files. The files name their switches. Files that
    are damaged, duplicate, already imported, or for no switch or several are listed before anything is sent,
    and skipped. Exit code 3 when a file was left out that should be looked at, 4
    when switches could not be read, 5 when an import failed or Last ACK did not move.
    """
    from slp_ops.app import usage
    from slp_ops.app.change_session import FleetOptions
    from slp_ops.app.usage import ImportOptions
    from slp_ops.cli.change_operator import TerminalChangeOperator
    from slp_ops.report.documents.usage import stored_usage_import_json, usage_import_document
    from slp_ops.report.terminal.exchange import render_import

    _not_both(dry_run, resume)
    if bool(acks) is (resume is not None):
        raise click.UsageError("name the files from CSSM, or --resume JOURNAL")
    request = usage.ImportRequest(
        fleet=FleetOptions(target=target, connecting=connecting, runs_dir=runs_dir),
        importing=ImportOptions(clean=clean, by_hand=by_hand),
        acks=acks,
        assigned=_pairs(assigned),
        options=options,
        settled=parse_outcomes(settle),
        document=stored_usage_import_json,
    )
    operator = TerminalChangeOperator(lang, as_json=as_json)
    found: list[Result] = []
    result = None
    if resume is not None:
        journal = find_journal(usage.resumable_journal, resume, runs_dir, "usage-import")
        result = call(usage.resume_import, request, journal, operator)
    else:
        planned, result = call(usage.import_acks, request, operator, dry_run=dry_run)
        found += plan_results(planned.plan, complete=not planned.unread)
        if result is None and as_json:
            _print_plan(planned)
    if result is not None:
        if as_json:
            _print_json(usage_import_document(result), result.change, lang, "usage import")
        else:
            print_text(render_import(result, lang, detailed=details))
        found += change_results(result.change)
    raise click.exceptions.Exit(code_of(*found))


@command.command(name="status")
@click.argument("acks", nargs=-1, type=NamedPath(path_type=Path), metavar="[ACK]...")
@target_options
@connecting_options
@hub_option
@runs_dir_option
@lang_option
@json_option
def status(
    *,
    acks: tuple[Path, ...],
    target: DeviceSelection,
    connecting: SessionOptions,
    runs_dir: Path,
    lang: Lang,
    as_json: bool,
) -> None:
    """Show for each switch what is reported, what is due, and what is still to be uploaded or imported.

    Reads the switches, and the runs of earlier exchanges in --runs-dir. ACK are files of CSSM, or folders of
    them: which of them are still to be imported is shown as well. Exit code 4 when a switch could not be
    read.
    """
    from slp_ops.app import usage
    from slp_ops.app.change_session import FleetOptions
    from slp_ops.app.fleet import is_complete
    from slp_ops.report.documents.usage import usage_status_document
    from slp_ops.report.terminal.exchange import render_status

    fleet = FleetOptions(target=target, connecting=connecting, runs_dir=runs_dir)
    result = call(usage.status, fleet, acks, TerminalOperator())
    if as_json:
        print_result(_json(usage_status_document(result)))
    elif text := render_status(result, lang):
        print_text(text)
    raise click.exceptions.Exit(code_of(read_result(complete=is_complete(result.results))))


def _print_json(document: object, change: ChangeResult, lang: Lang, verb: str) -> None:
    """Print the result of an exchange, and beside it the commands that continue and prove it."""
    from slp_ops.report.terminal.change import check_lines
    from slp_ops.report.terminal.exchange import exchange_hints

    print_result(_json(document))
    for line in (*exchange_hints(change, lang, verb), *check_lines(change, lang)):
        notice(line)


def _print_plan(planned: UsagePlan) -> None:
    from slp_ops.app.change.plan_file import plan_document

    print_result(_json(plan_document(planned.plan)))


def _json(document: object) -> str:
    from slp_ops.json_documents import to_json

    return to_json(document, ascii_only=False)


def _not_both(dry_run: bool, resume: Path | None) -> None:
    if dry_run and resume is not None:
        raise click.UsageError("--dry-run and --resume cannot be used together")


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in given:
        path, _, name = each.rpartition("=")
        if not path or not name:
            raise click.BadParameter(f"{each!r}; expected ACK=NAME", param_hint="--for")
        found[str(Path(path))] = name
    return found
