"""Splitter of a text into the lines of each device: hosts of a syslog server, and prompts of a terminal.

<187>Nov 12 09:14:03 acc-sw-07 4711: ...     the host that a syslog server names
acc-sw-08#show license status                the prompt of another switch, in one file

The lines of other devices become blank, so that line numbers stay unchanged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from slp_ops.commands._command_splitter import sections
from slp_ops.iosxe.relay import relayed

if TYPE_CHECKING:
    from collections.abc import Iterator

_RENAMED: Final = re.compile(r"^host(?:n(?:a(?:me?)?)?)? +(\S+)$", re.ASCII)


class DeviceText(NamedTuple):
    """Text of one device, and its host name; None where nothing names it."""

    host: str | None
    text: str


def devices_of(text: str) -> tuple[DeviceText, ...]:
    """Return the text of each device, without what a syslog server put before its lines."""
    lines = _without_relays(text)
    relays = tuple(dict.fromkeys(host.casefold() for host, _ in lines if host is not None))
    if len(relays) <= 1:
        named = next((host for host, _ in lines if host is not None), None)
        found = _by_prompt("\n".join(line for _, line in lines))
        return tuple(DeviceText(host or named, own) for host, own in found)
    by_host = [_of_host(host, lines) for host in relays]
    rest = "\n".join(line if host is None else "" for host, line in lines)
    if rest.strip():
        for host, own in _by_prompt(rest):
            name = None if host is None else host.casefold()
            if name in relays:
                place = relays.index(name)
                by_host[place] = DeviceText(by_host[place].host, _overlaid(by_host[place].text, own))
            else:
                by_host.append(DeviceText(host, own))
    return tuple(by_host)


def _without_relays(text: str) -> list[tuple[str | None, str]]:
    """Return each line as the switch printed it, with the host that a syslog server named."""
    found: list[tuple[str | None, str]] = []
    for line in text.split("\n"):
        stored = relayed(line) if "%" in line else None
        found.append((None, line) if stored is None else stored)
    return found


def _of_host(name: str, lines: list[tuple[str | None, str]]) -> DeviceText:
    """Return the lines of a syslog server's host."""
    own = [line if host is not None and host.casefold() == name else "" for host, line in lines]
    spelled = next(host for host, _ in lines if host is not None and host.casefold() == name)
    return DeviceText(spelled, "\n".join(own))


def _overlaid(one: str, other: str) -> str:
    """Return two texts of one device, of which each is blank where the other is not."""
    lines = zip(one.split("\n"), other.split("\n"), strict=True)
    return "\n".join(line or otherwise for line, otherwise in lines)


def _by_prompt(text: str) -> list[DeviceText]:
    """Return the text of each host whose prompt precedes a known command.

    Lines before the first prompt, and those of hosts without such a command, belong to the device next to
    them.
    """
    prompts = list(_prompts(text))
    known = tuple(dict.fromkeys(each.host.casefold() for each in prompts if each.is_known))
    if len(known) <= 1:
        named = (each.host for each in prompts if not known or each.host.casefold() in known)
        return [DeviceText(next(named, None), text)]
    lines = text.split("\n")
    own = {name: [""] * len(lines) for name in known}
    spelled = {each.host.casefold(): each.host for each in reversed(prompts)}
    begins = {each.place: each.host.casefold() for each in prompts if each.host.casefold() in known}
    current = begins[min(begins)]
    for place, line in enumerate(lines):
        current = begins.get(place, current)
        own[current][place] = line
    return [DeviceText(spelled[name], "\n".join(own[name])) for name in known]


class _Prompt(NamedTuple):
    """Prompt with a command: its line, its host, and whether the command is known."""

    place: int
    host: str
    is_known: bool


def _prompts(text: str) -> Iterator[_Prompt]:
    """Yield each prompt with a command; a device that gets another name is the same device."""
    same: dict[str, str] = {}
    for section in sections(text):
        if section.host is None:
            continue
        host = same.get(section.host.casefold(), section.host)
        if renamed := _RENAMED.match(section.typed):
            same[renamed[1].casefold()] = host
        yield _Prompt(section.page.before - 1, host, section.command is not None)
