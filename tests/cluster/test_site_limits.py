"""Workers of a site count refused logins together, and share its login rate and its sessions."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app import site_hops, site_limits
from slp_ops.app.site_credentials import secret_ids
from slp_ops.app.site_hops import SiteHops
from slp_ops.app.site_limits import SiteLimits
from slp_ops.cluster import ledger_store
from slp_ops.cluster.ledger_store import begin_counts, prepare_ledger
from slp_ops.cluster.messages import InvalidMessage
from slp_ops.cluster.site_ledger import SiteLedger
from slp_ops.engine.pacing import LoginPacer, Paced
from slp_ops.errors import (
    AuthenticationFailed,
    CredentialError,
    CredentialStopped,
    HopFailed,
    HubError,
    HungUp,
)
from slp_ops.model import Device
from slp_ops.ports import SECRET_OFFER, Credential, Secret
from tests import simulated_time
from tests.cluster.table_broker import Broker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

LEDGER = "slp.limits.tokyo.ledger"


def ledger_of(broker: Broker) -> SiteLedger:
    return SiteLedger.read(broker.stored[LEDGER][0])


@dataclass
class Accounts:
    """An AAA server: counts what it is sent. ``answer`` decides by the number of the login and its secret."""

    answer: Callable[[int, str], bool]
    seconds: float = 0.005
    logins: list[bool] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def refusals(self) -> int:
        return self.logins.count(False)


class Transport:
    """Opens sessions where the AAA server accepts the login."""

    def __init__(self, accounts: Accounts, secret: str) -> None:
        self._accounts, self._secret = accounts, secret

    @asynccontextmanager
    async def read(self, device: Device) -> AsyncIterator[Any]:
        offer = SECRET_OFFER.get()
        if offer is not None:
            offer.made = True
        accounts = self._accounts
        accounts.times.append(asyncio.get_running_loop().time())
        accepted = accounts.answer(len(accounts.logins), self._secret)
        accounts.logins.append(accepted)
        await asyncio.sleep(accounts.seconds)
        if not accepted:
            raise AuthenticationFailed("refused")
        yield self

    async def close(self) -> None:
        pass


class Worker:
    """A worker of the site, in this process."""

    def __init__(
        self, broker: Broker, accounts: Accounts, secret: str = "same", *, rate: float = 0, sessions: int = 10
    ) -> None:
        self.notices: list[str] = []
        self.limits = SiteLimits(
            broker,  # type: ignore[arg-type]
            "tokyo",
            max_sessions=sessions,
            login_rate=rate,
            secret_ids={"default": secret},
            notice=self.notices.append,
        )
        self.transport = Paced(Transport(accounts, secret), self.limits)
        self.running = asyncio.create_task(self.limits.run())
        self.visits: list[asyncio.Task[str]] = []

    def visit(self, number: int) -> None:
        self.visits += [asyncio.create_task(self._visit()) for _ in range(number)]

    async def _visit(self) -> str:
        device = Device(name="sw", site="tokyo", host="192.0.2.1")
        try:
            async with self.transport.read(device):
                return "read"
        except AuthenticationFailed:
            return "refused"
        except CredentialStopped as error:
            return str(error)

    async def ended(self) -> list[str]:
        return list(await asyncio.gather(*self.visits))

    def kill(self) -> None:
        """End as kill -9 does: nothing is written any more."""
        for task in (self.running, *self.visits):
            task.cancel()
        self.limits._js = Broker(is_down=True)  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {
        "_FRESH": 0.002,
        "_LOOK_WAITING": 0.005,
        "_LOOK_BUSY": 0.02,
        "_LOOK_IDLE": 0.04,
        "_BEAT": 0.05,
        "_DEAD": 60.0,
        "_REMEMBERED": 0.1,
        "_MISSING": 0.2,
    }.items():
        monkeypatch.setattr(site_limits, name, seconds)


@pytest.fixture
def _soon_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_limits, "_DEAD", 0.3)


def play(scene: Callable[[Broker], Awaitable[None]], **broker: Any) -> None:
    async def run() -> None:
        site = Broker(**broker)
        await prepare_ledger(site, "tokyo", 100)  # type: ignore[arg-type]
        async with asyncio.timeout(60):
            await scene(site)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    simulated_time.run(run())


def never(_: int, __: str) -> bool:
    return False


STOPPED = "not tried: credential 'default' was not accepted 3 times in a row"


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_three_refusals_stop_a_credential_at_every_worker(workers: int) -> None:
    async def scene(broker: Broker) -> None:
        accounts = Accounts(never)
        site = [Worker(broker, accounts) for _ in range(workers)]
        for each in site:
            each.visit(20)
        ends = [end for each in site for end in await each.ended()]
        assert accounts.refusals == 3
        assert ends.count("refused") == 3
        assert set(ends) == {"refused", STOPPED}
        # One that is started now is stopped too, until a run begins: then there are three tries again.
        late = Worker(broker, accounts)
        late.visit(5)
        assert set(await late.ended()) == {STOPPED}
        await begin_counts(broker, "tokyo")  # type: ignore[arg-type]
        for each in (*site, late):
            each.visits.clear()
            each.visit(5)
        for each in (*site, late):
            await each.ended()
        assert accounts.refusals == 6

    play(scene)


@pytest.mark.usefixtures("_soon_dead")
@pytest.mark.parametrize("seed", range(5))
def test_answers_lost_outages_and_kills_add_no_refusal(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same each time

    async def scene(broker: Broker) -> None:
        broker.loses = 0.2
        accounts = Accounts(never, seconds=0.03)
        site = [Worker(broker, accounts) for _ in range(3)]
        for each in site:
            each.visit(10)
        for _ in range(3):
            await asyncio.sleep(chance.uniform(0, 0.06))
            if chance.random() < 0.5:
                broker.is_down = True
                await asyncio.sleep(chance.uniform(0, 0.3))
                broker.is_down = False
            victim = site.pop(0)
            victim.kill()
            site.append(Worker(broker, accounts))
            site[-1].visit(10)
        for each in site:
            assert set(await each.ended()) <= {"refused", STOPPED}
        assert 1 <= accounts.refusals <= 3

    play(scene, chance=random.Random(seed))  # noqa: S311 - the same each time


def test_after_a_ledger_was_lost_no_login_begins_until_the_other_workers_are_back() -> None:
    async def scene(broker: Broker) -> None:
        accounts = Accounts(lambda number, _: number == 0, seconds=0.005)
        first, second = (Worker(broker, accounts) for _ in range(2))
        first.visit(1)
        assert await first.ended() == ["read"]
        await asyncio.sleep(0.1)  # each has seen the other
        answering = second.limits._js
        second.limits._js = Broker(is_down=True)  # type: ignore[assignment]
        broker.stored.clear()
        await prepare_ledger(broker, "tokyo", 100)  # type: ignore[arg-type]
        while not ledger_of(broker).members:  # the first one has seen that it is another ledger
            await asyncio.sleep(0.001)
        first.visits.clear()
        first.visit(1)
        await asyncio.sleep(0.2)
        assert len(accounts.logins) == 1
        second.limits._js = answering
        assert await first.ended() == ["refused"]

    play(scene)


def test_a_ledger_that_was_lost_is_counted_on() -> None:
    async def scene(broker: Broker) -> None:
        accounts = Accounts(never, seconds=0.02)
        site = [Worker(broker, accounts) for _ in range(2)]
        for each in site:
            each.visit(10)
        while accounts.refusals < 2:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.05)
        broker.stored.clear()
        await asyncio.sleep(0.05)
        await prepare_ledger(broker, "tokyo", 100)  # type: ignore[arg-type]
        for each in site:
            await each.ended()
        assert accounts.refusals == 3
        for each in site:
            each.visits.clear()
            each.visit(3)
            assert set(await each.ended()) == {STOPPED}

    play(scene)


def test_without_the_broker_no_login_begins() -> None:
    async def scene(broker: Broker) -> None:
        accounts = Accounts(lambda *_: True)
        worker = Worker(broker, accounts)
        worker.visit(3)
        assert await worker.ended() == ["read"] * 3
        broker.is_down = True
        await asyncio.sleep(0.01)  # a version that was read a moment ago still counts
        worker.visit(3)
        await asyncio.sleep(0.5)
        assert len(accounts.logins) == 3
        assert "the hub does not answer with the limits of site tokyo: no login begins" in worker.notices[0]
        assert len(worker.notices) == 1
        broker.is_down = False
        assert await worker.ended() == ["read"] * 6

    play(scene)


def test_a_run_over_a_hub_that_keeps_no_limits_ends_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_store, "_PATIENCE", 0.2)

    async def scene(broker: Broker) -> None:
        broker.is_down = True  # the subject has no stream, or the broker is gone
        with pytest.raises(HubError, match="the hub does not answer with the limits of site tokyo"):
            await begin_counts(broker, "tokyo")  # type: ignore[arg-type]
        broker.is_down = False
        broker.stored.clear()  # of a site that was revoked meanwhile
        await begin_counts(broker, "tokyo")  # type: ignore[arg-type]

    play(scene)


def test_a_password_that_changes_in_the_middle() -> None:
    async def scene(broker: Broker) -> None:
        accounts = Accounts(lambda number, _: number < 30)
        site = [Worker(broker, accounts) for _ in range(3)]

        async def work(worker: Worker) -> None:  # one session at a time
            for _ in range(20):
                worker.visit(1)
                await worker.visits[-1]

        await asyncio.gather(*map(work, site))
        assert accounts.logins.count(True) == 30
        assert accounts.refusals == 3

    play(scene)


def test_three_refusals_stop_logins_that_wait_for_the_rate_at_any_worker() -> None:
    async def scene(broker: Broker) -> None:
        accounts = Accounts(lambda number, _: number < 10)
        site = [Worker(broker, accounts, rate=20, sessions=100) for _ in range(2)]
        for each in site:
            each.visit(50)
        ends = [end for each in site for end in await each.ended()]
        assert accounts.logins.count(True) == 10
        # One that the other worker began before it had read of the third.
        assert 3 <= accounts.refusals <= 4
        assert sum("3 times in a row" in end for end in ends) == 100 - len(accounts.logins)

    play(scene)


def test_a_right_password_at_one_worker_does_not_clear_a_wrong_one_at_another() -> None:
    async def scene(broker: Broker) -> None:
        accounts = Accounts(lambda _, secret: secret == "right", seconds=0.01)
        right, wrong = Worker(broker, accounts, "right"), Worker(broker, accounts, "wrong")
        right.visit(1)
        assert await right.ended() == ["read"]
        for _ in range(10):
            right.visit(2)
            wrong.visit(2)
            await right.ended()
            await wrong.ended()
        assert accounts.refusals == 3
        # The right one alone: refusals of some switches in between do not stop it.
        await begin_counts(broker, "tokyo")  # type: ignore[arg-type]
        accounts.answer = lambda number, _: number % 3 > 0
        right.visits.clear()
        for _ in range(20):
            right.visit(1)
            await right.ended()
        assert STOPPED not in await right.ended()

    play(scene)


@pytest.mark.parametrize("seed", range(6))
def test_one_worker_decides_as_one_process_does(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same each time
    ends = [chance.choice(["read", "refused", "hung up", "lost"]) for _ in range(60)]

    class Scripted:
        def __init__(self) -> None:
            self.ends = iter(ends)

        @asynccontextmanager
        async def read(self, _: Device) -> AsyncIterator[None]:
            match next(self.ends):
                case "refused":
                    raise AuthenticationFailed("refused")
                case "hung up":
                    raise HungUp("hung up")
                case "lost":
                    raise OSError("lost")
            yield

    async def tries(gate: Any) -> list[str]:
        found = []
        paced = Paced(Scripted(), gate)  # type: ignore[arg-type]
        for _ in ends:
            try:
                async with paced.read(Device(name="sw", site="tokyo", host="192.0.2.1")):
                    found.append("read")
            except (AuthenticationFailed, HungUp, OSError, CredentialStopped) as error:
                found.append(str(error))
        return found

    async def scene(broker: Broker) -> None:
        worker = Worker(broker, Accounts(never))
        assert await tries(worker.limits) == await tries(LoginPacer(rate=0))

    play(scene, seconds=0)


@pytest.mark.usefixtures("_soon_dead")
def test_the_login_rate_is_that_of_all_workers_together() -> None:
    rate = 100

    async def scene(broker: Broker) -> None:
        accounts = Accounts(lambda *_: True, seconds=0)
        site = [Worker(broker, accounts, rate=rate) for _ in range(2)]
        for each in site:
            each.visit(40)
        await asyncio.sleep(0.2)
        site.append(Worker(broker, accounts, rate=rate))
        site[-1].visit(40)
        await asyncio.sleep(0.2)
        site.pop(0).kill()
        for each in site:
            await each.ended()
        began = accounts.times[0]
        for number, at in enumerate(accounts.times):  # up to one login a worker and the jitter ahead
            assert number <= rate * (at - began) * 1.15 + 6
        # Those that are left have all of it.
        assert sum(each.rate for each in ledger_of(broker).members) < 1 + 1e-9
        await asyncio.sleep(0.5)
        assert [round(each.rate, 2) for each in ledger_of(broker).members] == [0.5, 0.5]

    play(scene)


@pytest.mark.usefixtures("_soon_dead")
def test_the_sessions_of_all_workers_add_up_to_the_limit_of_the_site() -> None:
    async def scene(broker: Broker) -> None:
        await prepare_ledger(broker, "tokyo", 10)  # type: ignore[arg-type]
        accounts = Accounts(lambda *_: True)
        site = [Worker(broker, accounts, sessions=8)]
        used: list[int] = []

        async def work(worker: Worker) -> None:
            while True:
                await worker.limits.slots.acquire()
                used.append(sum(each.limits.slots.used for each in site))
                await asyncio.sleep(0.01)
                worker.limits.slots.release()

        visits: list[asyncio.Task[None]] = []

        def busy(worker: Worker) -> None:
            visits.extend(asyncio.create_task(work(worker)) for _ in range(8))

        busy(site[0])
        await asyncio.sleep(0.1)
        assert max(used) == 8
        for _ in range(2):
            site.append(Worker(broker, accounts, sessions=8))
            busy(site[-1])
        await asyncio.sleep(0.3)
        assert max(used) == 10
        assert sorted(each.sessions for each in ledger_of(broker).members) == [3, 3, 4]
        site.pop(0).kill()
        await asyncio.sleep(0.6)
        assert sorted(each.sessions for each in ledger_of(broker).members) == [5, 5]
        await prepare_ledger(broker, "tokyo", 3)  # type: ignore[arg-type]
        await asyncio.sleep(0.2)
        used.clear()
        await asyncio.sleep(0.1)
        assert max(used) == 3

    play(scene)


def test_refused_logins_to_a_jump_host_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_hops, "_REMEMBERED", 0.01)
    tried: list[int] = []

    async def log_in(hops: SiteHops, number: int, cause: Exception | None) -> str:
        try:
            async with hops.hop_login("ops@192.0.2.1:22:bastion"):
                tried.append(number)
                await asyncio.sleep(0.005)
                if cause is not None:
                    raise HopFailed("jump host 192.0.2.1") from cause
        except HopFailed as error:
            return error.message
        return "connected"

    async def scene(broker: Broker) -> None:
        site = []
        for _ in range(5):
            site.append(SiteHops())
            site[-1].gate = Worker(broker, Accounts(never)).limits
        for number in range(4):  # not the password: this worker alone waits, for a moment
            assert await log_in(site[0], number, OSError("no route")) == "jump host 192.0.2.1"
            assert await log_in(site[0], -1, None) == "jump host 192.0.2.1"
            await asyncio.sleep(0.02)
        assert tried == [0, 1, 2, 3]
        for number in range(3):
            ends = [log_in(hops, number, AuthenticationFailed("refused")) for hops in site]
            found = set(await asyncio.gather(*ends))
            await asyncio.sleep(0.02)
        assert len(tried) == 4 + 3
        assert found == {STOPPED.replace("default", "jump host ops@192.0.2.1:22:bastion")}
        await begin_counts(broker, "tokyo")  # type: ignore[arg-type]
        assert await log_in(site[4], 9, None) == "connected"

    play(scene)


@pytest.mark.parametrize(
    "change",
    [
        {"max_sessions": -1},
        {"secrets": [{"credential": "default", "secret": "a", "proven": True, "refused": -100}]},
        {"members": [{"process": "a", "beat": 0, "wanted": 1, "sessions": 1, "rate": -5.0, "logins": []}]},
        {"members": [{"process": "a", "beat": 0, "wanted": 1, "sessions": 1, "rate": 0.5, "logins": []}] * 2},
        {"schema": "slp-ops/site-ledger/2"},
        {"id": "x" * 2**19},
    ],
)
def test_a_ledger_that_no_worker_writes_lets_no_login_begin(change: dict[str, Any]) -> None:
    import json

    from slp_ops.json_documents import to_json

    data = json.dumps({**json.loads(to_json(SiteLedger.new(5))), **change}).encode()
    with pytest.raises(InvalidMessage):
        SiteLedger.read(data)

    async def scene(broker: Broker) -> None:
        broker.stored[LEDGER] = (data, 7)
        accounts = Accounts(lambda *_: True)
        worker = Worker(broker, accounts)
        worker.visit(1)
        await asyncio.sleep(0.1)
        assert not accounts.logins
        await prepare_ledger(broker, "tokyo", 5)  # type: ignore[arg-type]
        assert await worker.ended() == ["read"]

    play(scene)


def test_the_id_of_a_secret_needs_the_masking_key() -> None:
    class Given:
        def __init__(self, **passwords: str) -> None:
            self.passwords = passwords

        def get(self, name: str, username: str | None) -> Credential:
            if name not in self.passwords:
                raise CredentialError("none")
            return Credential(username=username or "netops", password=Secret(self.passwords[name]))

    devices = [
        Device(name=name, site="tokyo", host="192.0.2.1", credential=name) for name in ("ro", "rw", "none")
    ]
    one = secret_ids(Given(ro="a", rw="a"), devices, b"1" * 32)
    assert set(one) == {"ro", "rw"}
    assert one["ro"] != one["rw"]
    assert one == secret_ids(Given(ro="a", rw="a"), devices[::-1], b"1" * 32)
    assert one["ro"] != secret_ids(Given(ro="b", rw="a"), devices, b"1" * 32)["ro"]
    assert one["ro"] != secret_ids(Given(ro="a", rw="a"), devices, b"2" * 32)["ro"]
