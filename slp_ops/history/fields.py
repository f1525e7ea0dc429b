"""Differences of facts between two readings of one switch, field by field."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.facts import RumReports
from slp_ops.history.config import hidden
from slp_ops.json_documents import encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slp_ops.facts import Fact
    from slp_ops.parsing import Facts

# Different in every reading; rules evaluate their relevant content.
_MOVING: Final = frozenset(
    {
        "AgentInternals", "Clock", "CommunicationStatistics", "CpuLoad", "EventLog", "Hosts", "MemoryUse",
        "MessageHistory", "NtpStatus", "Probes", "RumDetails", "RumPayloads", "ScheduledJobs", "SyslogBuffer",
        "TechEvents", "TelemetryReports",
    }
)  # fmt: skip
_MOVING_FIELDS: Final = frozenset({"uptime", "control_processor_uptime", "measurements"})
_HIDDEN: Final = frozenset({"printed", "position"})
# Keys of table rows, so that a removed row does not shift the others.
_KEYS: Final = ("name", "number", "id", "kind", "udi", "address", "label", "first", "pid")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One changed field. None: the field is absent.

    ``secret``: the difference is a secret, which is not shown.
    """

    fact: str
    field: str
    old: str | None
    new: str | None
    secret: bool = False


def field_changes(old: Facts, new: Facts, *, everything: bool = False) -> tuple[FieldChange, ...]:
    """Return the differences in the facts of both readings, ordered by name.

    Facts of the configuration are omitted in favour of its lines, as are counters and logs, which
    differ in every reading; ``everything`` includes both.
    """
    was, now = _by_name(old), _by_name(new)
    found: list[FieldChange] = []
    for name in sorted(was.keys() & now.keys()):
        if not everything and (name in _MOVING or _of_config(was[name])):
            continue
        before, after = _fields(was[name], everything), _fields(now[name], everything)
        if was[name].source.command != now[name].source.command:
            # From another command this time: an abbreviated or missing value is no change.
            both = {field for field in before if field in after and not _alike(before[field], after[field])}
            before = {field: value for field, value in before.items() if field in both}
            after = {field: value for field, value in after.items() if field in both}
        found += (
            _change(name, field, before.get(field), after.get(field))
            for field in dict.fromkeys((*before, *after))
            if before.get(field) != after.get(field)
        )
    return tuple(found)


def _alike(one: str, other: str) -> bool:
    """Compare values such as ``30  days`` and ``30  days State(4) InPolicy(90)``."""
    return one.startswith(other) or other.startswith(one)


def _change(fact: str, field: str, old: str | None, new: str | None) -> FieldChange:
    before, after = (None if text is None else hidden(text) for text in (old, new))
    return FieldChange(fact=fact, field=field, old=before, new=after, secret=before == after)


def _by_name(facts: Facts) -> dict[str, Fact]:
    return {type(fact).__name__: fact for fact in facts.all()}


def _of_config(fact: Fact) -> bool:
    return fact.source.command.startswith("show running-config") or type(fact).__module__.endswith(".config")


def _fields(fact: Fact, everything: bool) -> dict[str, str]:
    if isinstance(fact, RumReports) and not everything:
        # Reports change every day: compare the counts by state.
        return {
            state: str(count) for state, count in Counter(each.state.value for each in fact.reports).items()
        }
    return dict(_leaves(encode(fact), "", everything))


def _leaves(value: object, path: str, everything: bool) -> Iterator[tuple[str, str]]:
    match value:
        case None | []:
            return
        case {"text": str(text), **rest} if not {"label", "time", "name", "pid"} & rest.keys():
            yield path, text  # a time, a number of days, a flag: the printed text is complete
        case dict():
            for key, each in value.items():
                if everything or not (key in _MOVING_FIELDS or key in _HIDDEN or key.endswith("_printed")):
                    yield from _leaves(each, f"{path}.{key}" if path else str(key), everything)
        case list():
            if all(isinstance(each, str | int | float) for each in value):
                yield path, ", ".join(map(str, value))
                return
            seen: Counter[str] = Counter()
            for each in value:
                key = _key(each)
                seen[key] += 1
                place = f"{path}[{key}]" if seen[key] == 1 else f"{path}[{key} #{seen[key]}]"
                yield from _leaves(each, place, everything)
        case _:
            yield path, str(value)


def _key(row: object) -> str:
    if not isinstance(row, dict):
        return str(row)
    return next((str(row[name]) for name in _KEYS if _is_said(row, name)), "")


def _is_said(row: Mapping[str, object], name: str) -> bool:
    return isinstance(row.get(name), str | int)
