"""What every verb prints and sends is what was recorded, for every lab scenario, in both languages."""

from __future__ import annotations

import difflib
import subprocess
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from tests.baseline.record import COMMAND, PARTS, RECORDED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SHOWN = 60  # lines of difference of each file


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _differences(recorded: Path, now: Path) -> Iterator[str]:
    for name in sorted(_files(recorded) | _files(now)):
        before, after = (
            (folder / name).read_text(encoding="utf-8").splitlines() if (folder / name).is_file() else []
            for folder in (recorded, now)
        )
        if before != after:
            lines = difflib.unified_diff(before, after, f"recorded/{name}", f"now/{name}", n=1, lineterm="")
            yield "\n".join(line[:400] for line in islice(lines, _SHOWN))


# The Japanese part takes as long as the English one again.
@pytest.mark.parametrize(
    "part", [pytest.param(part, marks=pytest.mark.slow if part == "ja" else ()) for part in PARTS]
)
def test_output_is_as_recorded(part: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--part", part, "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = list(_differences(RECORDED / part, tmp_path / part))
    if found:
        pytest.fail(
            "\n".join([*found, f"{len(found)} files differ. If that is meant: make baseline"]), pytrace=False
        )
