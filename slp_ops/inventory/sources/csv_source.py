"""CSV source: a heading, then one switch per line, as exported by a spreadsheet or a CMDB.

    name,site,host,port,username,credential,transport,tags,legacy_ssh
    tyo-core-01,tokyo,192.0.2.11,,netops,,,core,
    tyo-acc-01,tokyo,192.0.2.21,,netops,,asyncssh,access old,yes

The columns are the single-word settings of the native format; tags are separated by blanks. An
empty cell is unset. Semicolons may separate the cells instead of commas. The rows become a tree of
the native format, so that the same validation applies.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from slp_ops.config_files.validation_errors import Problems, asks_secret, did_you_mean, first_word, shown
from slp_ops.config_files.yaml_nodes import Entry, Mapping, Node, Scalar, Sequence, visible_text
from slp_ops.inventory.sources.yaml_source import read_tree

if TYPE_CHECKING:
    from slp_ops.inventory.values import Inventory

SUFFIXES: Final = (".csv",)
_REQUIRED: Final = ("name", "site", "host")
_NUMBERS: Final = ("port", "max_sessions", "max_output", "max_time", "login_timeout")
_COLUMNS: Final = (
    *_REQUIRED,
    "username",
    "credential",
    "platform",
    "transport",
    "tags",
    "legacy_ssh",
    *_NUMBERS,
)


def read(content: str, path: str) -> Inventory:
    """Read the inventory of a table; raises InputError with all problems."""
    problems = Problems(path)
    rows = _rows(visible_text(content, problems), problems)
    if not rows:
        problems.add(1, "", "is empty", f"a heading with {', '.join(_REQUIRED)}")
        raise problems.error()
    (first, heading), *switches = rows
    columns = _columns(first, heading, problems)
    sites: dict[str, list[Entry]] = {}
    for line, cells in switches:
        if len(cells) > len(columns):
            problems.add(line, "", f"has {len(cells)} cells", f"at most {len(columns)}")
        said = {column: cell for column, cell in zip(columns, cells, strict=False) if cell}
        missing = [column for column in ("name", "site") if column in columns and column not in said]
        for column in missing:
            problems.add(line, column, "is missing", "a word in this column")
        if "name" in said and "site" in said:
            settings = {column: _node(line, column, cell) for column, cell in said.items()}
            del settings["name"], settings["site"]
            sites.setdefault(said["site"], []).append(_entry(line, said["name"], _mapping(line, settings)))
    root: dict[str, Node] = {
        "version": Scalar(line=first, text="1", kind="int"),
        "sites": Mapping(line=first, entries=tuple(_site(name, rows_) for name, rows_ in sites.items())),
    }
    return read_tree(_mapping(first, root), problems)


def _rows(text: str, problems: Problems) -> list[tuple[int, list[str]]]:
    """Return the non-empty rows, each with its line."""
    heading = text.partition("\n")[0]
    delimiter = ";" if ";" in heading and "," not in heading else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append((reader.line_num, cells))
    except csv.Error:
        problems.add(max(reader.line_num, 1), "", "is not readable as CSV", "closed quotes, short cells")
    return rows


def _columns(line: int, heading: list[str], problems: Problems) -> list[str]:
    columns = [cell.lower() for cell in heading]
    for number, column in enumerate(columns):
        key = shown(first_word(column))
        if asks_secret(column):
            problems.add(line, key, "a secret does not belong in a file", "no such column")
        elif column not in _COLUMNS:
            near = did_you_mean(column, _COLUMNS)
            problems.add(line, key, f"is not a known column{near}", f"any of {', '.join(_COLUMNS)}")
        elif column in columns[:number]:
            problems.add(line, key, "occurs twice", "one of them")
    for column in _REQUIRED:
        if column not in columns:
            problems.add(line, column, "is missing in the heading", ", ".join(_REQUIRED))
    return columns


def _node(line: int, column: str, cell: str) -> Node:
    """Convert a cell to a YAML value: a table contains text only."""
    if column == "tags":
        words = (Scalar(line=line, text=word, kind="str") for word in cell.split())
        return Sequence(line=line, items=tuple(words))
    kind = "str"
    if column in _NUMBERS and cell.isascii() and cell.isdigit():
        kind = "int"
    elif column == "legacy_ssh" and cell.lower() in ("true", "false", "yes", "no"):
        kind = "bool"
    return Scalar(line=line, text=cell, kind=kind)


def _site(name: str, devices: list[Entry]) -> Entry:
    line = devices[0].key.line
    return _entry(line, name, _mapping(line, {"devices": Mapping(line=line, entries=tuple(devices))}))


def _mapping(line: int, values: dict[str, Node]) -> Mapping:
    return Mapping(line=line, entries=tuple(_entry(line, key, value) for key, value in values.items()))


def _entry(line: int, key: str, value: Node) -> Entry:
    return Entry(key=Scalar(line=line, text=key, kind="str"), value=value)
