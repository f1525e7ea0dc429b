"""Folders for data that outlives a run: host keys, the masking key, the lab's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platformdirs import user_state_path

from slp_ops.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path


def state_dir() -> Path:
    """Return the user's state directory for slp-ops, created with mode 0700. Honours XDG_STATE_HOME.

    Raises StoreError when it cannot be created.
    """
    path = user_state_path("slp-ops")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as err:
        raise StoreError(
            f"cannot make {path}: {err.strerror}", hint="set XDG_STATE_HOME to a folder you may write to"
        ) from err
    return path
