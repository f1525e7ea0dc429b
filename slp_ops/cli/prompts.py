"""Questions on standard error, repeated with the reason until the answer is valid. They raise click.Abort."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from slp_ops.cli.language import show_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_YES_OR_NO = {"y": True, "yes": True, "n": False, "no": False, "": False}


def ask(question: str, check: Callable[[str], T]) -> T:
    """Return the answer as ``check`` returns it; the error of a wrong answer is a UsageError."""
    while True:
        answer = click.prompt(question, default="", show_default=False, err=True)
        try:
            return check(answer)
        except click.UsageError as err:
            show_failure(err.message)


def confirm(question: str) -> bool:
    """Ask for a yes; an empty answer is a no."""
    return ask(f"{question} [y/N]", _yes_or_no)


def choose(question: str, choices: Sequence[str], *, default: str) -> str:
    """Ask for one of the choices; an empty answer is the default."""

    def chosen(answer: str) -> str:
        if (word := answer.strip().lower() or default) not in choices:
            raise click.UsageError(f"answer one of: {', '.join(choices)}")
        return word

    return ask(f"{question} [{default}]", chosen)


def _yes_or_no(answer: str) -> bool:
    agreed = _YES_OR_NO.get(answer.strip().lower())
    if agreed is None:
        raise click.UsageError("answer y or n")
    return agreed
