"""Parsers of rules over rows: the templates of ntc-templates, or a TextFSM or TTP file of the operator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.commands._ntc_templates import NTC_TEMPLATES, read_rows, template_texts
from slp_ops.commands._rows import TemplateFailed, cited_rows
from slp_ops.commands._textfsm import read_textfsm, textfsm_columns
from slp_ops.commands._ttp import TemplateProblem, read_ttp, ttp_columns, ttp_problems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.commands._rows import Rows

LARGEST_TEMPLATE: Final = 64 * 1024  # characters
_MOST_COLUMNS: Final = 100


class ParserKind(StrEnum):
    """Kind of a parser."""

    NTC = "ntc"
    TEXTFSM = "textfsm"
    TTP = "ttp"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowParser:
    """A parser. ``file`` is the name of the operator's template in the rule, ``template`` its text."""

    kind: ParserKind
    file: str = ""
    template: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.file}" if self.file else self.kind.value

    def columns(self, command: str) -> tuple[str, ...]:
        """Return its columns, in small letters; none where ntc-templates has no template for the command."""
        match self.kind:
            case ParserKind.NTC:
                templates = template_texts(command)
                return tuple(dict.fromkeys(name for each in templates for name in textfsm_columns(each)))
            case ParserKind.TEXTFSM:
                return textfsm_columns(self.template)
            case ParserKind.TTP:
                return ttp_columns(self.template)

    def problems(self) -> Iterable[TemplateProblem]:
        """Return what the operator's template must not contain."""
        if self.kind is ParserKind.TTP:
            yield from ttp_problems(self.template)
        if self.file and not 0 < len(self.columns("")) <= _MOST_COLUMNS:
            yield TemplateProblem(1, "names no column, or too many", f"1 to {_MOST_COLUMNS} columns")

    def read(self, command: str, text: str) -> Rows:
        """Return the rows of an output. Raises TemplateFailed; ImportError without TTP."""
        if self.kind is ParserKind.NTC:
            rows = read_rows(command, text)
            if rows is None:
                raise TemplateFailed(f"{NTC_TEMPLATES} has no template for this command")
            return rows
        read = read_textfsm if self.kind is ParserKind.TEXTFSM else read_ttp
        columns, values = read(self.template, text)
        return cited_rows(str(self), columns, values, text)
