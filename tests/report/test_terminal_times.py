"""Times on a terminal: UTC, with the local time beside it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from slp_ops.report.terminal.times import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slp_ops.runs import Run


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """``zone("Asia/Tokyo")`` sets the local zone."""

    def change(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield change
    monkeypatch.undo()
    time.tzset()


AT = datetime(2026, 11, 24, 20, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("UTC", "2026-11-24 20:05Z"),
        ("Africa/Abidjan", "2026-11-24 20:05Z"),
        ("JST-9", "2026-11-24 20:05Z (11-25 05:05 JST)"),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-11-24 20:05Z (15:05 EST)"),
        ("<+0545>-5:45", "2026-11-24 20:05Z (11-25 01:50 +0545)"),
    ],
)
def test_the_local_time_is_beside_utc(zone: Callable[[str], None], name: str, shown: str) -> None:
    zone(name)
    assert moment(AT) == shown


@pytest.mark.parametrize("at", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
@pytest.mark.parametrize("name", ["JST-9", "EST5"])
def test_the_ends_of_the_calendar_have_a_time(zone: Callable[[str], None], at: datetime, name: str) -> None:
    zone(name)
    assert "Z" in moment(at)


def test_lists_of_runs_show_both_and_json_utc(
    zone: Callable[[str], None], good_run: Callable[..., Run], tmp_path: Path
) -> None:
    zone("JST-9")
    run = good_run("sw1")
    folder = str(run.path.parent)
    for words in (["list"], ["show", "last"], ["prune", "--keep", "0"]):
        printed = CliRunner().invoke(cli, ["runs", *words, "--runs-dir", folder]).output
        assert "Z (" in printed, words
        assert "JST)" in printed, words
    listed = CliRunner().invoke(cli, ["runs", "list", "--json", "--runs-dir", folder]).stdout
    assert "JST" not in listed
    assert json.loads(listed)["runs"][0]["started"].endswith(("Z", "+00:00"))
