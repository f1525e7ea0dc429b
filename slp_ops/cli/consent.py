"""Saying yes before a switch is changed, and answering for what no switch can tell."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, TypeVar

import click

from slp_ops.errors import InputError
from slp_ops.playbook import Risk
from slp_ops.safetext import one_line
from slp_ops.usecases.work import Settled

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from slp_ops.i18n import Lang, Text
    from slp_ops.plan import SwitchPlan

T = TypeVar("T")


def on_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(
    plans: Sequence[SwitchPlan],
    *,
    yes: bool,
    allow: Risk,
    confirmed: Collection[str],
    lang: Lang,
) -> None:
    """Every consent that these plans need; raises InputError, or click.Abort for a no.

    A change needs one yes. What is disruptive or destructive needs to be allowed by its name, and each
    switch's own name typed.
    """
    risk = max((plan.risk for plan in plans), key=lambda each: each.rank)
    if risk.rank > allow.rank:
        raise InputError(
            f"a playbook of this plan is {risk.value}", hint=f"if that is meant, add --allow {risk.value}"
        )
    risky = [plan for plan in plans if plan.risk is not Risk.CHANGE]
    _words(risky, lang)
    for plan in risky:
        if plan.name in confirmed:
            continue
        if not on_terminal():
            raise InputError(
                f"{plan.name} is to be changed in a {plan.risk.value} way, and its name was not confirmed",
                hint=f"in scripts: --confirm {plan.name}",
            )
        typed = click.prompt(
            f"{plan.risk.value}: type {plan.name} to go on", default="", show_default=False, err=True
        )
        if typed.strip() != plan.name:
            raise click.Abort
    if yes or len(risky) == len(plans):
        return
    if not on_terminal():
        raise InputError(
            "nobody can be asked here", hint="in scripts: --yes, or first --dry-run --out PLAN.json"
        )
    click.confirm(f"Apply this to {len(plans)} switch{'es' if len(plans) > 1 else ''}?", abort=True, err=True)


def _words(risky: Sequence[SwitchPlan], lang: Lang) -> None:
    said: dict[Text, None] = {}
    for plan in risky:
        for action in plan.actions:
            said.update(dict.fromkeys(text for text in (action.consent, action.irreversible) if text))
    for text in said:
        click.echo(click.style(one_line(text.said(lang)), fg="red"), err=True)


class Terminal:
    """The person at the terminal; one question at a time, whatever the number of switches."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang
        self._turn = asyncio.Lock()

    async def has_done(self, device: str, text: Text) -> bool:
        """Show what is to be done by hand, and wait for a yes or a no."""
        words = f"\n{device}: {text.said(self._lang)}\n  done?"
        return await self._ask(lambda: click.confirm(one_line_each(words), default=False, err=True))

    async def settles(self, device: str, command: str) -> Settled:
        """Ask what a switch cannot tell."""
        words = f"\n{device}: was '{command}' carried out? done, again (send it), unknown"

        def asked() -> str:
            kinds = click.Choice([each.value for each in Settled])
            return str(click.prompt(one_line_each(words), type=kinds, default="unknown", err=True))

        return Settled(await self._ask(asked))

    async def _ask(self, question: Callable[[], T]) -> T:
        # In a thread: the sessions of other switches go on meanwhile.
        async with self._turn:
            return await asyncio.to_thread(question)


class Told:
    """No terminal, but the command line said what a person would have said."""

    def __init__(self, *, manual_done: bool, settled: Mapping[str, Settled]) -> None:
        self._manual_done = manual_done
        self._settled = settled

    async def has_done(self, device: str, text: Text) -> bool:
        """As --manual-done says."""
        return self._manual_done

    async def settles(self, device: str, command: str) -> Settled:
        """As --settle says."""
        return self._settled.get(device, Settled.UNKNOWN)


def one_line_each(text: str) -> str:
    """Text that may quote a device, harmless on a terminal, its lines kept."""
    return "\n".join(one_line(line) for line in text.split("\n"))
