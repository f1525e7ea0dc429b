"""``hub status``: the state of a hub as text of 80 columns and as JSON, and what needs attention."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import ServiceUnavailableError
from rich.cells import cell_len

from slp_ops.app import hub_status
from slp_ops.app.hub_status import (
    AbsentWorker,
    HubRemark,
    HubStatus,
    SiteStatus,
    WorkerStatus,
    _remarks_on_disk,
    _remarks_on_streams,
    remarks_on,
)
from slp_ops.cli.exits import Exit
from slp_ops.cli.main import cli
from slp_ops.cluster.messages import InvalidMessage, to_message
from slp_ops.cluster.site_ledger import SiteLedger, StoppedCredential
from slp_ops.cluster.stream_sizes import StreamSize
from slp_ops.i18n import Lang, Text
from slp_ops.json_documents import decode, parse_json
from slp_ops.report.documents.hub import HubStatusDocument, hub_status_document
from slp_ops.report.terminal.hub import render_hub_status
from slp_ops.version import __version__

if TYPE_CHECKING:
    from tests.cluster.conftest import Rig

NOW = datetime(2026, 11, 24, 4, 11, 31, tzinfo=UTC)


def worker(days: float | None = 397, **values: Any) -> WorkerStatus:
    usual: dict[str, Any] = {
        "site": "tokyo",
        "holder": "worker-0123456789abcdef",
        "version": __version__,
        "works": ("collect",),
        "clock_offset": 0.2,
        "sessions": 3,
        "max_sessions": 50,
        "certificate_until": None if days is None else NOW + timedelta(days=days),
    }
    return WorkerStatus(**{**usual, **values})


def stopped(since: datetime | None) -> StoppedCredential:
    return StoppedCredential(name="tacacs-of-the-region", refused=3, since=since)


def absent(days: float) -> AbsentWorker:
    return AbsentWorker(
        site="tokyo", holder="worker-fedcba9876543210", certificate_until=NOW + timedelta(days=days)
    )


def site(*workers: WorkerStatus, absent: tuple[AbsentWorker, ...] = (), **values: Any) -> SiteStatus:
    usual: dict[str, Any] = {"name": "tokyo", "max_sessions": 50, "waiting": 0, "running": 0}
    return SiteStatus(**{**usual, **values}, workers=workers, absent=absent)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (site(worker()), []),
        (site(worker(30.1)), []),
        (site(worker(29.9)), ["certificate"]),
        (site(worker(None)), []),
        (site(worker(), absent=(absent(3),)), []),  # joined again under another name
        (site(absent=(absent(3),)), ["no_worker", "certificate"]),
        (site(waiting=12), ["no_worker"]),
        (site(worker(clock_offset=-600.0)), ["clock"]),
        (site(worker(clock_offset=29.0)), []),
        (site(worker(version="0.0.1"), worker(2)), ["version", "certificate"]),
        (site(worker(), stopped=(stopped(NOW), stopped(None))), ["credential", "credential"]),
    ],
)
def test_what_needs_attention_is_named(found: SiteStatus, expected: list[str]) -> None:
    remarks = list(remarks_on([found], NOW, Path("hub")))
    assert [each.kind for each in remarks] == expected
    for each in remarks:
        assert "tokyo" in each.message.en
        assert "tokyo" in each.message.ja
        assert each.hint.en != each.hint.ja


def test_the_disk_is_named_before_it_is_full() -> None:
    assert not list(_remarks_on_disk(800, 1000, 2**30))
    (remark,) = _remarks_on_disk(801, 1000, 2**30)
    assert "80 %" in remark.message.en
    (remark,) = _remarks_on_disk(800, 1000, 2**20)
    assert "the broker stores nothing" in remark.message.en
    assert "free some space" in remark.hint.en


@pytest.mark.parametrize("error", [ServiceUnavailableError(), NoRespondersError(), NatsTimeout()], ids=repr)
def test_a_broker_that_reads_its_configuration_is_asked_again(
    error: NatsError, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, asked = object(), list[Path]()

    async def ask(folder: Path) -> object:
        asked.append(folder)
        if len(asked) == 1:
            raise error
        return found

    monkeypatch.setattr(hub_status, "_status", ask)
    monkeypatch.setattr(hub_status, "_LOOK_AGAIN", 0)
    assert hub_status.status(Path("hub")) is found
    assert len(asked) == 2


@pytest.mark.parametrize("lang", list(Lang))
def test_the_text_fits_into_80_columns(lang: Lang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    sites = (
        site(worker(10, version="0.9.0rc1", clock_offset=-601.0, sessions=50), running=50, waiting=99_000),
        site(name="amsterdam-dc2", absent=(absent(2), absent(300))),
        site(name="osaka"),
        site(worker(200), name="a-site-with-a-name-of-forty-characters-x", stopped=(stopped(NOW),)),
    )
    remarks = (
        *remarks_on(sites, NOW, Path("/srv/hub of slp-ops")),
        *_remarks_on_disk(9, 10, 0),
        HubRemark(kind="clock", message=Text("a\x1b[2J", "a\x1b[2J"), hint=Text("b", "b")),
    )
    status = HubStatus(
        folder=Path("hub"),
        version="0.9.0",
        addresses=("hub.example.net", "192.0.2.1"),
        broker_port=4222,
        join_port=4223,
        sites=sites,
        streams=(StreamSize(name="evidence", messages=100_000, bytes=3 * 2**30, max_bytes=8 * 2**30),),
        disk_used=3 * 2**30,
        disk_allowed=8 * 2**30,
        remarks=remarks,
    )
    text = render_hub_status(status, lang)
    assert "\x1b[2J" not in text
    lines = [line.replace("\x1b[33m", "").replace("\x1b[0m", "") for line in text.split("\n")]
    assert [line for line in lines if cell_len(line) > 80] == []
    assert "3,072 MB" in text
    assert "slp-ops hub site add tokyo --folder '/srv/hub of slp-ops'" in " ".join(text.split())
    assert "2026-11-24 04:11 UTC" in " ".join(text.split())
    (entry,) = hub_status_document(status).sites[-1].stopped_credentials
    assert (entry.name, entry.refused, entry.since) == ("tacacs-of-the-region", 3, NOW)


def test_a_credential_is_stopped_since_its_last_refusal() -> None:
    ledger = SiteLedger.new(50).with_refusals("tacacs", "a", NOW).with_refusals("tacacs", "b", NOW)
    assert ledger.stopped(3) == ()
    later = ledger.with_refusals("tacacs", "a", NOW + timedelta(seconds=1)).with_refusals("local", "c", NOW)
    read = SiteLedger.read(to_message(later))
    assert read.stopped(3) == (StoppedCredential(name="tacacs", refused=3, since=NOW + timedelta(seconds=1)),)
    assert read.without_counts().stopped(3) == ()
    with pytest.raises(InvalidMessage, match="has no zone"):
        SiteLedger.read(to_message(ledger.with_refusals("tacacs", "a", NOW.replace(tzinfo=None))))


def test_a_worker_that_does_not_run_and_whose_certificate_ends_soon(rig: Rig) -> None:
    rig.join("tokyo")
    state = rig.hub_folder / "hub.json"
    joined = datetime.now(UTC) - timedelta(days=390)
    value = json.loads(state.read_text())
    value["sites"][0]["workers"][0]["joined"] = f"{joined:%Y-%m-%dT%H:%M:%SZ}"
    state.write_text(json.dumps(value))

    done = CliRunner().invoke(cli, ["hub", "status", "--folder", str(rig.hub_folder), "--json"])

    assert done.exit_code == Exit.FINDINGS, done.output
    document = decode(HubStatusDocument, parse_json(done.stdout.encode()))
    assert [remark.kind for remark in document.remarks] == ["no_worker", "certificate"]
    (tokyo,) = document.sites
    (joined_one,) = tokyo.workers
    assert not joined_one.connected
    assert joined_one.version is None
    assert {"tasks", "evidence"} <= {stream.name for stream in document.streams}
    assert document.disk.allowed > 0

    shown = CliRunner().invoke(cli, ["hub", "status", "--folder", str(rig.hub_folder), "--lang", "ja"])
    assert shown.exit_code == Exit.FINDINGS
    assert "証明書の有効期限" in shown.stdout
    assert "slp-ops hub site add tokyo --folder" in " ".join(shown.stdout.split())


def test_streams_that_have_hardly_room_are_named_with_what_to_do() -> None:
    def sizes(used: int) -> list[StreamSize]:
        names = ("control", "evidence", "fences", "heartbeats", "leases", "tasks")
        return [StreamSize(name=name, messages=1, bytes=used, max_bytes=1000) for name in names]

    assert not list(_remarks_on_streams(sizes(900)))
    found = list(_remarks_on_streams(sizes(901)))
    refused = [
        each.message.en.split()[2] for each in found if "changes over the hub are refused" in each.message.en
    ]
    waiting = [each.message.en.split()[2] for each in found if "tasks and results wait" in each.message.en]
    assert (refused, waiting) == (["control", "fences", "leases"], ["evidence", "tasks"])
    assert all(each.kind == "stream" and "disk_bytes" in each.hint.en for each in found)
    assert not list(_remarks_on_streams([StreamSize(name="tasks", messages=1, bytes=1, max_bytes=0)]))
