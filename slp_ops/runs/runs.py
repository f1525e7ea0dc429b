"""The folder of all runs: begins new ones, finds old ones. Several processes may use it at once."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError
from slp_ops.model import EvidenceForm
from slp_ops.runs import atomic_files
from slp_ops.runs.evidence_files import PACKS, gets_packs, tidy_packs
from slp_ops.runs.mask_key import mask_key
from slp_ops.runs.names import folder_name, unique
from slp_ops.runs.run_reader import StoredRun, is_run_name
from slp_ops.runs.run_writer import Run, utc_now
from slp_ops.runs.sequence import RunSequence
from slp_ops.runs.serialization import DeviceHeader, RunHeader, RunState, run_file
from slp_ops.temporary_files import remove_abandoned_folders
from slp_ops.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from slp_ops.model import Device

# Verbs whose runs have what an audit needs; the others read a part of it.
READING_VERBS: Final = frozenset({"audit", "collect", "watch"})
_VERB: Final = re.compile(r"[a-z]+(?:-[a-z]+)*", re.ASCII)


class Runs:
    """The runs below ``root``. ``key`` is the masking key, the user's own one unless given."""

    def __init__(
        self, root: Path, *, key: bytes | None = None, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.root = root
        self._key = key
        self._now = now

    def start(
        self,
        verb: str,
        devices: Iterable[Device],
        *,
        selection: Mapping[str, object] | None = None,
        evidence: EvidenceForm = EvidenceForm.FILES,
    ) -> Run:
        """Begin a run. Its folder appears whole: with its run file, and held by us. Raises StoreError."""
        if not _VERB.fullmatch(verb):
            raise ValueError(f"no verb: {verb!r}")
        key = mask_key() if self._key is None else self._key
        remove_abandoned_folders()
        taken: set[str] = set()
        abouts = tuple(_about(device, taken) for device in devices)
        with RunSequence.open(self.root) as sequence:
            started = self._now()
            names = self._names()
            header = RunHeader(
                id=_free_id(names),
                verb=verb,
                started=started,
                sequence=sequence.next_number(names, now=started),
                version=__version__,
                selection=selection or {},
                devices=abouts,
            )
            path = self.root / f"{started:%Y%m%dT%H%M%SZ}-{verb}-{header.id}"
            sequence.begin(path.name)
            with atomic_files.store_errors("make", path):
                lock = _appear(path, run_file(header, {}), packed=gets_packs(evidence, len(abouts)))
        return Run(path, header, lock=lock, key=key, now=self._now)

    def resume(self, ref: str) -> Run:
        """Take up a run that has ended: what is written now is added to what is there.

        Raises InputError while another process writes it, StoreError when it cannot be written.
        """
        path = self.open(ref).path
        key = mask_key() if self._key is None else self._key
        with atomic_files.store_errors("open", path):
            lock = os.open(path / "lock", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stored = StoredRun(path)  # read only now: until here another process may have written it
            header = replace(stored.header, state=RunState.RUNNING, finished=None)
            with RunSequence.open(path.parent) as sequence:
                sequence.begin(path.name)
            with atomic_files.store_errors("write", path):
                tidy_packs(path)
                atomic_files.remove_partial_writes(path, "devices.jsonl")
                atomic_files.replace_in_pieces(path / "run.json", run_file(header, stored.results))
        except BlockingIOError:
            os.close(lock)
            raise InputError(f"run {path.name} is still being written", hint="wait for it to end") from None
        except BaseException:
            os.close(lock)
            raise
        return Run(path, header, lock=lock, key=key, now=self._now, results=stored.results)

    def all(self) -> list[StoredRun]:
        """Every run, the newest first."""
        runs = [StoredRun(self.root / name) for name in self._names()]
        return sorted(runs, key=lambda run: run.position, reverse=True)

    def folders(self) -> list[StoredRun]:
        """Every run, the oldest first by its name; of none of them is anything read yet."""
        return [StoredRun(self.root / name) for name in self._names()]

    def open(self, ref: str, *, verbs: Collection[str] = ()) -> StoredRun:
        """The run of that id, name, unique beginning of either, or path.

        ``last`` is the newest, of these verbs if any are given. Raises InputError when there is none, or more
        than one.
        """
        path = self.root.__class__(ref)
        if os.sep in ref or (path / "run.json").is_file():
            if is_run_name(path.resolve().name) and path.is_dir():
                return StoredRun(path)
            raise InputError(f"{ref} is not the folder of a run", hint=self._existing_runs_hint())
        names = self._names()
        if ref == "last":
            for newest in self.all():
                if not verbs or newest.head.verb in verbs:
                    return newest
            of = f" of {'/'.join(sorted(verbs))}" if verbs else ""
            verb = "collect" if not verbs or "collect" in verbs else min(verbs)
            raise InputError(f"there is no run{of} in {self.root}", hint=f"make one with: slp-ops {verb}")
        found = [name for name in names if ref in (name, name.rpartition("-")[2])] or [
            name
            for name in names
            if ref and (name.startswith(ref) or name.rpartition("-")[2].startswith(ref))
        ]
        if len(found) == 1:
            return StoredRun(self.root / found[0])
        if found:
            raise InputError(
                f"{ref} is the beginning of {len(found)} runs",
                hint=f"one of: {', '.join(sorted(found)[-5:])}",
            )
        raise InputError(f"there is no run {ref} in {self.root}", hint=self._existing_runs_hint())

    def _names(self) -> list[str]:
        with atomic_files.store_errors("read", self.root):
            try:
                with os.scandir(self.root) as entries:
                    return sorted(
                        entry.name
                        for entry in entries
                        if is_run_name(entry.name) and entry.is_dir(follow_symlinks=False)
                    )
            except FileNotFoundError:
                return []

    def _existing_runs_hint(self) -> str:
        names = self._names()
        return f"the latest are: {', '.join(names[-5:])}" if names else "make one with: slp-ops collect"


def _free_id(names: Iterable[str]) -> str:
    """Return six digits that none of these runs has."""
    ids = {name.rpartition("-")[2] for name in names}
    while (chosen := secrets.token_hex(3)) in ids:
        pass
    return chosen


def _about(device: Device, taken: set[str]) -> DeviceHeader:
    return DeviceHeader(
        name=device.name,
        site=device.site,
        folder=unique(folder_name(device.name), taken),
        host=device.host,
        port=device.port,
        tags=device.tags,
        intent=device.intent,
    )


def _appear(path: Path, run_file: Iterable[bytes], *, packed: bool) -> int:
    """Make a run folder under another name, lock it, and rename it; return the lock.

    So no process sees a run without its run file, or an unlocked run that is being written.
    """
    making = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    making.mkdir(mode=0o700)
    lock = -1
    try:
        lock = atomic_files.create(making / "lock")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        atomic_files.replace_in_pieces(making / "run.json", run_file)
        if packed:
            (making / PACKS).mkdir(mode=0o700)
        making.rename(path)  # fails on a folder that is not empty, and a run's never is
    except BaseException:
        if lock >= 0:
            os.close(lock)
        shutil.rmtree(making, ignore_errors=True)
        raise
    return lock
