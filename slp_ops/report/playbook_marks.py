"""Names of recommended playbooks, with the risk of those that do more than change a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.playbook import Risk, packaged_risks
from slp_ops.report.labels import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.i18n import Lang


def marked(playbook: str, lang: Lang) -> str:
    """Return the name of a playbook, marked where it is disruptive, destructive, or the operator's own."""
    risk = packaged_risks().get(playbook)
    return f"{playbook} ({Words(lang)['own_playbook']})" if risk is None else playbook + mark(risk, lang)


def all_marked(playbooks: Iterable[str], lang: Lang) -> str:
    """Return the names of several playbooks."""
    return ", ".join(marked(each, lang) for each in playbooks)


def mark(risk: Risk, lang: Lang) -> str:
    """Return the text behind the name of a playbook of this risk; empty for a mere change."""
    return "" if risk is Risk.CHANGE else f" ({Words(lang).risk(risk.value)})"


def marks(lang: Lang) -> dict[str, str]:
    """Return the text behind the name of each packaged playbook."""
    return {playbook: mark(risk, lang) for playbook, risk in packaged_risks().items()}
