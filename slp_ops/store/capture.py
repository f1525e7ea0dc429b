"""One capture on its way to the disk: masked, encoded and digested piece by piece."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

from slp_ops.model import Capture, CaptureStatus
from slp_ops.redact import Redactor, redact
from slp_ops.store import disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from slp_ops.ports import Ending

# Below this a capture waits in memory and takes a file only when it ends: a thousand sessions at once
# then do not need a thousand open files.
_BUFFER: Final = 32 * 1024


class CaptureFile:
    """A Sink. ``commit`` keeps what was written; ``abort`` drops it.

    The text goes to a temporary name and gets its own only when it is whole. Whatever the disk refuses
    raises StoreError, leaves no half file, and ends the capture.
    """

    def __init__(
        self,
        path: str,
        *,
        command: str,
        key: bytes,
        started: datetime,
        elapsed: Callable[[], float],
        keep: Callable[[Capture], None],
    ) -> None:
        self._path = path
        folder, _, self._name = path.rpartition("/")
        self._temporary = f"{folder}/.{self._name}.part"
        self._command = command
        self._key = key
        self._redactor = Redactor(key)
        self._started = started
        self._elapsed = elapsed
        self._keep = keep
        self._buffer = bytearray()
        self._digest = hashlib.sha256()
        self._bytes = 0
        self._fd: int | None = None
        self._failed: Exception | None = None

    def write(self, text: str) -> None:
        """Take the next piece; see ``ports.Sink``."""
        self._put(self._redactor.feed(text))

    def commit(self, ending: Ending) -> Capture:
        """Keep the capture: its file, then its line in the manifest. Raises StoreError."""
        self._put(self._redactor.finish())
        file = None
        if self._bytes or ending.status is CaptureStatus.OK:
            file = self._name
            self._settle()
        capture = Capture(
            command=self._command,
            status=ending.status,
            started=self._started,
            seconds=self._elapsed(),
            bytes=self._bytes,
            file=file,
            sha256=None if file is None else self._digest.hexdigest(),
            reason=redact(ending.reason, self._key),
            masked=self._redactor.counts,
        )
        self._keep(capture)
        return capture

    def abort(self) -> None:
        """Drop what was written. Nothing happens to a capture that was kept."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
            disk.drop(self._temporary)

    def _put(self, text: str) -> None:
        if self._failed is not None:
            raise self._failed
        if not text:
            return
        data = text.encode("utf-8", "surrogateescape")
        self._digest.update(data)
        self._bytes += len(data)
        self._buffer += data
        if len(self._buffer) >= _BUFFER:
            self._flush()

    def _flush(self) -> None:
        try:
            with disk.trouble("write", self._path):
                if self._fd is None:
                    self._fd = disk.create(self._temporary)
                disk.write_all(self._fd, self._buffer)
        except Exception as err:
            self._failed = err
            self.abort()
            raise
        self._buffer.clear()

    def _settle(self) -> None:
        self._flush()
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
        with disk.trouble("write", self._path):
            disk.give_name(self._temporary, self._path)
