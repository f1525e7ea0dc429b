"""Refusals of IOS: the caret, and its three sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.shell.grammar import Ambiguous, Incomplete, Invalid, Refusal, Unknown

if TYPE_CHECKING:
    from slp_ops.lab.shell.session import Session


def sentence(session: Session, refusal: Refusal, line: str, *, before: int = 0) -> str:
    """Return the refusal text. ``before`` counts the columns typed before ``line``, such as ``do ``."""
    match refusal:
        case Invalid(column=column) | Unknown(column=column):
            return invalid(session, column + before)
        case Ambiguous():
            return f'% Ambiguous command:  "{line.strip()}"\n'
        case Incomplete():
            return "% Incomplete command.\n\n"


def invalid(session: Session, column: int) -> str:
    """Return the caret under the wrong letter: the prompt counts, the margin limits it."""
    at = len(session.prompt) + column
    if session.screen.width:
        at = min(at, session.screen.width - 1)
    return f"{' ' * at}^\n% Invalid input detected at '^' marker.\n\n"
