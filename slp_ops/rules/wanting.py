"""In words: which facts are missing, what became of their command, and so which one to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text, listing
from slp_ops.model import CaptureStatus
from slp_ops.rules.texts import texts_of

if TYPE_CHECKING:
    from slp_ops.facts import Fact
    from slp_ops.reading import Facts

TEXTS = texts_of(__name__)


def wanting(missing: tuple[type[Fact], ...], facts: Facts) -> Text:
    """Why a verdict is unknown for want of these facts."""
    if not missing:
        return TEXTS["untold"]
    found = dict.fromkeys(command for kind in missing for command in _commands(kind, facts))
    if not found:
        return TEXTS["no-command"].of(facts=", ".join(kind.__name__ for kind in missing))
    # A command that was read and did not hold it helps nobody as long as another one was not read.
    unread = [each for each in found if each[1] is not CaptureStatus.OK] or list(found)
    said = [TEXTS["needs"].of(command=command, why=_WHY[status]) for command, status in unread]
    return listing(said, separator="; ")


def _commands(kind: type[Fact], facts: Facts) -> list[tuple[str, CaptureStatus | None]]:
    """The first command that gives a fact, unless that one was read and another was not."""
    found = [(command, facts.status_of(command)) for command, _ in facts.missing(kind).commands]
    unread = (each for each in found if each[1] is not CaptureStatus.OK)
    return [next(unread, found[0])] if found else []


_WHY: Final = {
    None: TEXTS["why.not-collected"],
    CaptureStatus.OK: TEXTS["why.ok"],
    CaptureStatus.UNSUPPORTED: TEXTS["why.unsupported"],
    CaptureStatus.DENIED: TEXTS["why.denied"],
    CaptureStatus.TIMEOUT: TEXTS["why.timeout"],
    CaptureStatus.SKIPPED: TEXTS["why.skipped"],
    CaptureStatus.LOST: TEXTS["why.lost"],
}
