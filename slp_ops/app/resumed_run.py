"""A run that is resumed: its devices, and what was read of each."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from slp_ops.app.device_work import EarlierPart
from slp_ops.errors import InputError, InvalidRelease, SelectionError
from slp_ops.release import Release
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from slp_ops.model import Device, DeviceResult
    from slp_ops.runs import StoredRun


def unreadable_run_file(run: StoredRun) -> InputError:
    """Return the error of a run of which only the captures are left: its list of switches is unknown."""
    return InputError(
        f"{run.path}/run.json cannot be read: the switches of the run are unknown",
        hint=f"read them again: slp-ops {run.header.verb}",
    )


class ResumedRun:
    """A run of a verb that is resumed: what it has, and what is missing."""

    def __init__(self, stored: StoredRun) -> None:
        self._stored = stored
        self._results = {result.name: result for result in stored.devices}

    @classmethod
    def open(cls, runs_dir: Path, reference: str, verb: str) -> ResumedRun:
        """Open a run of this verb; ``last`` is its newest one. Raises InputError."""
        runs = Runs(runs_dir)
        stored = runs.open(reference, verbs=(verb,))
        if stored.header.verb != verb:
            raise InputError(
                f"run {stored.id} is of {stored.header.verb}, not of {verb}", hint="see: slp-ops runs list"
            )
        if not stored.is_readable:
            raise unreadable_run_file(stored)
        folder = stored.path.absolute().parent
        if folder != runs.root.absolute():
            raise InputError(
                f"run {stored.id} is in {folder}, not in {runs.root}",
                hint=f"add --runs-dir {shlex.quote(str(folder))}",
            )
        return cls(stored)

    @property
    def reference(self) -> str:
        """The run's folder, by which it is opened again."""
        return str(self._stored.path.absolute())

    @property
    def selection(self) -> Mapping[str, object]:
        """Return the options that the run recorded."""
        return self._stored.header.selection

    def among(self, devices: Sequence[Device]) -> tuple[Device, ...]:
        """The run's devices, as the inventory has them now. Raises SelectionError."""
        chosen = tuple(device for device in devices if device.name in self._results)
        if not chosen:
            raise SelectionError(
                f"the selection includes no device of run {self._stored.id}",
                hint=f"the run is of: {', '.join(list(self._results)[:20])}",
            )
        return chosen

    def part(self, device: Device) -> EarlierPart:
        """Return what the run has of a device."""
        result = self._results[device.name]
        release = self._release(result)
        return EarlierPart(
            captures=result.captures,
            release=None if release is None else str(release),
            # Without it the run ended after the last command, and before the result was written.
            recorded=result if device.name in self._stored.results else None,
        )

    def _release(self, result: DeviceResult) -> Release | None:
        """Read from the result, or from the evidence if the run has no result yet."""
        text = result.release or ""
        for capture in result.captures:
            if not text and capture.command == "show version" and capture.file is not None:
                text = "\n".join(self._stored.text(result.name, capture).split("\n")[:4])
        try:
            return Release.parse(text)
        except InvalidRelease:
            return None
