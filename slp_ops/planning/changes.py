"""A playbook's settings against a running configuration: what has to be typed, and what gives it back.

Nothing is typed that is there already. What undoes a line follows from what stood in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.playbook.model import LineKind
from slp_ops.steps import ConfigChange, ConfigLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slp_ops.planning.running_config import RunningConfig
    from slp_ops.playbook.model import Setting
    from slp_ops.playbook.template import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigSection:
    """A part of the running configuration that was looked at, by name, with what stood there."""

    name: str
    lines: tuple[str, ...]


def negate(line: str) -> str:
    """Return the line that removes a line, or restores one removed by ``negate``."""
    return line.removeprefix("no ") if line.startswith("no ") else f"no {line}"


def changes(
    settings: Iterable[Setting], values: Mapping[str, Value], running: RunningConfig
) -> tuple[tuple[ConfigChange, ...], tuple[ConfigSection, ...]]:
    """The lines to be typed, and everything that was looked at to find them."""
    found: list[ConfigChange] = []
    looked: dict[str, ConfigSection] = {}
    for setting in settings:
        for text in setting.line.render(values):
            shows = tuple(one for line in setting.shows for one in line.render(values))
            change, read = _change(setting, text, shows, running)
            for each in read:
                looked.setdefault(each.name, each)
            if change is not None:
                found.append(change)
    return tuple(found), tuple(looked.values())


def _change(
    setting: Setting, text: str, shows: tuple[str, ...], running: RunningConfig
) -> tuple[ConfigChange | None, tuple[ConfigSection, ...]]:
    under = setting.under
    was: tuple[str, ...]
    undo: tuple[str, ...]
    match setting.way:
        case LineKind.ADD:
            there = running.find(text, under)
            name, was = text, (there,) if there else ()
            done = there is not None
            # "no X" in a playbook takes X away: X is what stood there.
            undo = (negate(text),)
        case LineKind.SET | LineKind.FILL:
            name, was = setting.of, running.values(setting.of, under)
            done = bool(was) if setting.way is LineKind.FILL else running.find(text, under) is not None
            undo = was or (negate(text),)
        case LineKind.ON:
            off = running.find(f"no {text}", under)
            name, was, done, undo = text, (off,) if off else (), off is None, (negate(text),)
        case LineKind.OFF:
            there = running.find(text, under)
            name, was, done, undo = text, (there,) if there else (), there is None, (there or text,)
            text = negate(text)
    reads = [ConfigSection(name=_place(under, name), lines=was)]
    extra: list[str] = []
    for line in shows:
        there = running.find(line, under)
        reads.append(ConfigSection(name=_place(under, line), lines=(there,) if there else ()))
        if there is None:
            extra.append(negate(line))
    if setting.shows:
        # What IOS-XE showed in their place before comes back with the setting's own earlier value.
        extra = [line for line in extra if negate(line) not in undo]
    if done:
        return None, tuple(reads)
    lines = tuple(ConfigLine(text=one, under=under) for one in (*extra, *undo))
    return ConfigChange(line=ConfigLine(text=text, under=under), was=was, undo=lines, shows=shows), tuple(
        reads
    )


def _place(under: tuple[str, ...], name: str) -> str:
    return "running-config: " + " / ".join((*under, name))


def in_force(change: ConfigChange, running: RunningConfig) -> bool:
    """Return whether a running configuration shows an accepted line."""
    text, under = change.line.text, change.line.under
    if running.find(text, under) is not None:
        return True
    # What is on by default is printed in its "no" form only, and what was taken away not at all.
    opposite = negate(text)
    return (text.startswith("no ") or opposite in change.was) and running.find(opposite, under) is None


def is_reverted(change: ConfigChange, running: RunningConfig) -> bool:
    """Return whether a running configuration shows the lines from before a change again."""
    under = change.line.under
    # What IOS-XE added by itself has to go too, where it was not there before.
    added = [line for line in change.shows if ConfigLine(text=negate(line), under=under) in change.undo]
    if any(running.find(line, under) is not None for line in added):
        return False
    if change.was:
        return all(running.find(line, change.line.under) is not None for line in change.was)
    return running.find(change.line.text, change.line.under) is None
