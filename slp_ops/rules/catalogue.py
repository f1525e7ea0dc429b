"""The syslog messages, failure reasons and terms that ``explain`` knows, and how a log line finds its entry.

Messages are found by facility and mnemonic and then by a pattern in their text; the reason of a failed
exchange is what follows the last " : ".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.i18n import Text
    from slp_ops.model import Confidence, Severity
    from slp_ops.rules.rule import Era


_FAILED: Final = "SMART_LIC-COMM_FAILED"
_MOST_BREAKS: Final = 3  # such a line is shorter than four lines of a mail
# In a log the facility may be preceded by time, sequence number and origin. IOS-XR puts its own
# facility before ours (LICENSE-SMART_LIC), which makes it another name.
_LINE: Final = re.compile(r"%([A-Z][A-Z0-9_]*(?:-[A-Z][A-Z0-9_]*)*)-([0-7])-([A-Z0-9_]+): ?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an exchange failed, as the agent words it."""

    id: str
    pattern: re.Pattern[str]
    title: Text
    meaning: Text
    sample: str
    rule: str | None = None
    unverified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. It is evidence for ``rule``, a rule of its own (``severity``), or harmless."""

    id: str
    message: str  # facility and mnemonic
    title: Text
    meaning: Text
    sample: str
    pattern: re.Pattern[str] | None = None
    rule: str | None = None
    severity: Severity | None = None
    confidence: Confidence | None = None
    era: Era | None = None
    cleared_by: tuple[str, ...] = ()
    remedy: tuple[Text, ...] = ()
    links: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()
    explains: tuple[str, ...] = ()
    unverified: bool = False

    def fits(self, text: str) -> bool:
        """Whether the text of a message of this name is this one; without a pattern any is."""
        return self.pattern is None or self.pattern.search(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a line is. ``rule`` is the check that it is evidence for, or the rule that it is."""

    entry: Message
    reason: Reason | None = None

    @property
    def is_particular(self) -> bool:
        """Whether the text itself decided, not the name alone."""
        return self.reason is not None or self.entry.pattern is not None

    @property
    def rule(self) -> str | None:
        """The rule that this line belongs to; None when it is harmless."""
        if self.reason is not None:
            return self.reason.rule
        return self.entry.id if self.entry.severity is not None else self.entry.rule


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesFile:
    """What one file of messages says."""

    messages: tuple[Message, ...] = ()
    reasons: tuple[Reason, ...] = ()
    unrelated: tuple[str, ...] = ()


class Catalogue:
    """Every message and reason known, indexed once."""

    def __init__(self, files: Iterable[MessagesFile]) -> None:
        files = tuple(files)
        self.messages = tuple(message for file in files for message in file.messages)
        self.reasons = tuple(reason for file in files for reason in file.reasons)
        self.unrelated = frozenset(name for file in files for name in file.unrelated)
        self._by_name: dict[str, list[Message]] = {}
        # Those with a pattern first: one without takes what is left.
        for entry in sorted(self.messages, key=lambda entry: entry.pattern is None):
            self._by_name.setdefault(entry.message, []).append(entry)

    @property
    def names(self) -> frozenset[str]:
        """Facility and mnemonic of every message known."""
        return frozenset(self._by_name)

    def find(self, name: str, text: str) -> Match | None:
        """The entry of a message; None when it is not one that matters here."""
        entry = next((entry for entry in self._by_name.get(name, ()) if entry.fits(text)), None)
        if entry is None:
            return None
        return Match(entry=entry, reason=self.reason(reason_of(text)) if name == _FAILED else None)

    def find_wrapped(self, name: str, text: str, more: tuple[str, ...]) -> Match | None:
        """The same, where a mail or a terminal may have broken the line: its rest is in the next ones."""
        match = self.find(name, text)
        if not more or name not in self._by_name or (match is not None and match.is_particular):
            return match
        joined = " ".join((text, *(line.strip() for line in more[:_MOST_BREAKS])))
        return self.find(name, joined) or match

    def reason(self, text: str | None) -> Reason | None:
        """Which reason a text gives; it may come from a message or from the statistics."""
        if not text:
            return None
        return next((reason for reason in self.reasons if reason.pattern.search(text)), None)

    def find_line(self, line: str) -> Match | None:
        """The entry of a whole line as it stands in a log."""
        found = _LINE.search(line)
        return None if found is None else self.find(f"{found[1]}-{found[3]}", found[4])

    def is_unrelated(self, line: str) -> bool:
        """Whether a line is known to have nothing to do with licence reporting."""
        found = _LINE.search(line)
        return found is not None and bool({found[1], f"{found[1]}-{found[3]}"} & self.unrelated)


def reason_of(text: str) -> str:
    """What follows the last " : "; the whole text when there is none."""
    return text.rpartition(" : ")[2].strip()


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
