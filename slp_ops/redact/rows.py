"""Find secrets whose name is in an earlier line: items of a list, columns of a table, fields of a record.

    communities:            host,user,password        - name: SNMP_COMMUNITY
      - X                   sw1,ops,X                   value: X

The line with the name opens a block (``blocks``); each of its rows is a line like any other, of which the
block names the secret. Text that is no row closes the block.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from slp_ops.redact import grammar
from slp_ops.redact.blocks import Block, LineRole
from slp_ops.redact.labels import (
    holds_value,
    is_name_of_secret,
    is_no_value,
    kind_of,
    kind_of_list,
    kind_of_parent,
    kind_of_phrase,
)
from slp_ops.redact.localized import is_label
from slp_ops.redact.masks import is_mask
from slp_ops.redact.spans import SecretSpan, found_at

_SCALAR: Final = r"""(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s"'\[\]{}].*?))"""
# "communities:", '"passwords": [', "secret {"; nothing else is on the line.
_PARENT: Final = re.compile(
    r"""(?P<indent>\s*(?:-\s+)?)["']?(?P<name>[A-Za-z_][\w.-]{0,60})["']?(?:\s*[:=]\s*(?P<open>[\[{]*)|\s+(?P<hcl>\{))\s*""",
    re.ASCII,
)
_ITEM: Final = re.compile(rf"\s*-\s+{_SCALAR}(?:\s+#.*)?\s*", re.ASCII)
_ELEMENT: Final = re.compile(rf"\s*{_SCALAR}\s*,?\s*", re.ASCII)
# "- |", "password: |": its text follows, indented deeper.
_BLOCK_ITEM: Final = re.compile(r"(?P<indent>\s*)-\s+[|>][+-]?[0-9]?\s*", re.ASCII)
_BLOCK_FIELD: Final = re.compile(
    r"""(?P<indent>\s*(?:-\s+)?)["']?(?P<name>[A-Za-z_][\w.-]{0,60})["']?\s*:\s+[|>][+-]?[0-9]?\s*""",
    re.ASCII,
)
_BLOCK_SIGNS: Final = frozenset("|>+-0123456789")
_FIELD: Final = re.compile(
    rf"""\s*(?:-\s+)?[{{\[\s]*["']?(?P<name>[A-Za-z_][\w.-]{{0,60}})["']?\s*[:=]\s*{_SCALAR}[\s,}}\]]*(?:/?>)?""",
    re.ASCII,
)
_CLOSING: Final = re.compile(r"[\]}),;\s]*", re.ASCII)
_OPENING: Final = re.compile(r"\s*(?:-\s*)?[\[{\s]*", re.ASCII)
_LABELLED: Final = re.compile(r"""["']?[\w.-]+["']?\s*[:=](?:\s|$)""", re.ASCII)
_NAMED: Final = re.compile(
    r"""[\s\-{\[]*["']?(?P<field>name|key|id|variable|field|label|parameter|option)["']?\s*[:=]\s*["']?(?P<name>[A-Za-z_][\w.-]{0,60})["']?\s*,?\s*"""
    r"""|\s*variable\s+"?(?P<variable>[\w.-]{1,60})"?\s*\{\s*""",
    re.ASCII,
)
_MOST_FIELDS: Final = 8  # between the name of a secret and its value

_DELIMITED: Final = re.compile(r"""[\s|]*[\w .\-/()"']{1,60}(?:[,;\t|][\w .\-/()"']{0,60}){1,60}[\s|]*""")
_MOST_TAGS: Final = 4  # lines of tags between a label and its value
_TAGS: Final = re.compile(r"\s*(?:</?[a-zA-Z][^<>]*>\s*)+")
_FIRST_TEXT: Final = re.compile(r"\s*(?:</?(?!masked:)[a-zA-Z][^<>]*>\s*)*([^<>\s][^<>]*)")
_LABEL_CELL: Final = re.compile(
    r".*<(?:td|th|dt|label|span|b|strong)(?:\s[^<>]*)?>\s*([^<>]{2,60}?)[\s:*]*</\w+>\s*(?:</\w+>\s*)*"
)
_XML_PARENT: Final = re.compile(
    r"\s*<(?:[\w.-]+:)?(?P<name>[a-zA-Z_][\w.-]*)(?:\s[^<>]*)?(?<!/)>\s*", re.ASCII
)
_CHILD: Final = re.compile(
    r"\s*<(?:[\w.-]+:)?(?P<name>[a-zA-Z_][\w.-]*)(?:\s[^<>]*)?>(?P<bare>[^<>]*)</(?:[\w.-]+:)?(?P=name)>\s*",
    re.ASCII,
)
_RULE: Final = re.compile(r"[\s|+:=-]*-[\s|+:=-]*", re.ASCII)
_CELL: Final = re.compile(
    r"""\s*"(?P<double>[^"]*)"\s*|\s*'(?P<single>[^']*)'\s*|\s*(?P<bare>.*)""", re.DOTALL
)
_PARENT_ENDS: Final = frozenset(":[{=")
_DELIMITER: Final = re.compile(r"[,;|\t]")
_HEAD: Final = re.compile(r"""[\s"']*[^\W\d][^\d.]*""")  # no address, serial number, release
_MOST_WORDS: Final = 3  # of the head of a column
_ALIGNED: Final = re.compile(
    r"\s*[A-Za-z][\w/()-]*(?: [\w/()-]+){0,3}(?:\s{2,}[\w/()-]+(?: [\w/()-]+){0,3}){1,12}\s*", re.ASCII
)
_COLUMN: Final = re.compile(r"\S+(?: \S+)*")


@dataclass(slots=True, kw_only=True)
class Members(Block):
    """Items and fields below the name of a secret, in YAML, JSON, or HCL."""

    kind: str
    name: str
    indent: int
    in_brackets: bool
    _item: int | None = None  # the place of the item whose text follows

    def part(self, line: str) -> LineRole:
        """Read the lines that are indented deeper; in YAML also items at the place of the name."""
        word = line.strip()
        indent = len(line) - len(line.lstrip())
        if self._item is not None and (not word or indent > self._item):
            return _role_in_text(word)
        if not word or (indent < self.indent or (indent == self.indent and not word.startswith("- "))):
            return LineRole.OVER
        if indent == self.indent and self.in_brackets:
            return LineRole.OVER
        if not kind_of_list(self.name) and opened_by(line) is not None:
            return LineRole.OVER  # "communities:" below "snmp:"
        self._item = self._text_indent(line)
        return LineRole.ROW

    def _text_indent(self, line: str) -> int | None:
        """Return the place of an item that is a text of lines; below ``pass`` such a text passes a test."""
        if self.name.lower() == "pass":
            return None
        if item := _BLOCK_ITEM.fullmatch(line):
            return len(item["indent"])
        field = _BLOCK_FIELD.fullmatch(line)
        is_secret = field and (kind_of(field["name"]) or holds_value(field["name"], self.name, self.kind))
        return len(field["indent"]) if field and is_secret else None

    def secrets(self, line: str) -> list[SecretSpan]:
        """Return the item, or the value of a field that has no name of its own."""
        field = _FIELD.fullmatch(line)
        if field is not None:
            return _scalar(line, field, self.kind) if holds_value(field["name"], self.name, self.kind) else []
        item = _ITEM.fullmatch(line) or (_ELEMENT.fullmatch(line) if self.in_brackets else None)
        if (
            item is None
            or not kind_of_list(self.name)
            or _LABELLED.match(line, item.start(item.lastgroup or 0))
        ):
            return []
        if self.name.lower() == "secrets" and is_name_of_secret(item[item.lastgroup or 0]):
            return []
        return _scalar(line, item, self.kind)


@dataclass(slots=True, kw_only=True)
class Text(Block):
    """The lines of a text behind the name of a secret, in YAML: ``password: |``."""

    kind: str
    indent: int

    def part(self, line: str) -> LineRole:
        """Read the lines that are indented deeper, and empty ones between them."""
        word = line.strip()
        if word and len(line) - len(line.lstrip()) <= self.indent:
            return LineRole.OVER
        return _role_in_text(word)


@dataclass(slots=True, kw_only=True)
class Record(Block):
    """The fields after ``name: SNMP_COMMUNITY``, or of ``variable "snmp_community" {``: ``value: X``."""

    kind: str
    _left: int = _MOST_FIELDS
    _text: Text | None = None  # the value, if it is a text of lines

    def part(self, line: str) -> LineRole:
        """Read fields until the value was found, or another record begins."""
        if self._text is not None:
            return self._text.part(line)
        self._left -= 1
        field = _FIELD.fullmatch(line)
        if self._left < 0 or field is None or line.lstrip()[:1] in "-{[" or _record(line):
            return LineRole.OVER
        if field["name"].lower() in grammar.VALUE_FIELDS:
            self._left = 0
            if text := _BLOCK_FIELD.fullmatch(line):
                self._text = Text(kind=self.kind, indent=len(text["indent"]))
            return LineRole.ROW
        return LineRole.PLAIN

    def secrets(self, line: str) -> list[SecretSpan]:
        """Return the value of the field."""
        field = _FIELD.fullmatch(line)
        return [] if field is None else _scalar(line, field, self.kind)


@dataclass(slots=True, kw_only=True)
class Table(Block):
    """Rows of comma-separated values, or of a table with bars; ``kinds`` has an entry for each column."""

    kind: str
    delimiter: str
    kinds: tuple[str, ...]

    def part(self, line: str) -> LineRole:
        """Read rows with as many cells as the head, until the head of another table."""
        if _RULE.fullmatch(line):
            return LineRole.PLAIN
        is_row = len(_cells(line, self.delimiter)) == len(self.kinds) and opened_by(line) is None
        return LineRole.ROW if is_row else LineRole.OVER

    def secrets(self, line: str) -> list[SecretSpan]:
        """Return the cells of the columns with secrets."""
        found: list[SecretSpan] = []
        for kind, (start, end) in zip(self.kinds, _cells(line, self.delimiter), strict=False):
            if kind and (cell := _CELL.fullmatch(line, start, end)):
                found += _scalar(line, cell, kind)
        return found


@dataclass(slots=True, kw_only=True)
class Columns(Block):
    """Rows below a head whose columns are aligned with blanks: the places of those with secrets."""

    kind: str
    columns: tuple[tuple[int, str], ...]

    def part(self, line: str) -> LineRole:
        """Read rows that have a word where the first such column begins."""
        if _RULE.fullmatch(line):
            return LineRole.PLAIN
        first = self.columns[0][0]
        begins = line[first : first + 1].strip() and not line[max(0, first - 1) : first].strip()
        return LineRole.ROW if begins and opened_by(line) is None else LineRole.OVER

    def secrets(self, line: str) -> list[SecretSpan]:
        """Return the words where the columns begin."""
        found: list[SecretSpan] = []
        for start, kind in self.columns:
            if (cell := _COLUMN.match(line, start)) and not is_no_value(cell[0].lower(), kind):
                found += found_at(line, *cell.span(), kind)
        return found


@dataclass(slots=True, kw_only=True)
class Element(Block):
    """The elements below one whose name announces a secret, in XML, each on a line of its own."""

    kind: str
    name: str
    _left: int = _MOST_FIELDS

    def part(self, line: str) -> LineRole:
        """Read lines until the end of the element."""
        self._left -= 1
        is_over = self._left < 0 or not line.lstrip().startswith("<") or f"/{self.name}>" in line.lower()
        if is_over and self._left >= 0 and _CHILD.fullmatch(line):
            return LineRole.ROW  # "<key>X</key>" below "<key>"
        return LineRole.OVER if is_over else LineRole.ROW

    def secrets(self, line: str) -> list[SecretSpan]:
        """Return the text of an element that holds a secret."""
        child = _CHILD.fullmatch(line)
        if child is None or not holds_value(child["name"], self.name, self.kind):
            return []
        if is_no_value(child["bare"].strip().lower(), self.kind):
            return []
        return list(found_at(line, *child.span("bare"), self.kind))


@dataclass(slots=True, kw_only=True)
class Cell(Block):
    """The cell after one that is a label, on a line of its own."""

    kind: str
    _left: int = _MOST_TAGS

    def part(self, line: str) -> LineRole:
        """Read the line with the cell; before it may be lines of tags alone."""
        self._left -= 1
        if self._left < 0 or not line.lstrip().startswith("<"):
            return LineRole.OVER
        if _TAGS.fullmatch(line):
            return LineRole.PLAIN
        self._left = 0
        return LineRole.ROW

    def secrets(self, line: str) -> list[SecretSpan]:
        """Return the first text of the line."""
        cell = _FIRST_TEXT.match(line)
        if cell is None or is_no_value(cell[1].strip().lower(), self.kind):
            return []
        return list(found_at(line, *cell.span(1), self.kind))


def opened_by(line: str) -> Block | None:
    """The block that this line opens, if it opens one."""
    last = line.rstrip()[-1:]
    if last in _PARENT_ENDS and (parent := _PARENT.fullmatch(line)):
        name = parent["name"]
        if kind := kind_of_parent(name):
            is_bracket = bool(parent["open"] or parent["hcl"])
            return Members(kind=kind, name=name, indent=len(parent["indent"]), in_brackets=is_bracket)
    if last in _BLOCK_SIGNS and (text := _BLOCK_FIELD.fullmatch(line)) and (kind := kind_of(text["name"])):
        return Text(kind=kind, indent=len(text["indent"]))
    if last == ">" and (label := _LABEL_CELL.fullmatch(line)):
        kind = _kind_of_head(label[1])
        return Cell(kind=kind) if kind else None
    if last == ">" and (element := _XML_PARENT.fullmatch(line)):
        name = element["name"].lower()
        kind = kind_of_parent(name)
        return Element(kind=kind, name=name) if kind else None
    if ":" in line or "=" in line or last == "{":
        return _record(line)
    if _DELIMITER.search(line):
        return _table(line) if _DELIMITED.fullmatch(line) else None
    return _columns(line) if "  " in line.strip() and _ALIGNED.fullmatch(line) else None


def _role_in_text(word: str) -> LineRole:
    """Return the role of a line of a text: a secret, unless it is masked or a template."""
    is_plain = not word or is_mask(word) or (word.startswith("{{") and word.endswith("}}"))
    return LineRole.PLAIN if is_plain else LineRole.BODY


def _record(line: str) -> Record | None:
    named = _NAMED.fullmatch(line)
    kind = kind_of(named["name"] or named["variable"]) if named else ""
    return Record(kind=kind) if kind else None


def _table(line: str) -> Table | None:
    delimiter = max(",;\t|", key=line.count)
    cells = [line[start:end] for start, end in _cells(line, delimiter)]
    if len(cells) < 2 or not all(
        _HEAD.fullmatch(cell) and len(cell.split()) <= _MOST_WORDS for cell in cells
    ):
        return None
    kinds = tuple(_kind_of_head(cell.strip(" \"'")) for cell in cells)
    kind = next(filter(None, kinds), "")
    if kind == "password":
        kinds = tuple(
            kind if cell.strip(" \"'").lower() == "enable" else each
            for cell, each in zip(cells, kinds, strict=True)
        )
    return Table(kind=kind, delimiter=delimiter, kinds=kinds) if kind else None


def _kind_of_head(head: str) -> str:
    """Return the kind of secret below a head; ``invalid-token`` is a name in a row, not a head."""
    if is_label(head):
        return "password"
    return kind_of_phrase(head) if "-" not in head or head.istitle() or head.isupper() else ""


def _columns(line: str) -> Columns | None:
    if not all(head[0][:1].isupper() or not head[0].isascii() for head in _COLUMN.finditer(line)):
        return None  # a row
    columns = [(head.start(), _kind_of_head(head[0])) for head in _COLUMN.finditer(line)]
    secret = tuple((start, kind) for start, kind in columns if kind)
    return Columns(kind=secret[0][1], columns=secret) if secret else None


def _cells(line: str, delimiter: str) -> list[tuple[int, int]]:
    """Return the places of the cells of a row; a delimiter within quotes is none."""
    start, end = 0, len(line.rstrip())
    if delimiter == "|":
        start = len(line) - len(line.lstrip(" |"))
        end = len(line.rstrip(" |"))
    cells: list[tuple[int, int]] = []
    quote, at = "", start
    for place in range(start, end):
        character = line[place]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and not line[at:place].strip():
            quote = character
        elif character == delimiter:
            cells.append((at, place))
            at = place + 1
    return [*cells, (at, end)]


def _scalar(line: str, found: re.Match[str], kind: str) -> list[SecretSpan]:
    """Return the value that was found, unless it is none."""
    group = next((name for name in ("double", "single", "bare") if found[name] is not None), "")
    value = found[group].strip() if group else ""
    if not value or not value.isascii() or is_no_value(value.lower(), kind, group):
        return []
    return list(found_at(line, *found.span(group), kind))
