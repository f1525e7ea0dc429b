"""Evidence of a device that is sent elsewhere: it waits in memory, and only what is large takes files.

Thirteen files of a device cost more than reading, compressing and sending them. The process that holds them
owes nothing to the disk: killed, it has sent nothing, and the device is read again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from slp_ops.runs import atomic_files
from slp_ops.runs.evidence_files import MANIFEST
from slp_ops.runs.run_writer import CaptureFile, DeviceFolder
from slp_ops.runs.serialization import CaptureRecord, line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

    from slp_ops.model import Capture

_LARGEST_CAPTURE: Final = 2**19
_LARGEST: Final = 2**21  # of all captures of a device in memory


class HeldFolder(DeviceFolder):
    """A ``DeviceFolder`` with its files in memory, but for large ones, with which the folder appears.

    It is of a device that has no evidence yet.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._held: dict[str, bytes] = {}
        self._digests: dict[str, str] = {}
        self._lines = bytearray()
        self._size = 0

    def files(self) -> Mapping[str, bytes]:
        """Return the files in memory, by name."""
        return self._held | ({MANIFEST: bytes(self._lines)} if self._lines else {})

    def digests(self) -> Mapping[str, str]:
        """Return the SHA-256 of the captures in memory, by the names of their files."""
        return self._digests

    def hold(self, name: str, data: bytes | bytearray, sha256: str) -> bool:
        """Keep a file in memory; return False where it would be too much."""
        if len(data) > _LARGEST_CAPTURE or self._size + len(data) > _LARGEST:
            return False
        self._held[name] = bytes(data)
        self._digests[name] = sha256
        self._size += len(data)
        return True

    def text(self, capture: Capture) -> str:
        """See ``DeviceFolder``."""
        if capture.file in self._held:
            return self._held[capture.file].decode("utf-8", "surrogateescape")
        return super().text(capture)

    def keep_traceback(self, text: str) -> Path:
        """See ``DeviceFolder``."""
        self._make_parent()
        return super().keep_traceback(text)

    def make(self) -> None:
        """Make the folder. Raises StoreError."""
        self._make_parent()
        super()._make()

    def _make(self) -> None:
        """Nothing needs the folder yet."""

    def _make_parent(self) -> None:
        with atomic_files.store_errors("make", self.path.parent):
            self.path.parent.mkdir(mode=0o700, exist_ok=True)

    @property
    def _capture_file(self) -> Callable[..., CaptureFile]:
        return partial(_HeldCapture, folder=self)

    def _keep(self, capture: Capture) -> None:
        with self._guard:
            self._lines += line(CaptureRecord.of(capture))


class _HeldCapture(CaptureFile):
    """A capture that stays in memory if it is small."""

    _LONGEST_WAITING: ClassVar = _LARGEST_CAPTURE

    def __init__(self, path: str, *, folder: HeldFolder, **options: Any) -> None:
        super().__init__(path, **options)
        self._folder = folder

    def _flush(self) -> None:
        if self._fd is None:
            self._folder.make()
        super()._flush()

    def _settle(self) -> None:
        digest = self._digest.hexdigest()
        if self._fd is not None or not self._folder.hold(self._name, self._buffer, digest):
            super()._settle()
