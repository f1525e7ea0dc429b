"""The port to whom a service works for: answers questions, reads notices, watches progress."""

from __future__ import annotations

import logging
import math
import time
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from slp_ops.errors import InputError
from slp_ops.paths import mode_for_others
from slp_ops.ports import StandingNotice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from slp_ops.credentials import Ask as Ask
    from slp_ops.i18n import Text
    from slp_ops.ports import ProgressEvent as ProgressEvent


class Declined(InputError):
    """The operator does not consent; nothing was sent. ``text`` is the message in each language."""

    kind = "declined"

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class NotGiven(Declined):
    """The operator gives no secret where one is asked for; nothing was sent."""

    kind = "not_given"


class StopChoice(StrEnum):
    """Operator's decision on tasks that workers elsewhere do."""

    DETACH = "detach"  # they continue, and their results are taken later
    CANCEL = "cancel"


class Progress(Protocol):
    """Progress of one pass over the fleet."""

    def event(self, event: ProgressEvent) -> None:
        """Take what a device does now."""

    def done(self, device: str, status: str, detail: str) -> None:
        """Take how a device ended."""

    async def choose_stop(self, tasks: int) -> StopChoice:
        """Return what becomes of so many tasks at workers elsewhere; CANCEL without a terminal."""


class Operator(Protocol):
    """The caller of a service, while the service runs."""

    @property
    def ask(self) -> Ask | None:
        """Return the function that asks for a user name or a secret; None without a terminal."""

    def notice(self, text: str) -> None:
        """Take a warning or a hint, at once. It may quote a device: sanitize it before it is shown."""

    def status(self, text: str) -> None:
        """Take a sentence about the work, which an operator may do without."""

    def progress(self, verb: str, total: int) -> AbstractContextManager[Progress]:
        """Open the progress of a pass over so many devices."""


def name_open_mode(path: Path, private: str, operator: Operator) -> None:
    """Name a file or folder that other users may use, with the command that makes it ``private``."""
    if mode := mode_for_others(path):
        operator.notice(
            StandingNotice(f"{path} has mode {mode}: other users may use it; chmod {private} {path}")
        )


class _Silent:
    def event(self, event: ProgressEvent) -> None:
        """Ignore it."""

    def done(self, device: str, status: str, detail: str) -> None:
        """Ignore it."""

    async def choose_stop(self, tasks: int) -> StopChoice:
        """Cancel them."""
        return StopChoice.CANCEL


class NonInteractive:
    """Answers no question and shows no progress; notices go to the logger ``slp_ops``."""

    @property
    def ask(self) -> Ask | None:
        """Return None: there is no terminal."""
        return None

    def notice(self, text: str) -> None:
        """Log the notice."""
        logging.getLogger("slp_ops").info("%s", text)

    def status(self, text: str) -> None:
        """Log the sentence."""
        self.notice(text)

    @contextmanager
    def progress(self, verb: str, total: int) -> Iterator[Progress]:
        """Open a progress without output."""
        yield _Silent()


class AskOnce:
    """Wrapper that asks each question and gives each standing notice once: later rounds run unattended.

    After ``silence`` seconds a standing notice is given again.
    """

    def __init__(self, operator: Operator, *, silence: float = math.inf) -> None:
        self._operator = operator
        self._silence = silence
        self._answers: dict[str, str] = {}
        self._standing: dict[str, float] = {}

    @property
    def ask(self) -> Ask | None:
        """Return a function that gives an earlier answer again."""
        ask = self._operator.ask
        if ask is None:
            return None

        def once(question: str, hidden: bool) -> str:
            if question not in self._answers:
                self._answers[question] = ask(question, hidden)
            return self._answers[question]

        return once

    def notice(self, text: str) -> None:
        """Pass the notice on, unless it is a standing one that was given lately."""
        if isinstance(text, StandingNotice):
            now = time.monotonic()
            if now - self._standing.get(text, -math.inf) < self._silence:
                return
            self._standing[text] = now
        self._operator.notice(text)

    def status(self, text: str) -> None:
        """Pass the sentence on."""
        self._operator.status(text)

    def progress(self, verb: str, total: int) -> AbstractContextManager[Progress]:
        """Open the other operator's progress."""
        return self._operator.progress(verb, total)
