"""Documents of ``parse`` and ``facts``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from slp_ops.commands import NTC_TEMPLATES
from slp_ops.facts.values import Fact
from slp_ops.json_documents import json_document, json_field
from slp_ops.model import CaptureStatus
from slp_ops.report.documents.runs import RunFolder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from slp_ops.commands import Parsed, Rows
    from slp_ops.facts import SourceLine
    from slp_ops.parsing import Facts


@json_document
class UnparsedLine:
    """A line that no parser read; ``command`` is there where the lines of several are in one list."""

    command: str | None = json_field(omit_none=True, default=None)
    line: int
    text: str


@json_document
class LineCounts:
    """Number of lines with content, and of recognised ones."""

    total: int
    read: int


@json_document
class CommandRows:
    """The rows of a command that slp-ops has no reader for.

    ``cited_lines`` has, for each row, the line of each value that is in exactly one line of the output; no
    other value has a line. ``not_parsed`` is the reason why there are no rows.
    """

    parser: str
    rows: tuple[Mapping[str, str | tuple[str, ...]], ...]
    cited_lines: tuple[Mapping[str, int], ...]
    not_parsed: str | None = json_field(omit_none=True, default=None)


@json_document
class ParsedCommand:
    """The facts of one command's output, one value per type, by the name of the type."""

    command: str
    facts: Mapping[str, Fact]
    unparsed: tuple[UnparsedLine, ...]
    lines: LineCounts
    table: CommandRows | None = json_field(inline=True, default=None)


@json_document
class ParseDocument:
    """Document of one command, or of a file with several in ``commands``."""

    schema: Literal["slp-ops/parse/1"] = "slp-ops/parse/1"
    only: ParsedCommand | None = json_field(inline=True, default=None)
    commands: tuple[ParsedCommand, ...] | None = json_field(omit_none=True, default=None)


def parse_document(found: Sequence[tuple[str, Parsed]], *, only_one: bool) -> ParseDocument:
    """Return the document of ``parse``; ``only_one`` where one command was asked for."""
    entries = tuple(
        ParsedCommand(
            command=name,
            facts=_by_type(parsed.facts),
            unparsed=tuple(_unparsed_lines(parsed.unparsed)),
            lines=_counts([parsed]),
            table=command_rows(parsed.rows, parsed.reason),
        )
        for name, parsed in found
    )
    return ParseDocument(only=entries[0]) if only_one else ParseDocument(commands=entries)


@json_document
class CaptureLines:
    """One capture, and how much of it was read."""

    command: str
    status: CaptureStatus
    lines: LineCounts
    table: CommandRows | None = json_field(inline=True, default=None)


@json_document
class DeviceFacts:
    """The facts of one device."""

    name: str
    facts: Mapping[str, Fact]
    captures: tuple[CaptureLines, ...]
    unparsed: tuple[UnparsedLine, ...]
    lines: LineCounts


@json_document
class FactsDocument:
    """The facts of a run, by device."""

    schema: Literal["slp-ops/facts/1"] = "slp-ops/facts/1"
    run: RunFolder
    devices: tuple[DeviceFacts, ...]


def facts_document(run_id: str, path: Path, devices: Mapping[str, Facts]) -> FactsDocument:
    """Return the document of ``facts``."""
    return FactsDocument(
        run=RunFolder(id=run_id, path=str(path)),
        devices=tuple(_device(name, facts) for name, facts in devices.items()),
    )


def _device(name: str, facts: Facts) -> DeviceFacts:
    parsed = [(each.command, each.parsed) for each in facts.captures if each.parsed is not None]
    return DeviceFacts(
        name=name,
        facts=_by_type(facts.all()),
        captures=tuple(
            CaptureLines(
                command=each.command,
                status=each.status,
                lines=_counts([each.parsed] if each.parsed else []),
                table=command_rows(each.parsed.rows, each.parsed.reason) if each.parsed is not None else None,
            )
            for each in facts.captures
        ),
        unparsed=tuple(line for command, each in parsed for line in _unparsed_lines(each.unparsed, command)),
        lines=_counts(each for _, each in parsed),
    )


def command_rows(rows: Rows | None, reason: str | None) -> CommandRows | None:
    """Return the rows of a command, or the reason why there are none; None for one that has no template."""
    if rows is None:
        return (
            CommandRows(parser=NTC_TEMPLATES, rows=(), cited_lines=(), not_parsed=reason) if reason else None
        )
    return CommandRows(
        parser=rows.parser,
        rows=tuple(each.values for each in rows.rows),
        cited_lines=tuple(each.lines for each in rows.rows),
    )


def _by_type(facts: Iterable[Fact]) -> Mapping[str, Fact]:
    return {type(fact).__name__: fact for fact in facts}


def _counts(parsed: Iterable[Parsed]) -> LineCounts:
    every = tuple(parsed)
    total = sum(each.total for each in every)
    return LineCounts(total=total, read=total - sum(len(each.unparsed) for each in every))


def _unparsed_lines(lines: Iterable[SourceLine], command: str | None = None) -> Iterable[UnparsedLine]:
    return (UnparsedLine(command=command, line=line.number, text=line.text) for line in lines)
