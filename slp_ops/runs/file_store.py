"""Files of the offline exchange: signed, so they are saved verbatim, and nothing in them is masked.

A folder of its own, in a run or where the operator wants it; what a run keeps of a switch's words besides
them is masked as everywhere.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from slp_ops.errors import StoreError
from slp_ops.paths import make_private
from slp_ops.runs import atomic_files
from slp_ops.temporary_files import remove_abandoned

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slp_ops.model import Device

UPLOAD: Final = "upload"  # in a run: what goes to CSSM
ACKS: Final = "acks"  # and what came from there
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,119}", re.ASCII)


class FolderFileStore:
    """Folder of files, a ``ports.FileStore``. Files are written atomically."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, data: bytes) -> Path:
        """Put a file there, over one of that name, and wait until the disk has it. Raises StoreError."""
        path = self._place(name)
        with atomic_files.store_errors("write", path):
            make_private(self.path)
            remove_abandoned(self.path)
            atomic_files.replace(path, data, sync=True)
            folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return path

    def save(self, device: Device, name: str, data: bytes) -> Mapping[str, object]:
        """See ``ports.FileStore``."""
        self.write(name, data)
        return {}

    def load(self, name: str) -> bytes:
        """See ``ports.FileStore``."""
        path = self._place(name)
        with atomic_files.store_errors("read", path):
            return atomic_files.read(path, within=self.path, largest=atomic_files.LARGEST)

    def names(self) -> list[str]:
        """Return the names of the files, in order."""
        if not self.path.is_dir():
            return []
        return sorted(path.name for path in self.path.iterdir() if is_exchanged(path.name))

    def has(self, name: str) -> bool:
        """Return whether the file exists."""
        return self._place(name).is_file()

    def _place(self, name: str) -> Path:
        if not is_exchanged(name):
            raise StoreError(f"{name!r} is no name for a file of the exchange")
        return self.path / name


def is_exchanged(name: str) -> bool:
    """Return whether a file of the exchange may have this name."""
    return _NAME.fullmatch(name) is not None


def fit_name(text: str) -> str:
    """Return a safe name for a file with a foreign name: unsafe characters are replaced."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")
    return name[:80] or "file"
