"""Facts as terminal text: a table of fact, field and value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.json_documents import encode
from slp_ops.messages import message_text
from slp_ops.report.terminal.layout import styled, table
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slp_ops.commands import Parsed
    from slp_ops.facts import Fact
    from slp_ops.i18n import Lang
    from slp_ops.parsing import Facts

_HIDDEN = frozenset(
    {"printed", "smart_printed", "status_printed", "state_printed", "mac_printed", "position"}
)
# A dict with a text and one of these is a fact; without them it is a printed value and what it means.
_MORE_THAN_A_TEXT = frozenset({"facility", "host", "label", "name", "pid"})


_SHOWN: Final = 20  # unparsed lines on a terminal; --json gives all


_HEADER: Final = (Text("FACT", "項目"), Text("FIELD", "フィールド"), Text("VALUE", "値"))
_NOTHING: Final = Text("{command}: {status}, nothing read", "{command}: {status}、読み取りなし")
_READ: Final = Text("{name}: {read} of {total:line} read", "{name}: {total} 行中 {read} 行を読み取り")
_UNREAD: Final = Text("not read:", "読み取れなかった行:")
_MORE: Final = Text("  and {count} more; --json lists them all", "  ほか {count} 行 (--json ですべて表示)")
_NOT_PARSED: Final = Text("not parsed: {why}", "解析していません: {why}")
_ROWS: Final = Text("{count:row}, read by {parser}", "{count} 行 ({parser} で解析)")
_EMPTY: Final = Text("nothing set", "設定なし")


def render_facts(devices: Mapping[str, Facts], lang: Lang) -> str:
    """Return the facts of each device, and the captures that were not read completely."""
    return "\n".join(line for name, facts in devices.items() for line in _device(name, facts, lang))


def render_parsed(commands: Iterable[tuple[str, Parsed]], lang: Lang) -> str:
    """Return the facts of each command's output, and the lines that were not read."""
    return "\n".join(line for name, parsed in commands for line in _command(name, parsed, lang))


def _device(name: str, facts: Facts, lang: Lang) -> Iterator[str]:
    yield styled(one_line(name), bold=True)
    if facts.all():
        yield table([word.render(lang) for word in _HEADER], _rows(facts.all(), lang))
    for each in facts.captures:
        if each.parsed is None:
            nothing = _NOTHING.format(command=one_line(each.command), status=message_text(each.status))
            yield nothing.render(lang)
        elif each.parsed.rows is not None or each.parsed.reason:
            yield f"{one_line(each.command)}:"
            yield from _table(each.parsed, lang)
        elif each.parsed.unparsed:
            yield _READ.format(
                name=one_line(each.command), read=str(each.read_lines), total=each.parsed.total
            ).render(lang)
    yield ""


def _command(name: str, parsed: Parsed, lang: Lang) -> Iterator[str]:
    read = parsed.total - len(parsed.unparsed)
    yield _READ.format(name=one_line(name), read=str(read), total=parsed.total).render(lang)
    if parsed.facts:
        yield table([word.render(lang) for word in _HEADER], _rows(parsed.facts, lang))
    yield from _table(parsed, lang)
    if parsed.unparsed:
        yield _UNREAD.render(lang)
    for line in parsed.unparsed[:_SHOWN]:
        yield f"  {line.number}: {one_line(line.text)}"
    if len(parsed.unparsed) > _SHOWN:
        yield _MORE.format(count=len(parsed.unparsed) - _SHOWN).render(lang)
    yield ""


def _table(parsed: Parsed, lang: Lang) -> Iterator[str]:
    """Yield the rows of a command that slp-ops has no reader for; a column without a value is left out."""
    if parsed.reason:
        yield _NOT_PARSED.format(why=message_text(one_line(parsed.reason))).render(lang)
    if parsed.rows is None:
        return
    cells = [{name: _cell(value) for name, value in each.values.items()} for each in parsed.rows.rows]
    columns = [name for name in parsed.rows.columns if any(each.get(name) for each in cells)]
    if columns:
        rows = [[each.get(name, "") for name in columns] for each in cells]
        yield table(tuple(name.upper().replace("_", " ") for name in columns), rows)
    yield _ROWS.format(count=len(cells), parser=parsed.rows.parser).render(lang)


def _cell(value: str | tuple[str, ...]) -> str:
    return one_line(value if isinstance(value, str) else ", ".join(value))


def _rows(facts: Iterable[Fact], lang: Lang) -> Iterator[tuple[str, str, str]]:
    """(fact, field, value) for a table; what is missing has no row."""
    for fact in facts:
        name = type(fact).__name__
        leaves = tuple(_leaves(encode(fact), ""))
        yield from ((name, field, value) for field, value in leaves)
        if not leaves:
            yield (name, "", _EMPTY.render(lang))


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case None | []:
            return
        case {"label": str(label), "value": text}:
            yield f"{path.rpartition('[')[0]} {label}".strip(), str(text)
        case {"text": str(text), **rest} if not _MORE_THAN_A_TEXT & rest.keys():
            # A time, a number of days, a flag: what was printed says it all.
            yield path, text
        case dict():
            for key, each in value.items():
                if key not in _HIDDEN:
                    yield from _leaves(each, f"{path}.{key}" if path else str(key))
        case list():
            if all(isinstance(each, str | int | float) for each in value):
                yield path, ", ".join(map(str, value))
                return
            for number, each in enumerate(value, 1):
                yield from _leaves(each, f"{path}[{number}]")
        case bool():
            yield path, "yes" if value else "no"
        case _:
            yield path, str(value)
