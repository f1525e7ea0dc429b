"""The syslog messages, failure reasons and terms that ``explain`` knows, and how a log line finds its entry.

Messages are found by facility and mnemonic and then by a pattern in their text; the reason of a failed
exchange is what follows the last " : ".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.i18n import Text
    from slp_ops.model import Confidence, Severity
    from slp_ops.rules.rule import Era


_FAILED: Final = "SMART_LIC-COMM_FAILED"
_CALL_HOME: Final = "CALL_HOME-SL_MESSAGE_FAILED"
_ERR: Final = re.compile(r"\(ERR (\d+ ?: ?[^()]*)\)")
_MOST_BREAKS: Final = 3  # longest log line: shorter than four lines of a mail
# In a log the facility may be preceded by time, sequence number and origin. IOS-XR puts its own
# facility before ours (LICENSE-SMART_LIC), which makes it another name.
_SERVER: Final = re.compile(
    r"(?P<on_prem>\bon-?prem(?:ise)?s?\b|\bsatellite\b)"
    r"|(?P<cslu>\(CSLU\)|Smart Licen[sc]\w+ Utility)"
    r"|\(CSSM\)|Cisco licensing cloud|Cisco Smart Software Manager\b(?! On)|tools\.cisco\.com",
    re.IGNORECASE,
)
_LINE: Final = re.compile(r"%([A-Z][A-Z0-9_]*(?:-[A-Z][A-Z0-9_]*)*)-([0-7])-([A-Z0-9_]+): ?(.*)", re.DOTALL)


class NamedServer(StrEnum):
    """Server that a message names."""

    CSSM = "cssm"
    CSLU = "cslu"
    ON_PREM = "on-prem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Reason of a failed exchange, in the words of the agent.

    With ``servers`` it applies only where the message names one of them. ``causes`` are rules that are more
    probable than ``rule`` when nothing but the text is known. A ``vague`` reason says only that the exchange
    failed. ``remedy`` is used where ``rule`` is the general one.
    """

    id: str
    pattern: re.Pattern[str]
    title: Text
    meaning: Text
    sample: str
    rule: str | None = None
    causes: tuple[str, ...] = ()
    servers: tuple[NamedServer, ...] = ()
    remedy: tuple[Text, ...] = ()
    vague: bool = False
    unverified: bool = False

    def fits(self, text: str, server: NamedServer | None) -> bool:
        """Return whether a reason with this text, from an exchange with that server, is this one."""
        return (not self.servers or server in self.servers) and self.pattern.search(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: evidence for ``rule``, a rule of its own (``severity``), or harmless.

    With ``only_with`` its own rule fails only while the exchange fails for one of these reasons.
    """

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
    only_with: tuple[str, ...] = ()
    unverified: bool = False

    def fits(self, text: str) -> bool:
        """Return whether a message of this name has this text; without a pattern any text matches."""
        return self.pattern is None or self.pattern.search(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMatch:
    """Match of a line. ``rule`` is the check that it supports, or its own rule."""

    entry: Message
    reason: Reason | None = None

    @property
    def is_particular(self) -> bool:
        """Return whether the text decided, not the name alone."""
        return self.reason is not None or self.entry.pattern is not None

    @property
    def rule(self) -> str | None:
        """Return the rule of this line; None when it is harmless."""
        if self.reason is not None:
            return self.reason.rule
        return self.entry.id if self.entry.severity is not None else self.entry.rule


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesFile:
    """Content of one file of messages."""

    messages: tuple[Message, ...] = ()
    reasons: tuple[Reason, ...] = ()
    unrelated: tuple[str, ...] = ()


# Texts whose matches are kept, and the longest of them in characters: a megabyte or two at most.
_MATCHES: Final = 4096
_REPEATED: Final = 300


class Catalogue:
    """Index of all known messages and reasons."""

    def __init__(self, files: Iterable[MessagesFile]) -> None:
        files = tuple(files)
        self.messages = tuple(message for file in files for message in file.messages)
        self.reasons = tuple(reason for file in files for reason in file.reasons)
        self.unrelated = frozenset(name for file in files for name in file.unrelated)
        self._by_name: dict[str, list[Message]] = {}
        # Entries with a pattern first: one without a pattern matches everything else.
        for entry in sorted(self.messages, key=lambda entry: entry.pattern is None):
            self._by_name.setdefault(entry.message, []).append(entry)
        self._find_again = lru_cache(maxsize=_MATCHES)(self._find)

    @property
    def names(self) -> frozenset[str]:
        """Return facility and mnemonic of every known message."""
        return frozenset(self._by_name)

    def find(self, name: str, text: str) -> MessageMatch | None:
        """Return the entry of a message; None for an irrelevant one."""
        # A log repeats a message, and the next switch's log too.
        return (self._find if len(text) > _REPEATED else self._find_again)(name, text)

    def _find(self, name: str, text: str) -> MessageMatch | None:
        entry = next((entry for entry in self._by_name.get(name, ()) if entry.fits(text)), None)
        if entry is None:
            return None
        reason = None
        if name == _FAILED:
            reason = self.reason(reason_of(text), named_server(text))
        elif name == _CALL_HOME and entry.pattern is None and (error := _ERR.search(text)) is not None:
            reason = self.reason(error[1])
        return MessageMatch(entry=entry, reason=reason)

    def find_wrapped(self, name: str, text: str, more: tuple[str, ...]) -> MessageMatch | None:
        """Return the entry of a message that a mail or a terminal may have wrapped into the next lines."""
        match = self.find(name, text)
        if not more or name not in self._by_name or (match is not None and match.is_particular):
            return match
        joined = " ".join((text, *(line.strip() for line in more[:_MOST_BREAKS])))
        return self.find(name, joined) or match

    def reason(self, text: str | None, server: NamedServer | None = None) -> Reason | None:
        """Return the reason in a text from a message or from the statistics."""
        if not text:
            return None
        return next((reason for reason in self.reasons if reason.fits(text, server)), None)

    def find_line(self, line: str) -> MessageMatch | None:
        """Return the entry of a complete log line."""
        found = _LINE.search(line)
        return None if found is None else self.find(f"{found[1]}-{found[3]}", found[4])

    def is_unrelated(self, line: str) -> bool:
        """Return whether a line is known to be unrelated to licence reporting."""
        found = _LINE.search(line)
        return found is not None and bool({found[1], f"{found[1]}-{found[3]}"} & self.unrelated)


def is_line(text: str) -> bool:
    """Return whether a text contains facility, severity and mnemonic of a message."""
    return _LINE.search(text) is not None


def is_agent_line(text: str) -> bool:
    """Return whether a text is a message of the licence agent."""
    found = _LINE.search(text)
    return found is not None and found[1] == "SMART_LIC"


def reason_of(text: str) -> str:
    """Return the text after the last " : "; the whole text without one."""
    return text.rpartition(" : ")[2].strip()


def named_server(text: str) -> NamedServer | None:
    """Return the server that a message names; None without one."""
    return (_named_server if len(text) > _REPEATED else _named_again)(text)


def _named_server(text: str) -> NamedServer | None:
    found = _SERVER.search(text)
    if found is None:
        return None
    if found["on_prem"]:
        return NamedServer.ON_PREM
    return NamedServer.CSLU if found["cslu"] else NamedServer.CSSM


_named_again: Final = lru_cache(maxsize=_MATCHES)(_named_server)


def term_key(text: str) -> str:
    """Return the letters and digits of a text, for a comparison of spellings: "ERR 207 :" is "err207"."""
    return "".join(character for character in text.casefold() if character.isalnum()) or text


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term. ``also`` are other spellings; ``see`` names related rules."""

    id: str
    title: Text
    meaning: Text
    also: tuple[str, ...] = ()
    see: tuple[str, ...] = ()

    def is_named(self, word: str) -> bool:
        """Return whether a text is this term, whatever its case, blanks and punctuation."""
        return term_key(word) in {term_key(name) for name in self.names}

    @property
    def names(self) -> tuple[str, ...]:
        """Return all spellings."""
        return (self.id, *self.also)
