"""Sessions of a run: credentials, host keys, transports, login rate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from slp_ops.app.operator import name_open_mode
from slp_ops.ports import StandingNotice
from slp_ops.transport.hostkeys import HostKeyMode as HostKeyMode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from slp_ops.app.operator import Operator
    from slp_ops.credentials import Ask
    from slp_ops.inventory import Inventory
    from slp_ops.model import Device
    from slp_ops.ports import Credentials, HopGate, Transport
    from slp_ops.transport.factory import TransportSelector
    from slp_ops.transport.known_hosts import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """Options of the sessions in a run.

    ``login_rate`` is logins started a second, 0 is unlimited. ``transport``, ``max_output`` (megabytes of a
    command), ``max_time`` (its seconds) and ``login_timeout`` (seconds) replace the inventory's settings.
    ``debug`` keeps a masked log of each session in the run. ``processes`` is how many processes
    read; ``ONE_A_CORE`` is one a core where the fleet is large. ``hub`` is the access folder of a hub, whose
    workers visit the devices with their own limits, host keys and credentials.
    """

    known_hosts: Path | None = None
    host_key: HostKeyMode = HostKeyMode.TOFU
    transport: str | None = None
    workers: int = 50
    login_rate: float = 10.0
    connect_timeout: float = 15.0
    login_timeout: float | None = None
    max_output: int | None = None
    max_time: float | None = None
    debug: bool = False
    processes: int = 1
    hub: Path | None = None

    @property
    def at_once(self) -> int:
        """Return how many devices are visited at once; of those over a hub, how many are submitted."""
        return self.workers if self.hub is None else _SUBMITTED


ONE_A_CORE: Final = 0  # a number of processes
_SUBMITTED: Final = 5000

_OF_DEVICES: Final = ("transport", "login_timeout", "max_output", "max_time")


class OpenTransport(Protocol):
    """Makes the transport of a run: ``transport_for``, or a replacement that opens its sessions elsewhere."""

    def __call__(
        self, inventory: Inventory, devices: Sequence[Device], connecting: SessionOptions, operator: Operator
    ) -> Transport:
        """Return a transport for these devices. Raises CredentialError when none has a usable credential."""


def with_session_options(devices: Sequence[Device], connecting: SessionOptions) -> tuple[Device, ...]:
    """Return the devices; an option that was given replaces the inventory's setting of each."""
    given = {name: value for name in _OF_DEVICES if (value := getattr(connecting, name)) is not None}
    if connecting.hub is not None:
        given["max_sessions"] = None  # the limit of a site holds at its workers
    return tuple(
        device
        if all(getattr(device, name) == value for name, value in given.items())
        else replace(device, **given)
        for device in devices
    )


def transport_for(
    inventory: Inventory, devices: Sequence[Device], connecting: SessionOptions, operator: Operator
) -> Transport:
    """The paced transport of a run, with the credentials asked for beforehand.

    Raises CredentialError when not one device has a usable credential; where only some lack one,
    each of them says so in its result.
    """
    from slp_ops.engine.pacing import RateLimited

    credentials = credentials_for(inventory, devices, ask=operator.ask)
    return RateLimited(by_name(credentials, connecting, operator), rate=connecting.login_rate)


def credentials_for(inventory: Inventory, devices: Sequence[Device], *, ask: Ask | None) -> Credentials:
    """The credentials of these devices, asked for beforehand; raises as ``transport_for``."""
    from slp_ops.credentials import ShellCredentials
    from slp_ops.errors import CredentialError

    credentials = ShellCredentials(inventory.credentials, ask=ask)
    failures: list[CredentialError] = []
    for device in devices:
        try:
            credentials.prepare([device])
        except CredentialError as err:
            failures.append(err)
    if failures and len(failures) == len(devices):
        raise failures[0]
    return credentials


def by_name(
    credentials: Credentials,
    connecting: SessionOptions,
    operator: Operator,
    *,
    claimed: Mapping[tuple[str, int], Key] | None = None,
    hop_gate: HopGate | None = None,
) -> TransportSelector:
    """The transport that opens each device's session as the inventory says.

    ``claimed``: see ``HostKeys``; ``hop_gate``: see ``JumpHosts``.

    Notices name weak protection: no check of host keys, and files that other users may use.
    """
    from slp_ops.transport.factory import TransportSelector
    from slp_ops.transport.hostkeys import HostKeys

    known_hosts = known_hosts_of(connecting, operator)
    return TransportSelector(
        credentials=credentials,
        host_keys=HostKeys(known_hosts, connecting.host_key, operator.notice, claimed=claimed),
        workers=connecting.workers,
        connect_timeout=connecting.connect_timeout,
        hop_gate=hop_gate,
    )


def known_hosts_of(connecting: SessionOptions, operator: Operator) -> Path:
    """Return the file of host keys. Notices name weak protection: see ``by_name``."""
    from slp_ops.paths import state_dir

    folder = state_dir()
    known_hosts = connecting.known_hosts or folder / "known_hosts"
    if connecting.host_key is HostKeyMode.OFF:
        operator.notice(
            StandingNotice(
                "host keys are not checked (--host-key off): an intercepted connection is not detected"
            )
        )
    for path, private in ((folder, "700"), (known_hosts, "600")):
        name_open_mode(path, private, operator)
    return known_hosts
