"""``show license eventlog``, ``history message`` and ``tech events``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from slp_ops.lab.switch import Switch

_EXCHANGES = (
    "Trust Establishment", "Usage Reporting", "Result Polling", "Authorization Request",
    "Authorization Return", "Trust Sync",
)  # fmt: skip
_IMPORTS = ("POLICY", "AUTH", "TRUST CODE", "RUM ACK", "CONVERSION ACK", "ACCOUNT INFO")
DEFAULT_DAYS = 7


def _eventlog(switch: Switch, _: tuple[str, ...]) -> str:
    return _events(switch, DEFAULT_DAYS)


def _eventlog_days(switch: Switch, words: tuple[str, ...]) -> str:
    return _events(switch, int(words[0]) if words[0].isdecimal() else DEFAULT_DAYS)


def _events(switch: Switch, days: int) -> str:
    since = switch.now() - timedelta(days=days)
    lines = [
        f"{_moment(switch, event.when)} {event.text}"
        for event in switch.licensing.events
        if event.when >= since
    ]
    return "**** Event Log ****\n\n" + ("\n".join(lines) if lines else " No EventLog Found.")


def _moment(switch: Switch, when: datetime) -> str:
    local = switch.local(when)
    return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d} {switch.zone}"


def _history(switch: Switch, _: tuple[str, ...]) -> str:
    return "\n" + "\n".join(_messages(switch))


def _messages(switch: Switch) -> Iterator[str]:
    yield "Message History (oldest to newest):"
    yield "=" * 52
    for exchange in _EXCHANGES:
        yield f"{exchange}:"
        messages = [message for message in switch.licensing.messages if message.exchange == exchange]
        for message in messages:
            yield f"  {message.direction}: {switch.stamp(message.when)}"
            yield f"    {message.text}"
        if not messages:
            yield "  No past history"
    yield ""
    yield "Import Message History (oldest to newest):"
    yield "=" * 52
    for number, kind in enumerate(_IMPORTS):
        if number:
            yield ""
        yield f"Import {kind}:"
        when = switch.licensing.imports.get(kind)
        yield "  No past Import history" if when is None else f"  Received on {switch.stamp(when)}"


def _tech_events(switch: Switch, _: tuple[str, ...]) -> str:
    lines = ["Smart Licensing Tech Events", "===========================", ""]
    lines += [f"{_moment(switch, event.when)} {event.text}" for event in switch.licensing.events]
    return "\n".join(lines)


def _using_policy(switch: Switch) -> bool:
    return switch.traits.slp


SCREENS = (
    screen("show license eventlog", _eventlog),
    screen("show license eventlog <number>", _eventlog_days),
    screen("show license history message", _history, _using_policy),
    screen("show license tech events", _tech_events, _using_policy),
)
