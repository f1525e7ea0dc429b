"""The traceback of a defect, for the maintainers."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from slp_ops.paths import state_dir
from slp_ops.redact import redact

if TYPE_CHECKING:
    from pathlib import Path


def save_traceback(text: str) -> Path:
    """Save a traceback in the state folder, masked, and return its path; raise OSError.

    A traceback has frames and the exception's type and message, never the values of variables.
    """
    path = state_dir() / "traceback.txt"
    path.unlink(missing_ok=True)  # an older one may be readable by others
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(redact(text, secrets.token_bytes(32)), encoding="utf-8", errors="replace")
    return path
