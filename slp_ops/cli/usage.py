"""``slp-ops usage``: the offline exchange of usage reports and acknowledgements with CSSM."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from slp_ops.cli.changing import Changing
from slp_ops.cli.connecting import connecting_options
from slp_ops.cli.options import json_option, lang_option, runs_dir_option
from slp_ops.cli.target import target_options
from slp_ops.fleet.batches import NoBatches, parse
from slp_ops.playbook import Risk

if TYPE_CHECKING:
    from slp_ops.app.selection import Target
    from slp_ops.app.sessions import Connecting
    from slp_ops.i18n import Lang

_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.group(name="usage")
def command() -> None:
    """Exchange usage reports with CSSM by files, for switches that have no path to it.

    slp-ops usage save fetches a signed file from each switch; a person uploads them to CSSM and downloads
    its answers; slp-ops usage import brings each answer to its switch; slp-ops usage status says what is
    still to be done.
    """


def exchange_options(command: _Command) -> _Command:
    """Add the options of both verbs that change switches; the command receives them as ``changing``."""

    @wraps(command)
    def with_changing(*args: Any, yes: bool, batch: str, max_fail: int, wait: float, **kwargs: Any) -> Any:
        try:
            sizes = parse(batch)
        except NoBatches as err:
            raise click.BadParameter(str(err), param_hint="--batch") from None
        changing = Changing(
            yes=yes,
            allow=Risk.CHANGE,
            confirmed=frozenset(),
            sizes=sizes,
            max_fail=max_fail,
            wait=wait,
            rollback_on_fail=False,
            timer=0,
        )
        return command(*args, changing=changing, **kwargs)

    for option in _OPTIONS:
        with_changing = option(with_changing)
    return with_changing  # type: ignore[return-value]  # click gives back what it was given


_OPTIONS: Final = (
    click.option(
        "--resume",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="SLP_OPS_RESUME",
        metavar="JOURNAL",
        help="Go on where an earlier call was interrupted, or a switch had failed.",
    ),
    click.option(
        "--dry-run",
        is_flag=True,
        envvar="SLP_OPS_DRY_RUN",
        help="Read and plan only: the sessions cannot send a change.",
    ),
    click.option(
        "--wait",
        type=click.FloatRange(min=0),
        envvar="SLP_OPS_WAIT",
        default=600.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to look for the proof of a step, such as a Last ACK that moves.",
    ),
    click.option(
        "--max-fail",
        type=click.IntRange(min=0),
        envvar="SLP_OPS_MAX_FAIL",
        default=5,
        show_default=True,
        metavar="N",
        help="Begin no further switch when more than this have failed.",
    ),
    click.option(
        "--batch",
        envvar="SLP_OPS_BATCH",
        default="1,10%,100%",
        show_default=True,
        metavar="SIZES",
        help="A canary first, then batches: numbers, or percent of all.",
    ),
    click.option("--yes", is_flag=True, envvar="SLP_OPS_YES", help="Do not ask before sending anything."),
)
_clean = click.option(
    "--clean", is_flag=True, envvar="SLP_OPS_CLEAN", help="Delete the file from flash when it has served."
)


@command.command(name="save")
@target_options
@connecting_options
@runs_dir_option
@click.option(
    "--all", "everything", is_flag=True, envvar="SLP_OPS_ALL", help="Every report, also acknowledged ones."
)
@click.option(
    "--days",
    type=click.IntRange(min=1, max=3650),
    envvar="SLP_OPS_DAYS",
    metavar="N",
    help="The reports of the last N days. Without --all and --days: those not reported yet.",
)
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="SLP_OPS_TO",
    metavar="DIR",
    help="Where the files go; an index that is there is added to. [default: upload in the run's folder]",
)
@click.option(
    "--in-band",
    is_flag=True,
    envvar="SLP_OPS_IN_BAND",
    help="Read the files on the terminal even where the switch serves SCP. Not verified on hardware.",
)
@_clean
@exchange_options
@lang_option
@json_option
def save(
    *,
    target: Target,
    connecting: Connecting,
    runs_dir: Path,
    everything: bool,
    days: int | None,
    to: Path | None,
    in_band: bool,
    clean: bool,
    dry_run: bool,
    resume: Path | None,
    changing: Changing,
    lang: Lang,
    as_json: bool,
) -> None:
    """Save each switch's usage reports into a file and fetch it, byte by byte, for CSSM.

    The file goes to flash and comes by SCP where 'ip scp server enable' is configured, else over the
    terminal; its MD5 must be the switch's own. Beside the files stand index.csv and UPLOAD.txt, which says
    what to do in CSSM. Exit code 4 when switches could not be read, 5 when a file could not be had.
    """
    from datetime import UTC, datetime

    from slp_ops.cli.saving import Save
    from slp_ops.usage.saving import Saving

    if everything and days is not None:
        raise click.UsageError("--all and --days exclude each other")
    _not_both(dry_run, resume)
    saving = Saving(
        stamp=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}",
        which="all" if everything else f"days {days}" if days is not None else "unreported",
        clean=clean,
        in_band=in_band,
    )
    session = Save(
        target=target,
        connecting=connecting,
        runs_dir=runs_dir,
        changing=changing,
        lang=lang,
        as_json=as_json,
        saving=saving,
        to=to,
    )
    raise click.exceptions.Exit(session.go(dry_run=dry_run, resume=resume))


@command.command(name="import")
@click.argument("acks", nargs=-1, type=click.Path(path_type=Path), metavar="[ACK]...")
@target_options
@connecting_options
@runs_dir_option
@click.option(
    "--for",
    "assigned",
    multiple=True,
    envvar="SLP_OPS_FOR",
    metavar="ACK=NAME",
    help="A file that names no unit is for this switch; repeat it for several.",
)
@click.option(
    "--by-hand",
    is_flag=True,
    envvar="SLP_OPS_BY_HAND",
    help="Have a person copy the files to flash even where the switch serves SCP.",
)
@click.option(
    "--settle",
    multiple=True,
    envvar="SLP_OPS_SETTLE",
    metavar="NAME=done|again",
    help="With --resume: whether the open step of this switch was carried out, or is to be sent again.",
)
@_clean
@exchange_options
@lang_option
@json_option
def import_(
    *,
    acks: tuple[Path, ...],
    target: Target,
    connecting: Connecting,
    runs_dir: Path,
    assigned: tuple[str, ...],
    by_hand: bool,
    settle: tuple[str, ...],
    clean: bool,
    dry_run: bool,
    resume: Path | None,
    changing: Changing,
    lang: Lang,
    as_json: bool,
) -> None:
    """Bring CSSM's acknowledgements to their switches and import them there.

    ACK are the files as CSSM gave them, or folders of such files. Which is for which switch is read from the
    files. What is damaged, is for no switch or for several, was imported already or is there twice is told
    before anything is sent, and left out. Exit code 3 when a file was left out that should be looked at, 4
    when switches could not be read, 5 when an import failed or Last ACK did not move.
    """
    from slp_ops.cli.importing import Import
    from slp_ops.cli.remediate import settled_of
    from slp_ops.usage.importing import Importing

    _not_both(dry_run, resume)
    if bool(acks) is (resume is not None):
        raise click.UsageError("name the files that CSSM gave, or --resume JOURNAL")
    session = Import(
        target=target,
        connecting=connecting,
        runs_dir=runs_dir,
        changing=changing,
        lang=lang,
        as_json=as_json,
        settled=settled_of(settle),
        importing=Importing(clean=clean, by_hand=by_hand),
        paths=acks,
        assigned=_pairs(assigned),
    )
    raise click.exceptions.Exit(session.go(dry_run=dry_run, resume=resume))


@command.command(name="status")
@click.argument("acks", nargs=-1, type=click.Path(path_type=Path), metavar="[ACK]...")
@target_options
@connecting_options
@runs_dir_option
@lang_option
@json_option
def status(
    *,
    acks: tuple[Path, ...],
    target: Target,
    connecting: Connecting,
    runs_dir: Path,
    lang: Lang,
    as_json: bool,
) -> None:
    """Show for each switch what is reported, what is due, and what is still to be uploaded or imported.

    Reads the switches, and the runs of earlier exchanges in --runs-dir. ACK are files of CSSM, or folders of
    them: which of them are still to be imported is shown as well. Exit code 4 when a switch could not be
    read.
    """
    from slp_ops.cli.standing import show_standing

    code = show_standing(
        acks, target=target, connecting=connecting, runs_dir=runs_dir, lang=lang, as_json=as_json
    )
    raise click.exceptions.Exit(code)


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
