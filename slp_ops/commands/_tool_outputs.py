"""Outputs of show commands in what automation tools write: JSON of Ansible, Nornir or NAPALM, logs of pyATS.

{"acc-1": {"show version": "Cisco IOS XE ..."}}                                by command
[{"host": "acc-1", "command": "show version", "output": "Cisco IOS XE ..."}]   records
{"stdout": ["Cisco IOS XE ..."], "stdout_lines": [["Cisco IOS XE ..."]]}       a variable of Ansible
ok: [acc-1] => {"stdout": ["Cisco IOS XE ..."]}                                its console
device,command,output                                                          a table of outputs
Hostname;Type;Cslu address                                                     a table of values
{'acc-1': {'show version': 'Cisco IOS XE ...'}}                                print() of Python
'\\nTransport:\\n  Type: cslu\\n'                                                    the text itself, escaped
%UNICON-INFO: +++ acc-1 with via 'cli': executing command 'show version' +++   pyATS

They become a terminal log with a prompt before each command; lines count from its beginning. A text in which
no output is found stays unchanged.
"""

from __future__ import annotations

import ast
import csv
import re
import warnings
from io import StringIO
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from slp_ops.commands import find
from slp_ops.commands._section_parser import BLOCK_OF
from slp_ops.commands._signatures import command_of
from slp_ops.iosxe.names import is_host
from slp_ops.iosxe.prompts import PROMPT
from slp_ops.json_documents import InvalidJson, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARKS: Final = re.compile(
    r'["\'](?:[\w.\[\]]{1,60}\.)?'
    r"(?:stdout|stdout_lines|msg|output|result|response|text|raw|(?:sh|show) [a-z])"
)
_CONSOLE: Final = re.compile(
    r"^(?:ok|changed|failed|fatal): \[(?P<host>[^\]\s]{1,100})(?: -> [^\]]*)?\][^\n{]{0,400}=> (?=\{)",
    re.MULTILINE | re.ASCII,
)
_UNICON: Final = re.compile(
    r"^[^\n]{0,80}%UNICON-INFO: \+\+\+ (?P<host>\S{1,100}) with [^\n]{0,80}: executing command "
    r"'(?P<typed>[^'\n]{1,250})' \+\+\+[ \t]*\r?\n(?P<echo>[ \t]*(?P=typed)[ \t]*\r?\n)?",
    re.MULTILINE | re.ASCII,
)
_HOSTS: Final = (
    "inventory_hostname",
    "ansible_host",
    "hostname",
    "host",
    "device",
    "device_name",
    "name",
    "switch",
)
_COMMANDS: Final = ("command", "cmd", "cli")
_OUTPUTS: Final = ("output", "result", "response", "stdout", "raw", "raw_output", "text", "data", "value")
_CONFIGURATIONS: Final = ("config", "configuration", "running_config", "running-config")
_ESCAPED: Final = re.compile(r"\\(r\\n|[nrt'\"\\])")
_ESCAPES: Final = {"r\\n": "\n", "n": "\n", "r": "", "t": "\t", "'": "'", '"': '"', "\\": "\\"}
_PROMPTED: Final = re.compile(rf"\s{{0,20}}{PROMPT} ?sh(?:o|ow)? ", re.ASCII)
_LEAST_BREAKS: Final = 5
_MOST_DEPTH: Final = 12
_LEAST_LINES: Final = 3
_LONGEST_PYTHON: Final = 8_000_000  # its tree takes ten times the memory of the text


class _Output(NamedTuple):
    """Output of a command; ``command`` is None for lines of a configuration, and for a log of a terminal.

    ``host`` is None where nothing names it.
    """

    host: str | None
    command: str | None
    text: str


def as_terminal_log(text: str) -> str:
    """Return the outputs in a tool's text as a terminal log; any other text unchanged."""
    if "%UNICON-INFO: +++ " in text:
        text = _UNICON.sub(_with_prompt, text)
    found = _cells(text) or _values(text)
    if not found and _MARKS.search(text):
        found = [each for host, value in _documents(text) for each in _outputs(value, host)]
    if not found:
        return _unescaped(text)
    named = {each.host for each in found if each.host}
    usual = named.pop() if len(named) == 1 else _UNNAMED
    return "".join(f"{_heading(each, usual)}\n{each.text.rstrip()}\n" for each in found)


def _heading(output: _Output, usual: str) -> str:
    """Return the line above an output: its prompt and command, or the name of the switch alone."""
    host = output.host or usual
    return f"==> {host} <==" if output.command is None else f"{host}#{output.command}"


def _unescaped(text: str) -> str:
    """Return a text with the line breaks that Python or JSON escaped, if that shows an output."""
    if text.count("\\n") < _LEAST_BREAKS:
        return text
    plain = _ESCAPED.sub(lambda found: _ESCAPES[found[1]], text)
    return plain if command_of(plain) is not None else text


def _cells(text: str) -> list[_Output]:
    """Return the outputs in the cells of a table; nothing where the first line does not name its columns."""
    head = text[: text.find("\n")]
    separator = next((each for each in ",;\t" if each in head), None)
    names = [] if separator is None else [name.strip(' "\r').lower() for name in head.split(separator)]
    outputs = set(names) & {*_OUTPUTS, *_CONFIGURATIONS}
    if separator is None or '"' not in text or not set(names) & set(_HOSTS) or not outputs:
        return []
    found: list[_Output] = []
    lines: list[_Output] = []  # of a configuration: the whole of it has a command of its own
    try:
        for row in csv.DictReader(StringIO(text), names, delimiter=separator):
            record = {name: value for name, value in row.items() if isinstance(value, str)}
            host = _host_of(record)
            found += _of_record(record, host, 0)
            lines += [
                _Output(host, None, record[name]) for name in _CONFIGURATIONS if "\n" in record.get(name, "")
            ]
    except csv.Error:  # a cell beyond the limit of the reader: no table of outputs
        return []
    return found or lines


def _values(text: str) -> list[_Output]:
    """Return the values in the rows of a table with the labels of a licensing page as columns; else nothing.

    Each row becomes the output of a filter, since its cells are a part of the page.
    """
    head = text[: text.find("\n")]
    separator = next((each for each in "\t;,|" if each in head), None)
    columns = [name.strip(' "*') for name in head.strip("| \r").split(separator)] if separator else []
    labels = [name for name in columns if name.lower() in _LABELS]
    is_table = len(labels) >= _LEAST_LABELS and any(name.lower() in _HOSTS for name in columns)
    if separator is None or not is_table:
        return []
    try:
        rows = list(csv.reader(StringIO(text[len(head) :]), delimiter=separator))
    except csv.Error:  # a cell beyond the limit of the reader
        return []
    found: list[_Output] = []
    for row in rows:
        cells = row[1:-1] if separator == "|" and row[:1] == [""] else row
        record = dict(zip(columns, map(str.strip, cells), strict=False))
        host = _host_of({name.lower(): value for name, value in record.items()})
        printed = [name for name in labels if record.get(name)]  # an empty cell was not read
        if host is not None and printed:
            lines = "\n".join(f"  {name}: {record[name]}" for name in printed)
            found.append(_Output(host, _filter_of(printed), lines))
    return found


# Labels of `show license status` by which a few lines are known to be of it.
_LABELS: Final = frozenset(
    {label for label, block in BLOCK_OF.items() if block in ("transport", "usage reporting")}
    | {"type", "trust code installed"}
)
_LEAST_LABELS: Final = 2
_LABELLED: Final = re.compile(r"^[ \t]*([A-Za-z][A-Za-z ]{1,40}): ", re.MULTILINE)


def _filter_of(labels: Sequence[str]) -> str:
    """Return the command that prints these labels alone."""
    return f"show license status | include {'|'.join(labels)}"


def _with_prompt(found: re.Match[str]) -> str:
    """Return the echo of a command behind a prompt; the line before it, where there is one, becomes blank."""
    return f"{'' if found['echo'] is None else chr(10)}{found['host']}#{found['typed']}\n"


_UNNAMED: Final = "Switch"  # the host name of IOS-XE without a configuration


def _documents(text: str) -> Iterator[tuple[str | None, Any]]:
    """Yield each JSON document of a text, with the host that a console names before it."""
    if text.lstrip()[:1] in ("{", "["):
        for part in (text, *text.split("\n")):
            value = _value(part.strip().rstrip(","))
            if isinstance(value, dict | list):
                yield None, value
                if part is text:
                    return
        return
    for found in _CONSOLE.finditer(text):
        line_end = text.find("\n", found.end())
        end = len(text) if line_end < 0 else line_end
        if not text[found.end() : end].rstrip().endswith("}"):
            closed = text.find("\n}", found.end())
            end = len(text) if closed < 0 else closed + 2
        try:
            yield found["host"], parse_json(text[found.end() : end])
        except InvalidJson:
            continue


def _value(text: str) -> Any:
    """Return the value of JSON, or of what ``print()`` of Python writes; None for other text."""
    try:
        return parse_json(text)
    except InvalidJson:
        pass
    if text[:2] not in ("{'", "[{", "['") or len(text) > _LONGEST_PYTHON:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an escape that Python does not know
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _outputs(value: Any, host: str | None, depth: int = 0) -> Iterator[_Output]:
    """Yield the outputs in a JSON value."""
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, list):
        for each in value:
            yield from _outputs(each, host, depth + 1)
    elif isinstance(value, dict):
        yield from _of_record(value, _host_of(value) or host, depth)


def _of_record(record: dict[str, Any], host: str | None, depth: int) -> Iterator[_Output]:
    typed = next((record[name] for name in _COMMANDS if isinstance(record.get(name), str)), None)
    listed = _commands_of(record)
    texts = _texts(record.get("stdout")) or _texts(record.get("stdout_lines"))
    for place, text in enumerate(texts):
        yield from _output(host, listed[place] if place < len(listed) else typed, text)
    for name, inner in record.items():
        if name.startswith("stdout") and texts:
            continue
        own = _text(inner)
        if find(name) is not None and own is not None:
            yield _Output(host, name, own)
        elif own is not None and (
            name in _OUTPUTS or name == "msg" or name.rpartition(".")[2].startswith("stdout")
        ):
            yield from _output(host, typed, own)
        elif name.rpartition(".")[2] in ("stdout", "stdout_lines"):
            for text in _texts(inner):
                yield from _output(host, typed, text)
        elif isinstance(inner, dict | list):
            if name == "hosts" and isinstance(inner, dict):
                for each, of_host in inner.items():
                    yield from _outputs(of_host, each if is_host(each) else host, depth + 1)
                continue
            own_host = name if is_host(name) and _is_host_key(name, inner) else host
            yield from _outputs(inner, own_host, depth + 1)


def _is_host_key(name: str, inner: Any) -> bool:
    """Return whether the key of an object is the name of a device: a word with a digit, or above commands."""
    if isinstance(inner, dict) and any(find(key) is not None for key in inner):
        return True
    return any(sign.isdigit() for sign in name)


def _output(host: str | None, typed: str | None, text: str) -> Iterator[_Output]:
    """Yield an output whose command is known, or evident from its first words."""
    if typed is None and _PROMPTED.match(text):
        yield _Output(host, None, text)
        return
    command = typed if typed is not None and find(typed) is not None else command_of(text)
    labels = [label for label in _LABELLED.findall(text) if label.lower() in _LABELS]
    if command is not None and (typed is not None or text.count("\n") >= _LEAST_LINES):
        yield _Output(host, command, text)
    elif command is None and len(labels) >= _LEAST_LABELS:
        yield _Output(host, _filter_of(labels), text)


def _commands_of(record: dict[str, Any]) -> list[str | None]:
    """Return the commands of a task of Ansible, in order."""
    value: Any = record
    for name in ("invocation", "module_args", "commands"):
        value = value.get(name) if isinstance(value, dict) else None
    listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [
        each.get("command") if isinstance(each, dict) else each if isinstance(each, str) else None
        for each in listed
    ]


def _texts(value: Any) -> list[str]:
    """Return the outputs of ``stdout``: a text, or a list of texts or of lists of lines."""
    if (own := _text(value)) is not None and not (
        isinstance(value, list) and any("\n" in each for each in value)
    ):
        return [own]
    if not isinstance(value, list):
        return []
    return [text for each in value if (text := _text(each)) is not None]


def _text(value: Any) -> str | None:
    """Return a text, or the lines of one; None for another value."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if (
        isinstance(value, list)
        and len(value) >= _LEAST_LINES
        and all(isinstance(each, str) for each in value)
    ):
        return "\n".join(each.rstrip("\r\n") for each in value)
    return None


def _host_of(record: dict[str, Any]) -> str | None:
    found = (record.get(name) for name in _HOSTS)
    return next((each for each in found if isinstance(each, str) and is_host(each)), None)
