"""Evidence of a run is taken once, whichever way its process learns that the broker has it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from nats.errors import NoRespondersError, NoServersError

from slp_ops.app import hub_session
from slp_ops.app.device_work import TaskLeft
from slp_ops.app.hub_session import HubSession, _Visit
from slp_ops.cluster.evidence_stream import StoredEnd
from slp_ops.model import Device

if TYPE_CHECKING:
    from collections.abc import Sequence

DEVICE = Device(name="sw1", site="tokyo", host="192.0.2.1")
END = StoredEnd(site="tokyo", device="sw1", connection=0, sequence=7, data=b"end")


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Messages that are taken into the run."""
    found: list[bytes] = []

    async def take(self: HubSession, batch: Sequence[tuple[_Visit, bytes]], **_: Any) -> None:
        found.extend(data for _, data in batch)
        self.held.pop("sw1", None)
        self.taken.add("sw1")

    monkeypatch.setattr(HubSession, "_take_into_run", take)
    return found


def session() -> HubSession:
    run: Any = SimpleNamespace(id="run1", site_of=lambda name: "tokyo")
    none: Any = None
    made = HubSession(run, none, none, lambda text: None, AsyncExitStack())
    ended = asyncio.get_running_loop().create_future()
    visit = _Visit(DEVICE, b"", lambda event: None, ended, asyncio.timeout(None), gives_files=False)
    made.visits["sw1"] = visit
    return made


@pytest.mark.parametrize("is_leaving", [False, True])
def test_evidence_that_is_stored_while_the_broker_is_asked_for_it_is_taken(
    monkeypatch: pytest.MonkeyPatch, taken: list[bytes], is_leaving: bool
) -> None:
    """The delivery finds the visit claimed, and the answer is that of a moment before."""

    async def take() -> None:
        made = session()
        made.is_leaving = is_leaving
        asked = 0

        async def last_of(*_: object) -> bytes | None:
            nonlocal asked
            asked += 1
            if asked > 1:
                return END.data
            await made._take_delivered([END])
            return None

        monkeypatch.setattr(hub_session, "last_of", last_of)
        await made._take("tokyo", "sw1")
        assert not made.held
        assert not made.left

    asyncio.run(take())
    assert taken == [END.data]


@pytest.mark.parametrize("is_leaving", [False, True])
def test_evidence_that_is_not_stored_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch, taken: list[bytes], is_leaving: bool
) -> None:
    async def take() -> None:
        made = session()
        made.is_leaving = is_leaving
        asked = 0

        async def last_of(*_: object) -> None:
            nonlocal asked
            asked += 1

        monkeypatch.setattr(hub_session, "last_of", last_of)
        visit = made.visits["sw1"]
        await made._take("tokyo", "sw1")
        assert asked == 1
        if is_leaving:
            assert isinstance(visit.ended.exception(), TaskLeft)
            return
        await made._take_delivered([END])  # it comes later
        assert visit.is_taken

    asyncio.run(take())
    assert taken == ([] if is_leaving else [END.data])


def test_the_end_of_a_run_waits_for_a_broker_that_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that stays would be done by a worker, for a run that has ended."""
    removed: list[str] = []
    answers: list[Exception | None] = [NoRespondersError(), NoServersError(), None]

    async def stream_info(*_: object, **__: object) -> Any:
        if (error := answers.pop(0)) is not None:
            raise error
        return SimpleNamespace(state=SimpleNamespace(subjects={"slp.task.tokyo.run1.sw2": 1}))

    async def remove_tasks(client: object, stream: str, tasks: dict[str, int | None]) -> None:
        removed.extend(tasks)

    async def remove(js: object, stream: str, subject: str) -> None:
        removed.append(subject)

    async def close() -> None:
        made = session()
        made.js = SimpleNamespace(stream_info=stream_info)  # type: ignore[assignment]
        await made.close()

    monkeypatch.setattr(hub_session, "remove_tasks", remove_tasks)
    monkeypatch.setattr(hub_session, "remove", remove)
    asyncio.run(close())
    assert removed == ["slp.task.tokyo.run1.sw2", "slp.evidence.*.run1.>", "slp.control.*.run1"]
