"""Folders of the user: for data that outlives a run (host keys, masking key), and for the configuration."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from platformdirs import user_config_path, user_state_path

from slp_ops.errors import StoreError

HUB_FOLDER: Final = Path("hub")  # of 'slp-ops hub', where no --folder names another


def state_dir() -> Path:
    """Return the user's state directory for slp-ops, created with mode 0700. Honours XDG_STATE_HOME.

    Raises StoreError when it cannot be created.
    """
    path = user_state_path("slp-ops")
    try:
        make_private(path)
    except OSError as err:
        raise StoreError(
            f"cannot make {path}: {err.strerror}", hint="set XDG_STATE_HOME to a folder you may write to"
        ) from err
    return path


def make_private(folder: Path) -> None:
    """Make a folder and its missing parents for this user alone, whatever the umask. Raises OSError."""
    if not folder.is_dir():
        if folder.parent != folder:
            make_private(folder.parent)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            if not folder.is_dir():
                raise
        else:
            folder.chmod(0o700)


def mode_for_others(path: Path) -> str:
    """Return the mode of a file or folder that other users may use; empty if it is private or not there."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return ""
    is_ours = stat.S_ISREG(mode) or stat.S_ISDIR(mode)
    return f"{stat.S_IMODE(mode):04o}" if is_ours and mode & 0o077 else ""


def config_file() -> Path:
    """Return the user's configuration file of slp-ops. Honours XDG_CONFIG_HOME."""
    return user_config_path("slp-ops") / "config.yaml"
