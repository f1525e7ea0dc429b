"""The masking key: with it the same secret gets the same mask in every run of this user.

It lives in the user's state directory, never in a run: a recipient of a run cannot try passwords against its
masks.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from slp_ops.errors import StoreError
from slp_ops.paths import state_dir
from slp_ops.runs import atomic_files

if TYPE_CHECKING:
    from pathlib import Path

_SIZE: Final = 32
_OTHER_MASKS: Final = "masks of older runs will then differ from those of new runs"
_OTHER_SEALS: Final = "older plans and journals are then rebuilt, and need consent again"


def mask_key(folder: Path | None = None) -> bytes:
    """The key, made at the first use. ``folder`` is the state directory unless given.

    Raises StoreError.
    """
    return _key((folder or state_dir()) / "mask.key", "the masking key", _OTHER_MASKS)


def state_key(name: str, words: str) -> bytes:
    """Return another key of the state directory, created at the first use. Raises StoreError."""
    return _key(state_dir() / name, words, _OTHER_SEALS)


def _key(path: Path, words: str, consequence: str) -> bytes:
    with atomic_files.store_errors(f"read or make {words}", path):
        if not path.exists():
            _make(path)
        key = atomic_files.read(path, within=path.parent)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    if len(key) != _SIZE:
        raise StoreError(
            f"{path} is not {words}: it has {len(key)} bytes instead of {_SIZE}",
            hint=f"remove it to get a new one; {consequence}",
        )
    return key


def _make(path: Path) -> None:
    """Make the key. If several processes start at once, all use the first one's key."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        fd = atomic_files.create(temporary)
        try:
            atomic_files.write_all(fd, secrets.token_bytes(_SIZE))
            os.fsync(fd)
        finally:
            os.close(fd)
        with suppress(FileExistsError):
            os.link(temporary, path)  # unlike a rename, it never replaces another's key
    finally:
        with suppress(OSError):
            temporary.unlink()
