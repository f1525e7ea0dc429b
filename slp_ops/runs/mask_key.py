"""The masking key: with it the same secret gets the same mask in every run of this user.

It lives in the user's state directory, never in a run: a recipient of a run cannot try passwords against its
masks.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final

from slp_ops.errors import StoreError
from slp_ops.paths import state_dir
from slp_ops.runs import atomic_files
from slp_ops.temporary_files import create_once, remove_abandoned

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


def key_id(key: bytes) -> str:
    """Return a short name of a masking key, from which it cannot be told. Equal names: masks compare."""
    return hashlib.sha256(b"slp-ops mask key\n" + key).hexdigest()[:16]


def state_key(name: str, words: str) -> bytes:
    """Return another key of the state directory, created at the first use. Raises StoreError."""
    return _key(state_dir() / name, words, _OTHER_SEALS)


def _key(path: Path, words: str, consequence: str) -> bytes:
    with atomic_files.store_errors(f"read or make {words}", path):
        remove_abandoned(path.parent, path.name)
        if not path.exists():  # if several processes make it at once, all use the first one's key
            create_once(path, secrets.token_bytes(_SIZE))
        key = atomic_files.read(path, within=path.parent)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    if len(key) != _SIZE:
        raise StoreError(
            f"{path} is not {words}: it has {len(key)} bytes instead of {_SIZE}",
            hint=f"remove it to get a new one; {consequence}",
        )
    return key
