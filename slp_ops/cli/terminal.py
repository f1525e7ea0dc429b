"""Operator at a terminal, a pipe, or a scheduler's log."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

from slp_ops.cli.language import notice, spoken
from slp_ops.cli.language_choice import language
from slp_ops.cli.progress import progress
from slp_ops.cli.verbosity import status

if TYPE_CHECKING:
    from slp_ops.app.operator import Ask
    from slp_ops.cli.progress import Progress


class TerminalOperator:
    """Asks on the terminal and shows notices and progress on stderr; stdout is for results."""

    @property
    def ask(self) -> Ask | None:
        """Return a prompt, when there is a terminal to answer it."""
        return _prompt if sys.stdin.isatty() else None

    def notice(self, text: str) -> None:
        """Print the notice."""
        notice(text)

    def status(self, text: str) -> None:
        """Print the sentence, unless -q is given."""
        status(text)

    def progress(self, verb: str, total: int) -> Progress:
        """Return a live display on a terminal, plain lines otherwise."""
        return progress(verb, total, language())


def _prompt(question: str, hidden: bool) -> str:
    question = spoken(question)
    if hidden:
        return getpass.getpass(question)
    sys.stderr.write(question)
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:
        raise EOFError
    return answer.strip()
