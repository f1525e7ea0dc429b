"""Times of the changes that slp-ops made to a switch, from the journals in a runs folder.

    runs/20261127T025311Z-remediate-3f9a1c/journal.jsonl

What the log has from before a change tells nothing about the switch as it is now. A change that was rolled
back, and one of which nothing was applied, do not count.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import StoreError
from slp_ops.json_documents import InvalidJson, parse_json
from slp_ops.runs import atomic_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_MOST_RUNS: Final = 200  # the newest ones
_MADE_BY: Final = "-remediate-"
_KINDS: Final = frozenset({"config", "exec"})  # a manual step is not seen by slp-ops


class AppliedChanges:
    """The changes in a runs folder, read on first use; a journal that cannot be read is skipped."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def of(self, device: str) -> tuple[datetime, ...]:
        """Return when changes of a switch were applied."""
        return self._times.get(device, ())

    @cached_property
    def _times(self) -> Mapping[str, tuple[datetime, ...]]:
        if not self._root.is_dir():
            return {}
        folders = sorted(each for each in self._root.iterdir() if _MADE_BY in each.name)
        if not folders:
            return {}
        from slp_ops.runs.journal import FILE  # it needs the planning, which an audit does not

        found: dict[str, tuple[datetime, ...]] = {}
        for folder in folders[-_MOST_RUNS:]:
            for device, at in _applied(folder / FILE).items():
                found[device] = (*found.get(device, ()), at)
        return found


def _applied(path: Path) -> dict[str, datetime]:
    """Return the time of the last step that took effect on each switch of a journal."""
    kinds: dict[tuple[str, object], object] = {}
    found: dict[str, datetime] = {}
    for event in _events(path):
        device, at = event.get("device"), event.get("at")
        if not isinstance(device, str) or not isinstance(at, str):
            continue
        step = device, event.get("step")
        match event.get("event"), event.get("state"):
            case "step", "begun":
                kinds[step] = event.get("kind")
            case "step", "done" if kinds.get(step) in _KINDS and (moment := _moment(at)) is not None:
                found[device] = moment
            case "rollback", _:
                found.pop(device, None)
    return found


def _events(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with atomic_files.store_errors("read", path):
            lines = atomic_files.read(path, within=path.parent).split(b"\n")
    except StoreError:
        return
    for line in lines:
        try:
            event = parse_json(line)
        except InvalidJson:
            continue
        if isinstance(event, dict):
            yield event


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
