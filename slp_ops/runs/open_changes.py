"""Changes that prevent a new one: another process makes one, or one is unfinished.

An unfinished change that does not block is superseded by the next change of the same switch: the steps that
it has left were planned for an earlier configuration. It is neither resumed nor rolled back, unless the newer
change sent nothing or was rolled back itself.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError, SlpOpsError
from slp_ops.i18n import Text
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.runs.change_index import ChangeIndex, NewerChange
from slp_ops.runs.file_store import ACKS
from slp_ops.runs.journal import read

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from slp_ops.planning.journal_state import SwitchState
    from slp_ops.runs.change_index import ChangedSwitch, ChangeEntry, ChangeRecord, StoredEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChange:
    """A change of one switch that is not at its end. ``name`` is that of the caller.

    ``journal`` is that of the change. ``blocks`` is set where nothing new may be planned before it is resumed
    or rolled back.
    """

    name: str
    journal: Path
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
        done with; its switches are superseded.
        """
        with self._index.locked():
            done_with = []
            for entry in self._open(replacing):
                found = _of(entry, record.switches)
                _refuse(each for each in found if each.blocks)
                if found and _all_in(entry, record.switches):
                    done_with.append(entry)
            made = self._index.begin(record)
            try:
                self._supersede(record, replacing)
            except BaseException:
                made.close(done=True)
                raise
            for entry in done_with:
                entry.set_done()
            if replacing is not None:
                for entry in self._index.entries():
                    if entry.record.id != record.id and _is_of(entry, replacing):
                        entry.set_done()
            return made

    def superseded(self, change: str | None, journal: Path) -> Mapping[str, OpenChange]:
        """Return the switches of a journal that a newer change superseded, by their names there."""
        with self._index.locked():
            return {
                found.name: found
                for entry in self._index.entries()
                if entry.record.id == change or _is_of(entry, journal)
                for found in _superseded(entry.record)
            }

    def resume(self, record: ChangeRecord) -> ChangeEntry:
        """Take the switches of a journal again; raises InputError while another change prevents that.

        That is a change of another process, one that is unfinished and blocks, or a newer one.
        """
        with self._index.locked():
            kept: tuple[ChangedSwitch, ...] = ()
            for entry in self._index.entries():
                if entry.record.id == record.id:
                    found = {each.name: each for each in _superseded(entry.record)}
                    _refuse(found[each.name] for each in record.switches if each.name in found)
                    kept = tuple(each for each in entry.record.switches if each.name in found)
                elif entry.running:
                    _refuse(_of(entry, record.switches))
            for entry in self._open(Path(record.journal)):
                _refuse(each for each in _of(entry, record.switches) if each.blocks)
            return self._index.resume(replace(record, switches=(*record.switches, *kept)))

    def _supersede(self, record: ChangeRecord, replacing: Path | None) -> None:
        """Note a change that begins in the entries of the unfinished ones of its switches."""
        for entry in self._index.entries():
            pairs = list(_pairs(record.switches, entry.record.switches))
            if entry.done:  # only an entry that was superseded by a change without effect
                pairs = [(each, other) for each, other in pairs if other.superseded_by is not None]
            is_own = entry.record.id == record.id or (replacing is not None and _is_of(entry, replacing))
            if is_own or not pairs:
                continue
            states = _states(entry.record) or {}
            newer = {
                other.name: NewerChange(
                    id=record.id, verb=record.verb, journal=record.journal, name=each.name
                )
                for each, other in pairs
                if _is_unfinished(other, states) and states[other.name].has_steps_left
            }
            if newer:
                self._index.supersede(entry, newer)

    def _open(self, replacing: Path | None) -> Iterator[StoredEntry]:
        for entry in self._index.entries():
            if entry.running:
                yield entry
            elif entry.done or not entry.begun:
                if not Path(entry.record.journal).exists():
                    entry.remove()
            elif replacing is None or not _is_of(entry, replacing):
                yield entry


def refusal(found: Sequence[OpenChange]) -> InputError:
    """Return the error that names all these changes, with the way on of the first."""
    why = "; ".join(each.why.en for each in found)
    return InputError(f"{why}; nothing was sent", hint=found[0].hint.en)


def _refuse(found: Iterable[OpenChange]) -> None:
    if refused := list(found):
        raise refusal(refused)


def _folder(entry: StoredEntry) -> Path:
    return Path(entry.record.journal).parent


def _is_of(entry: StoredEntry, journal: Path) -> bool:
    return Path(entry.record.journal) == journal.absolute()


def _of(entry: StoredEntry, switches: Iterable[ChangedSwitch]) -> list[OpenChange]:
    """Return what is open of an entry on these switches."""
    record = entry.record
    pairs = [(each, other) for each, other in _pairs(switches, record.switches) if not _is_superseded(other)]
    if not pairs:
        return []
    journal = shlex.quote(_shown(record.journal))
    words = {"run": record.id, "journal": journal, **_words_of(record.verb)}
    if entry.running:
        more = {"process": record.process, "started": f"{record.started:%Y-%m-%dT%H:%M:%SZ}"}
        return [
            OpenChange(
                name=each.name,
                journal=Path(record.journal),
                blocks=True,
                why=_RUNNING.format(name=each.name, **words, **more),
                hint=_WAIT,
            )
            for each, _ in pairs
        ]
    states = _states(record)
    if states is None:
        forget = _FORGET.format(journal=journal, entry=entry.path)
        return [
            OpenChange(
                name=each.name,
                journal=Path(record.journal),
                blocks=True,
                why=_LOST.format(name=each.name, **words),
                hint=forget,
            )
            for each, _ in pairs
        ]
    found = []
    for each, other in pairs:
        if _is_unfinished(other, states):
            state = states[other.name]
            option = "--rollback" if state.is_rolling_back else "--resume"
            hint = _WAY_ON.format(**words, option=option, entry=entry.path)
            why = _UNFINISHED.format(name=each.name, **words)
            found.append(
                OpenChange(
                    name=each.name, journal=Path(record.journal), blocks=state.blocks, why=why, hint=hint
                )
            )
    return found


def _words_of(verb: str) -> dict[str, str]:
    """Return a verb as a sentence mentions it, ``action``, and as a command to type, ``verb``.

    Where a message is printed, each ``slp-ops VERB`` in it gets the options of the call.
    """
    return {"action": verb, "verb": f"slp-ops {verb}"}


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
        if _is_unfinished(other, states)
    )


def _is_unfinished(switch: ChangedSwitch, states: Mapping[str, SwitchState]) -> bool:
    """Return whether a change has something left on a switch that no newer change superseded."""
    state = states.get(switch.name)
    is_open = state is not None and state.touched and not state.finished
    return is_open and not _is_superseded(switch)


def _is_superseded(switch: ChangedSwitch) -> bool:
    """Return whether a newer change was sent to a switch, and not rolled back; where unknown, it was."""
    newer = switch.superseded_by
    if newer is None:
        return False
    state = _newer_state(newer)
    return state is None or (state.touched and state.end is not ChangeOutcome.ROLLED_BACK)


def _newer_state(newer: NewerChange) -> SwitchState | None:
    try:
        return read(Path(newer.journal)).states.get(newer.name)
    except SlpOpsError:
        return None


def _superseded(record: ChangeRecord) -> Iterator[OpenChange]:
    """Yield the switches of a change that a newer one superseded, with the way on."""
    for each in record.switches:
        newer = each.superseded_by
        if newer is None or not _is_superseded(each):
            continue
        state = _newer_state(newer)
        words = {"journal": shlex.quote(_shown(newer.journal)), **_words_of(newer.verb)}
        files = f" {shlex.quote(_shown(str(Path(record.journal).parent / ACKS)))}"
        acks = files if record.verb == "usage import" else ""
        again = _AGAIN.format(verb=f"slp-ops {record.verb}{acks}", name=shlex.quote(each.name))
        if state is None:
            hint = again
        elif state.finished and state.can_roll_back:
            hint = _AGAIN_OR_BACK.format(again=again, **words)
        elif state.finished:
            hint = again
        else:
            option = "--rollback" if state.is_rolling_back else "--resume"
            hint = _FIRST.format(option=option, again=again, **words)
        yield OpenChange(
            name=each.name,
            journal=Path(newer.journal),
            blocks=True,
            why=_SUPERSEDED.format(name=each.name, run=newer.id, **words),
            hint=hint,
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
    "{name} is being changed by {action} (process {process}, run {run}, since {started}, journal {journal})",
    "{name} は {action} が変更中です (プロセス {process}、run {run}、開始 {started}、ジャーナル {journal})",
)
_WAIT: Final = Text("wait until that one has ended", "その処理が終わるまで待ってください")
_UNFINISHED: Final = Text(
    "a change of {name} is unfinished: {action}, run {run}", "{name} の変更が未完了です: {action}、run {run}"
)
_WAY_ON: Final = Text(
    "{verb} {option} {journal} (to abandon that change, remove {entry})",
    "{verb} {option} {journal} (その変更を取りやめるには {entry} を削除)",
)
_LOST: Final = Text(
    "a change of {name} is unfinished, and its journal cannot be read: {action}, run {run}, {journal}",
    "{name} の変更が未完了で、ジャーナルを読み取れません: {action}、run {run}、{journal}",
)
_FORGET: Final = Text(
    "restore {journal}, or look at the switch and remove {entry}",
    "{journal} を復元するか、スイッチを確認のうえ {entry} を削除してください",
)
_SUPERSEDED: Final = Text(
    "{name} was changed since by {action}, run {run}: the rest of this journal is not sent to it any more",
    "{name} はその後 {action} (run {run}) で変更されたため、このジャーナルの残りは送信しません",
)
_AGAIN: Final = Text(
    "plan again: {verb} --dry-run --limit {name}",
    "プランを作り直してください: {verb} --dry-run --limit {name}",
)
_AGAIN_OR_BACK: Final = Text(
    "{again} (to undo both, roll the newer change back first: {verb} --rollback {journal})",
    "{again} (両方を元に戻すには、先に新しい変更をロールバックしてください: {verb} --rollback {journal})",
)
_FIRST: Final = Text(
    "complete the newer change: {verb} {option} {journal}; then {again}",
    "先に新しい変更を完了してください: {verb} {option} {journal}。その後、{again}",
)
