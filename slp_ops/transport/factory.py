"""The transports by name. To add one, add its module and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.transport.connector import Connector

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from slp_ops.model import Device
    from slp_ops.ports import ChangingTransport, Credentials, FileTransfer, HopGate, Reader, Writer
    from slp_ops.transport.hostkeys import HostKeys


class TransportSelector:
    """Opens each device's session with the transport that the inventory names, imported on first use."""

    def __init__(
        self,
        *,
        credentials: Credentials,
        host_keys: HostKeys,
        workers: int,
        connect_timeout: float,
        hop_gate: HopGate | None = None,
    ) -> None:
        self._way = Connector(
            credentials=credentials, host_keys=host_keys, timeout=connect_timeout, gate=hop_gate
        )
        self._credentials = credentials
        self._host_keys = host_keys
        self._workers = workers
        self._made: dict[str, ChangingTransport] = {}

    def read(self, device: Device) -> AbstractAsyncContextManager[Reader]:
        """A session to read with; raises ConnectError or CredentialError when entered."""
        return self._by_name(device).read(device)

    def write(self, device: Device) -> AbstractAsyncContextManager[Writer]:
        """A session that may change the switch; raises as ``read``."""
        return self._by_name(device).write(device)

    def files(self, device: Device) -> AbstractAsyncContextManager[FileTransfer]:
        """A connection for one copy of a file; raises as ``read``."""
        # Imported here: netmiko without file copies needs no asyncssh, which takes time to load.
        from slp_ops.transport.scp import ScpFiles

        scp = ScpFiles(way=self._way, credentials=self._credentials, host_keys=self._host_keys)
        return scp.open(device)

    async def close(self) -> None:
        """Close every transport that was used, and the way."""
        for transport in self._made.values():
            await transport.close()
        await self._way.close()
        self._host_keys.close()

    def _by_name(self, device: Device) -> ChangingTransport:
        if device.transport not in self._made:
            self._made[device.transport] = self._make(device.transport)
        return self._made[device.transport]

    def _make(self, name: str) -> ChangingTransport:
        if name == "asyncssh":
            from slp_ops.transport.async_ssh import AsyncsshTransport

            return AsyncsshTransport(way=self._way, credentials=self._credentials, host_keys=self._host_keys)
        from slp_ops.transport.netmiko_ssh import NetmikoTransport

        return NetmikoTransport(
            way=self._way, credentials=self._credentials, host_keys=self._host_keys, workers=self._workers
        )
