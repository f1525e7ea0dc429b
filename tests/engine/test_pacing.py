"""Many devices: concurrency, login rate, and stopping a credential."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from slp_ops.engine.pacing import Login, LoginEnd, LoginPacer, LoginTurns, Paced, RateLimited
from slp_ops.engine.worker_pool import each
from slp_ops.errors import AuthenticationFailed, ConnectionRefused, CredentialStopped, HungUp
from slp_ops.model import CaptureStatus, Device
from slp_ops.ports import SECRET_OFFER, USUAL_LIMITS, CommandEnd, ProbeEnd, ReadLimits
from tests import simulated_time

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

    from slp_ops.ports import Reader, Sink
    from slp_ops.readonly import ProbeStep, ReadCommand


def devices(count: int, site: str = "tokyo", **settings: object) -> list[Device]:
    return [Device(name=f"{site}-{n}", site=site, host="192.0.2.1", **settings) for n in range(count)]  # type: ignore[arg-type]


async def run_each(
    members: list[Device], work: Callable[[Device], object], workers: int
) -> list[tuple[str, object]]:
    async def one(device: Device) -> object:
        await asyncio.sleep(0)
        return work(device)

    return [(device.name, result) async for device, result in each(members, one, workers=workers)]


def test_each_device_gives_its_result() -> None:
    members = devices(7) + devices(3, "osaka")

    ended = asyncio.run(run_each(members, lambda device: device.site, 4))

    assert dict(ended) == {device.name: device.site for device in members}


class Counted:
    """Work that counts how much of it goes on at once."""

    def __init__(self) -> None:
        self.now: dict[str, int] = {}
        self.most: dict[str, int] = {}

    async def __call__(self, device: Device) -> None:
        for key in (device.site, "all"):
            self.now[key] = self.now.get(key, 0) + 1
            self.most[key] = max(self.most.get(key, 0), self.now[key])
        for _ in range(5):
            await asyncio.sleep(0)
        for key in (device.site, "all"):
            self.now[key] -= 1


def test_workers_and_site_limits_hold_and_are_used() -> None:
    work = Counted()
    members = devices(30, max_sessions=3) + devices(30, "osaka")

    async def run() -> int:
        return len([1 async for _ in each(members, work, workers=10)])

    assert asyncio.run(run()) == 60
    assert work.most["tokyo"] == 3
    assert work.most["all"] == 10


def test_cancelling_the_run_cancels_the_work() -> None:
    cancelled: list[str] = []

    async def forever(device: Device) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(device.name)
            raise

    async def run() -> None:
        async def consume() -> None:
            async for _ in each(devices(5), forever, workers=3):
                pass

        task = asyncio.create_task(consume())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert len(cancelled) == 3


class FakeReader:
    hostname = "sw"
    alive = True

    async def show(
        self, command: ReadCommand, *, timeout: float, sink: Sink, limits: ReadLimits = USUAL_LIMITS
    ) -> CommandEnd:
        return CommandEnd(status=CaptureStatus.OK)

    async def probe(self, step: ProbeStep, *, timeout: float, sink: Sink) -> ProbeEnd:
        return ProbeEnd(status=CaptureStatus.OK, seconds=0.0)


class FakeTransport:
    """Logins that end as the test says, and how many were under way at once."""

    def __init__(self, outcome: Callable[[Device], Exception | None], seconds: float = 0.0) -> None:
        self.outcome = outcome
        self.seconds = seconds
        self.logins: list[str] = []
        self.in_flight = self.most = 0

    @asynccontextmanager
    async def read(self, device: Device) -> AsyncIterator[Reader]:
        self.logins.append(device.name)
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        await asyncio.sleep(self.seconds)
        self.in_flight -= 1
        if (error := self.outcome(device)) is not None:
            raise error
        yield FakeReader()

    async def close(self) -> None: ...


def visit_all(
    transport: FakeTransport,
    members: list[Device],
    rate: float = 0,
    *,
    workers: int = 50,
    run: Callable[[Coroutine[None, None, dict[str, str]]], dict[str, str]] = asyncio.run,
) -> dict[str, str]:
    paced = RateLimited(transport, rate=rate)

    async def visit(device: Device) -> str:
        try:
            async with paced.read(device):
                return "ok"
        except (AuthenticationFailed, CredentialStopped, ConnectionRefused, HungUp) as err:
            return err.kind

    async def all_of_them() -> dict[str, str]:
        return {device.name: result async for device, result in each(members, visit, workers=workers)}

    return run(all_of_them())


def test_three_refusals_stop_a_credential_however_many_wait() -> None:
    transport = FakeTransport(lambda device: AuthenticationFailed("no"), seconds=0.001)

    results = list(visit_all(transport, devices(40)).values())

    assert len(transport.logins) == 3
    assert results.count("authentication_failed") == 3
    assert results.count("credential_stopped") == 37


@pytest.mark.parametrize("rate", [10, 0])
def test_three_refusals_stop_those_that_wait_to_start_too(
    monkeypatch: pytest.MonkeyPatch, rate: float
) -> None:
    """Logins of a proven credential do not wait for the ends of others, but for the rate, or for a turn."""
    monkeypatch.setattr("slp_ops.engine.pacing._JITTER", 0.0)
    done = 0

    class Busy(FakeTransport):
        @asynccontextmanager
        async def read(self, device: Device) -> AsyncIterator[Reader]:
            spend(0.01)
            async with super().read(device) as reader:
                yield reader

    def refused_later(_: Device) -> Exception | None:
        nonlocal done
        done += 1
        return AuthenticationFailed("no") if done > 3 else None

    transport = Busy(refused_later, seconds=0.5)
    results = list(visit_all(transport, devices(300), rate, workers=300, run=simulated_time.run).values())

    # Those in flight when the third one is refused: 0.5 s of the rate, or of the work for logins, with the
    # few that were admitted ahead of their turns. None that waited for the rate.
    assert results.count("ok") == 3
    assert len(transport.logins) <= 3 + 3 + (0.5 / 0.01 + 4 if not rate else 5)
    assert results.count("credential_stopped") == 300 - len(transport.logins)


def test_a_credential_that_waits_for_its_first_login_delays_no_other() -> None:
    class Slow(FakeTransport):
        @asynccontextmanager
        async def read(self, device: Device) -> AsyncIterator[Reader]:
            if device.credential == "slow":
                await asyncio.sleep(2)
            async with super().read(device) as reader:
                yield reader

    async def ended() -> float:
        paced = RateLimited(Slow(lambda _: None), rate=0)

        async def visit(device: Device) -> None:
            async with paced.read(device):
                pass

        slow = [asyncio.create_task(visit(each)) for each in devices(20, credential="slow")]
        await asyncio.gather(*map(visit, devices(20, "osaka", credential="fast")))
        now = asyncio.get_running_loop().time()
        for task in slow:
            task.cancel()
        await asyncio.wait(slow)
        return now

    assert simulated_time.run(ended()) < 1


def test_logins_that_are_cancelled_while_they_wait_leave_nothing_behind() -> None:
    async def cancelled() -> int:
        transport = FakeTransport(lambda _: None, seconds=60)
        paced = RateLimited(transport, rate=0)

        async def visit(device: Device) -> None:
            async with paced.read(device):
                pass

        for _ in range(3):
            tasks = [asyncio.create_task(visit(each)) for each in devices(50)]
            for _ in range(4):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        transport.seconds = 0
        await visit(devices(1)[0])
        return len(transport.logins)

    assert simulated_time.run(cancelled()) >= 1


def test_what_is_called_before_a_login_may_end_it_and_others_go_on() -> None:
    transport = FakeTransport(lambda _: None)
    asked: list[str] = []

    async def run() -> None:
        async def before_login() -> None:
            asked.append("asked")
            if len(asked) == 1:
                raise LookupError("it is needed no more")

        paced = Paced(transport, LoginPacer(rate=0), before_login=before_login)
        needless, needed = devices(2)
        with pytest.raises(LookupError):
            async with paced.read(needless):
                pass
        # The first login of a credential goes alone: it has ended, so that the next may start.
        async with paced.read(needed):
            pass

    asyncio.run(run())
    assert transport.logins == ["tokyo-1"]
    assert len(asked) == 2


def test_a_stopped_credential_does_not_stop_another() -> None:
    transport = FakeTransport(
        lambda device: AuthenticationFailed("no") if device.credential == "bad" else None
    )

    results = visit_all(transport, devices(10, credential="bad") + devices(10, "osaka", credential="good"))

    assert [result for name, result in results.items() if name.startswith("osaka")] == ["ok"] * 10


def test_a_success_between_refusals_keeps_the_credential() -> None:
    refused = {"tokyo-1", "tokyo-2", "tokyo-4", "tokyo-5", "tokyo-7", "tokyo-8"}
    transport = FakeTransport(lambda device: AuthenticationFailed("no") if device.name in refused else None)

    async def one_by_one() -> list[str]:
        paced = RateLimited(transport, rate=0)
        results = []
        for device in devices(9):
            try:
                async with paced.read(device):
                    results.append("ok")
            except AuthenticationFailed:
                results.append("refused")
        return results

    assert asyncio.run(one_by_one()).count("ok") == 3


def test_the_first_login_of_a_credential_goes_alone() -> None:
    order: list[int] = []

    def ended(device: Device) -> None:
        order.append(transport.in_flight)

    transport = FakeTransport(ended, seconds=0.005)

    visit_all(transport, devices(12))

    assert order[0] == 0  # no other device was in progress when the first one ended
    assert transport.most > 1


def test_switches_that_hang_up_on_an_unproven_password_stop_it() -> None:
    transport = FakeTransport(lambda device: HungUp("closed"), seconds=0.001)

    results = list(visit_all(transport, devices(40)).values())

    assert len(transport.logins) == 3
    assert results.count("credential_stopped") == 37


def test_a_proven_password_outlives_switches_that_hang_up() -> None:
    fine = devices(20)[0].name
    transport = FakeTransport(lambda device: HungUp("closed") if device.name != fine else None)

    results = visit_all(transport, devices(20))

    assert set(results.values()) == {"ok", "closed_before_authentication"}


def test_what_is_no_refusal_counts_for_nothing() -> None:
    transport = FakeTransport(lambda device: ConnectionRefused("closed"))

    results = visit_all(transport, devices(8))

    assert set(results.values()) == {"refused"}
    assert len(transport.logins) == 8


def test_logins_are_spread_over_time() -> None:
    class Clock(FakeTransport):
        def __init__(self) -> None:
            super().__init__(lambda device: None)
            self.times: list[float] = []

        @asynccontextmanager
        async def read(self, device: Device) -> AsyncIterator[Reader]:
            self.times.append(asyncio.get_running_loop().time())
            yield FakeReader()

    transport = Clock()

    visit_all(transport, devices(11), rate=100)

    # Ten intervals of 10 ms, the first and the last of them off by 3 ms at the most.
    assert transport.times[-1] - transport.times[0] >= 0.09


@pytest.mark.parametrize(("offers", "started"), [(False, 2), (True, 1)])
def test_only_a_switch_that_was_sent_the_secret_holds_up_the_others(
    monkeypatch: pytest.MonkeyPatch, offers: bool, started: int
) -> None:
    """A silent switch at the head of an inventory delays no other; a slow AAA server protects the account."""
    monkeypatch.setattr("slp_ops.engine.pacing.OVERDUE", 0.01)
    begun: list[str] = []

    class Slow(FakeTransport):
        @asynccontextmanager
        async def read(self, device: Device) -> AsyncIterator[Reader]:
            begun.append(device.name)
            if device.name == "tokyo-0":
                offer = SECRET_OFFER.get()
                assert offer is not None
                offer.made = offers
                await asyncio.sleep(30)
            yield FakeReader()

    paced = RateLimited(Slow(lambda device: None), rate=0)

    async def visit(device: Device) -> None:
        async with paced.read(device):
            pass

    async def run() -> None:
        tasks = [asyncio.create_task(visit(device)) for device in devices(2)]
        await asyncio.wait(tasks, timeout=0.3)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    asyncio.run(run())

    assert len(begun) == started


def test_logins_of_a_proven_credential_do_not_look_at_those_in_flight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a thousand in flight, each login would cost a thousand looks."""
    looked = 0

    def counts(login: Login) -> bool:
        nonlocal looked
        looked += 1
        return True

    monkeypatch.setattr("slp_ops.engine.pacing._AdmittedLogin.counts", property(counts))

    async def run() -> None:
        pacer = LoginPacer(rate=0)
        await (await pacer.admit("default")).finish(LoginEnd.OPENED)
        logins = [await pacer.admit("default") for _ in range(50)]
        for login in logins:
            await login.finish(LoginEnd.OPENED)

    asyncio.run(run())

    assert looked == 0


def spend(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, simulated_time.SimulatedLoop)
    loop.spend(seconds)


async def starts(count: int, login: Callable[[], Awaitable[None]]) -> list[float]:
    """Start logins together, and return when the turn of each came."""
    turns = LoginTurns()
    began: list[float] = []

    async def one() -> None:
        await turns.next()
        began.append(asyncio.get_running_loop().time())
        await login()

    await asyncio.gather(*(one() for _ in range(count)))
    return began


def test_a_login_that_is_worked_on_is_served_before_the_next_starts() -> None:
    at_once = [0, 0]  # now, at most

    async def login() -> None:
        at_once[0] += 1
        at_once[1] = max(at_once)
        for _ in range(5):
            spend(0.002)
            await asyncio.sleep(0)
        at_once[0] -= 1

    simulated_time.run(starts(100, login))

    assert at_once == [0, 1]


def test_logins_that_wait_for_their_switches_do_not_wait_for_each_other() -> None:
    async def login() -> None:
        await asyncio.sleep(30)

    assert simulated_time.run(starts(100, login)) == [0.0] * 100


def test_a_process_that_is_always_busy_starts_ten_logins_a_second() -> None:
    async def busy() -> None:
        while True:
            spend(0.002)
            await asyncio.sleep(0)

    async def login() -> None:
        pass

    async def both() -> list[float]:
        work = asyncio.create_task(busy())
        try:
            return await starts(20, login)
        finally:
            work.cancel()

    began = simulated_time.run(both())

    assert began == pytest.approx([0.1 * (n + 1) for n in range(20)], abs=0.05)
