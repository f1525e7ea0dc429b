"""One at a time: a lock on a runs folder that dies with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from slp_ops.store import disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def alone(root: Path, name: str, *, busy: Callable[[], bool]) -> Iterator[bool]:
    """Hold ``name`` in the folder. When another process does, ``busy`` says whether to wait for it.

    Gives whether it is held. Raises StoreError.
    """
    path = root / name
    with disk.trouble("lock", path):
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not busy():
                yield False
                return
            fcntl.flock(fd, fcntl.LOCK_EX)
        yield True
    finally:
        os.close(fd)
