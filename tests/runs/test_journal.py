"""The journal of a change: on the disk before the next thing is done, and readable whatever happened."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slp_ops.errors import InputError, StoreError
from slp_ops.planning.journal_state import BeginEvent, ChangeOutcome, EndEvent, StepEvent, StepState
from slp_ops.playbook.guards import ProofNote
from slp_ops.runs.journal import JournalFile

if TYPE_CHECKING:
    from pathlib import Path


STEP = StepEvent(device="sw1", step=0, state=StepState.BEGUN)
END = EndEvent(device="sw1", state=ChangeOutcome.DONE)


def begun(path: Path) -> JournalFile:
    return JournalFile.create(path, BeginEvent(plans=()))


def test_events_come_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with begun(path) as journal:
        journal.write(STEP)
    again, recorded = JournalFile.resume(path)
    with again:
        again.write(END)
    assert (recorded.begin, recorded.events) == (BeginEvent(plans=()), (STEP,))
    assert len(path.read_text().splitlines()) == 3
    assert path.stat().st_mode & 0o777 == 0o600


def test_every_event_is_synced_before_write_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(fd: int) -> None:
        synced.append(os.fstat(fd).st_size)
        real(fd)

    monkeypatch.setattr(os, "fsync", fsync)
    path = tmp_path / "journal.jsonl"
    with begun(path) as journal:
        journal.write(STEP)
        assert synced[-1] == path.stat().st_size


def test_a_torn_last_line_is_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    begun(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"event":"st')
    again, recorded = JournalFile.resume(path)
    again.close()
    assert recorded.events == ()
    assert path.read_bytes() == whole


def test_one_process_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with begun(path), pytest.raises(StoreError, match="being written by another"):
        JournalFile.resume(path)


def test_a_journal_is_never_begun_over_another_one(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    begun(path).close()
    with pytest.raises(StoreError):
        begun(path)


@pytest.mark.parametrize("text", ["", "{}\n", "no json\n", '{"event":"begin","schema":"other"}\n', "[]\n"])
def test_what_is_no_journal_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match=r"journal\.jsonl"):
        JournalFile.resume(path)


def test_a_line_in_the_middle_that_is_damaged_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with begun(path) as journal:
        journal.write(STEP)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], "gone", lines[1]]) + "\n")
    with pytest.raises(InputError, match=r"journal\.jsonl:2"):
        JournalFile.resume(path)


def test_what_cannot_be_written_whole_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with begun(path) as journal:
        with pytest.raises(TypeError):
            journal.write(replace(STEP, noted=ProofNote(seen=object())))
        journal.write(END)
    assert [json.loads(line)["event"] for line in path.read_text().splitlines()] == ["begin", "end"]


@pytest.mark.parametrize("place", ["write", "fsync"])
def test_a_full_disk_takes_from_the_reserve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    path = tmp_path / "journal.jsonl"
    reserve = tmp_path / "journal.reserve"
    with begun(path) as journal:
        journal.reserve(())
        room = reserve.stat().st_size
        assert reserve.stat().st_blocks * 512 >= room > 0
        real = getattr(os, place)

        def full_once(fd: int, *data: bytes) -> object:
            if reserve.stat().st_size == room:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(fd, *data)

        monkeypatch.setattr(os, place, full_once)
        journal.write(STEP)
        monkeypatch.undo()
        assert reserve.stat().st_size < room
        journal.write(END)
    assert [json.loads(line)["event"] for line in path.read_text().splitlines()] == ["begin", "step", "end"]
    assert not reserve.exists()


def test_a_disk_that_stays_full_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.jsonl"
    with begun(path) as journal:
        journal.reserve(())

        def full(fd: int, data: bytes) -> int:
            raise OSError(errno.EDQUOT, "Disk quota exceeded")

        monkeypatch.setattr(os, "write", full)
        with pytest.raises(StoreError, match="quota"):
            journal.write(STEP)


def test_without_room_for_the_journal_nothing_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int, offset: int, size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with begun(tmp_path / "journal.jsonl") as journal, pytest.raises(StoreError, match="reserve room"):
        journal.reserve(())
    assert not (tmp_path / "journal.reserve").exists()
