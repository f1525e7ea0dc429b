"""Certificates of a hub are renewed in time: while it runs, and those of operators and workers elsewhere."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.app import hub as service
from slp_ops.app.cluster_engine import Cluster
from slp_ops.app.hub_certificates import HubCertificates
from slp_ops.app.hub_status import _remarks_on_own_certificates
from slp_ops.app.join_hub import join
from slp_ops.app.operator import NonInteractive
from slp_ops.app.sessions import SessionOptions
from slp_ops.cli.main import cli
from slp_ops.cluster import connection
from slp_ops.cluster.access_folder import (
    KEY_FILE,
    HubAddress,
    read_address,
    tls_context,
    validity_of_access,
    write_access,
)
from slp_ops.cluster.authority import (
    Authority,
    certificate_to_pem,
    key_to_pem,
    load_key,
    new_key,
    request_for,
    validity_of,
)
from slp_ops.errors import HubError, InputError
from tests.cluster.conftest import free_pair
from tests.cluster.test_hub_faults import authority_in, certify, connect, new_hub

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.cluster.hub_folder import HubFolder
    from tests.cluster.conftest import Rig

NOW = datetime.now(UTC)
CERTIFICATES = ("broker.pem", "hub/certificate.pem", "operator/certificate.pem")


@dataclass
class Clock:
    """A clock that a test sets."""

    time: datetime = NOW
    said: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time


def made(hub: HubFolder, when: datetime) -> None:
    """Have all certificates of a hub as of one that was made then."""
    ours = authority_in(hub.path)
    key = load_key((hub.path / "broker.key").read_bytes())
    signed = ours.certificate_for_server(key.public_key(), ("127.0.0.1",), now=when)
    (hub.path / "broker.pem").write_bytes(signed)
    for name in ("hub", "operator"):
        certify(hub.path / name, ours, when)


def contents(hub: HubFolder) -> dict[str, bytes]:
    return {name: (hub.path / name).read_bytes() for name in CERTIFICATES}


def shown_at(port: int, *, is_broker: bool) -> bytes:
    """Return the certificate (PEM) that a port shows; the broker speaks a line before TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=60) as plain:
        if is_broker:
            while plain.recv(1) != b"\n":
                pass
        with context.wrap_socket(plain) as wrapped:
            der = wrapped.getpeercert(binary_form=True)
    assert der is not None
    return ssl.DER_cert_to_PEM_cert(der).encode()


async def until(condition: Callable[[], bool], task: asyncio.Task[None]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            if task.done():
                task.result()
            await asyncio.sleep(0.02)


def test_a_hub_that_runs_renews_and_shows_its_certificates(tmp_path: Path) -> None:
    hub = new_hub(tmp_path / "hub", port := free_pair())
    made(hub, NOW - timedelta(days=340))
    old = contents(hub)
    _, code = hub.invite("tokyo", max_sessions=None)
    clock = Clock(NOW - timedelta(days=4))  # 61 days before they end
    operator = hub.path / "operator"

    async def scenario() -> None:
        task = asyncio.create_task(service.serve(hub.path, None, clock.said.append, now=clock.now))
        try:
            await until(lambda: any("workers join on port" in text for text in clock.said), task)
            assert contents(hub) == old
            async with connection.connected(operator, read_address(operator, hint="")) as client:
                clock.time = NOW
                await until(lambda: sum("renewed: " in text for text in clock.said) == 3, task)
                new = (hub.path / "broker.pem").read_bytes()
                async with asyncio.timeout(60):
                    while await asyncio.to_thread(shown_at, port, is_broker=True) != new:
                        await asyncio.sleep(0.05)
                assert await asyncio.to_thread(shown_at, port + 1, is_broker=False) == new
                await client.flush()  # who is connected stays so
                assert client.stats["reconnects"] == 0
            async with connection.connected(operator, read_address(operator, hint="")):
                pass
            # A code from before the renewal names the same hub.
            await join("127.0.0.1", port + 1, str(code))
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        asyncio.run(scenario())

    assert all(validity_of(each)[1] > NOW + timedelta(days=396) for each in contents(hub).values())
    assert any(text.startswith(f"copy {operator}/certificate.pem to") for text in clock.said)


def test_a_hub_looks_once_a_day_and_goes_on_where_it_cannot_renew(tmp_path: Path) -> None:
    hub = new_hub(tmp_path / "hub")
    clock = Clock()
    certificates = HubCertificates(hub, clock.now, clock.said.append)
    assert not certificates.renew()
    made(hub, NOW - timedelta(days=390))
    clock.time += timedelta(hours=23)
    assert not certificates.renew_daily()
    key = (hub.path / "authority.key").read_bytes()
    (hub.path / "authority.key").unlink()
    clock.time += timedelta(hours=1)
    assert not certificates.renew_daily()
    assert clock.said.pop().startswith("certificates were not renewed: ")
    assert not certificates.renew_daily()
    assert clock.said == []
    (hub.path / "authority.key").write_bytes(key)
    (hub.path / "authority.key").chmod(0o600)
    clock.time += timedelta(days=1)
    assert certificates.renew_daily()
    assert len([text for text in clock.said if text.startswith("renewed: ")]) == 3
    clock.time -= timedelta(days=20)  # the clock was wrong and is set: looked at again, nothing to do
    assert not certificates.renew_daily()


@pytest.mark.parametrize("kept", range(3))
def test_a_hub_that_is_killed_while_it_renews_has_pairs_that_fit(tmp_path: Path, kept: int) -> None:
    """A hub ends before the file with this number takes its name."""
    hub = new_hub(tmp_path / "hub")
    made(hub, NOW - timedelta(days=390))
    keys = {path: path.read_bytes() for path in hub.path.rglob("*.key")}
    killed = (
        "import os, pathlib, sys\n"
        "from datetime import UTC, datetime\n"
        "from slp_ops.cluster.hub_folder import HubFolder\n"
        "left, replace = int(sys.argv[2]), pathlib.Path.replace\n"
        "def counted(self, target):\n"
        "    global left\n"
        "    if not left: os.kill(os.getpid(), 9)\n"
        "    left -= 1\n"
        "    return replace(self, target)\n"
        "pathlib.Path.replace = counted\n"
        "HubFolder(pathlib.Path(sys.argv[1])).renew(datetime.now(UTC))\n"
    )
    done = subprocess.run([sys.executable, "-c", killed, str(hub.path), str(kept)], timeout=120, check=False)
    assert done.returncode == -9
    assert {path: path.read_bytes() for path in keys} == keys
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    hub.show_certificate(context)  # raises where key and certificate do not fit
    for name in ("hub", "operator"):
        context.load_cert_chain(hub.path / name / "certificate.pem", hub.path / name / KEY_FILE)
    assert hub.renew(datetime.now(UTC)) == CERTIFICATES[kept:]
    assert not list(hub.path.rglob("*.part"))


def test_the_access_of_an_operator_is_renewed_where_its_key_is_elsewhere(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "access"
    shutil.move(rig.hub_folder / "operator", mine)
    ours = authority_in(rig.hub_folder)
    said: list[str] = []

    class Asked(NonInteractive):
        def notice(self, text: str) -> None:
            said.append(text)

    certify(mine, ours, NOW - timedelta(days=397 - 29))
    Cluster(mine, [], SessionOptions(), Asked())
    assert "slp-ops hub renew certificate.pem" in said.pop()
    certify(mine, ours, NOW - timedelta(days=400))
    with pytest.raises(HubError, match="has expired") as err:
        connect(mine)
    assert "slp-ops hub renew certificate.pem" in err.value.hint

    # As the hint says, in the folder of the hub on its computer.
    monkeypatch.chdir(rig.folder)
    shutil.copy(mine / "certificate.pem", "certificate.pem")
    done = CliRunner().invoke(cli, ["hub", "renew", "certificate.pem"])
    assert done.exit_code == 0, done.output
    assert f"valid until {NOW + timedelta(days=397):%Y-%m-%d}" in done.stdout
    shutil.copy("certificate.pem", mine / "certificate.pem")
    Cluster(mine, [], SessionOptions(), Asked())
    assert said == []


def test_only_the_access_of_an_operator_of_this_hub_is_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = new_hub(tmp_path / "hub")
    ours, request = authority_in(hub.path), request_for(new_key())
    monkeypatch.chdir(tmp_path)
    holder = hub.read().operators[1]
    for data, reason in (
        (ours.certificate_for_client(request, "worker-0123"), "worker-0123 is no operator of this hub"),
        (Authority.create().certificate_for_client(request, holder), "no certificate of this hub"),
        ((hub.path / "broker.pem").read_bytes(), "no certificate of an access"),
        ((hub.path / "ca.pem").read_bytes(), "no certificate of this hub"),
        (b"\xff no certificate", "no certificate of this hub"),
    ):
        path = tmp_path / "certificate.pem"
        path.write_bytes(data)
        done = CliRunner().invoke(cli, ["hub", "renew", "certificate.pem"])
        assert done.exit_code != 0
        assert reason in " ".join(done.output.split()) + str(done.exception)
        assert path.read_bytes() == data


def test_a_worker_joins_again_while_it_is_connected(rig: Rig) -> None:
    access = rig.join("tokyo")
    certify(access, authority_in(rig.hub_folder), NOW - timedelta(days=380))
    before = read_address(access, hint="")

    async def scenario() -> None:
        async with connection.connected(access, before) as client:
            await asyncio.to_thread(rig.join, "tokyo")
            await client.flush()
            assert client.stats["reconnects"] == 0

    asyncio.run(scenario())
    assert read_address(access, hint="").holder != before.holder
    assert validity_of_access(access)[1] > NOW + timedelta(days=396)
    connect(access)


def test_a_worker_that_is_killed_while_it_joins_again_has_a_pair_that_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority.create()

    def write(folder: Path, holder: str) -> None:
        key = new_key()
        write_access(
            folder,
            address=HubAddress(host="127.0.0.1", port=4222, holder=holder, site="tokyo"),
            key=key_to_pem(key),
            certificate=authority.certificate_for_client(request_for(key), holder),
            authority=certificate_to_pem(authority.certificate),
        )

    class Killed(BaseException):
        pass

    rename, found = Path.replace, set()
    for step in range(50):
        left = step

        def renamed(self: Path, target: Path) -> Path:
            nonlocal left
            if not left:
                raise Killed
            left -= 1
            return rename(self, target)

        folder = tmp_path / f"access-{step}"
        write(folder, "worker-old")
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", renamed)
            try:
                write(folder, "worker-new")
            except Killed:
                pass
            else:
                break
        holder = read_address(folder, hint="").holder
        tls_context(folder)  # raises where key and certificate do not fit
        assert authority.renewed((folder / "certificate.pem").read_bytes())[0] == holder
        found.add(holder)
        write(folder, "worker-again")  # and joining is possible as before
        assert read_address(folder, hint="").holder == "worker-again"
        assert all(path.is_file() for path in folder.iterdir())
    assert step > 8
    assert found == {"worker-old", "worker-new"}


def test_the_end_of_the_authority_is_named_before_it_cuts_a_certificate_short(tmp_path: Path) -> None:
    hub = new_hub(tmp_path / "hub")
    ends = hub.authority_until()
    assert not list(_remarks_on_own_certificates(hub, NOW))
    hub.renew(late := ends - timedelta(days=396))
    (remark,) = _remarks_on_own_certificates(hub, late)
    assert "ca.pem" in remark.message.en
    assert "slp-ops hub init" in remark.hint.en


@pytest.mark.parametrize("command", ["site add tokyo", "site revoke tokyo", "up", "status"])
def test_a_folder_without_a_hub_needs_no_backup(tmp_path: Path, command: str) -> None:
    done = CliRunner().invoke(cli, ["hub", *command.split(), "--folder", str(tmp_path / "hub")])
    assert isinstance(done.exception, InputError)
    assert done.exception.hint == "slp-ops hub init makes a hub"
