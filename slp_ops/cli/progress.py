"""Progress on stderr: a live display on a terminal, plain lines otherwise."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import click

from slp_ops.app.operator import StopChoice
from slp_ops.cli.prompts import choose_meanwhile, is_in_foreground
from slp_ops.cli.verbosity import Verbosity, verbosity
from slp_ops.i18n import Lang, Sentence, Text
from slp_ops.messages import translate
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from rich.text import Text as Line

    from slp_ops.app.operator import ProgressEvent


_MORE: Final = Text(" and {count} more", " ほか {count} 台")
_ENDED: Final = Text("{ended}/{total} done: {counts}", "{ended}/{total} 完了: {counts}")
_NONE_YET: Final = Text("none yet", "まだありません")
_STOP: Final = Text(
    "Ctrl-C: {count:open task} at the workers.\n"
    "  detach  workers continue, this command ends; --resume takes the results\n"
    "  cancel  workers stop, as with another Ctrl-C; --resume reads the rest\n"
    "detach or cancel?",
    "Ctrl-C: ワーカに未完了のタスクが {count} 件あります。\n"
    "  detach  ワーカは処理を続け、このコマンドは終了します。結果は --resume で取り込みます\n"
    "  cancel  ワーカも停止します (もう一度 Ctrl-C でも同じ)。残りは --resume で読み取ります\n"
    "detach と cancel のどちらにしますか?",
)


class Progress:
    """Counts devices as they end and says what the others are doing."""

    def __init__(self, verb: str, total: int, lang: Lang = Lang.EN) -> None:
        self._lang = lang
        self._verb = verb
        self._total = total
        self._started = time.monotonic()
        self._doing: dict[str, str] = {}
        self._held: list[Callable[[], object]] | None = None  # output that waits for the end of a question
        self.ended: Counter[str] = Counter()

    def event(self, event: ProgressEvent) -> None:
        """Show the current activity of a device."""
        size = f", {event.bytes / 1e6:.1f} MB" if event.bytes else ""
        what = translate(f"{event.what} {event.detail}".strip(), self._lang)
        self._doing[event.device] = (what if event.detail else translate(event.what, self._lang)) + size

    def done(self, device: str, status: str, detail: str) -> None:
        """A device has ended."""
        self._doing.pop(device, None)
        self.ended[status] += 1
        self._print_result(device, status, detail)

    def _print_result(self, device: str, status: str, detail: str) -> None:
        count = f"{self.ended.total():>{len(str(self._total))}}/{self._total}"
        line = one_line(f"[{count}] {self._clock()} {self._result(device, status, detail)}")
        self._write(lambda: click.echo(line, err=True))

    def _write(self, write: Callable[[], object]) -> None:
        """Write now, or after the question that is open."""
        if self._held is None:
            write()
        else:
            self._held.append(write)

    async def choose_stop(self, tasks: int) -> StopChoice:
        """Ask on the terminal, while the work continues; without one the tasks are cancelled."""
        if not is_in_foreground():
            return StopChoice.CANCEL
        question = _STOP.format(count=tasks)
        with self._suspended():
            answer = await choose_meanwhile(
                "\n" + question.render(self._lang),
                [each.value for each in StopChoice],
                default=StopChoice.CANCEL.value,
            )
        return StopChoice(answer)

    @contextmanager
    def _suspended(self) -> Iterator[None]:
        """Write nothing while a question is open."""
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
            for write in held:
                write()

    def _result(self, device: str, status: str, detail: str) -> str:
        words = f"{device}: {translate(status, self._lang)}"
        if isinstance(detail, Sentence):
            return f"{words} - {detail.text.render(self._lang)}"
        return f"{words} - {translate(detail, self._lang)}" if detail else words

    def _clock(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        return f"{minutes}:{seconds:02}"

    def line(self) -> str:
        """One line for the live display."""
        counts = ", ".join(
            f"{count} {translate(status, self._lang)}" for status, count in sorted(self.ended.items())
        )
        busy = [f"{device} ({what})" for device, what in list(self._doing.items())[:2]]
        more = len(self._doing) - len(busy)
        doing = "; ".join(busy) + (_MORE.format(count=more).render(self._lang) if more > 0 else "")
        done = _ENDED.format(
            ended=self.ended.total(), total=self._total, counts=counts or _NONE_YET.render(self._lang)
        )
        return f"{self._verb} {self._clock()}  {done.render(self._lang)}" + (f"  |  {doing}" if doing else "")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        """Nothing to tidy up for plain lines."""


_SILENT: Final = 10.0  # seconds without a line, before one says what is going on
_LONGEST_SILENCE: Final = 60.0


class _Log(Progress):
    """Lines for a file or a pipe; in a long wait one, ever more rarely, with what the devices are doing."""

    def __enter__(self) -> Self:
        self._printed = time.monotonic()
        self._silence = _SILENT
        self._ended = threading.Event()
        self._waiting = threading.Thread(target=self._report_silence, daemon=True)
        self._waiting.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._ended.set()
        self._waiting.join()

    def _print_result(self, device: str, status: str, detail: str) -> None:
        self._printed, self._silence = time.monotonic(), _SILENT
        super()._print_result(device, status, detail)

    def _report_silence(self) -> None:
        while not self._ended.wait(max(0.05, self._printed + self._silence - time.monotonic())):
            if time.monotonic() - self._printed >= self._silence:
                self._printed = time.monotonic()
                self._silence = min(2 * self._silence, _LONGEST_SILENCE)
                with suppress(OSError, ValueError):  # standard error is closed
                    self._write(lambda: click.echo(one_line(self.line()), err=True))


class _Live(Progress):
    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(stderr=True)
        self._live = Live(_Line(self), console=self._console, refresh_per_second=4, transient=True)
        self._live.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._live.stop()

    @contextmanager
    def _suspended(self) -> Iterator[None]:
        self._live.stop()
        try:
            with super()._suspended():
                yield
        finally:
            self._live.start()

    def _print_result(self, device: str, status: str, detail: str) -> None:
        # A thousand devices would scroll the screen away: a terminal shows trouble, and the count.
        if status == "ok":
            return
        from rich.text import Text as Line

        words = self._result(device, status, detail)
        line = Line(one_line(words), style="yellow" if status == "partial" else "red")
        self._write(lambda: self._console.print(line))


class _Line:
    """The live line, drawn anew at each refresh."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __rich__(self) -> Line:
        from rich.text import Text as Line

        return Line(one_line(self._progress.line()), overflow="ellipsis", no_wrap=True)


class _Quiet(Progress):
    def _print_result(self, device: str, status: str, detail: str) -> None:
        """Print nothing: the result names what failed."""


class _Verbose(Progress):
    def event(self, event: ProgressEvent) -> None:
        words = translate(f"{event.what} {event.detail}".strip(), self._lang)
        if self._doing.get(event.device) != words:  # not each piece of a long output
            self._doing[event.device] = words
            line = one_line(f"{self._clock()} {event.device}: {words}")
            self._write(lambda: click.echo(line, err=True))


_KINDS: Final = {Verbosity.QUIET: _Quiet, Verbosity.VERBOSE: _Verbose}


def progress(verb: str, total: int, lang: Lang) -> Progress:
    """The progress of a verb over so many devices, to be used as a context manager."""
    usual = _Live if sys.stderr.isatty() else _Log
    return _KINDS.get(verbosity(), usual)(verb, total, lang)


def progress_lines(verb: str, total: int, lang: Lang) -> Progress:
    """The same without a live display, which would overwrite questions."""
    usual = Progress if sys.stderr.isatty() else _Log
    return _KINDS.get(verbosity(), usual)(verb, total, lang)
