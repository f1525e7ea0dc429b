"""A run as plain folders, whatever its form: byte for byte what a run of files would have been."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError, StoreError
from slp_ops.regular_files import open_regular
from slp_ops.runs import atomic_files
from slp_ops.runs.evidence_files import write_folder
from slp_ops.runs.file_store import ACKS, UPLOAD
from slp_ops.runs.run_reader import why_unreadable
from slp_ops.runs.verify import FileProblem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slp_ops.runs.run_reader import StoredRun
    from slp_ops.runs.serialization import DeviceHeader


_LOCK: Final = "lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """The folder that was made, and what could not be written into it because it is damaged."""

    path: Path
    problems: tuple[FileProblem, ...]


def export(run: StoredRun, to: Path) -> ExportReport:
    """Write a run into a new folder of its name below ``to``. Raises InputError, StoreError."""
    target = to / run.path.resolve().name
    if run.is_locked():
        raise InputError(f"run {run.path.name} is still being written", hint="wait for it to end")
    if os.path.lexists(target):
        raise InputError(f"{target} exists already", hint="name another folder with --to")
    making = to / f".{target.name}.{secrets.token_hex(4)}"
    with atomic_files.store_errors("write", target):
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        making.mkdir(mode=0o700)
        try:
            with _locked(making):
                problems = tuple(_written(run, making))
                making.rename(target)
                if not (run.path / _LOCK).exists():
                    (target / _LOCK).unlink()
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
    return ExportReport(path=target, problems=problems)


@contextmanager
def _locked(making: Path) -> Iterator[None]:
    """Hold the lock of a run that is being written, so that no process removes it."""
    lock = atomic_files.create(making / _LOCK)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _written(run: StoredRun, making: Path) -> Iterator[FileProblem]:
    """Write the files of a run; yield those that cannot be read. Raises OSError, StoreError."""
    yield from _copied(run.path, making, "")
    for name in (UPLOAD, ACKS):
        if (run.path / name).is_dir() and not (run.path / name).is_symlink():
            (making / name).mkdir(mode=0o700)
            yield from _copied(run.path / name, making / name, f"{name}/")
    for about in run.header.devices:
        yield from _device(run, about, making)


def _device(run: StoredRun, about: DeviceHeader, making: Path) -> Iterator[FileProblem]:
    try:
        folder = run.folder(about)
    except StoreError as err:
        yield FileProblem(file="run.json", what=err.message)
        return
    if os.path.lexists(folder):
        if folder.is_symlink() or not folder.is_dir():
            yield FileProblem(file=about.folder, what="is not a folder of slp-ops")
            return
        (making / about.folder).mkdir(mode=0o700)
        yield from _copied(folder, making / about.folder, f"{about.folder}/")
        return
    try:
        files = run.packs.files(about.folder)
    except FileNotFoundError:
        return
    except OSError as err:
        yield FileProblem(file=about.folder, what=why_unreadable(err))
        return
    write_folder(making / about.folder, files)


def _copied(folder: Path, into: Path, prefix: str) -> Iterator[FileProblem]:
    """Copy the files of a folder, without those that were being written; yield those that are unreadable."""
    for path in sorted(folder.iterdir()):
        if path.name.endswith(".part") or (path.is_dir() and not path.is_symlink()) or path.name == _LOCK:
            continue
        try:
            source = open_regular(path, follow=False)
        except OSError as err:
            yield FileProblem(file=prefix + path.name, what=why_unreadable(err))
            continue
        with os.fdopen(source, "rb") as read, os.fdopen(atomic_files.create(into / path.name), "wb") as write:
            shutil.copyfileobj(read, write, 2**20)
