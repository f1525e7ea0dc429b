"""Selection of devices: by site, by tag, by name.

The limit has the syntax of Ansible: patterns separated by ``:`` or ``,``. Additions are applied first, then
``&`` (intersection), then ``!`` (exclusion), whatever their order; ``@FILE`` reads names from a file. A
pattern matches device names; one without a match may name a site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.config_files.validation_errors import did_you_mean, shown
from slp_ops.errors import Problem, SelectionError
from slp_ops.regular_files import read_regular, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.inventory.values import Inventory
    from slp_ops.model import Device

_LISTED: Final = 20
_LONGEST: Final = 255  # characters of a pattern
_LARGEST: Final = 4 * 2**20  # maximum size of a file of names


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Selection by the operator; an empty one selects every device.

    ``names``, if given, are those of a run.
    """

    sites: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    limit: str = ""
    names: frozenset[str] | None = None


def select(inventory: Inventory, selection: Selection) -> tuple[Device, ...]:
    """Return the selected devices in the inventory's order; raises SelectionError without any.

    Several sites, or several tags, are a union. Sites, tags and limit
    are intersected.
    """
    sites = tuple(site.name for site in inventory.sites)
    tags = tuple(dict.fromkeys(tag for device in inventory.devices for tag in device.tags))
    _check_known("site", selection.sites, sites)
    _check_known("tag", selection.tags, tags)
    chosen = [
        device
        for device in inventory.devices
        if (not selection.sites or device.site in selection.sites)
        and (not selection.tags or not set(selection.tags).isdisjoint(device.tags))
    ]
    if selection.names is not None:
        chosen = [device for device in chosen if device.name in selection.names]
    if selection.limit:
        named = _select_by_limit(inventory, selection.limit)
        chosen = [device for device in chosen if device.name in named]
    if not chosen:
        raise SelectionError(
            "the selection matches no device",
            hint=f"there are sites {_format_names(sites)}; tags {_format_names(tags)}; "
            f"devices {_format_names(device.name for device in inventory.devices)}",
        )
    return tuple(chosen)


def _check_known(what: str, asked: Iterable[str], known: tuple[str, ...]) -> None:
    for one in asked:
        if one not in known:
            raise SelectionError(
                f"there is no {what} '{shown(one)}'{did_you_mean(one, known)}",
                hint=f"there are {_format_names(known)}" if known else f"the inventory has no {what}s",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    """One part of a limit: a sign, and one pattern or the lines of a file."""

    sign: str
    patterns: tuple[tuple[int | None, str], ...]  # line in the file, pattern
    file: str = ""


def _select_by_limit(inventory: Inventory, limit: str) -> set[str]:
    parts = (part.strip() for part in re.split("[:,]", limit))
    terms = [_term(part) for part in parts if part]
    # In any written order: first additions, then intersections, then exclusions. With
    # signs only, the selection starts with all devices.
    every = {device.name for device in inventory.devices}
    named = set() if not terms or any(not term.sign for term in terms) else every
    for term in sorted(terms, key=lambda term: ("", "&", "!").index(term.sign)):
        matched = _names_of_term(inventory, term)
        match term.sign:
            case "!":
                named = named - matched
            case "&":
                named = named & matched
            case _:
                named = named | matched
    return named


def _term(part: str) -> _Term:
    sign = part[0] if part[0] in "!&" else ""
    pattern = part.removeprefix(sign).strip()
    if pattern.startswith("@"):
        return _Term(sign=sign, patterns=_lines(Path(pattern[1:]).expanduser()), file=pattern[1:])
    return _Term(sign=sign, patterns=((None, pattern),))


def _lines(path: Path) -> tuple[tuple[int | None, str], ...]:
    """Read the names in a file, one per line; ``#`` begins a comment."""
    try:
        content = read_regular(path, _LARGEST).decode("utf-8-sig")
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a NUL in the name
        why = "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else reason_of(error)
        problem = Problem(path=shown(str(path)), message=f"--limit cannot read it: {why}")
        hint = "--limit @FILE reads one device name a line"
        raise SelectionError((problem,), hint=hint) from error
    numbered = (
        (number, line.partition("#")[0].strip()) for number, line in enumerate(content.splitlines(), 1)
    )
    names = tuple((number, name) for number, name in numbered if name)
    if not names:  # after '!' it would exclude nothing
        problem = Problem(path=shown(str(path)), message="it names no device")
        raise SelectionError((problem,), hint="--limit @FILE reads one device name a line")
    return names


def _names_of_term(inventory: Inventory, term: _Term) -> set[str]:
    """Return the names of a term. An unknown name is an error, also after ``!``:

    with a typing error the excluded switch would be selected.
    """
    by_name = {device.name: {device.name} for device in inventory.devices}
    found: set[str] = set()
    strangers: list[tuple[int | None, str]] = []
    for line, pattern in term.patterns:
        if len(strangers) == _LISTED:
            break
        too_long = len(pattern) > _LONGEST
        matched = by_name.get(pattern) or (set() if too_long else _by_pattern(inventory, pattern))
        found |= matched
        if not matched and (too_long or not (term.sign and _is_glob(pattern))):
            strangers.append((line, pattern))
    if strangers:
        problems = tuple(
            Problem(
                path=term.file or "--limit",
                line=line,
                message=f"'{shown(pattern)}' matches no device and no site{did_you_mean(pattern, by_name)}",
            )
            for line, pattern in strangers
        )
        raise SelectionError(problems, hint=f"there are {_format_names(by_name)}")
    return found


def _by_pattern(inventory: Inventory, pattern: str) -> set[str]:
    """Return the devices whose names match a pattern, or else the devices of a matching site."""
    devices = inventory.devices
    if not _is_glob(pattern):
        return {device.name for device in devices if device.site == pattern}
    glob = re.compile(translate(pattern))
    by_name = {device.name for device in devices if glob.match(device.name)}
    return by_name or {device.name for device in devices if glob.match(device.site)}


def _is_glob(pattern: str) -> bool:
    return any(character in pattern for character in "*?[")


def _format_names(names: Iterable[str]) -> str:
    """Format a bounded number of names in a sentence."""
    known = tuple(names)
    rest = len(known) - _LISTED
    if not known:
        return "none"
    return ", ".join(known[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")
