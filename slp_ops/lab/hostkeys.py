"""Host keys of the lab: generated once, stored in the user's state directory, shared by all switches.

A switch with a changed key presents the second RSA key, or the ECDSA key when the type changes too.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncssh

from slp_ops.errors import StoreError
from slp_ops.paths import state_dir

_KINDS: Final = {
    "first": "ssh-rsa",
    "second": "ssh-rsa",
    "other": "ecdsa-sha2-nistp256",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKeys:
    """Host keys: the first one, another of the same type, and one of another type."""

    first: asyncssh.SSHKey
    second: asyncssh.SSHKey
    other: asyncssh.SSHKey

    @classmethod
    def load(cls, folder: Path | None = None) -> HostKeys:
        """Read the keys and generate missing ones; raises StoreError."""
        folder = state_dir() / "lab" if folder is None else folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(**{name: _key(folder / f"host_{name}.key", name) for name in _KINDS})
        except (OSError, asyncssh.KeyImportError) as err:
            raise StoreError(
                f"the lab's host keys in {folder} cannot be made or read: {err}",
                hint="set XDG_STATE_HOME to a folder you may write to, or remove the damaged file",
            ) from err


def _key(path: Path, name: str) -> asyncssh.SSHKey:
    if not path.exists():
        made = asyncssh.generate_private_key(_KINDS[name])
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(made.export_private_key())
        try:
            # When two labs start at the same time, both use the first one's key.
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            Path(temporary).unlink()
    return asyncssh.read_private_key(path)
