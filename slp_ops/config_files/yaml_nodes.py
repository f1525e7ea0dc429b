"""YAML nodes with line numbers, safe against hostile files.

Built from the parser's events, so that depth and size stay bounded for any text:
an alias counts as much as its target, and nothing is constructed from a tag.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

import yaml

from slp_ops.config_files.validation_errors import Problems, is_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST: Final = 24  # an inventory needs eight
_LARGEST: Final = 500_000  # nodes, aliases expanded: some 25,000 devices
REPLACED: Final = "\ufffd"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Final = yaml.resolver.Resolver()
# Keys repeat with each device of an inventory: one object of each is kept.
_shared: Final = lru_cache(maxsize=64)(str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One value. ``kind`` is its YAML type: str, int, bool, null, float, timestamp.

    ``folded``: the value spans lines, so that some of its blanks are the file's line breaks.
    """

    line: int
    text: str
    kind: str
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list."""

    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Key with its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Keys and values as written, duplicates included; merged entries come last."""

    line: int
    entries: tuple[Entry, ...]


Node: TypeAlias = Scalar | Sequence | Mapping


class _Refused(Exception):
    """Stop reading: the text is invalid."""

    def __init__(self, line: int, message: str, expected: str = "") -> None:
        super().__init__(message)
        self.line, self.message, self.expected = line, message, expected


def parse(text: str, problems: Problems) -> Node | None:
    """Parse a text into a tree; None, with the problem recorded, when invalid."""
    visible = visible_text(text, problems)
    try:
        return _Builder(last=visible.count("\n") + 1).build(yaml.parse(visible, Loader=_Loader))
    except _Refused as refused:
        problems.add(refused.line, "", refused.message, refused.expected)
    except yaml.MarkedYAMLError as error:
        lines = visible.splitlines() or [""]
        line = _line_of(error, last=len(lines))
        # The parser quotes parts of the text, possibly a secret, so only its own words are kept.
        words = re.sub(r"""(['"])(?!<)(?:(?!\1).){2,}\1""", "...", error.problem or "syntax error")
        has_tab = lines[line - 1].lstrip(" ").startswith("\t")
        tabs = "spaces, not tabs, in front of a key" if has_tab else ""
        problems.add(line, "", f"not readable as YAML: {words}", tabs)
    except yaml.YAMLError:
        problems.add(1, "", "not readable as YAML")
    return None


def _line_of(error: yaml.MarkedYAMLError, *, last: int) -> int:
    """Return the line of the problem, or, at the end of the file, the line where it began."""
    went_wrong, began = error.problem_mark, error.context_mark
    at_end = went_wrong is not None and went_wrong.line + 1 >= last
    mark = began if at_end and began else went_wrong or began
    return min(mark.line + 1, last) if mark else 1


def visible_text(text: str, problems: Problems) -> str:
    """Replace control characters and bidi marks, and report each line with one.

    The parser would stop at some, treat others as line breaks, and print the rest
    unchanged; a replacement character keeps the position, so that the key is reported as well.
    """
    lines = re.split("\r\n|\r|\n", text)
    for index, line in enumerate(lines):
        if line.isprintable():
            continue
        hidden = [character for character in line if character != "\t" and is_hidden(character)]
        if hidden:
            message = f"contains the invisible character U+{ord(hidden[0]):04X}"
            problems.add(index + 1, "", message, "plain text")
            lines[index] = line.translate(dict.fromkeys(map(ord, hidden), REPLACED))
    return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Built:
    """Finished node with its size and depth, including expanded aliases."""

    node: Node
    size: int = 1
    depth: int = 0


class _Builder:
    """Builder from events to nodes. Open containers are on a stack, without recursion."""

    def __init__(self, *, last: int) -> None:
        self._last = last
        self._anchors: dict[str, _Built] = {}
        self._open: list[_Open] = []
        self._documents = 0

    def build(self, events: Iterator[yaml.Event]) -> Node | None:
        root: Node | None = None
        line = 1
        for event in events:
            # For the parser, a value missing at the end of the text begins one line later.
            found = min(event.start_mark.line + 1, self._last) if event.start_mark else 1
            line = line if line == found else found  # one object for all nodes of a line
            built = self._take(event, line)
            if built is None:
                continue
            if self._open:
                self._open[-1].add(built, line)
            else:
                root = built.node
            if len(self._open) + built.depth > _DEEPEST:
                raise _Refused(line, "nested too deeply")
        return root

    def _take(self, event: yaml.Event, line: int) -> _Built | None:
        """Return the node that an event finishes; None when it opens one."""
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise _Refused(line, "a second document starts here", "one a file")
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if len(self._open) >= _DEEPEST:
                    raise _Refused(line, "nested too deeply")
                _no_tag(event.tag, line)
                is_mapping = isinstance(event, yaml.MappingStartEvent)
                self._open.append(_Open(line, event.anchor, is_mapping))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                closed = self._open.pop()
                return self._named(closed.built(), closed.anchor)
            case yaml.ScalarEvent():
                _no_tag(event.tag, line)
                return self._named(_Built(node=_scalar(event, line)), event.anchor)
            case yaml.AliasEvent():
                # An open node has no anchor yet, so no node can contain itself.
                if event.anchor not in self._anchors:
                    raise _Refused(line, "an alias to something that is not defined above it")
                return self._anchors[event.anchor]
        return None

    def _named(self, built: _Built, anchor: str | None) -> _Built:
        if anchor is not None:
            self._anchors[anchor] = built
        return built


class _Open:
    """Open list or mapping."""

    def __init__(self, line: int, anchor: str | None, is_mapping: bool) -> None:
        self.anchor = anchor
        self._line, self._is_mapping = line, is_mapping
        self._size, self._depth = 1, 0
        self._nodes: list[Node] = []

    def add(self, built: _Built, line: int) -> None:
        if self._is_mapping and len(self._nodes) % 2 == 0 and not isinstance(built.node, Scalar):
            raise _Refused(line, "a list or mapping is used as a key", "a word")
        self._nodes.append(built.node)
        self._size += built.size
        self._depth = max(self._depth, built.depth)
        if self._size > _LARGEST:
            raise _Refused(line, "too large, aliases expanded")

    def built(self) -> _Built:
        node: Node
        if self._is_mapping:
            pairs = zip(self._nodes[::2], self._nodes[1::2], strict=True)
            entries = [Entry(key=key, value=value) for key, value in pairs if isinstance(key, Scalar)]
            node = Mapping(line=self._line, entries=_merged(entries))
        else:
            node = Sequence(line=self._line, items=tuple(self._nodes))
        return _Built(node=node, size=self._size, depth=self._depth + 1)


def _merged(entries: list[Entry]) -> tuple[Entry, ...]:
    """Resolve ``<<: *anchor``: the mapping's own keys win, then the first merged one."""
    own = [entry for entry in entries if entry.key.kind != "merge"]
    if len(own) == len(entries):
        return tuple(own)
    known = {entry.key.text for entry in own}
    for entry in entries:
        if entry.key.kind != "merge":
            continue
        sources = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
        for source in sources:
            if not isinstance(source, Mapping):
                raise _Refused(entry.key.line, "'<<' merges mappings only", "an alias to a mapping")
            fresh = [one for one in source.entries if one.key.text not in known]
            own += fresh
            known.update(one.key.text for one in fresh)
    return tuple(own)


def _scalar(event: yaml.ScalarEvent, line: int) -> Scalar:
    tag = _RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]  # the stubs leave it bare
    start, end = event.start_mark, event.end_mark
    folded = start is not None and end is not None and end.line > start.line
    kind = sys.intern(str(tag).rpartition(":")[2])  # one object for all nodes of a kind
    return Scalar(line=line, text=_shared(event.value), kind=kind, folded=folded)


def _no_tag(tag: str | None, line: int) -> None:
    if tag not in (None, "!"):
        raise _Refused(line, "a YAML tag such as !vault or !!str is not read here", "plain values")
