"""A collecting run that is taken up again: what it asked for, what it has, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.app.read_device import Earlier
from slp_ops.errors import InputError, InvalidRelease, SelectionError
from slp_ops.release import Release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.model import Device, DeviceResult
    from slp_ops.store import StoredRun


class Resumed:
    """A stored run that is taken up again."""

    def __init__(self, stored: StoredRun) -> None:
        if stored.header.verb != "collect":
            raise InputError(
                f"run {stored.id} is of {stored.header.verb}, not of collect", hint="see: slp-ops runs list"
            )
        self._stored = stored
        self._results = {result.name: result for result in stored.devices}

    @property
    def id(self) -> str:
        """The run's id."""
        return self._stored.id

    @property
    def asked(self) -> tuple[str, tuple[str, ...]]:
        """The set and the ad-hoc commands of the run."""
        selection = self._stored.header.selection
        set_name, ad_hoc = selection.get("set"), selection.get("commands")
        return (
            set_name if isinstance(set_name, str) else "baseline",
            tuple(str(text) for text in ad_hoc) if isinstance(ad_hoc, list) else (),
        )

    def among(self, devices: Sequence[Device]) -> tuple[Device, ...]:
        """The run's devices, as the inventory has them now. Raises SelectionError."""
        chosen = tuple(device for device in devices if device.name in self._results)
        if not chosen:
            raise SelectionError(
                f"the inventory's choice holds no device of run {self._stored.id}",
                hint=f"the run is of: {', '.join(list(self._results)[:20])}",
            )
        return chosen

    def result(self, device: Device) -> DeviceResult:
        """How the device has ended already."""
        return self._results[device.name]

    def earlier(self, device: Device) -> Earlier:
        """What the run has of a device."""
        result = self._results[device.name]
        return Earlier(captures=result.captures, release=self._release(result))

    def _release(self, result: DeviceResult) -> Release | None:
        """From the result, or from the evidence when the run did not come so far as to note it."""
        text = result.release or ""
        for capture in result.captures:
            if not text and capture.command == "show version" and capture.file is not None:
                text = "\n".join(self._stored.text(result.name, capture).split("\n")[:4])
        try:
            return Release.parse(text)
        except InvalidRelease:
            return None
