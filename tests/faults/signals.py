"""Send a signal to a verb after a time, at a line that a switch receives, or at a text on stderr."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from slp_ops.lab.journal import Mode

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.faults.bench import Bench

# STOP is SIGSTOP, and SIGCONT some seconds later.
NAMES = ("INT", "TERM", "HUP", "KILL", "STOP")
STARTED = 0.12
_PAUSE = 1.5  # seconds between STOP and CONT
_POLL = 0.01


@dataclass(slots=True, kw_only=True)
class Signals:
    """One signal. Exactly one of ``seconds``, ``lines`` and ``text`` says when.

    ``seconds`` are those of processor time, so that a busy machine does not move the moment; the interpreter
    itself needs up to ``STARTED`` of them before it runs a line of ours.

    ``lines`` counts the command lines that the lab's switches receive from now on; ``line`` restricts them to
    those with this beginning. ``times`` signals are sent, a tenth of a second apart.
    """

    name: str
    seconds: float | None = None
    lines: int | None = None
    line: str = ""
    text: str | None = None
    occurrence: int = 1  # of ``text``
    each: Callable[[int], object] | None = None  # called with the process id at each occurrence but the last
    times: int = 1
    then: Signals | None = None  # watched for as well, for a signal that ends nothing
    sent: int = 0
    _child: subprocess.Popen[bytes] | subprocess.Popen[str] | None = None
    _bench: Bench | None = None
    _seen: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __str__(self) -> str:
        if self.seconds is not None:
            return f"SIG{self.name} after {self.seconds:.2f} s of processor time"
        if self.text is not None:
            return f"SIG{self.name} at {self.text!r} on stderr"
        return f"SIG{self.name} at line {self.lines} {self.line!r}"

    def attach(self, bench: Bench, child: subprocess.Popen[bytes] | subprocess.Popen[str], err: Path) -> None:
        """Watch a child that has just been started."""
        self._child, self._bench = child, bench
        if self.then is not None:
            self.then.attach(bench, child, err)
        if self.seconds is not None:
            self._thread(self._until_used)
        elif self.text is not None:
            self._thread(lambda: self._until_said(err))
        else:
            bench.do(lambda: bench.journal.listeners.append(self._received))

    def detach(self) -> None:
        """Stop watching."""
        self._over.set()
        if self.then is not None:
            self.then.detach()
        if self._bench is not None and self.lines is not None:
            bench = self._bench
            with suppress(ValueError):
                bench.do(lambda: bench.journal.listeners.remove(self._received))
        for thread in self._threads:
            thread.join()

    def _thread(self, wait: object) -> None:
        def work() -> None:
            wait()  # type: ignore[operator]  # a callable without arguments
            if not self._over.is_set():
                self._send()

        thread = threading.Thread(target=work, name="signal")
        self._threads.append(thread)
        thread.start()

    def _until_used(self) -> None:
        assert self._child is not None
        assert self.seconds is not None
        ticks = self.seconds * os.sysconf("SC_CLK_TCK")
        while not self._over.is_set() and self._child.poll() is None:
            fields = Path(f"/proc/{self._child.pid}/stat").read_text().rpartition(")")[2].split()
            if int(fields[11]) + int(fields[12]) >= ticks:
                return
            time.sleep(_POLL)

    def _until_said(self, err: Path) -> None:
        assert self.text is not None
        assert self._child is not None
        seen = 0
        while not self._over.is_set():
            found = err.read_text(errors="replace").count(self.text)
            if found >= self.occurrence:
                return
            if found > seen and self.each is not None:
                self.each(self._child.pid)
            seen = found
            time.sleep(_POLL)

    def _received(self, switch: str, mode: Mode, line: str) -> None:
        if mode not in (Mode.EXEC, Mode.CONFIG) or not line or not line.startswith(self.line):
            return
        self._seen += 1
        if self._seen == self.lines:
            self._send()

    def _send(self) -> None:
        assert self._child is not None
        if self._child.poll() is not None:
            return
        number = signal.SIGSTOP if self.name == "STOP" else signal.Signals[f"SIG{self.name}"]
        self._child.send_signal(number)
        self.sent += 1
        if self.name == "STOP":
            child = self._child

            def go_on() -> None:
                self._over.wait(_PAUSE)
                if child.poll() is None:
                    child.send_signal(signal.SIGCONT)

            thread = threading.Thread(target=go_on, name="cont")
            self._threads.append(thread)
            thread.start()
        elif self.times > 1:

            def again() -> None:
                for _ in range(self.times - 1):
                    time.sleep(0.1)
                    if self._child is not None and self._child.poll() is None:
                        self._child.send_signal(number)
                        self.sent += 1

            thread = threading.Thread(target=again, name="again")
            self._threads.append(thread)
            thread.start()
