"""The options of every verb that opens sessions, and the transport they describe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from slp_ops.transport.hostkeys import HostKeyMode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.credentials import Ask
    from slp_ops.inventory import Inventory
    from slp_ops.model import Device
    from slp_ops.ports import Credentials, Transport
    from slp_ops.transport.make import ByName

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Connecting:
    """How sessions are opened in this run."""

    known_hosts: Path | None
    host_key: HostKeyMode
    transport: str | None
    workers: int
    login_rate: float
    connect_timeout: float


def connecting_options(command: _Command) -> _Command:
    """Add the options of sessions; the command receives them as ``connecting``."""

    @wraps(command)
    def with_connecting(
        *args: Any,
        known_hosts: Path | None,
        host_key: str,
        transport: str | None,
        workers: int,
        login_rate: float,
        connect_timeout: float,
        **kwargs: Any,
    ) -> Any:
        connecting = Connecting(
            known_hosts=known_hosts,
            host_key=HostKeyMode(host_key),
            transport=transport,
            workers=workers,
            login_rate=login_rate,
            connect_timeout=connect_timeout,
        )
        return command(*args, connecting=connecting, **kwargs)

    for option in (
        click.option(
            "--connect-timeout",
            type=click.FloatRange(min=0.1),
            envvar="SLP_OPS_CONNECT_TIMEOUT",
            default=15.0,
            show_default=True,
            metavar="SECONDS",
            help="How long a switch may take to accept a TCP connection.",
        ),
        click.option(
            "--login-rate",
            type=click.FloatRange(min=0),
            envvar="SLP_OPS_LOGIN_RATE",
            default=10.0,
            show_default=True,
            metavar="N",
            help="Logins started a second, so that AAA servers are not stormed; 0 is unlimited.",
        ),
        click.option(
            "--workers",
            type=click.IntRange(min=1, max=5000),
            envvar="SLP_OPS_WORKERS",
            default=50,
            show_default=True,
            metavar="N",
            help="Sessions open at once.",
        ),
        click.option(
            "--transport",
            type=click.Choice(["netmiko", "asyncssh"]),
            envvar="SLP_OPS_TRANSPORT",
            help="Use this transport for every device, whatever the inventory says.",
        ),
        click.option(
            "--host-key",
            type=click.Choice([mode.value for mode in HostKeyMode]),
            envvar="SLP_OPS_HOST_KEY",
            default=HostKeyMode.TOFU.value,
            show_default=True,
            help="strict: only keys on file. tofu: a first key is trusted and kept. off: no check at all. "
            "A changed key is refused by strict and tofu.",
        ),
        click.option(
            "--known-hosts",
            type=click.Path(path_type=Path, dir_okay=False),
            envvar="SLP_OPS_KNOWN_HOSTS",
            help="The file of host keys. [default: known_hosts in the user's state directory]",
        ),
    ):
        with_connecting = option(with_connecting)
    return with_connecting  # type: ignore[return-value]  # click gives back what it was given


def with_transport(devices: Sequence[Device], connecting: Connecting) -> tuple[Device, ...]:
    """The devices, each with the transport of the option if one was given."""
    if connecting.transport is None:
        return tuple(devices)
    return tuple(replace(device, transport=connecting.transport) for device in devices)


def transport_for(
    inventory: Inventory, devices: Sequence[Device], connecting: Connecting, *, ask: Ask | None = None
) -> Transport:
    """The paced transport of a run, with the credentials asked for beforehand, on the terminal or by ``ask``.

    Raises CredentialError when not one device has a usable credential; where only some lack one,
    each of them says so in its result.
    """
    from slp_ops.fleet.pacing import Paced

    credentials = credentials_for(inventory, devices, ask=ask)
    return Paced(by_name(credentials, connecting), rate=connecting.login_rate)


def credentials_for(
    inventory: Inventory, devices: Sequence[Device], *, ask: Ask | None = None
) -> Credentials:
    """The credentials of these devices, asked for beforehand; raises as ``transport_for``."""
    from slp_ops.credentials import ShellCredentials, ask_on_terminal
    from slp_ops.errors import CredentialError

    credentials = ShellCredentials(inventory.credentials, ask=ask or ask_on_terminal())
    failures: list[CredentialError] = []
    for device in devices:
        try:
            credentials.prepare([device])
        except CredentialError as err:
            failures.append(err)
    if failures and len(failures) == len(devices):
        raise failures[0]
    return credentials


def by_name(credentials: Credentials, connecting: Connecting) -> ByName:
    """The transport that opens each device's session as the inventory says."""
    from slp_ops.paths import state_dir
    from slp_ops.transport.hostkeys import HostKeys
    from slp_ops.transport.make import ByName

    return ByName(
        credentials=credentials,
        host_keys=HostKeys(connecting.known_hosts or state_dir() / "known_hosts", connecting.host_key),
        workers=connecting.workers,
        connect_timeout=connecting.connect_timeout,
    )
