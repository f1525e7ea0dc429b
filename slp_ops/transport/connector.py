"""The way to a switch: a connected socket, direct or through jump hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.transport import tcp

if TYPE_CHECKING:
    from slp_ops.model import Device
    from slp_ops.ports import Credentials, HopGate
    from slp_ops.transport.hostkeys import HostKeys
    from slp_ops.transport.jump_hosts import JumpHosts
    from slp_ops.transport.watched_socket import WatchedSocket


class Connector:
    """Opens the TCP connection to a device; ``timeout`` in seconds bounds each attempt.

    ``gate`` admits logins to jump hosts: see ``JumpHosts``.
    """

    def __init__(
        self, *, credentials: Credentials, host_keys: HostKeys, timeout: float, gate: HopGate | None = None
    ) -> None:
        self._credentials = credentials
        self._host_keys = host_keys
        self._timeout = timeout
        self._gate = gate
        self._hops: JumpHosts | None = None

    async def open(self, device: Device) -> WatchedSocket:
        """A connected socket; raises ConnectError."""
        if not device.jump:
            return await tcp.connect(device.host, device.port, self._timeout)
        if self._hops is None:
            # Imported here: most fleets have no jump host, and asyncssh takes its time to load.
            from slp_ops.transport.jump_hosts import JumpHosts

            self._hops = JumpHosts(
                credentials=self._credentials,
                host_keys=self._host_keys,
                timeout=self._timeout,
                gate=self._gate,
            )
        return await self._hops.connect(device.jump, device.host, device.port)

    async def close(self) -> None:
        """Close the connections to jump hosts."""
        if self._hops is not None:
            await self._hops.close()
