"""Questions on standard error, repeated with the reason until the answer is valid. They raise click.Abort."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypeVar

import click

from slp_ops.cli.language import show_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_LONGEST_LINE = 4096
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
    return ask(f"{question} [{default}]", lambda answer: _one_of(choices, answer, default))


async def choose_meanwhile(question: str, choices: Sequence[str], *, default: str) -> str:
    """Ask as ``choose``, while the event loop works. A cancelled question waits for no answer any more.

    Raises OSError where the terminal is gone.
    """
    import asyncio

    while True:
        click.echo(f"{question} [{default}]: ", nl=False, err=True)
        try:
            answer = await _next_line()
        except asyncio.CancelledError:
            click.echo(err=True)
            raise
        try:
            return _one_of(choices, answer, default)
        except click.UsageError as err:
            show_failure(err.message)


async def _next_line() -> str:
    """Return what is typed next, empty at the end of the input."""
    import asyncio

    loop = asyncio.get_running_loop()
    typed = loop.create_future()
    terminal = sys.stdin.fileno()

    def take() -> None:
        if typed.done():
            return
        try:
            typed.set_result(os.read(terminal, _LONGEST_LINE).decode(errors="replace"))
        except OSError as err:
            typed.set_exception(err)

    loop.add_reader(terminal, take)
    try:
        return str(await typed)
    finally:
        loop.remove_reader(terminal)


def is_in_foreground() -> bool:
    """Return whether a question can be answered: it would stop a process in the background."""
    try:
        has_terminal = sys.stdin.isatty() and sys.stderr.isatty()
        return has_terminal and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):  # a terminal of another session, or a stream without a file
        return False


def _one_of(choices: Sequence[str], answer: str, default: str) -> str:
    if (word := answer.strip().lower() or default) not in choices:
        raise click.UsageError(f"answer one of: {', '.join(choices)}")
    return word


def _yes_or_no(answer: str) -> bool:
    agreed = _YES_OR_NO.get(answer.strip().lower())
    if agreed is None:
        raise click.UsageError("answer y or n")
    return agreed
