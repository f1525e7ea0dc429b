"""Words that ``explain`` knows beside rules and messages: RUM states, policy terms, topologies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slp_ops.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word. ``also`` are other spellings; ``see`` names rules that have to do with it."""

    id: str
    title: Text
    meaning: Text
    also: tuple[str, ...] = ()
    see: tuple[str, ...] = ()

    def is_named(self, word: str) -> bool:
        """Whether somebody means this word, whatever the case."""
        return word.casefold() in {name.casefold() for name in (self.id, *self.also)}
