"""Terminals that answer by a script, without a socket or a clock, and a sink that keeps what was read."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from slp_ops.transport.dialogue import Procedure, Send

T = TypeVar("T")
Piece = str | bytes | float | None


class Kept:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text


@dataclass
class Terminal:
    """What waits in ``queue`` is read next. A float is silence of that many seconds, None is the end."""

    encoding: ClassVar = "utf-8"
    queue: deque[Piece] = field(default_factory=deque, kw_only=True)
    sent: list[bytes] = field(default_factory=list, kw_only=True)
    seconds: float = field(default=0.0, kw_only=True)

    def receive(self, data: bytes) -> None:
        """Take what is typed, and queue the answer."""
        raise NotImplementedError

    def drive(self, procedure: Procedure[T]) -> T:
        """Answer a procedure until it returns."""
        reply: bytes | None = None
        try:
            while True:
                request = procedure.send(reply)
                if isinstance(request, Send):
                    self.receive(request.data)
                    reply = None
                else:
                    reply = self.wait(request.seconds)
        except StopIteration as done:
            result: T = done.value
            return result

    def wait(self, seconds: float) -> bytes | None:
        """Return what comes within so many seconds; None for nothing, no bytes for the end."""
        if not self.queue:
            self.seconds += seconds
            return None
        head = self.queue.popleft()
        if head is None:
            self.queue.appendleft(None)
            return b""
        if isinstance(head, float):
            if head > seconds:
                self.queue.appendleft(head - seconds)
                self.seconds += seconds
                return None
            self.seconds += head
            return self.wait(seconds - head)
        self.prints(head)
        return head if isinstance(head, bytes) else head.encode(self.encoding)

    def prints(self, piece: str | bytes) -> None:
        """Do what comes with a piece that is printed now."""
