"""Rules over rows as YAML files: the readers of their keys.

id: uplink-half-duplex
title: {en: An uplink runs at half duplex, ja: アップリンクが半二重で動作しています}
severity: warning
cause: The other end does not negotiate.
remedy: [Set both ends to automatic negotiation.]
command: show interfaces status
parser: ntc
expect:
  no row:
    port: {matches: ^Te1/1/}
    duplex: {in: [half, a-half]}
examples:
  fail:
    - |
      Port      Name    Status     Vlan   Duplex  Speed Type
      Te1/1/1   core    connected  trunk    half   a-1G 10GBase-SR
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from slp_ops.commands import ParserKind, RowParser, command_key, is_licence_command
from slp_ops.config_files.validation_errors import did_you_mean, shown
from slp_ops.config_files.validators import (
    Reader,
    a_kind,
    bilingual_text,
    entries,
    items,
    joined,
    mapped,
    one_of,
    require,
    text,
)
from slp_ops.config_files.yaml_nodes import Mapping, Node, Scalar, Sequence
from slp_ops.errors import NotReadOnly
from slp_ops.json_documents import json_document
from slp_ops.model import Confidence, Verdict
from slp_ops.readonly import ReadCommand
from slp_ops.rules.row_rules import Comparison, Condition, Quantifier, RowExample, RowRule
from slp_ops.rules.schema import TELLING, release

if TYPE_CHECKING:
    from slp_ops.config_files.validation_errors import Problems

_PARSER: Final = re.compile(r"(ntc)|(textfsm|ttp):(\S.{0,200})", re.ASCII)
_A_PARSER: Final = "ntc, textfsm:FILE or ttp:FILE"
_A_CONDITION: Final = "a mapping such as {equals: full}"
_LONGEST_PATTERN: Final = 200
_LARGEST_EXAMPLE: Final = 64 * 1024
_MOST: Final = 50  # conditions, values of a list, examples
_VERDICTS: Final = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN)
_REQUIRED: Final = ("id", "title", "severity", "cause", "remedy", "command", "parser", "expect")


@json_document
class TemplateFile:
    """A template beside a rule: its text, or the reason why it was not read."""

    text: str = ""
    problem: str = ""


def is_row_rule(node: Node) -> bool:
    """Return whether a file contains a rule over rows."""
    keys = {entry.key.text for entry in node.entries} if isinstance(node, Mapping) else set()
    return bool(keys & {"command", "parser", "expect"})


def template_name(node: Node) -> str | None:
    """Return the name of the file that the parser of a rule names; None without one."""
    for entry in node.entries if isinstance(node, Mapping) else ():
        found = _PARSER.fullmatch(entry.value.text) if isinstance(entry.value, Scalar) else None
        if entry.key.text == "parser" and found is not None:
            return found[3]
    return None


def row_rule(node: Node, problems: Problems, template: TemplateFile | None) -> RowRule | None:
    """Read a rule over rows; None, with the problems recorded, when invalid."""

    def parser(value: Node, key: str, problems: Problems) -> RowParser | None:
        return _parser(value, key, problems, template)

    keys: dict[str, Reader] = {**TELLING, **_KEYS, "parser": parser}
    found: dict[str, Any] = mapped(node, "", problems, keys)
    if not require(node, "", problems, _REQUIRED) or not found.keys() >= set(_REQUIRED):
        return None
    quantifier, conditions = found.pop("expect")
    _check_columns(node, found["command"], found["parser"], conditions, problems)
    return RowRule(
        **{"confidence": Confidence.HIGH, **{name.replace(" ", "_"): value for name, value in found.items()}},
        quantifier=quantifier,
        conditions=conditions,
        path=problems.path,
    )


def _check_columns(
    node: Node, command: str, parser: RowParser, conditions: tuple[Condition, ...], problems: Problems
) -> None:
    columns = parser.columns(command)
    if not columns:
        (line,) = (each.key.line for each in entries(node, "", problems) if each.key.text == "command")
        problems.add(line, "command", "has no template in ntc-templates", "textfsm:FILE or ttp:FILE")
        return
    for column, line in {each.column: each.line for each in conditions}.items():
        if column not in columns:
            message = f"the template has no column {column}{did_you_mean(column, columns)}"
            problems.add(line, "expect", message, f"one of {', '.join(columns)}")


def _command(node: Node, key: str, problems: Problems) -> str | None:
    value = text(node, key, problems, "a show command")
    if value is None:
        return None
    try:
        command = str(ReadCommand(value))
    except NotReadOnly as refused:
        problems.add(node.line, key, refused.message, "a command that only reads, such as 'show vlan'")
        return None
    if is_licence_command(command) or command_key(command).startswith("show license"):
        problems.add(
            node.line, key, "is of the licence family, which slp-ops reads itself", "another command"
        )
        return None
    return command


def _parser(node: Node, key: str, problems: Problems, template: TemplateFile | None) -> RowParser | None:
    value = text(node, key, problems, _A_PARSER)
    if value is None:
        return None
    found = _PARSER.fullmatch(value)
    if found is None:
        problems.add(node.line, key, "is no parser", _A_PARSER)
        return None
    if found[1]:
        return RowParser(kind=ParserKind.NTC)
    file = template or TemplateFile(problem="there is no such file")
    if file.problem:
        problems.add(
            node.line, key, f"names {found[3]}: {file.problem}", "a file beside the rule or in a folder below"
        )
        return None
    made = RowParser(kind=ParserKind(found[2]), file=found[3], template=file.text)
    refused = list(made.problems())
    for each in refused:
        problems.add(node.line, key, f"{found[3]}, line {each.line}: it {each.message}", each.expected)
    return None if refused else made


def _expect(node: Node, key: str, problems: Problems) -> tuple[Quantifier, tuple[Condition, ...]] | None:
    found = entries(node, key, problems, Quantifier)
    if len(found) != 1:
        if not found or isinstance(node, Mapping):
            problems.add(node.line, key, f"has {len(found)} of them", f"one of {', '.join(Quantifier)}")
        return None
    name = f"{key}.{found[0].key.text}"
    below = entries(found[0].value, name, problems)
    if not 1 <= len(below) <= _MOST:
        problems.add(found[0].key.line, name, "has no condition, or too many", f"1 to {_MOST} columns")
        return None
    conditions = [
        condition
        for entry in below
        for condition in _conditions(entry.key, entry.value, joined(name, entry.key.text), problems)
    ]
    return Quantifier(found[0].key.text), tuple(conditions)


def _conditions(column: Scalar, node: Node, key: str, problems: Problems) -> list[Condition]:
    """Read the comparisons of one column; each must hold."""
    if not isinstance(node, Mapping) or not node.entries:
        problems.add(node.line, key, f"is {a_kind(node)}", _A_CONDITION)
        return []
    found = []
    for entry in entries(node, key, problems, Comparison):
        comparison = Comparison(entry.key.text)
        operand = _OPERANDS[comparison](entry.value, f"{key}.{comparison}", problems)
        if operand is not None:
            found.append(
                Condition(column=column.text, comparison=comparison, operand=operand, line=column.line)
            )
    return found


def _plain(node: Node, key: str, problems: Problems) -> str | None:
    """Read a value as it is written: 1, on and 017 are texts here."""
    if isinstance(node, Scalar) and node.kind != "null" and len(node.text) <= _LONGEST_PATTERN:
        return node.text
    kind = "too long" if isinstance(node, Scalar) and node.kind != "null" else a_kind(node)
    problems.add(node.line, key, f"is {kind}", f"a value of at most {_LONGEST_PATTERN} characters")
    return None


def _several(node: Node, key: str, problems: Problems) -> tuple[str, ...] | None:
    nodes = items(node, key, problems, "a list of values")
    if isinstance(node, Sequence) and not 1 <= len(nodes) <= _MOST:
        problems.add(node.line, key, f"has {len(nodes)} values", f"1 to {_MOST} values")
    found = [_plain(each, f"{key}[{place}]", problems) for place, each in enumerate(nodes)]
    return tuple(each for each in found if each is not None) or None


def _pattern(node: Node, key: str, problems: Problems) -> str | None:
    value = _plain(node, key, problems)
    try:
        if value is not None:
            re.compile(value, re.ASCII)
    except (re.error, OverflowError, RecursionError) as err:
        problems.add(node.line, key, f"is no regular expression: {getattr(err, 'msg', 'too large')}")
        return None
    return value


def _number(node: Node, key: str, problems: Problems) -> float | None:
    try:
        number = float(node.text) if isinstance(node, Scalar) and node.kind in ("int", "float") else math.nan
    except ValueError:  # YAML knows 0x10 and 1:30
        number = math.nan
    if not math.isfinite(number):
        seen = shown(node.text) if isinstance(node, Scalar) and node.text else a_kind(node)
        problems.add(node.line, key, f"is {seen}", "a number")
        return None
    return number


_OPERANDS: Final[dict[Comparison, Any]] = {
    Comparison.EQUALS: _plain,
    Comparison.IN: _several,
    Comparison.MATCHES: _pattern,
    Comparison.AT_LEAST: _number,
    Comparison.AT_MOST: _number,
    Comparison.RELEASE_BEFORE: release,
}


def _zero_rows(node: Node, key: str, problems: Problems) -> Verdict | None:
    value = one_of(_VERDICTS)(node, key, problems)
    return None if value is None else Verdict(value)


def _examples(node: Node, key: str, problems: Problems) -> tuple[RowExample, ...]:
    found: list[RowExample] = []
    for entry in entries(node, key, problems, _VERDICTS):
        name = joined(key, entry.key.text)
        for place, each in enumerate(items(entry.value, name, problems, "a list of outputs")):
            if not isinstance(each, Scalar) or len(each.text) > _LARGEST_EXAMPLE or len(found) >= _MOST:
                expected = (
                    f"an output as text, after '|', at most {_LARGEST_EXAMPLE} characters, {_MOST} in all"
                )
                problems.add(each.line, f"{name}[{place}]", f"is {a_kind(each)}, or too large", expected)
                continue
            found.append(RowExample(text=each.text, verdict=Verdict(entry.key.text), line=each.line))
    return tuple(found)


_KEYS: Final[dict[str, Reader]] = {
    "cause": bilingual_text,
    "command": _command,
    "expect": _expect,
    "zero rows": _zero_rows,
    "examples": _examples,
}
