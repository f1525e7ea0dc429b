"""The hub's folder: authority, broker, sites, and who may join.

hub.json           what an operator configured, the sites with their workers, open invitations
authority.key      the authority's private key
ca.pem             its certificate
broker.key/.pem    the broker's key and certificate
broker.json        the broker's configuration, written from hub.json
store/             the broker's streams; may be deleted
hub.lock           held by the process of 'hub up'; broker.lock by that of the broker, broker.pid its number
operator/          the first operator's access, see access_folder.py
"""

from __future__ import annotations

import fcntl
import hmac
import os
import secrets
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from slp_ops.cluster.access_folder import (
    CERTIFICATE_FILE,
    KEY_FILE,
    SIGNING_FILE,
    HubAddress,
    check_private,
    write_access,
)
from slp_ops.cluster.approval import new_signing_key, public_key_of
from slp_ops.cluster.authority import (
    Authority,
    InvalidRequest,
    certificate_to_pem,
    fingerprint_of,
    key_to_pem,
    load_key,
    new_key,
    request_for,
    validity_of,
)
from slp_ops.cluster.broker_config import BrokerSettings, SiteAccess, broker_config
from slp_ops.cluster.join_code import JoinCode
from slp_ops.cluster.subjects import token
from slp_ops.errors import HubError, InputError, JoinError, Problem
from slp_ops.json_documents import InvalidJson, ShapeError, decode, json_document, parse_json, to_json
from slp_ops.paths import make_private
from slp_ops.regular_files import read_input
from slp_ops.temporary_files import replacing

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

HUB_FILE: Final = "hub.json"
OPERATOR: Final = "operator"
BROKER_CONFIG: Final = "broker.json"
BROKER_PID: Final = "broker.pid"
_LARGEST: Final = 16 * 2**20
_CODE_LIFE: Final = timedelta(hours=24)
# A name in a certificate has at most 64 characters.
_LONGEST_SITE: Final = 40
_LOCAL: Final = ("localhost", "127.0.0.1")
_RENEWED_BEFORE: Final = timedelta(days=60)
_WHICH_ACCESS: Final = (
    "name certificate.pem of an operator's access; "
    "a worker joins again, with a code of 'slp-ops hub site add'"
)
_RESTORE: Final = (
    "restore it from the backup of the hub's folder; without one: a new hub, which all workers join"
)

_NO_HUB: Final = "slp-ops hub init makes a hub"


@json_document
class WorkerEntry:
    """A worker that joined: the name in its certificate, and when."""

    holder: str
    joined: datetime


@json_document
class SiteEntry:
    """A site: how many sessions all its workers together may open, and its workers."""

    name: str
    max_sessions: int
    workers: tuple[WorkerEntry, ...] = ()


@json_document
class Invitation:
    """A code that is not used yet: its hash, and until when it may be."""

    site: str
    digest: str
    until: datetime


@json_document
class HubState:
    """Content of hub.json. ``addresses`` are names and IP addresses at which workers reach the broker.

    ``approvers`` are the public keys of operators who may approve changes; workers get them when they join.
    """

    schema: Literal["slp-ops/hub/1"] = "slp-ops/hub/1"
    addresses: tuple[str, ...]
    listen: str
    broker_port: int
    join_port: int
    disk_bytes: int
    operators: tuple[str, ...]
    approvers: tuple[str, ...] = ()
    sites: tuple[SiteEntry, ...] = ()
    invitations: tuple[Invitation, ...] = ()

    def site(self, name: str) -> SiteEntry | None:
        """Return a site, or None where there is none of this name."""
        return next((each for each in self.sites if each.name == name), None)


class HubFolder:
    """Access to a hub's folder. Each change is whole, and made by one process at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, *, addresses: tuple[str, ...], listen: str, port: int, disk_bytes: int) -> HubState:
        """Make a hub with its authority and a first operator. Raises InputError where one exists."""
        if (self.path / HUB_FILE).exists():
            problem = Problem(path=str(self.path), message="there is a hub already")
            raise InputError((problem,), hint="slp-ops hub up starts it")
        self._check_unused()
        make_private(self.path)
        authority = Authority.create()
        self._write("authority.key", key_to_pem(authority.key))
        self._write("ca.pem", certificate_to_pem(authority.certificate))
        broker_key = new_key()
        self._write("broker.key", key_to_pem(broker_key))
        self._write(
            "broker.pem",
            authority.certificate_for_server(broker_key.public_key(), (*addresses, *_LOCAL)),
        )
        hub = self._give_access(authority, "hub", "127.0.0.1", port)
        operator = self._give_access(authority, OPERATOR, addresses[0], port)
        state = HubState(
            addresses=addresses,
            listen=listen,
            broker_port=port,
            join_port=port + 1,
            disk_bytes=disk_bytes,
            operators=(hub, operator),
            approvers=(self._new_approver(),),
        )
        self._write(HUB_FILE, _encoded(state))  # the last: it makes the folder a hub
        self.write_broker_config(state)
        return state

    def _check_unused(self) -> None:
        """Raise InputError where a folder has files: of a hub whose hub.json is lost, or of anything else."""
        if (self.path / "authority.key").exists():
            problem = Problem(
                path=str(self.path), message="there are the keys of a hub whose hub.json is lost"
            )
            raise InputError((problem,), hint=_RESTORE)
        try:
            is_used = self.path.exists() and any(self.path.iterdir())
        except OSError as error:
            problem = Problem(path=str(self.path), message=f"cannot be read: {error.strerror or error}")
            raise InputError((problem,)) from error
        if is_used:
            problem = Problem(path=str(self.path), message="the folder has other files")
            raise InputError((problem,), hint="a hub needs a folder of its own: --folder FOLDER")

    def renew(self, now: datetime) -> tuple[str, ...]:
        """Sign again what ends within 60 days: the broker's certificate, and those of hub and operator.

        Keys and names stay, so that only the certificate is replaced, as a whole: a process that is killed
        leaves a pair that fits. Return the names of the files.

        Raises InputError for files that are not usable.
        """
        soon = now + _RENEWED_BEFORE
        renewed = []
        for name, until in self.certificates():
            if until > soon:
                continue
            with self._usable(name):
                if name == "broker.pem":
                    key = load_key(self._needed("broker.key"))
                    addresses = (*self.read().addresses, *_LOCAL)
                    signed = self._authority().certificate_for_server(key.public_key(), addresses, now=now)
                else:
                    _, signed = self._authority().renewed(self._needed(name), now=now)
            self._write(name, signed)
            renewed.append(name)
        return tuple(renewed)

    def renew_access(self, path: Path, now: datetime) -> datetime:
        """Replace the certificate of an operator's access, whose key may be elsewhere; return its new end.

        Raises InputError where it is no certificate of an operator of this hub.
        """
        authority = self._authority()
        try:
            holder, signed = authority.renewed(read_input(path, _LARGEST), now=now)
        except InvalidRequest as error:
            raise InputError((Problem(path=str(path), message=str(error)),), hint=_WHICH_ACCESS) from error
        if holder not in self.read().operators:
            problem = Problem(path=str(path), message=f"{holder} is no operator of this hub")
            raise InputError((problem,), hint=_WHICH_ACCESS)
        with replacing(path, sync=True) as file:
            file.write(signed)
        return validity_of(signed)[1]

    def show_certificate(self, context: ssl.SSLContext) -> None:
        """Have a TLS server show the certificate that the broker has now."""
        context.load_cert_chain(self.path / "broker.pem", self.path / "broker.key")

    def authority_until(self) -> datetime:
        """Return when the authority ends, and with it all that it signed. Raises InputError."""
        with self._usable("ca.pem"):
            return validity_of(self.authority_pem())[1]

    def certificates(self) -> Iterator[tuple[str, datetime]]:
        """Yield name and end of each certificate that :meth:`renew` renews. Raises InputError."""
        for name in ("broker.pem", f"hub/{CERTIFICATE_FILE}", f"operator/{CERTIFICATE_FILE}"):
            if not (self.path / name).exists() and name.startswith("operator"):
                continue  # moved to the computer of the operator
            with self._usable(name):
                yield name, validity_of(self._needed(name))[1]

    def check(self) -> None:
        """Raise InputError for a file that is missing or damaged, or a key that other users can read."""
        self._authority()
        check_private(self.path / "authority.key")
        for certificate, key in (
            ("broker.pem", "broker.key"),
            (f"hub/{CERTIFICATE_FILE}", f"hub/{KEY_FILE}"),
        ):
            with self._usable(certificate):
                validity_of(self._needed(certificate))
            with self._usable(key):
                load_key(self._needed(key))
            check_private(self.path / key)

    @contextmanager
    def _usable(self, name: str) -> Iterator[None]:
        """Turn the ValueError of a damaged file into InputError, which names it."""
        try:
            yield
        except ValueError as error:
            problem = Problem(path=str(self.path / name), message="it or what belongs to it is damaged")
            raise InputError((problem,), hint=_RESTORE) from error

    def _needed(self, name: str) -> bytes:
        return read_input(self.path / name, _LARGEST, hint=_RESTORE if self._was_made else _NO_HUB)

    @property
    def _was_made(self) -> bool:
        return any((self.path / name).exists() for name in (HUB_FILE, "authority.key"))

    def read(self) -> HubState:
        """Return the hub's state. Raises InputError."""
        path = self.path / HUB_FILE
        lost = (self.path / "authority.key").exists()
        data = read_input(path, _LARGEST, hint=_RESTORE if lost else _NO_HUB)
        try:
            return decode(HubState, parse_json(data))
        except (InvalidJson, ShapeError) as error:
            problem = Problem(path=str(path), message=str(error), expected="what slp-ops wrote there")
            raise InputError((problem,)) from error

    def invite(self, site: str, *, max_sessions: int | None) -> tuple[HubState, JoinCode]:
        """Add a site, unless it exists, and return a one-time code for a worker of it. Raises InputError.

        ``max_sessions`` of a site that exists stays as it is unless it is given.
        """
        if not 0 < len(token(site)) <= _LONGEST_SITE:
            raise InputError(f"the name of a site has at most {_LONGEST_SITE} characters: {site[:80]!r}")
        code = JoinCode.create(site, self.broker_digest())
        with self._changing() as state:
            entry = state.site(site) or SiteEntry(name=site, max_sessions=max_sessions or 50)
            entry = replace(entry, max_sessions=max_sessions or entry.max_sessions)
            if not state.approvers and (self.path / OPERATOR).is_dir():  # of a hub that sent no changes yet
                state = replace(state, approvers=(self._new_approver(),))
            now = datetime.now(UTC)
            open_ones = tuple(each for each in state.invitations if each.until > now)
            invitation = Invitation(site=site, digest=code.digest(), until=now + _CODE_LIFE)
            state = replace(
                state,
                sites=(*(each for each in state.sites if each.name != site), entry),
                invitations=(*open_ones, invitation),
            )
            self._save(state)
        return state, code

    def revoke(self, site: str) -> HubState:
        """Remove a site with its workers and invitations. Raises InputError where there is none."""
        with self._changing() as state:
            if state.site(site) is None:
                known = ", ".join(each.name for each in state.sites) or "none"
                raise InputError(f"there is no site {site!r}; sites of this hub: {known}")
            state = replace(
                state,
                sites=tuple(each for each in state.sites if each.name != site),
                invitations=tuple(each for each in state.invitations if each.site != site),
            )
            self._save(state)
        return state

    def admit(self, site: str, secret_digest: str, request: bytes) -> tuple[HubState, str, bytes]:
        """Use up an invitation: sign a worker's request, and name it in the broker's configuration.

        Return the state, the holder's name and its certificate. Raises JoinError with a message that says
        nothing to a guesser; InvalidRequest leaves the invitation as it is.
        """
        with self._changing() as state:
            now = datetime.now(UTC)
            used = next(
                (
                    each
                    for each in state.invitations
                    if hmac.compare_digest(each.digest, secret_digest)
                    and each.site == site
                    and each.until > now
                ),
                None,
            )
            entry = state.site(site)
            if used is None or entry is None:
                raise JoinError(
                    "the hub does not accept this code: it is mistyped, was used, has expired, or the "
                    "site was revoked",
                    hint=f"make a new one on the hub: slp-ops hub site add {site}",
                )
            holder = f"worker-{secrets.token_hex(8)}"
            certificate = self._authority().certificate_for_client(request, holder)
            joined = replace(entry, workers=(*entry.workers, WorkerEntry(holder=holder, joined=now)))
            state = replace(
                state,
                sites=tuple(joined if each.name == site else each for each in state.sites),
                invitations=tuple(each for each in state.invitations if each is not used),
            )
            self._save(state)
        return state, holder, certificate

    @property
    def can_approve(self) -> bool:
        """Return whether the key that approves changes is still in the hub's folder."""
        return (self.path / OPERATOR / SIGNING_FILE).exists()

    def broker_digest(self) -> bytes:
        """Return the SHA-256 of the broker's public key, 32 bytes."""
        return fingerprint_of(self._needed("broker.pem"))

    def authority_pem(self) -> bytes:
        """Return the authority's certificate."""
        return self._needed("ca.pem")

    def write_broker_config(self, state: HubState) -> Path:
        """Write the broker's configuration, and return its path."""
        settings = BrokerSettings(
            host=state.listen,
            port=state.broker_port,
            store=self.path / "store",
            pid_file=self.path / BROKER_PID,
            authority=self.path / "ca.pem",
            certificate=self.path / "broker.pem",
            key=self.path / "broker.key",
            disk_bytes=state.disk_bytes,
        )
        sites = [
            SiteAccess(site=each.name, holders=tuple(worker.holder for worker in each.workers))
            for each in state.sites
        ]
        text = broker_config(settings, operators=state.operators, sites=sites)
        self._write(BROKER_CONFIG, text.encode())
        return self.path / BROKER_CONFIG

    def _give_access(self, authority: Authority, name: str, host: str, port: int) -> str:
        """Write an access folder, and return the name of its holder."""
        key = new_key()
        holder = f"{name}-{secrets.token_hex(8)}"
        write_access(
            self.path / name,
            address=HubAddress(host=host, port=port, holder=holder),
            key=key_to_pem(key),
            certificate=authority.certificate_for_client(request_for(key), holder),
            authority=certificate_to_pem(authority.certificate),
        )
        return holder

    def _new_approver(self) -> str:
        """Make the key with which the first operator approves changes; return its public half."""
        key = new_signing_key()
        self._write(f"{OPERATOR}/{SIGNING_FILE}", key)
        return public_key_of(key)

    def _authority(self) -> Authority:
        with self._usable("authority.key"):
            return Authority.load(self._needed("authority.key"), self.authority_pem())

    @contextmanager
    def running(self) -> Iterator[None]:
        """Hold the hub for the process that runs it. Raises HubError where another process runs it."""
        fd = os.open(self.path / "hub.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise HubError(
                f"the hub in {self.path} is running already", hint="slp-ops hub status shows its sites"
            ) from None
        finally:
            os.close(fd)

    @contextmanager
    def _changing(self) -> Iterator[HubState]:
        """Give the state to a change, which no other process makes meanwhile. Raises InputError."""
        self.read()  # there is a hub
        fd = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield self.read()
        finally:
            os.close(fd)

    def _save(self, state: HubState) -> None:
        self._write(HUB_FILE, _encoded(state))
        self.write_broker_config(state)

    def _write(self, name: str, data: bytes) -> None:
        with replacing(self.path / name, sync=True) as file:
            file.write(data)


def _encoded(state: HubState) -> bytes:
    return to_json(state, indent=2).encode() + b"\n"
