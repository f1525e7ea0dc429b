"""Folders, certificates, codes, ports and programs that do not fit: a named state with what to do."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import shutil
import socket
import ssl
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from nats.aio.transport import TcpTransport
from nats.errors import Error as NatsError

from slp_ops.app import hub as service
from slp_ops.app import hub_status
from slp_ops.app.join_hub import join
from slp_ops.cluster import connection, nats_server
from slp_ops.cluster.access_folder import AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE, HubAddress, read_address
from slp_ops.cluster.authority import Authority, load_key, request_for, validity_of
from slp_ops.cluster.hub_folder import HUB_FILE, HubFolder
from slp_ops.cluster.join_code import JoinCode
from slp_ops.errors import HubError, InputError, JoinError, SlpOpsError
from slp_ops.i18n import Lang
from slp_ops.messages import translate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from tests.cluster.conftest import Rig


def named(err: SlpOpsError, message: str, hint: str) -> None:
    """The error has the message and the next step, and both are translated."""
    assert message in err.message, (err.message, err.hint)
    assert hint in err.hint, (err.message, err.hint)
    problems = [problem.message for problem in err.problems] if isinstance(err, InputError) else []
    for text in (*(problems or err.message.splitlines()), err.hint):
        assert any(ord(each) > 0x3000 for each in translate(text, Lang.JA)), translate(text, Lang.JA)


def new_hub(folder: Path, port: int = 20900) -> HubFolder:
    service.init(
        service.NewHub(
            folder=folder, addresses=("127.0.0.1",), listen="127.0.0.1", port=port, disk_bytes=2**30
        )
    )
    return HubFolder(folder)


def up(folder: Path, nats: Path | None = None) -> None:
    """Start a hub that is refused; one that gets as far as its broker fails the test."""

    def say(text: str) -> None:
        assert "hub: broker on port" not in text, "it was started"

    service.run(folder, nats, say)


# -- folders


def test_a_folder_with_other_files_does_not_become_a_hub(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    before = stat.S_IMODE(tmp_path.stat().st_mode)
    with pytest.raises(InputError) as err:
        new_hub(tmp_path)
    named(err.value, "the folder has other files", "--folder")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == before
    new_hub(tmp_path / "hub")
    with pytest.raises(InputError) as err:
        new_hub(tmp_path / "hub")
    named(err.value, "there is a hub already", "slp-ops hub up")


def test_a_lost_state_does_not_lead_to_a_second_authority(tmp_path: Path) -> None:
    hub = new_hub(tmp_path / "hub")
    key = (hub.path / "authority.key").read_bytes()
    (hub.path / HUB_FILE).unlink()
    with pytest.raises(InputError) as err:
        new_hub(hub.path)
    named(err.value, "the keys of a hub whose hub.json is lost", "restore")
    with pytest.raises(InputError) as err:
        up(hub.path)
    named(err.value, "hub.json", "restore")
    assert (hub.path / "authority.key").read_bytes() == key


@pytest.mark.parametrize(
    "name",
    ["authority.key", "ca.pem", "broker.key", "broker.pem", "hub/certificate.pem", "hub/key.pem", "hub"],
)
def test_a_partly_deleted_hub_names_the_file(tmp_path: Path, name: str) -> None:
    hub = new_hub(tmp_path / "hub")
    path = hub.path / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(InputError) as err:
        up(hub.path)
    named(err.value, name, "restore")
    assert not list(hub.path.glob("broker.log"))  # the broker is not even started


@pytest.mark.parametrize("name", ["authority.key", "broker.pem", "hub/certificate.pem"])
def test_a_damaged_hub_names_the_file(tmp_path: Path, name: str) -> None:
    hub = new_hub(tmp_path / "hub")
    (hub.path / name).write_bytes(b"\0\xff no key")
    with pytest.raises(InputError) as err:
        up(hub.path)
    named(err.value, name, "restore")


@pytest.mark.parametrize("name", ["authority.key", "broker.key", "hub/key.pem", "operator/key.pem"])
def test_a_key_that_others_can_read_is_not_used(tmp_path: Path, name: str) -> None:
    hub = new_hub(tmp_path / "hub")
    (hub.path / name).chmod(0o640)
    with pytest.raises(InputError) as err:
        connect(hub.path / name.split("/")[0]) if "/" in name else up(hub.path)
    named(err.value, "other users can read this private key: mode 0640", "chmod 600")


def test_every_file_of_a_new_hub_is_for_its_owner(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        hub = new_hub(tmp_path / "hub")
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (hub.path, *hub.path.rglob("*"))} == {0}


# -- certificates and clocks


def connect(folder: Path, **changed: Any) -> None:
    address = read_address(folder, hint="")

    async def connecting() -> None:
        async with connection.connected(folder, replace(address, **changed)):
            pass

    asyncio.run(connecting())


def certify(folder: Path, authority: Authority, made: datetime, holder: str = "") -> None:
    """Give an access folder another certificate, of the same holder unless one is given."""
    holder = holder or read_address(folder, hint="").holder
    key = load_key((folder / KEY_FILE).read_bytes())
    signed = authority.certificate_for_client(request_for(key), holder, now=made)
    (folder / CERTIFICATE_FILE).write_bytes(signed)


def authority_in(hub: Path) -> Authority:
    """Return the authority of a hub's folder."""
    return Authority.load((hub / "authority.key").read_bytes(), (hub / "ca.pem").read_bytes())


@pytest.mark.slow
def test_certificates_and_clocks_that_do_not_fit(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, operator = rig.join("tokyo"), rig.hub_folder / "operator"
    ours, now = authority_in(rig.hub_folder), datetime.now(UTC)
    ca = (worker / AUTHORITY_FILE).read_bytes()

    def refused(folder: Path, message: str, hint: str, **changed: Any) -> None:
        with pytest.raises(HubError) as err:
            connect(folder, **changed)
        named(err.value, message, hint)

    # By the clock of this computer: expired, or of the future. The remedy is that of the role.
    certify(worker, ours, now - timedelta(days=400))
    refused(worker, "has expired", "join again")
    certify(operator, ours, now - timedelta(days=400))
    refused(operator, "has expired", "slp-ops hub renew certificate.pem")
    certify(worker, ours, now + timedelta(hours=1))
    refused(worker, "is not valid before", "NTP")
    # By the clock of the hub alone: this computer's is wrong, and does not notice.
    with monkeypatch.context() as here:
        here.setattr(connection, "_check_validity", lambda *_: None)
        refused(worker, "by the clock of the hub", "NTP")
        certify(worker, ours, now - timedelta(days=400))
        refused(worker, "by the clock of the hub", "NTP")
    # Ten minutes apart, a new certificate is accepted: it is backdated.
    certify(worker, ours, now + timedelta(minutes=10))
    connect(worker)

    certify(worker, Authority.create(), now)
    refused(worker, "do not trust each other", "join again")
    certify(worker, ours, now)
    (worker / AUTHORITY_FILE).write_bytes((rig.hub_folder / "broker.pem").read_bytes())
    refused(worker, "it is of another authority", "join again")
    (worker / AUTHORITY_FILE).write_bytes(ca)
    certify(worker, ours, now, holder="worker-of-no-site")
    refused(worker, "does not know", "revoked")
    certify(worker, ours, now)
    refused(worker, "it is for other addresses", "--address", host="127.1")
    connect(worker)


def test_a_hub_whose_certificate_does_not_fit_is_named(tmp_path: Path, rig_folder: Rig) -> None:
    rig = rig_folder
    ours, now = authority_in(rig.hub_folder), datetime.now(UTC)
    key = load_key((rig.hub_folder / "broker.key").read_bytes())
    rig.up()
    operator = rig.hub_folder / "operator"
    for made, message in (
        (now + timedelta(hours=1), "it is not valid yet"),
        (now - timedelta(days=400), "it has expired"),
    ):
        signed = ours.certificate_for_server(key.public_key(), ("127.0.0.1",), now=made)
        (rig.hub_folder / "broker.pem").write_bytes(signed)
        os.kill(rig.broker(), 1)  # SIGHUP: it reads the certificate again
        rig.wait_for(lambda: refusal(operator) is not None, "hub")
        err = refusal(operator)
        assert err is not None
        named(err, message, "NTP")

    # Started again, the hub renews what has expired.
    certify(operator, ours, now - timedelta(days=400))
    certify(rig.hub_folder / "hub", ours, now - timedelta(days=390))
    rig.processes["hub"].terminate()
    assert rig.processes["hub"].wait(60) == 0
    (rig.folder / "hub.log").unlink()
    rig.up()
    connect(operator)
    assert rig.log("hub").count("renewed: ") == 3
    certify(operator, ours, now - timedelta(days=380))
    (remark,) = hub_status.status(rig.hub_folder).remarks
    assert "operator/certificate.pem of the hub ends on" in remark.message.en
    certify(operator, ours, now)
    for name in ("broker.pem", "hub/certificate.pem", "operator/certificate.pem"):
        assert validity_of((rig.hub_folder / name).read_bytes())[1] > now + timedelta(days=390)


_TLS_INFO = b'INFO {"server_id": "x", "version": "2.12.6", "max_payload": 1048576, "tls_required": true}\r\n'


@pytest.mark.parametrize("says", [None, b"-ERR 'Maximum Connections Exceeded'\r\n", b"?" * 5000])
def test_no_socket_is_left_of_a_connection_that_ends_while_it_is_made(
    tmp_path: Path, says: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker ends, or answers otherwise, after TLS: the client itself leaves such a socket open."""
    hub = new_hub(tmp_path / "hub").path
    monkeypatch.setattr(connection, "_RESTART_SECONDS", 0.5)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(hub / "broker.pem", hub / "broker.key")
    sockets: list[Any] = []

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(_TLS_INFO)
        with suppress(OSError):
            await writer.start_tls(context)
            if says is not None:
                writer.write(says)
                await asyncio.sleep(0.2)
        writer.close()

    async def connecting() -> None:
        loop = asyncio.get_running_loop()
        make = loop.create_connection

        async def made(*args: Any, **options: Any) -> Any:
            answer = await make(*args, **options)
            sockets.append(answer[0])
            return answer

        monkeypatch.setattr(loop, "create_connection", made)
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            address = replace(read_address(hub / "operator", hint=""), port=port)
            with pytest.raises(HubError):
                async with connection.connected(hub / "operator", address):
                    pass
            assert sockets
            assert all(each.is_closing() for each in sockets)

    asyncio.run(connecting())
    gc.collect()


def test_a_refusal_that_comes_before_anything_is_sent_has_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy computer the hub has looked at the certificate before the client writes."""
    hub = new_hub(tmp_path / "hub").path
    certify(hub / "operator", authority_in(hub), datetime.now(UTC) - timedelta(days=400))
    monkeypatch.setattr(connection, "_check_validity", lambda *_: None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(hub / "broker.pem", hub / "broker.key")
    context.load_verify_locations(hub / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    connect_tls = TcpTransport.connect_tls

    async def connect_slowly(transport: TcpTransport, *given: Any) -> None:
        await connect_tls(transport, *given)
        assert transport._io_writer is not None
        while not transport._io_writer.transport.is_closing():
            await asyncio.sleep(0)

    monkeypatch.setattr(TcpTransport, "connect_tls", connect_slowly)

    def serve(listener: socket.socket) -> None:  # asyncio's own TLS closes without the reason
        connection, _ = listener.accept()
        with connection:
            connection.sendall(_TLS_INFO)
            with pytest.raises(ssl.SSLError):
                context.wrap_socket(connection, server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=serve, args=(listener,))
        serving.start()
        with pytest.raises(HubError) as err:
            connect(hub / "operator", port=listener.getsockname()[1])
        serving.join()
    named(err.value, "by the clock of the hub", "NTP")


def refusal(folder: Path) -> HubError | None:
    try:
        connect(folder)
    except HubError as err:
        return err
    return None


@pytest.fixture
def rig_folder(tmp_path: Path) -> Iterator[Rig]:
    """A hub that is not started yet."""
    from tests.cluster.conftest import Rig

    made = Rig(tmp_path)
    try:
        yield made
    finally:
        made.close()


class Socket:
    """What a client holds its socket by."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True

    async def wait_closed(self) -> None:
        pass


class Closing:
    """A client of the broker whose closing fails."""

    _reconnection_task = None

    def __init__(self, error: BaseException | None) -> None:
        self._error = error
        self._transport = Socket()

    async def close(self) -> None:
        if self._error is None:
            await asyncio.sleep(60)
        else:
            raise self._error


@pytest.mark.parametrize(
    "error",
    [asyncio.CancelledError(), AttributeError("no transport"), OSError(), NatsError(), None],
    ids=repr,
)
def test_a_client_that_does_not_close_hides_no_error(
    monkeypatch: pytest.MonkeyPatch, error: BaseException | None
) -> None:
    monkeypatch.setattr(connection, "_CLOSE_SECONDS", 0.05)

    async def ending() -> None:
        try:
            raise HubError("the reason", hint="what to do")
        finally:
            await connection._close(client)  # type: ignore[arg-type]

    client = Closing(error)
    with pytest.raises(HubError, match="the reason"):
        asyncio.run(ending())
    assert client._transport.is_closed


# -- joining


@pytest.mark.slow
def test_codes_that_do_not_fit(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "joined"))

    def tried(text: str, port: int = rig.port + 1) -> None:
        asyncio.run(join("127.0.0.1", port, text))

    def refused(text: str, message: str, hint: str = "slp-ops hub site add") -> None:
        with pytest.raises((JoinError, InputError)) as err:
            tried(text)
        if isinstance(err.value, JoinError):
            named(err.value, message, hint)
        assert message in err.value.message
        assert secret not in err.value.message + err.value.hint

    _, code = service.add_site(rig.hub_folder, "tokyo", None)
    text = str(code)
    site, secret, fingerprint = text.split(".")
    other = "A" if secret[0] != "A" else "B"
    for mistyped in (f"{site}.{other}{secret[1:]}.{fingerprint}", f"osaka.{secret}.{fingerprint}"):
        refused(mistyped, "it is mistyped, was used, has expired")
    last = "A" if fingerprint[-1] != "A" else "B"
    refused(f"{site}.{secret}.{fingerprint[:-1]}{last}", "did not make this code")
    for garbage in (
        text[:-1],
        text.lower(),
        text.replace(".", " "),
        f"{text}\x1b[2J",
        f"{site}.." + fingerprint,
    ):
        refused(garbage, "expected the code that")

    tried(f"  {text}\n")
    refused(text, "was used")
    # Of another hub: it is not sent anywhere.
    strange = JoinCode.create("tokyo", b"\1" * 32)
    refused(str(strange), "did not make this code")
    # Expired, and of a site that was revoked meanwhile.
    _, late = service.add_site(rig.hub_folder, "kobe", None)
    path = rig.hub_folder / HUB_FILE
    state = json.loads(path.read_text())
    for each in state["invitations"]:
        each["until"] = "2020-01-01T00:00:00+00:00"
    path.write_text(json.dumps(state))
    refused(str(late), "has expired")
    _, revoked = service.add_site(rig.hub_folder, "kobe", None)
    service.revoke_site(rig.hub_folder, "kobe")
    refused(str(revoked), "the site was revoked")

    # Without the authority's key: the worker learns where to look, the hub says what is missing.
    _, code = service.add_site(rig.hub_folder, "nara", None)
    (rig.hub_folder / "authority.key").rename(rig.hub_folder / "elsewhere")
    refused(str(code), "the hub cannot sign certificates", "slp-ops hub up")
    assert "authority.key" in rig.log("hub")
    (rig.hub_folder / "elsewhere").rename(rig.hub_folder / "authority.key")

    # hub.json with a mistake: the hub goes on, names it once, and takes it up when it is right again.
    good = path.read_text()
    path.write_text(good[:-20])
    rig.wait_for(lambda: "hub.json" in rig.log("hub"), "hub")
    connect(rig.hub_folder / "operator")
    refused(str(code), "the hub cannot sign certificates", "slp-ops hub up")
    path.write_text(good)
    tried(str(code))
    assert rig.processes["hub"].poll() is None


# -- ports and programs


@pytest.mark.parametrize("offset", [0, 1])
def test_a_port_that_is_taken_is_named(tmp_path: Path, offset: int) -> None:
    from tests.cluster.conftest import free_pair

    hub = new_hub(tmp_path / "hub", port := free_pair())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + offset))
        taken.listen()
        with pytest.raises(HubError) as err:
            up(hub.path)
    named(err.value, str(port + offset), "--port")
    assert (
        str(hub.path)
        not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    )


@pytest.mark.parametrize(
    ("script", "message", "hint"),
    [
        ("echo nats-server: v2.12.5", "nats-server 2.12.5", "2.12.6 or later"),
        ("echo nats-server: v1.99.99", "CVE-2026-33248", "2.12.6 or later"),
        ("echo redis 7.2", "it is not nats-server", ""),
        ("exit 3", "it is not nats-server", ""),
        ("head -c 1000000 /dev/zero", "it is not nats-server", ""),
        (None, "there is no program", ""),
    ],
)
def test_a_broker_that_is_none_is_not_started(
    tmp_path: Path, script: str | None, message: str, hint: str
) -> None:
    program = tmp_path / "nats-server"
    if script is not None:
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    with pytest.raises(InputError) as err:
        nats_server.find_binary(program)
    assert message in err.value.message
    assert hint in err.value.hint


def test_a_missing_and_a_changed_broker_of_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(InputError) as err:
        nats_server.find_binary(None)
    named(err.value, "is not installed", "slp-ops[cluster]")
    started = tmp_path / "started"
    (tmp_path / "nats-server").write_text(f"#!/bin/sh\ntouch {started}\necho nats-server: v2.15.1\n")
    (tmp_path / "nats-server").chmod(0o755)
    with pytest.raises(InputError) as err:
        nats_server.find_binary(None)
    named(err.value, "SHA-256", "--nats-server PATH")
    assert not started.exists()


async def silent(_: Exception) -> None:
    """Take an error without a word, where the client would print it."""


async def reconnecting_client(
    server: asyncio.Server, take_error: Callable[[Exception], Awaitable[None]] = silent
) -> connection._Connection:
    """Return a client of a server without TLS that connects again at once, and for ever."""
    client = connection._Connection()
    await client.connect(
        f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}",
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.01,  # type: ignore[arg-type]  # a part of a second works
        error_cb=take_error,
    )
    return client


def test_a_closed_connection_does_not_go_on_connecting_again() -> None:
    began: list[int] = []

    async def hub(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began.append(1)
        if len(began) == 1:  # the first connection is made, and cut; later ones are cut at once
            writer.write(_INFO)
            await reader.readuntil(b"PING\r\n")
            writer.write(b"PONG\r\n")
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def deaf(_: Exception) -> None:
        """Miss a cancellation, as a wait that ends in the same moment does."""
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0.05)

    async def connect_and_close() -> None:
        server = await asyncio.start_server(hub, "127.0.0.1", 0)
        async with server:
            client = await reconnecting_client(server, deaf)
            while len(began) < 3:
                await asyncio.sleep(0.01)
            task = client._reconnection_task
            assert task is not None
            await connection._close(client)
            assert task.done()

    asyncio.run(connect_and_close())


_INFO = b'INFO {"max_payload": 1000}\r\n'


@pytest.mark.parametrize(
    "answer",
    [
        b"INFO\r\n",
        b"INFO [1]\r\n",
        b'INFO {"connect_urls": 5}\r\n',
        b"INFO {}\r\n-ERR\r\n",
        b"A" * 200_000 + b"\r\n",
    ],
)
def test_an_answer_that_is_not_a_hubs_does_not_end_the_connecting_again(answer: bytes) -> None:
    """Another program has the port for a moment; a worker must be there when the hub is back."""
    began: list[int] = []

    async def hub(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began.append(1)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            if len(began) == 2:
                writer.write(answer)
                await writer.drain()
            else:
                writer.write(_INFO)
                await reader.readuntil(b"PING\r\n")
                writer.write(b"PONG\r\n")
                await writer.drain()
                if len(began) == 3:
                    back.set()
                    await reader.read()
        writer.close()

    async def connect() -> None:
        async with await asyncio.start_server(hub, "127.0.0.1", 0) as server:
            client = await reconnecting_client(server)
            async with asyncio.timeout(60):
                await back.wait()
            await connection._close(client)

    back = asyncio.Event()
    asyncio.run(connect())


@pytest.mark.parametrize("again", [False, True])
def test_a_hub_without_tls_is_told_nothing(tmp_path: Path, again: bool) -> None:
    """A computer on the way to the hub must not be taken for it."""
    heard = bytearray()

    async def hub(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(_INFO)
        with suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(1000):
                heard.extend(data)
                writer.write(b"PONG\r\n")
        writer.close()

    async def connect() -> None:
        async with await asyncio.start_server(hub, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            address = HubAddress(host="127.0.0.1", port=port, holder="w1", site="tokyo")
            context = ssl.create_default_context()
            if not again:
                with pytest.raises(HubError) as err:
                    await connection._connect(
                        f"tls://127.0.0.1:{port}", context, address, allow_reconnect=False
                    )
                named(err.value, "is not the hub: it answers without TLS", "listens")
                return
            client = connection._Connection()
            connecting = asyncio.create_task(
                client.connect(f"tls://127.0.0.1:{port}", tls=context, error_cb=seen)
            )
            async with asyncio.timeout(60):
                await refused.wait()
            connecting.cancel()
            await asyncio.wait([connecting])
            await connection._close(client)

    async def seen(error: Exception) -> None:
        assert "without TLS" in str(error)
        refused.set()

    refused = asyncio.Event()
    asyncio.run(connect())
    assert not heard


def test_a_connection_that_is_closed_as_it_comes_back_ends_without_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The cancellation is missed: the last answer of the hub comes in the same moment."""
    began: list[int] = []

    async def hub(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began.append(1)
        with suppress(OSError, asyncio.IncompleteReadError):
            writer.write(_INFO)
            await reader.readuntil(b"PING\r\n")
            writer.write(b"PONG\r\n")
            await writer.drain()
            if len(began) == 2:
                back.set()
                await reader.read()
        writer.close()

    async def connect_and_close() -> None:
        async with await asyncio.start_server(hub, "127.0.0.1", 0) as server:
            client = await reconnecting_client(server)
            await back.wait()
            await connection._close(client)
            await asyncio.sleep(0.1)

    for _ in range(5):
        began.clear()
        back = asyncio.Event()
        asyncio.run(connect_and_close())
        gc.collect()
    assert [each.getMessage() for each in caplog.records if each.exc_info] == []
