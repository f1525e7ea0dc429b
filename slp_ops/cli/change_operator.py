"""The operator of a change at a terminal: plans, consent, secrets, manual steps."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Final, TypeVar

import click

from slp_ops.app.change.context import StepDecision
from slp_ops.cli.next_command import with_options
from slp_ops.cli.progress import progress_lines
from slp_ops.cli.prompts import choose, confirm
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.cli.writing import print_text
from slp_ops.i18n import Text
from slp_ops.messages import translate
from slp_ops.report.terminal.exchange import render_exchange_plan
from slp_ops.report.terminal.plan import render_plan
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.app.change.results import PlanResult
    from slp_ops.cli.progress import Progress
    from slp_ops.i18n import Lang

T = TypeVar("T")

_DONE: Final = Text("done?", "完了しましたか?")
_CARRIED_OUT: Final = Text(
    "{device}: was '{command}' carried out? done, again (send it), unknown",
    "{device}: '{command}' は実行されましたか? done (実行済み)、again (再送する)、unknown (不明)",
)


class TerminalChangeOperator(TerminalOperator):
    """Shows plans on stdout unless the result is JSON, and asks on stderr, one question at a time."""

    def __init__(self, lang: Lang, *, as_json: bool, details: bool = False, in_flow: bool = False) -> None:
        self._lang = lang
        self._as_json = as_json
        self._details = details
        self._in_flow = in_flow
        self._turn = asyncio.Lock()

    @property
    def interactive(self) -> bool:
        """Return whether there is a terminal to ask on."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def show_plan(self, plan: PlanResult) -> None:
        """Print the plan."""
        if plan.verb is None:
            text = render_plan(plan, self._lang, details=self._details, findings=not self._in_flow)
        else:
            text = render_exchange_plan(plan, self._lang)
        if text and not self._as_json:
            print_text(text)

    def warn(self, text: Text) -> None:
        """Print the sentence in red."""
        click.echo(click.style(one_line(with_options(text.render(self._lang))), fg="red"), err=True)

    def confirm(self, question: str) -> bool:
        """Ask for a yes."""
        return confirm(translate(question, self._lang))

    def enter(self, question: Text, *, hidden: bool = False) -> str:
        """Prompt for a value."""
        words = _lines(question.render(self._lang))
        return str(click.prompt(words, default="", show_default=False, hide_input=hidden, err=True))

    def change_progress(self, verb: str, total: int) -> Progress:
        """Return plain lines: a live display and questions would overwrite each other."""
        return progress_lines(verb, total, self._lang)

    async def has_done(self, device: str, text: Text) -> bool:
        """Show what is to be done by hand, and wait for a yes or a no."""
        if not self.interactive:
            return False
        words = f"\n{device}: {with_options(text.render(self._lang))}\n  {_DONE.render(self._lang)}"
        return await self._ask(lambda: confirm(_lines(words)))

    async def resolve_outcome(self, device: str, command: str, again: Text | None) -> StepDecision:
        """Ask for the outcome of a command."""
        if not self.interactive:
            return StepDecision.UNKNOWN
        words = "\n" + _CARRIED_OUT.format(device=device, command=command).render(self._lang)
        if again is not None:
            words += f"\n  {with_options(again.render(self._lang))}\n "
        choices = [each.value for each in StepDecision]
        return StepDecision(
            await self._ask(lambda: choose(_lines(words), choices, default=StepDecision.UNKNOWN))
        )

    async def _ask(self, question: Callable[[], T]) -> T:
        # In a thread: the sessions of the other switches continue meanwhile.
        async with self._turn:
            return await asyncio.to_thread(question)


def _lines(text: str) -> str:
    """Text that may quote a device, harmless on a terminal, its lines kept."""
    return "\n".join(one_line(line) for line in text.split("\n"))
