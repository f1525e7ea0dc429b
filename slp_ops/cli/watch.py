"""``slp-ops watch``: look again and again, and say what has changed."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import click

from slp_ops.cli.alarms import program
from slp_ops.cli.connecting import connecting_options
from slp_ops.cli.judging import judging_options
from slp_ops.cli.lang import lang_option
from slp_ops.cli.options import json_option, runs_dir_option
from slp_ops.cli.reading_options import reading_options
from slp_ops.cli.spans import age, span
from slp_ops.cli.target import target_options
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.errors import Interrupted, SlpOpsError

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

    from slp_ops.app.audit_device import Asked
    from slp_ops.app.read_device import How
    from slp_ops.app.selection import Target
    from slp_ops.app.sessions import Connecting
    from slp_ops.cli.exits import Exit
    from slp_ops.cli.watch_round import Rounds
    from slp_ops.credentials import Ask
    from slp_ops.rules.text import Lang

_LOCK: Final = "watch.lock"
# So that the watches of many places, started by the same clock, do not all knock at one AAA server.
_JITTER: Final = 0.1


@click.command(name="watch")
@target_options
@connecting_options
@runs_dir_option
@click.option(
    "--every",
    callback=span("smhd", "15m, 1h or 1d"),
    default="1h",
    show_default=True,
    envvar="SLP_OPS_EVERY",
    metavar="SPAN",
    help="From the beginning of one round to the next, up to a tenth later at random: 15m, 1h, 1d.",
)
@click.option(
    "--once",
    is_flag=True,
    envvar="SLP_OPS_ONCE",
    help="One round and no more, for cron: nothing is done while another watch is at work.",
)
@click.option(
    "--exec",
    "program",
    callback=program,
    envvar="SLP_OPS_EXEC",
    metavar="CMD",
    help="Run CMD for each new finding, with the finding as JSON on its standard input. No shell is used.",
)
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="N",
    envvar="SLP_OPS_KEEP",
    help="After each round remove old runs of watch, but keep the newest N.",
)
@click.option(
    "--older-than",
    callback=age,
    metavar="AGE",
    envvar="SLP_OPS_OLDER_THAN",
    help="Keep what is younger: 36h, 90d, 12w. With --keep a run goes only by both.",
)
@judging_options
@reading_options
@lang_option
@json_option
def command(
    *,
    target: Target,
    connecting: Connecting,
    runs_dir: Path,
    every: timedelta,
    once: bool,
    program: tuple[str, ...],
    keep: int | None,
    older_than: timedelta | None,
    asked: Asked,
    how: How,
    lang: Lang,
    as_json: bool,
) -> None:
    """Read and judge the switches again and again; print a line for each change.

    Each round is a run of its own. What was found at the first look is told once, as one line a switch, and
    is no news; a switch that cannot be read keeps what was last known of it. Runs of other verbs are never
    removed, nor a switch's newest complete one. Stop it with Ctrl-C or SIGTERM: what was read is saved.
    With --once exit code 3 for new findings of a warning or above, 4 when switches could not be read.
    """
    from slp_ops.cli.watch_round import Rounds, Wanted

    if every < timedelta(seconds=1):
        raise click.BadParameter("give at least 1s", param_hint="--every")
    rounds = Rounds(
        Wanted(
            target=target,
            connecting=connecting,
            runs_dir=runs_dir,
            asked=asked,
            how=how,
            program=program,
            keep=keep,
            older_than=older_than,
            lang=lang,
            as_json=as_json,
            operator=_Remembering(),
        )
    )
    if once:
        raise click.exceptions.Exit(_once(rounds, runs_dir))
    _for_ever(rounds, runs_dir, every.total_seconds())


def _once(rounds: Rounds, runs_dir: Path) -> Exit:
    from slp_ops.cli.exits import Exit
    from slp_ops.store.alone import alone

    def busy() -> bool:
        click.echo("another watch is at work in this folder; nothing was done", err=True)
        return False

    with alone(runs_dir, _LOCK, busy=busy) as is_ours:
        return rounds.go() if is_ours else Exit.FINE


def _for_ever(rounds: Rounds, runs_dir: Path, every: float) -> None:
    """Only the first round may fail: afterwards a watch outlives a full disk or a broken inventory."""
    from slp_ops.app.loop import run_to_end
    from slp_ops.safetext import one_line
    from slp_ops.store.alone import alone

    def busy() -> bool:
        click.echo("another watch is at work in this folder; waiting for it", err=True)
        return True

    stop = _Stop()
    first = time.monotonic()
    has_begun = False
    while True:
        with alone(runs_dir, _LOCK, busy=busy):
            try:
                rounds.go()
            except Interrupted:
                raise
            except SlpOpsError as err:
                if not has_begun:
                    raise
                click.echo(f"error: {one_line(err.message)}; the next round will try again", err=True)
        has_begun = True
        if stop.asked:
            raise KeyboardInterrupt
        pause = until_next(first, time.monotonic(), every, random.random())  # noqa: S311 - no secret
        click.echo(f"next round in {timedelta(seconds=round(pause))}", err=True)
        run_to_end(asyncio.sleep(pause))


class _Stop:
    """Ctrl-C or SIGTERM between what runs in asyncio: remembered, and raised as KeyboardInterrupt.

    Python drops an exception that a signal raises while an object is being cleared away; a watch that
    nobody hears would go on for ever.
    """

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        raise KeyboardInterrupt


def until_next(first: float, now: float, every: float, draw: float) -> float:
    """Seconds to the next multiple of ``every``, and up to a tenth more; missed rounds are left out."""
    turn = first + (int((now - first) / every) + 1) * every
    return max(0.0, turn - now) + draw * every * _JITTER


class _Remembering(TerminalOperator):
    """Asks each question once: nobody is at the terminal in the night."""

    def __init__(self) -> None:
        self._answers: dict[str, str] = {}

    @property
    def ask(self) -> Ask | None:
        """Return a prompt that gives an earlier answer again."""
        ask = super().ask
        if ask is None:
            return None

        def once(question: str, hidden: bool) -> str:
            if question not in self._answers:
                self._answers[question] = ask(question, hidden)
            return self._answers[question]

        return once
