"""Changes that prevent a new one: another process makes one, or one is unfinished."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError, SlpOpsError
from slp_ops.i18n import Text
from slp_ops.runs.change_index import ChangeIndex
from slp_ops.runs.journal import read

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from slp_ops.planning.journal_state import SwitchState
    from slp_ops.runs.change_index import ChangedSwitch, ChangeEntry, ChangeRecord, StoredEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChange:
    """A change of one switch that is not at its end. ``name`` is that of the caller.

    ``blocks`` is set where nothing new may be planned before it is resumed or rolled back.
    """

    name: str
    blocks: bool
    why: Text
    hint: Text


@dataclass(slots=True)
class OpenChanges:
    """The changes of this user that are not at their end."""

    _index: ChangeIndex = field(default_factory=ChangeIndex)

    def of(self, switches: Iterable[ChangedSwitch], *, replacing: Path | None = None) -> list[OpenChange]:
        """Return the open changes of these switches, but for the journal that is to be replaced."""
        wanted = tuple(switches)
        with self._index.locked():
            return [found for entry in self._open(replacing) for found in _of(entry, wanted)]

    def folders(self) -> tuple[frozenset[Path], frozenset[Path]]:
        """Return the folders with journals: of changes that a process makes, and of those that are over."""
        with self._index.locked():
            entries = list(self._index.entries())
        running = frozenset(_folder(entry) for entry in entries if entry.running)
        return running, frozenset(_folder(entry) for entry in entries if entry.done) - running

    def forget(self, folders: Container[Path]) -> None:
        """Give up the changes whose journals were in these folders."""
        with self._index.locked():
            for entry in self._index.entries():
                if not entry.running and _folder(entry) in folders:
                    entry.remove()

    def begin(self, record: ChangeRecord, *, replacing: Path | None = None) -> ChangeEntry:
        """Take the switches for a new change; raises InputError while another change is open on one of them.

        What remains of the journal that it replaces, and of a change without effect on these switches, is
        done with.
        """
        with self._index.locked():
            for entry in self._open(replacing):
                found = _of(entry, record.switches)
                _refuse(each for each in found if each.blocks)
                if found and _all_in(entry, record.switches):
                    entry.set_done()
            made = self._index.begin(record)
            if replacing is not None:
                for entry in self._index.entries():
                    if entry.record.id != record.id and _is_of(entry, replacing):
                        entry.set_done()
            return made

    def resume(self, record: ChangeRecord) -> ChangeEntry:
        """Take the switches of a journal again; raises InputError while another process changes one."""
        with self._index.locked():
            for entry in self._index.entries():
                if entry.running:
                    _refuse(_of(entry, record.switches))
            return self._index.resume(record)

    def _open(self, replacing: Path | None) -> Iterator[StoredEntry]:
        for entry in self._index.entries():
            if entry.running:
                yield entry
            elif entry.done or not entry.begun:
                if not Path(entry.record.journal).exists():
                    entry.remove()
            elif replacing is None or not _is_of(entry, replacing):
                yield entry


def _refuse(found: Iterable[OpenChange]) -> None:
    refused = list(found)
    if refused:
        why = "; ".join(each.why.en for each in refused)
        raise InputError(f"{why}; nothing was sent", hint=refused[0].hint.en)


def _folder(entry: StoredEntry) -> Path:
    return Path(entry.record.journal).parent


def _is_of(entry: StoredEntry, journal: Path) -> bool:
    return Path(entry.record.journal) == journal.absolute()


def _of(entry: StoredEntry, switches: Iterable[ChangedSwitch]) -> list[OpenChange]:
    """Return what is open of an entry on these switches."""
    record = entry.record
    pairs = list(_pairs(switches, record.switches))
    if not pairs:
        return []
    journal = _shown(record.journal)
    words = {"verb": f"slp-ops {record.verb}", "run": record.id, "journal": journal}
    if entry.running:
        more = {"process": record.process, "started": f"{record.started:%Y-%m-%dT%H:%M:%SZ}"}
        return [
            OpenChange(
                name=each.name, blocks=True, why=_RUNNING.format(name=each.name, **words, **more), hint=_WAIT
            )
            for each, _ in pairs
        ]
    states = _states(record)
    if states is None:
        forget = _FORGET.format(journal=journal, entry=entry.path)
        return [
            OpenChange(name=each.name, blocks=True, why=_LOST.format(name=each.name, **words), hint=forget)
            for each, _ in pairs
        ]
    found = []
    for each, other in pairs:
        state = states.get(other.name)
        if state is not None and state.touched and not state.finished:
            option = "--rollback" if state.is_rolling_back else "--resume"
            hint = _WAY_ON.format(**words, option=option, entry=entry.path)
            why = _UNFINISHED.format(name=each.name, **words)
            found.append(OpenChange(name=each.name, blocks=state.blocks, why=why, hint=hint))
    return found


def _pairs(
    switches: Iterable[ChangedSwitch], others: Iterable[ChangedSwitch]
) -> Iterator[tuple[ChangedSwitch, ChangedSwitch]]:
    """Yield each switch with the same one among the others; fleets are large, so they are looked up."""
    found: dict[str, ChangedSwitch] = {}
    for other in others:
        found.update(dict.fromkeys((other.address, *other.serials), other))
    for each in switches:
        candidates = {found[key].name: found[key] for key in (each.address, *each.serials) if key in found}
        yield from ((each, other) for other in candidates.values() if each.is_same(other))


def _all_in(entry: StoredEntry, switches: Iterable[ChangedSwitch]) -> bool:
    """Return whether everything that is unfinished of an entry is on these switches."""
    wanted = tuple(switches)
    states = _states(entry.record) or {}
    return all(
        any(each.is_same(other) for each in wanted)
        for other in entry.record.switches
        if (state := states.get(other.name)) is not None and state.touched and not state.finished
    )


def _states(record: ChangeRecord) -> Mapping[str, SwitchState] | None:
    """Return how far each switch of a change came; None where its journal cannot be read."""
    try:
        return read(Path(record.journal)).states
    except SlpOpsError:
        return None


def _shown(journal: str) -> str:
    """Return a path as it can be typed here: relative where it is below the current folder."""
    path, here = Path(journal), Path.cwd()
    return os.fspath(path.relative_to(here) if path.is_relative_to(here) else path)


_RUNNING: Final = Text(
    "{name} is being changed by {verb} (process {process}, run {run}, since {started}, journal {journal})",
    "{name} は {verb} が変更中です (プロセス {process}、run {run}、開始 {started}、ジャーナル {journal})",
)
_WAIT: Final = Text("wait until that one has ended", "その処理が終わるまで待ってください")
_UNFINISHED: Final = Text(
    "a change of {name} is unfinished: {verb}, run {run}", "{name} の変更が未完了です: {verb}、run {run}"
)
_WAY_ON: Final = Text(
    "{verb} {option} {journal} (to give that change up, remove {entry})",
    "{verb} {option} {journal} (その変更を取りやめるには {entry} を削除)",
)
_LOST: Final = Text(
    "a change of {name} is unfinished, and its journal cannot be read: {verb}, run {run}, {journal}",
    "{name} の変更が未完了で、ジャーナルを読み取れません: {verb}、run {run}、{journal}",
)
_FORGET: Final = Text(
    "restore {journal}, or look at the switch and remove {entry}",
    "{journal} を復元するか、スイッチを確認のうえ {entry} を削除してください",
)
