"""Section parser of the licensing pages: blocks of labels and values, independent of order, indentation
and blank lines.

    Transport:                                  a heading that is known, without a value
      Type: cslu                                label and value
      Proxy:
        Not Configured                          a bare missing word: the value of the label above
    License Usage                               a title, known by itself or by its underline
    =============
    network-advantage (C9300-24 Network Advantage):
    Trust Code Installed: Dec 03 08:23:45 2021 UTC

Pages differ between releases in everything but their words: blocks move, blank lines vanish and
indentation breaks. So a block begins at a known heading and ends at the next one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from slp_ops.commands._values import MISSING, present
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.commands._capture_text import Body, Row

# Headings that begin a block at any position, in lower case.
HEADINGS: Final = frozenset(
    {
        "account information",
        "authorizations",
        "communication statistics",
        "data privacy",
        "device enforcement state",
        "enforced licenses",
        "enforcement status",
        "export authorization key",
        "ha udi list",
        "license authorization",
        "license conversion",
        "license usage",
        "miscellaneous",
        "overall status",
        "policy",
        "policyv2",
        "purchased licenses",
        "registration",
        "smart licensing using policy",
        "specified license reservations",
        "transport",
        "trust code installed",
        "usage reporting",
        "utility",
    }
)
# New names of known blocks in newer agents.
_RENAMED: Final = {"policyv2": "policy"}
# The blocks of Communication Statistics that are known; there, any label without a value begins one.
EXCHANGES: Final = frozenset(
    {
        "authorization confirmation",
        "authorization request",
        "authorization return",
        "hello message",
        "result polling",
        "telemetry reporting",
        "trust acknowledgement",
        "trust establishment",
        "trust sync",
    }
)
# Titles of tech support: the line alone, in pages where the underline was lost.
TITLES: Final = frozenset(
    {
        "agent version",
        "ha info",
        "license authorizations",
        "license certificates",
        "license usage",
        "other info",
        "platform provided mapping table",
        "product information",
        "reservation info",
        "smart licensing status",
        "upcoming scheduled jobs",
    }
)
# A label that is a heading although a value may follow it.
_VALUED: Final = frozenset({"trust code installed"})
# Kinds of blocks that are known by their form; a title of that name is none of them.
_BY_FORM: Final = frozenset({"entitlement", "exchange", "feature"})
# Sentences about the page as a whole, under any heading.
_OF_THE_PAGE: Final = ("Smart Licensing is ", "Smart Licensing Tech Support info")
_ROLE: Final = re.compile(r"^(Active|Standby|Member)\s?:\s*(PID:.*)$")
_UNDERLINE: Final = re.compile(r"^={3,}$")
_RULE: Final = re.compile(r"^(?:-{3,}|={3,})$")
_SPACES: Final = re.compile(r"\s+")


class SectionItem:
    """A line of a block: a label with its value, or bare text (``label`` None)."""

    __slots__ = ("heading", "label", "number", "text", "used", "value")

    def __init__(self, row: Row, label: str | None, value: str, heading: str) -> None:
        self.number = row.number
        self.text = row.text
        self.label = label
        self.value = value
        self.heading = heading  # the nearest label without a value above it
        self.used = False

    @property
    def line(self) -> SourceLine:
        """Return it as evidence."""
        return SourceLine(number=self.number, text=self.text)


class PageSection:
    """Content under one heading; builders take labels out of it, the rest is kept."""

    __slots__ = ("command", "items", "kind", "line", "lines", "title")

    def __init__(self, command: str, kind: str, title: str, line: SourceLine | None) -> None:
        self.command = command
        self.kind = kind
        self.title = title
        self.line = line
        self.items: list[SectionItem] = []
        self.lines: dict[str, SourceLine] = {}

    def has(self, label: str) -> bool:
        """Return whether the block contains a label."""
        return any(item.label == label for item in self.items)

    def take(self, field: str, *labels: str) -> str | None:
        """Take the value of the first of these labels, None for a missing word; its line becomes the
        field's source."""
        for item in self.items:
            if item.label in labels and not item.used:
                item.used = True
                self.lines[field] = item.line
                return present(item.value)
        return None

    def bare(self) -> Iterator[SectionItem]:
        """Return the unread lines without a label."""
        return (item for item in self.items if item.label is None and not item.used)

    def rest(self) -> tuple[LabelledValue, ...]:
        """Return every unread label with a value."""
        return tuple(pairs(self.items, self.title))

    def source(self) -> Source:
        """Return the source of the taken fields."""
        lines = self.lines if self.line is None else {"": self.line, **self.lines}
        return Source(self.command, lines)


def pairs(items: Iterable[SectionItem], heading: str = "") -> Iterator[LabelledValue]:
    """Return the unread labels with a value and mark them as read."""
    for item in items:
        if item.label is None or item.used:
            continue
        item.used = True
        if (value := present(item.value)) is not None:
            yield LabelledValue(
                label=item.text.strip()[: len(item.label)], value=value, heading=item.heading or heading
            )


def split_label(text: str) -> tuple[str, str] | None:
    """Split a line into label and value; None when no colon ends a label (``https://..``, ``12:30``)."""
    place = text.find(":")
    while place >= 0:
        following = text[place + 1 : place + 2]
        if following in ("", " ", "\t", ":"):
            label = text[:place].strip()
            return (label, text[place + 1 :].lstrip(": \t")) if label else None
        place = text.find(":", place + 1)
    return None


class _PageLine(NamedTuple):
    """A line without its margin, as a title in lower case, and its label, label in lower case, and value."""

    text: str
    title: str
    is_rule: bool
    is_underline: bool
    split: tuple[str, str, str] | None


def _line_of(printed: str) -> _PageLine:
    """Return a line in parts. The pages of a switch repeat their lines, and so do those of a fleet."""
    return (_line if len(printed) > _LONGEST_KNOWN else _known_line)(printed)


def _line(printed: str) -> _PageLine:
    text = printed.strip()
    role = _ROLE.match(text)
    found = (role[1], role[2]) if role else split_label(text)
    return _PageLine(
        text,
        text.rstrip(": ").lower(),
        _RULE.match(text) is not None,
        _UNDERLINE.match(text) is not None,
        None if found is None else (found[0], _SPACES.sub(" ", found[0].lower()), found[1]),
    )


# Half a megabyte.
_MOST_KNOWN: Final = 1024
_LONGEST_KNOWN: Final = 120
_known_line: Final = lru_cache(_MOST_KNOWN)(_line)


def outline(body: Body) -> list[PageSection]:
    """Return the blocks of a page; the first contains the lines before any heading."""
    blocks = [PageSection(body.command, "", "", None)]
    zone = ""  # the latest title or top heading: it determines the meaning of an unknown heading
    heading = ""
    previous: SectionItem | None = None
    rows = body.rows
    lines = [_line_of(row.text) for row in rows]
    for place, (row, (text, title, is_rule, _, split)) in enumerate(zip(rows, lines, strict=True)):
        if is_rule:
            continue
        underlined = place + 1 < len(rows) and lines[place + 1].is_underline
        if underlined or (title in TITLES and title == text.lower()):
            zone = title
            kind = f"title {title}" if title in _BY_FORM else title
            blocks.append(PageSection(body.command, kind, text.rstrip(": "), row.line))
            heading, previous = "", None
            continue
        if split is None:
            if text.startswith(_OF_THE_PAGE):
                blocks[0].items.append(SectionItem(row, None, text, ""))
                continue
            if text in MISSING and previous is not None and not previous.value:
                # "Not Configured" under "Proxy:" is the missing value of the label above.
                continue
            if previous is not None and previous.label == "vrf" and not previous.value:
                previous.value = text  # the name is below its label
                continue
            previous = SectionItem(row, None, text, heading)
            blocks[-1].items.append(previous)
            continue
        label, key, value = split
        if (found := _heading(key, value, zone, text)) is None:
            previous = SectionItem(row, key, value, heading)
            blocks[-1].items.append(previous)
            # In "Other Info" an empty value is empty; elsewhere it is a heading of the lines below.
            heading = heading if value or zone == "other info" else label
            continue
        if found == "exchange":
            zone = "communication statistics"
        elif found in HEADINGS and found != "usage reporting":
            zone = found
        blocks.append(PageSection(body.command, found, label, row.line))
        heading, previous = "", None
        if found not in HEADINGS or found in _VALUED:
            blocks[-1].items.append(SectionItem(row, key, value, ""))
    return blocks


# Labels of one block alone, which are read where a filter removed their heading.
BLOCK_OF: Final = {
    label: kind
    for kind, labels in {
        "usage reporting": (
            "last ack received",
            "next ack deadline",
            "reporting push interval",
            "next ack push check",
            "next report push",
            "last report push",
            "last report file write",
        ),
        "policy": ("policy in use", "policy name", "reporting ack required"),
        "transport": ("url", "cslu address", "server identity check", "trust point"),
        "account information": ("smart account", "virtual account"),
        "registration": (
            "initial registration",
            "last renewal attempt",
            "next renewal attempt",
            "registration expires",
            "export-controlled functionality",
        ),
        "license authorization": (
            "evaluation period remaining",
            "last communication attempt",
            "next communication attempt",
            "communication deadline",
        ),
        "usage report summary": (
            "total",
            "total acknowledged received",
            "available to report",
            "report module status",
        ),
        "agent version": ("smart agent for licensing",),
        "communication statistics": ("communication level allowed", "overall state"),
        "other info": ("overall trust", "write erase occurred", "clock sync-ed with ntp"),
        "reservation info": ("license reservation",),
    }.items()
    for label in labels
}
# Headings above licences that are authorized or reserved, and not necessarily in use.
_OF_FEATURES: Final = ("authorizations", "specified license reservations")
# Values that give a common label its block.
_TYPED: Final = re.compile(r"^(?:smart|callhome|cslu|transport off|automatic)$", re.IGNORECASE)
_REGISTERED: Final = re.compile(r"^(?:UN)?REGISTER(?:ED|ING)\b")
_AUTHORIZED: Final = re.compile(
    r"^(?:AUTHORIZED|OUT OF COMPLIANCE|EVAL MODE|EVAL EXPIRED|AUTHORIZATION EXPIRED|NO LICENSES IN USE)\b"
)


def under_headings(blocks: list[PageSection]) -> list[PageSection]:
    """Move labels that occur in one block only into that block: a filter removed the headings."""
    found = {block.kind: block for block in reversed(blocks)}
    blocks = [*blocks, *_exchanges(blocks[0])]
    for block in blocks:
        for item in tuple(block.items):
            kind = _block_of(item, headless=block.kind == "")
            if kind is None or kind == block.kind:
                continue
            if kind not in found:
                found[kind] = PageSection(block.command, kind, kind, item.line)
                blocks = [*blocks, found[kind]]
            block.items.remove(item)
            found[kind].items.append(item)
    return blocks


# The lines of one exchange in the Communication Statistics.
_OF_EXCHANGE: Final = frozenset(
    {"attempts", "last response", "failure reason", "last success time", "last failure time"}
)


def _exchanges(headless: PageSection) -> Iterator[PageSection]:
    """Move the lines of exchanges whose names were removed into blocks: a label that repeats begins one."""
    current: PageSection | None = None
    for item in tuple(headless.items):
        if item.label not in _OF_EXCHANGE:
            continue
        if current is None or current.has(item.label):
            if current is not None:
                yield current
            current = PageSection(headless.command, "exchange", "", None)
        headless.items.remove(item)
        current.items.append(item)
    if current is not None:
        yield current


def _block_of(item: SectionItem, *, headless: bool) -> str | None:
    """Return the only block that a line can belong to; None where several can."""
    label = item.label or ""
    if label == "type" and _TYPED.match(item.value):
        return "transport"
    if label == "status" and headless and _REGISTERED.match(item.value):
        return "registration"
    if label == "status" and headless and _AUTHORIZED.match(item.value):
        return "license authorization"
    if label == "export-controlled functionality" and not headless:
        return None  # of a unit's reservation
    return BLOCK_OF.get(label)


def _heading(key: str, value: str, zone: str, text: str) -> str | None:
    """Return the kind of block that a labelled line begins; None for an item of the current block."""
    if key in _VALUED or (not value and key in HEADINGS):
        return _RENAMED.get(key, key)
    if zone == "other info" and key not in EXCHANGES:
        return None
    if zone == "enforcement status" and text.endswith("):"):
        return None  # CSSM's counts of a licence: the switch's own licences are elsewhere
    if key == "handle" and value.isdecimal():
        return "entitlement"
    if value:
        return None
    if zone == "communication statistics" or key in EXCHANGES:
        return "exchange"
    if text.endswith("):") and (" (" in text or text.startswith("(")):
        return "feature" if zone in _OF_FEATURES else "entitlement"
    return None
