"""Answers of a worker, and of a hub that is joined, are the words of another computer."""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from slp_ops.app.audit_device import AuditedDevice
from slp_ops.app.audit_task import AUDIT, AuditAnswer
from slp_ops.app.collect_task import COLLECT
from slp_ops.app.device_outcome import Outcome
from slp_ops.app.device_work import VisitFailed
from slp_ops.app.worker_answers import outcome_in, read_end, result_in
from slp_ops.cli.main import cli
from slp_ops.cluster.authority import Authority, fingerprint_of, key_to_pem, new_key
from slp_ops.cluster.join_code import JoinCode
from slp_ops.cluster.messages import EvidenceEnd, InvalidMessage, to_message
from slp_ops.errors import JoinError
from slp_ops.history.summary import Summary
from slp_ops.json_documents import ShapeError, encode
from slp_ops.model import Device, DeviceFailure, DeviceResult, DeviceStatus

if TYPE_CHECKING:
    from pathlib import Path

DEVICE = Device(name="sw1", site="tokyo", host="sw1.example.net")
RESULT = DeviceResult(name="sw1", site="tokyo", status=DeviceStatus.OK)
JUDGED = AuditedDevice(name="sw1", site="tokyo", status=DeviceStatus.OK)
SUMMARY = Summary(device="sw1", site="tokyo", status=DeviceStatus.OK, seen=datetime(2026, 11, 27, tzinfo=UTC))
END = EvidenceEnd(
    worker="worker-1",
    attempt="0123456789abcdef",
    parts=0,
    bytes=0,
    sha256=hashlib.sha256(b"").hexdigest(),
    mask_key="",
    folder="/tmp/slp-ops-x/0123456789abcdef",  # noqa: S108 - of the worker
    outcome=None,
)


@pytest.mark.parametrize(
    "answer",
    [
        AuditAnswer(result=replace(RESULT, name="sw2"), judged=JUDGED, summary=SUMMARY),
        AuditAnswer(result=replace(RESULT, site="osaka"), judged=JUDGED, summary=SUMMARY),
        AuditAnswer(result=RESULT, judged=replace(JUDGED, name="sw2"), summary=SUMMARY),
        AuditAnswer(result=RESULT, judged=replace(JUDGED, site="osaka"), summary=SUMMARY),
        AuditAnswer(result=RESULT, judged=JUDGED, summary=replace(SUMMARY, device="sw2")),
        AuditAnswer(result=RESULT, judged=JUDGED, summary=replace(SUMMARY, site="osaka")),
    ],
)
def test_no_part_of_an_answer_is_about_another_switch(answer: AuditAnswer) -> None:
    with pytest.raises(ShapeError, match="sw1 of site tokyo"):
        result_in(Outcome(result=encode(answer)), AUDIT, DEVICE)


def test_an_answer_about_its_own_switch_is_accepted() -> None:
    answer = AuditAnswer(result=RESULT, judged=JUDGED, summary=SUMMARY)
    assert result_in(Outcome(result=encode(answer)), AUDIT, DEVICE).judged == JUDGED
    with pytest.raises(VisitFailed):
        result_in(Outcome(failure=DeviceFailure(kind="x", message="y")), COLLECT, DEVICE)


def test_paths_and_disks_of_the_worker_are_not_those_of_this_computer() -> None:
    failure = DeviceFailure(kind="store", message=f"cannot write {END.folder}/sw1/show-clock.txt")
    partial = replace(RESULT, status=DeviceStatus.PARTIAL, error=failure)
    for outcome in (Outcome(failure=failure), Outcome(result=encode(partial))):
        found = outcome_in(replace(END, outcome=encode(outcome)), "/runs/1")
        assert found is not None
        text = json.dumps(encode(found))
        assert "worker_store" in text
        assert "/runs/1/sw1/show-clock.txt" in text
        assert END.folder not in text
    assert outcome_in(END, "/runs/1") is None


@pytest.mark.parametrize(
    "changed",
    [
        {"attempt": text}
        for text in ("", "..", "a.b", "*", ">", "0123456789ABCDEF", "0" * 15, "0" * 17, "é" * 16)
    ]
    + [{"folder": text} for text in ("a", "/", "/var", "0123456789abcdef/x")],
)
def test_an_end_that_no_worker_sends_is_refused(changed: dict[str, Any]) -> None:
    assert read_end(to_message(END)) == (END, b"")
    with pytest.raises(InvalidMessage):
        read_end(to_message(replace(END, **changed)))


# What a hub answers to a worker that joins.
ANSWERS: dict[str, bytes] = {
    "escapes": json.dumps(
        {"schema": "slp-ops/join-answer/1", "error": "\x1b[2Jgone\u202e", "hint": "\x07"}
    ).encode(),
    "no-json": b"{",
    "deep": b"[" * 20_000,
    "newer": b'{"schema": "slp-ops/join-answer/2"}',
    "empty": b'{"schema": "slp-ops/join-answer/1"}',
    "long": b'"' + b"x" * 100_000,
    "silent": b"",
    "paths": json.dumps(
        {
            "schema": "slp-ops/join-answer/1",
            "certificate": "\x1b none",
            "authority": "none",
            "address": {
                "schema": "slp-ops/hub-access/1",
                "host": "\x1b[2J",
                "port": 1,
                "holder": "../../x",
                "site": "../../../stolen",
            },
        }
    ).encode(),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_hub_that_answers_what_it_likes_is_joined_without_harm(tmp_path: Path, name: str) -> None:
    authority, key = Authority.create(), new_key()
    certificate = authority.certificate_for_server(key.public_key(), ("127.0.0.1",))
    (tmp_path / "hub.pem").write_bytes(certificate + key_to_pem(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "hub.pem")
    ports: list[int] = []
    listening, done = threading.Event(), threading.Event()

    async def serve() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(ANSWERS[name] + b"\n" * bool(ANSWERS[name]))
            writer.close()
            await writer.wait_closed()

        async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
            ports.append(server.sockets[0].getsockname()[1])
            listening.set()
            while not done.is_set():
                await asyncio.sleep(0.02)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert listening.wait(60)
        joined = CliRunner().invoke(
            cli,
            ["worker", "join", f"127.0.0.1:{ports[0]}"],
            input=f"{JoinCode.create('tokyo', fingerprint_of(certificate))}\n",
            env={"XDG_STATE_HOME": str(tmp_path / "state")},
        )
    finally:
        done.set()
        thread.join(60)

    shown = joined.output + str(joined.exception or "")
    assert joined.exit_code != 0, shown
    assert isinstance(joined.exception, JoinError | SystemExit), repr(joined.exception)
    assert "\x1b" not in joined.output
    assert "\u202e" not in joined.output
    assert not list(tmp_path.parent.rglob("stolen*"))
    assert not list(tmp_path.glob("state/**/*.pem"))
