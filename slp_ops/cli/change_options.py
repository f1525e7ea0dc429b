"""The options of the verbs that change switches: consent, batches, time limits, resuming."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from slp_ops.app.change_session import NoBatches, Risk, parse_batches
from slp_ops.cli.calling import call
from slp_ops.cli.completion import complete_run
from slp_ops.cli.language import notice
from slp_ops.cli.options import ConsentOption, FiniteRange, NamedPath, SelectingVerbOption, VerbOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.change.context import StepDecision

_Command = TypeVar("_Command", bound=Callable[..., Any])


def change_options(command: _Command) -> _Command:
    """Add the options of ``remediate``; the command receives them as ``options`` and ``revert_timer``."""
    return _with_options(command, _CHANGE)


def find_journal(find: Callable[[Path, Path, str], Path], ref: Path, runs_dir: Path, title: str) -> Path:
    """Return the journal that ``last`` or a run means, and print it."""
    journal = call(find, ref, runs_dir, title)
    if journal != ref:
        notice(f"{ref}: {journal}")
    return journal


def exchange_options(verb: str) -> Callable[[_Command], _Command]:
    """Return a decorator with the options of ``usage save`` or ``usage import``.

    The command receives them as ``options``.
    """

    def add(command: _Command) -> _Command:
        return _with_options(command, _exchange_options(f"SLP_OPS_{verb.upper().replace(' ', '_')}"))

    return add


def parse_outcomes(given: Sequence[str]) -> dict[str, StepDecision]:
    """Return the outcomes that --settle names, by the switch's name. Raises click.BadParameter."""
    from slp_ops.app.change.context import StepDecision

    found = {}
    for each in given:
        name, _, word = each.rpartition("=")
        if not name or word not in (StepDecision.DONE, StepDecision.AGAIN):
            raise click.BadParameter(f"{each!r}; expected NAME=done or NAME=again", param_hint="--settle")
        found[name] = StepDecision(word)
    return found


def _with_options(command: _Command, options: Sequence[Callable[[_Command], _Command]]) -> _Command:
    @wraps(command)
    def with_options(
        *args: Any,
        yes: bool,
        batch: str,
        max_fail: int,
        wait: float,
        allow: tuple[str, ...] = (Risk.CHANGE.value,),
        confirm: tuple[str, ...] = (),
        rollback_on_fail: bool = False,
        reload_wait: int = 30,
        **kwargs: Any,
    ) -> Any:
        from slp_ops.app.change.options import ChangeOptions

        try:
            sizes = parse_batches(batch)
        except NoBatches as err:
            raise click.BadParameter(str(err), param_hint="--batch") from None
        options = ChangeOptions(
            yes=yes,
            allow=max(map(Risk, allow), key=lambda risk: risk.rank),
            confirmed=frozenset(confirm),
            sizes=sizes,
            max_fail=max_fail,
            wait=wait,
            rollback_on_fail=rollback_on_fail,
            reload_wait=60.0 * reload_wait,
        )
        return command(*args, options=options, **kwargs)

    for option in options:
        with_options = option(with_options)  # type: ignore[assignment, arg-type]  # click returns what it takes
    return with_options  # type: ignore[return-value]  # click returns what it takes


settle_option = click.option(
    "--settle",
    cls=ConsentOption,
    multiple=True,
    metavar="NAME=done|again",
    help="With --resume: the open step of this switch is done, or is sent again.",
)
_batch: Final = click.option(
    "--batch",
    envvar="SLP_OPS_BATCH",
    default="1,10%,100%",
    show_default=True,
    metavar="SIZES",
    help="Size of the canary, then of each batch: numbers, or percent of all switches.",
)
_CHANGE: Final = (
    click.option(
        "--revert-timer",
        type=click.IntRange(min=2, max=120),
        envvar="SLP_OPS_REVERT_TIMER",
        default=10,
        show_default=True,
        metavar="MINUTES",
        help="Revert timer for steps that can cut off access, if the switch has an archive path.",
    ),
    click.option(
        "--reload-wait",
        type=click.IntRange(min=1, max=240),
        envvar="SLP_OPS_RELOAD_WAIT",
        default=30,
        show_default=True,
        metavar="MINUTES",
        help="Time to wait for a switch that reloads; a large chassis or a stack may need longer.",
    ),
    click.option(
        "--rollback-on-fail",
        is_flag=True,
        envvar="SLP_OPS_ROLLBACK_ON_FAIL",
        help="Roll back if a step or its verification fails.",
    ),
    click.option(
        "--wait",
        cls=VerbOption,
        type=FiniteRange(min=0),
        envvar="SLP_OPS_REMEDIATE_WAIT",
        default=3600.0,
        show_default=True,
        metavar="SECONDS",
        help="Time to wait for a proof and for the rules to pass. An ACK takes 5 minutes to an hour.",
    ),
    click.option(
        "--max-fail",
        cls=VerbOption,
        type=click.IntRange(min=0),
        envvar="SLP_OPS_REMEDIATE_MAX_FAIL",
        default=0,
        show_default=True,
        metavar="N",
        help="Stop after more than N failures. A regression always stops.",
    ),
    _batch,
    click.option(
        "--confirm",
        cls=ConsentOption,
        multiple=True,
        metavar="NAME",
        help="Confirm disruptive or destructive steps on this switch; repeatable.",
    ),
    click.option(
        "--allow",
        cls=ConsentOption,
        multiple=True,
        type=click.Choice([risk.value for risk in Risk]),
        default=(Risk.CHANGE.value,),
        show_default=True,
        help="Highest risk to accept; repeatable, and the highest one counts.",
    ),
    click.option("--yes", cls=ConsentOption, is_flag=True, help="Do not ask before changing anything."),
)


def _exchange_options(prefix: str) -> Sequence[Callable[[_Command], _Command]]:
    return (
        click.option(
            "--resume",
            cls=SelectingVerbOption,
            type=NamedPath(path_type=Path),
            envvar=f"{prefix}_RESUME",
            metavar="JOURNAL|RUN|last",
            shell_complete=complete_run,
            help="Resume an interrupted call, or one in which a switch failed.",
        ),
        click.option(
            "--dry-run",
            is_flag=True,
            envvar="SLP_OPS_DRY_RUN",
            help="Read and plan only: the sessions cannot send a change.",
        ),
        click.option(
            "--wait",
            cls=VerbOption,
            type=FiniteRange(min=0),
            envvar=f"{prefix}_WAIT",
            default=600.0,
            show_default=True,
            metavar="SECONDS",
            help="Time to wait for the proof of a step, such as a newer Last ACK.",
        ),
        click.option(
            "--max-fail",
            cls=VerbOption,
            type=click.IntRange(min=0),
            envvar=f"{prefix}_MAX_FAIL",
            default=5,
            show_default=True,
            metavar="N",
            help="Stop after more than N failures.",
        ),
        _batch,
        click.option("--yes", cls=ConsentOption, is_flag=True, help="Do not ask before sending anything."),
    )
