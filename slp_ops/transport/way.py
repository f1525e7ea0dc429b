"""The way to a switch: a connected socket, direct or through jump hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.transport import tcp

if TYPE_CHECKING:
    import socket

    from slp_ops.model import Device


class Way:
    """Opens the TCP connection to a device; ``timeout`` in seconds bounds each attempt."""

    def __init__(self, *, timeout: float) -> None:
        self._timeout = timeout

    async def open(self, device: Device) -> socket.socket:
        """A connected socket; raises ConnectError."""
        return await tcp.connect(device.host, device.port, self._timeout)

    async def close(self) -> None:
        """Close the connections to jump hosts."""
