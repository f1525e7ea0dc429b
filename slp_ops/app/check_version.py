"""Judge releases against the advisories, and name where to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.errors import InvalidRelease
from slp_ops.facts import Software
from slp_ops.model import Severity
from slp_ops.reading import Facts
from slp_ops.release import Release
from slp_ops.rules.advisories import stand
from slp_ops.rules.fixed import Standing, targets
from slp_ops.rules.settings import Intent

if TYPE_CHECKING:
    from slp_ops.app.audit_device import Asked
    from slp_ops.rules.advisory import Advisory
    from slp_ops.rules.fixed import Targets
    from slp_ops.rules.knowledge import Knowledge
    from slp_ops.rules.needs import Known
    from slp_ops.rules.signs import Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One release, as given or as a switch printed it, judged against every advisory."""

    device: str | None
    release: str
    judged: tuple[tuple[Advisory, Sign], ...]
    target: Targets
    serious: Targets  # the same without the advisories that only inform

    @property
    def affected(self) -> bool:
        """Whether at least one advisory affects it."""
        return any(sign.judged.standing is Standing.AFFECTED for _, sign in self.judged)


def of_text(text: str, *, asked: Asked) -> Row:
    """A release as somebody writes it; a text that names none is judged unknown."""
    try:
        release = Release.parse(text)
    except InvalidRelease:
        release = None
    return _row(None, text, release, asked.known(Facts.of(), Intent()), asked.knowledge)


def of_device(name: str, facts: Facts, *, asked: Asked, intent: Intent) -> Row:
    """The release of a switch, judged by it and by what its facts show. None of it read: unknown."""
    software = facts.get(Software)
    release = software.release if software is not None else None
    printed = software.version if software is not None else None
    return _row(name, printed or str(release or ""), release, asked.known(facts, intent), asked.knowledge)


def _row(device: str | None, text: str, release: Release | None, known: Known, knowledge: Knowledge) -> Row:
    return Row(
        device=device,
        release=text,
        judged=tuple((advisory, stand(advisory, release, known)) for advisory in knowledge.advisories),
        target=targets(release, [each.releases for each in knowledge.advisories], knowledge.extended),
        serious=targets(
            release,
            [each.releases for each in knowledge.advisories if each.severity is not Severity.INFO],
            knowledge.extended,
        ),
    )
