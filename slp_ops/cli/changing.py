"""Changing many switches: a canary first, then batches, and an end that leaves nothing unsaid."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from slp_ops.app.loop import run_to_end
from slp_ops.cli.progress import Progress
from slp_ops.errors import SlpOpsError
from slp_ops.fleet.batches import NoBatches, parse, size_of
from slp_ops.fleet.each import each
from slp_ops.i18n import verbatim
from slp_ops.model import DeviceResult, DeviceStatus, Trouble
from slp_ops.plan.journalled import End
from slp_ops.playbook import Risk
from slp_ops.usecases.apply import Applied
from slp_ops.usecases.work import Pace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection, Sequence

    from slp_ops.model import Capture, Device
    from slp_ops.ports import Transport
    from slp_ops.store import Run

T = TypeVar("T")
_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """How a fleet is changed, and what was said yes to."""

    yes: bool
    allow: Risk
    confirmed: frozenset[str]
    sizes: tuple[tuple[int, bool], ...]
    max_fail: int
    wait: float
    rollback_on_fail: bool
    timer: int


def changing_options(command: _Command) -> _Command:
    """Add the options of every verb that changes switches; the command receives them as ``changing``."""

    @wraps(command)
    def with_changing(
        *args: Any,
        yes: bool,
        allow: str,
        confirm: tuple[str, ...],
        batch: str,
        max_fail: int,
        wait: float,
        rollback_on_fail: bool,
        revert_timer: int,
        **kwargs: Any,
    ) -> Any:
        try:
            sizes = parse(batch)
        except NoBatches as err:
            raise click.BadParameter(str(err), param_hint="--batch") from None
        changing = Changing(
            yes=yes,
            allow=Risk(allow),
            confirmed=frozenset(confirm),
            sizes=sizes,
            max_fail=max_fail,
            wait=wait,
            rollback_on_fail=rollback_on_fail,
            timer=revert_timer,
        )
        return command(*args, changing=changing, **kwargs)

    for option in _OPTIONS:
        with_changing = option(with_changing)
    return with_changing  # type: ignore[return-value]  # click gives back what it was given


_OPTIONS: Final = (
    click.option(
        "--revert-timer",
        type=click.IntRange(min=2, max=120),
        envvar="SLP_OPS_REVERT_TIMER",
        default=10,
        show_default=True,
        metavar="MINUTES",
        help="Of steps that could lock everybody out, where the switch has an archive path.",
    ),
    click.option(
        "--rollback-on-fail",
        is_flag=True,
        envvar="SLP_OPS_ROLLBACK_ON_FAIL",
        help="Give the earlier configuration back where a step or its verification fails.",
    ),
    click.option(
        "--wait",
        type=click.FloatRange(min=0),
        envvar="SLP_OPS_WAIT",
        default=3600.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to look for a proof, and for the rules to pass. An ACK takes 5 minutes to an hour.",
    ),
    click.option(
        "--max-fail",
        type=click.IntRange(min=0),
        envvar="SLP_OPS_MAX_FAIL",
        default=0,
        show_default=True,
        metavar="N",
        help="Begin no further switch when more than this have failed. A regression always stops.",
    ),
    click.option(
        "--batch",
        envvar="SLP_OPS_BATCH",
        default="1,10%,100%",
        show_default=True,
        metavar="SIZES",
        help="A canary first, then batches: numbers, or percent of all.",
    ),
    click.option(
        "--confirm",
        multiple=True,
        envvar="SLP_OPS_CONFIRM",
        metavar="NAME",
        help="Confirm a switch by its name for what is disruptive or destructive; repeat it for several.",
    ),
    click.option(
        "--allow",
        type=click.Choice([risk.value for risk in Risk]),
        envvar="SLP_OPS_ALLOW",
        default=Risk.CHANGE.value,
        show_default=True,
        help="The highest risk that may be taken.",
    ),
    click.option("--yes", is_flag=True, envvar="SLP_OPS_YES", help="Do not ask before changing anything."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What became of a fleet: each switch that was begun, and the names of those that were not."""

    ended: tuple[Applied, ...]
    not_begun: tuple[str, ...]
    stopped: bool


def change_all(
    devices: Sequence[Device],
    change: Callable[[Device, Pace, Progress], Awaitable[tuple[Applied, Sequence[Capture]]]],
    *,
    run: Run,
    transport: Transport,
    changing: Changing,
    workers: int,
    alone: Callable[[Device], bool],
    verb: str = "remediate",
    back: bool = False,
) -> Fleet:
    """Change the switches batch by batch; ``alone`` tells those that reload, which go one at a time.

    ``back`` says that rolling back is what was asked for, and no failure.
    Ctrl-C lets the steps in hand come to their end and begins no other; a second one ends at once.
    """
    ended: dict[str, Applied] = {}
    shown = Progress(verb, len(devices))
    pace = Pace()
    # One that waits for a person has not failed: the others wait, or go on, all the same.
    fine = {End.DONE, End.WAITING} | ({End.ROLLED_BACK} if back else set())

    async def guarded(device: Device) -> Applied | None:
        if pace.stopping or _enough(ended.values(), fine, changing.max_fail):
            return None
        captures: Sequence[Capture] = ()
        try:
            applied, captures = await change(device, pace, shown)
        except SlpOpsError:
            raise
        except Exception as err:  # noqa: BLE001 - the worker edge: a defect costs this device, not the run
            path = run.attach(
                f"defect-{device.name}.txt", run.masked("".join(traceback.format_exception(err)))
            )
            why = verbatim(f"a defect of slp-ops: {type(err).__name__}; the traceback is in {path}")
            applied = Applied(name=device.name, site=device.site, end=End.UNSETTLED, why=why)
        run.finish_device(_result(applied, captures))
        shown.done(device.name, applied.end.words, "" if applied.why is None else applied.why.en)
        return applied

    async def batch_by_batch() -> None:
        try:
            waiting, turn = list(devices), 0
            while waiting:
                size = size_of(changing.sizes, turn, len(devices))
                batch, waiting = waiting[:size], waiting[size:]
                at_once = 1 if any(alone(device) for device in batch) else workers
                async for device, applied in each(batch, guarded, workers=at_once):
                    if applied is not None:
                        ended[device.name] = applied
                # A canary that could not be reached has proven nothing: the next one is another canary.
                turn += any(ended[name].touched for name in ended)
        finally:
            await transport.close()

    def gently() -> bool:
        """Stop after the steps in hand; whoever asks a second time wants the end at once."""
        if pace.stopping:
            return False
        pace.stop()
        click.echo(
            "stopping: the step in hand comes to its end (once more: end at once, --resume settles it)",
            err=True,
        )
        return True

    run_to_end(batch_by_batch(), gently=gently)
    return Fleet(
        ended=tuple(ended[device.name] for device in devices if device.name in ended),
        not_begun=tuple(device.name for device in devices if device.name not in ended),
        stopped=pace.stopping,
    )


def _enough(ended: Collection[Applied], fine: Collection[End], max_fail: int) -> bool:
    """Whether no further switch is to be begun."""
    failed = [applied for applied in ended if applied.touched and applied.end not in fine]
    return len(failed) > max_fail or any(applied.regressed for applied in ended)


def _result(applied: Applied, captures: Sequence[Capture]) -> DeviceResult:
    good = applied.end.good or applied.end is End.ROLLED_BACK
    why = "" if applied.why is None else applied.why.en
    return DeviceResult(
        name=applied.name,
        site=applied.site,
        status=DeviceStatus.OK if good else DeviceStatus.FAILED,
        captures=tuple(captures),
        error=None if good else Trouble(kind=applied.end.value, message=why),
    )
