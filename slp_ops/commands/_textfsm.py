"""TextFSM templates: the columns of one, and the rows that it reads of an output.

Value MEMBER (\\d+)
Value RELEASE (\\S+)

Start
  ^\\*?\\s+${MEMBER}\\s+\\d+\\s+\\S+\\s+${RELEASE}\\s+\\S+\\s+INSTALL -> Record
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands._rows import TemplateFailed

if TYPE_CHECKING:
    from slp_ops.commands._rows import Value

# A value line: options in any order and number, then the name, then a group.
_VALUE_LINE: Final = re.compile(r"Value[ \t]+(?:[\w,]+[ \t]+)?(\w+)[ \t]+\(", re.ASCII)


def textfsm_columns(template: str) -> tuple[str, ...]:
    """Return the columns that a template names, in small letters, without compiling it."""
    found = (_VALUE_LINE.match(line) for line in template.split("\n"))
    return tuple(each[1].lower() for each in found if each is not None)


def read_textfsm(template: str, text: str) -> tuple[tuple[str, ...], list[dict[str, Value]]]:
    """Return the columns and the rows of an output. Raises TemplateFailed."""
    from textfsm import TextFSM
    from textfsm.parser import Error

    try:
        machine = TextFSM(io.StringIO(template))
        found = machine.ParseText(text)
    except Error as error:
        raise TemplateFailed(_reason(str(error))) from None
    header = tuple(column.lower() for column in machine.header)
    return header, [dict(zip(header, map(_value, row), strict=True)) for row in found]


def _value(found: object) -> Value:
    return tuple(map(str, found)) if isinstance(found, list) else str(found)


def _reason(words: str) -> str:
    line = re.search(r"Input Line: (.*?)\.?$", words, re.DOTALL)
    return f"the template does not know the line {line[1][:100]!r}" if line else words[:200]
