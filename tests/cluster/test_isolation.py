"""A site's key cannot read, publish, purge or acknowledge anything of another site, whatever it sends."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from nats.errors import Error as NatsError

from slp_ops.app import hub as service
from slp_ops.cluster.access_folder import read_address
from slp_ops.cluster.connection import connected
from slp_ops.errors import HubError

if TYPE_CHECKING:
    from pathlib import Path

    from nats.aio.client import Client

    from tests.cluster.conftest import Rig

SECRET = b'{"of": "tokyo"}'
STREAMS = ("TASKS", "EVIDENCE", "CONTROL", "HEARTBEATS", "LIMITS", "HOSTKEYS", "FENCES", "LEASES")
# What tokyo has at the broker.
THEIRS = {
    "TASKS": "slp.task.tokyo.run1.sw1",
    "EVIDENCE": "slp.evidence.tokyo.run1.sw2.end",
    "CONTROL": "slp.control.tokyo.run1",
    "FENCES": "slp.fence.tokyo.change1.sw1",
    "LEASES": "slp.lease.tokyo.sw1",
    "LIMITS": "slp.limits.tokyo.ledger",
    "HOSTKEYS": "slp.hostkey.tokyo.sw3",
}
ACK = "$JS.ACK.TASKS.tokyo.1.1.1.1700000000000000000.0"

REQUESTS: list[tuple[str, Any]] = [
    *((subject, b"{}") for subject in THEIRS.values()),
    ("slp.task.osaka.run1.sw1", b"{}"),
    ("slp.control.osaka.run1", b"{}"),
    # What permits a change comes from the operator alone, also at the own site.
    ("slp.approval.osaka.change1.sw1.claim", b"{}"),
    ("slp.approval.tokyo.change1.sw1.claim", b"{}"),
    ("slp.fence.tokyo.change1.sw2", b"{}"),
    ("$JS.API.DIRECT.GET.CONTROL.slp.approval.tokyo.change1.sw1.claim", b""),
    (
        "$JS.API.DIRECT.GET.CONTROL.slp.approval.osaka.change1.sw1.claim",
        {"last_by_subj": "slp.control.tokyo.run1"},
    ),
    (
        "$JS.API.DIRECT.GET.FENCES.slp.fence.osaka.change1.sw1",
        {"last_by_subj": "slp.fence.tokyo.change1.sw1"},
    ),
    ("slp.lease.tokyo.sw2", b"{}"),
    ("slp.operator.tokyo.run1", b"{}"),
    ("slp.owner.tokyo.worker-1", b"{}"),
    ("slp.answer.tokyo.worker-1.0", b"{}"),
    ("slp.event.tokyo.run1.sw1", b"{}"),
    ("slp.heartbeat.tokyo.worker-1", b"{}"),
    (ACK, b""),
    (ACK, b"-NAK"),
    (ACK, b"+TERM"),
    ("$JS.API.INFO", b""),
    ("$JS.API.STREAM.NAMES", b""),
    ("$JS.API.STREAM.LIST", b""),
    ("$JS.API.CONSUMER.MSG.NEXT.TASKS.tokyo", b"1"),
    ("$JS.API.CONSUMER.INFO.TASKS.tokyo", b""),
    ("$JS.API.CONSUMER.DELETE.TASKS.tokyo", b""),
    ("$JS.API.CONSUMER.CREATE.TASKS.mine", {"stream_name": "TASKS", "config": {"name": "mine"}}),
    ("$JS.API.CONSUMER.DURABLE.CREATE.TASKS.osaka", {"stream_name": "TASKS", "config": {}}),
    ("$JS.API.CONSUMER.MSG.NEXT.TASKS.osaka.tokyo", b"1"),
    *(
        (f"$JS.API.STREAM.{verb}.{stream}", b"{}")
        for stream in STREAMS
        for verb in ("INFO", "PURGE", "DELETE", "UPDATE", "SNAPSHOT")
    ),
    *((f"$JS.API.STREAM.MSG.GET.{stream}", {"seq": 1}) for stream in STREAMS),
    *((f"$JS.API.STREAM.MSG.DELETE.{stream}", {"seq": 1}) for stream in STREAMS),
    *((f"$JS.API.DIRECT.GET.{stream}", {"seq": 1}) for stream in STREAMS),
    *((f"$JS.API.DIRECT.GET.{stream}.{subject}", b"") for stream, subject in THEIRS.items()),
    # Its own direct read, with a content that asks for more.
    *(
        (f"$JS.API.DIRECT.GET.{stream}.slp.{family}.osaka.{rest}", content)
        for stream, family, rest in (
            ("TASKS", "task", "run1.sw1"),
            ("EVIDENCE", "evidence", "run1.sw2.end"),
            ("CONTROL", "control", "run1"),
            ("LIMITS", "limits", "ledger"),
            ("LEASES", "lease", "sw1"),
            ("HOSTKEYS", "hostkey", "sw3"),
        )
        for content in (
            {"seq": 1},
            {"last_by_subj": THEIRS[stream]},
            {"next_by_subj": THEIRS[stream], "seq": 1},
            {"multi_last": [f"slp.{family}.tokyo.>"]},
            {"batch": 10, "seq": 1, "next_by_subj": ">"},
            {"start_time": "2020-01-01T00:00:00Z"},
        )
    ),
    ("$JS.API.DIRECT.GET.EVIDENCE.slp.evidence.osaka.>", {"seq": 1}),
    ("$JS.API.DIRECT.GET.EVIDENCE.slp.evidence.*.run1.sw2.end", b""),
    ("$SYS.REQ.SERVER.PING", b""),
    ("$SYS.REQ.SERVER.PING.CONNZ", b""),
    ("$SYS.REQ.ACCOUNT.OPERATORS.INFO", b""),
]
# The reply of a request of its own, aimed at the operators' account.
REPLIES = [
    *THEIRS.values(),
    "slp.task.tokyo.run1.forged",
    "slp.hostkey.tokyo.forged",
    "slp.evidence.tokyo.run1.forged.end",
    "slp.approval.osaka.change1.forged.claim",
    "slp.fence.tokyo.change1.forged",
    "slp.lease.tokyo.forged",
    "slp.owner.tokyo.worker-1",
    "$JS.API.STREAM.PURGE.TASKS",
    "$JS.API.STREAM.DELETE.EVIDENCE",
    "$JS.API.CONSUMER.DELETE.TASKS.tokyo",
    ACK,
]
OWN_REQUESTS = [
    ("$JS.API.CONSUMER.MSG.NEXT.TASKS.osaka", b'{"batch": 1, "no_wait": true}'),
    ("$JS.API.DIRECT.GET.TASKS.slp.task.osaka.run1.mine", b""),
    ("$JS.API.DIRECT.GET.EVIDENCE.slp.evidence.osaka.run1.mine.end", b""),
    ("slp.evidence.osaka.run1.mine.end", b"{}"),
    ("slp.fence.osaka.change1.mine", b"{}"),
    ("slp.lease.osaka.mine", b"{}"),
    ("slp.operator.osaka.run1", b"{}"),
    ("slp.owner.osaka.worker-1", b"{}"),
    ("slp.answer.osaka.worker-1.0", b"{}"),
    ("$JS.API.DIRECT.GET.LEASES.slp.lease.osaka.mine", b""),
    ("$JS.API.DIRECT.GET.CONTROL.slp.approval.osaka.change1.mine.claim", b""),
    ("slp.heartbeat.osaka.worker-1", b"{}"),
    ("$JS.API.DIRECT.GET.LIMITS.slp.limits.osaka.ledger", b""),
    ("slp.hostkey.osaka.mine", b"{}"),
    ("$JS.ACK.TASKS.osaka.1.1.1.1700000000000000000.0", b""),
]


def beat_of(access: Path) -> str:
    """The subject on which the holder of an access folder may say that it is alive."""
    address = read_address(access, hint="")
    return f"slp.heartbeat.{address.site}.{address.holder}"


async def _state(folder: Path) -> dict[str, Any]:
    """Everything of tokyo at the broker: messages with their subjects, and the site's consumer."""
    async with connected(folder / "hub", read_address(folder / "hub", hint="")) as client:
        js = client.jetstream()
        found: dict[str, Any] = {}
        for stream, subject in THEIRS.items():
            state = (await js.stream_info(stream, subjects_filter="slp.*.tokyo.>")).state
            found[stream] = dict(state.subjects or {})
            assert (await js.get_msg(stream, subject=subject)).data == SECRET
        tokyo = await js.consumer_info("TASKS", "tokyo")
        found["consumer"] = (tokyo.num_pending, tokyo.num_ack_pending, tokyo.ack_floor.consumer_seq)
        return found


async def _attempt(client: Client, heard: list[bytes]) -> list[str]:
    """Send everything; return what gave an answer that is of another site."""
    leaks = []
    for subject, content in REQUESTS:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        inbox = client.new_inbox()
        subscription = await client.subscribe(inbox)
        await client.publish(subject, data, reply=inbox)
        with suppress(NatsError, TimeoutError):
            while True:
                answer = await subscription.next_msg(timeout=0.15)
                if b"tokyo" in answer.data or b"tokyo" in str(answer.headers).encode():
                    leaks.append(f"{subject} {data!r} -> {answer.data!r} {answer.headers}")
        await subscription.unsubscribe()
    for subject, data in OWN_REQUESTS:
        for reply in REPLIES:
            await client.publish(subject, data, reply=reply)
    await client.flush()
    return leaks


@pytest.mark.slow  # hundreds of attempts without an answer
def test_no_attempt_of_one_site_reaches_another(rig: Rig) -> None:
    tokyo, osaka = rig.join("tokyo"), rig.join("osaka")
    hub = rig.hub_folder

    async def attempts() -> None:
        async with connected(hub / "hub", read_address(hub / "hub", hint="")) as operator:
            js = operator.jetstream()
            async with connected(osaka, read_address(osaka, hint="")) as client:
                heard: list[bytes] = []

                async def hear(message: Any) -> None:
                    heard.append(message.subject.encode() + b" " + message.data)

                for subject in (">", "slp.>", "slp.*.tokyo.>", "$JS.>", "_INBOX.>", "slp.task.*.*.*"):
                    await client.subscribe(subject, cb=hear)
                await client.flush()
                for subject in THEIRS.values():
                    await js.publish(subject, SECRET)
                before = await _state(hub)
                leaks = await _attempt(client, heard)
                await asyncio.sleep(0.3)
                assert not leaks, "\n".join(leaks)
                assert await _state(hub) == before
                assert not [each for each in heard if SECRET in each]
                # The listener receives: its own subjects work.
                answer = await client.request(beat_of(osaka), b"{}", timeout=60)
                assert b"HEARTBEATS" in answer.data
                # A worker publishes no heartbeat of another one, of its own site either.
                with pytest.raises((NatsError, TimeoutError)):
                    await client.request("slp.heartbeat.osaka.worker-1", b"{}", timeout=0.5)
        # And the site whose it is can do what the other cannot.
        async with connected(tokyo, read_address(tokyo, hint="")) as client:
            subscription = await client.jetstream().pull_subscribe_bind(consumer="tokyo", stream="TASKS")
            (message,) = await subscription.fetch(1, timeout=60)
            assert message.data == SECRET
            await message.ack_sync(timeout=60)

    asyncio.run(attempts())

    # A revoked site is cut off, and its key is worth nothing; the other site stays.
    async def is_cut_off() -> None:
        async with connected(osaka, read_address(osaka, hint="")) as client:
            await asyncio.to_thread(service.revoke_site, hub, "osaka")
            async with asyncio.timeout(120):  # until it does not publish any more
                with suppress(NatsError):
                    while True:
                        await client.request(beat_of(osaka), b"{}", timeout=2)
                        await asyncio.sleep(0.1)

    asyncio.run(is_cut_off())
    rig.wait_for(lambda: _refusal(osaka) is not None, "hub")
    refusal = _refusal(osaka)
    assert refusal is not None
    assert "does not know worker-" in refusal.message
    assert "revoked" in refusal.hint

    async def stays() -> None:
        async with connected(tokyo, read_address(tokyo, hint="")) as client:
            answer = await client.request(beat_of(tokyo), b"{}", timeout=60)
            assert b"HEARTBEATS" in answer.data
            with pytest.raises((NatsError, TimeoutError)):
                await client.request("slp.heartbeat.osaka.worker-1", b"{}", timeout=0.5)

    asyncio.run(stays())


def _refusal(access: Path) -> HubError | None:
    async def connect() -> None:
        async with connected(access, read_address(access, hint="")):
            pass

    try:
        asyncio.run(connect())
    except HubError as err:
        return err
    return None
