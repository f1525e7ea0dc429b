"""Benches for the tests of faults: simulated switches behind proxies, ended with the test."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.bench import Bench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """``bench({"sw1": "healthy"}, transport="asyncssh")`` starts these switches."""
    with ExitStack() as stack:

        def start(scenarios: dict[str, str], **how: Any) -> Bench:
            return stack.enter_context(
                Bench(tmp_path / f"bench-{len(list(tmp_path.iterdir()))}", scenarios, **how)
            )

        yield start


class SmallDisk:
    """A file system of 2 MB where one may be mounted, else the limit of what a process may write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        done = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=False, capture_output=True
        )
        self.is_mounted = bool(done) and not getattr(done, "returncode", 1)

    def fill(self, *, leave: int = 0) -> None:
        """Leave so many bytes, in whole pages."""
        free = os.statvfs(self.folder)
        left = max(0, free.f_bavail * free.f_frsize - leave)
        with (self.folder / "filler").open("wb") as file:
            file.write(bytes(left))

    def free(self) -> None:
        """Make room again."""
        (self.folder / "filler").unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount."""
        if self.is_mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk that a test may fill; never the real one."""
    disk = SmallDisk(tmp_path / "small")
    if not disk.is_mounted:
        pytest.fail(
            "a small file system could not be mounted: run as root, or in a user namespace (unshare -rm)"
        )
    yield disk
    disk.close()
