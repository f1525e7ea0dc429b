"""A device of a stored run as facts: where the store's texts meet the parsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.reading import Facts, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.model import CaptureStatus
    from slp_ops.store import StoredRun


def facts_of(run: StoredRun, device: str) -> Facts:
    """The facts of one device; raises StoreError when its evidence cannot be read."""
    return read(_captures(run, device))


def _captures(run: StoredRun, device: str) -> Iterator[tuple[str, CaptureStatus, str]]:
    for capture in run.captures(device):
        text = run.text(device, capture) if capture.file is not None else ""
        yield capture.command, capture.status, text
