"""TCP proxies between slp-ops and simulated switches, with faults that are the same for the same seed.

A proxy forwards bytes and understands none of them. Where a fault depends on what the session does, the bench
calls ``Proxy.reached`` before the switch's answer to that line leaves the lab.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK: Final = "127.0.0.1"
# "SSH-2.0-Cisco-1.25\r\n", the lab's identification.
IDENTIFICATION: Final = 20
# Inside the key exchange: after the identification, before the switch has shown its key.
KEY_EXCHANGE: Final = 300
_SLOW_STEP: Final = 0.02
_FINISHING: Final = 1.0


class Kind(StrEnum):
    """Kind of fault."""

    CUT = "cut"  # closed in both directions (FIN)
    RESET = "reset"  # RST to the client
    STALL = "stall"  # nothing is forwarded any more, the connection stays open
    HALF_OPEN = "half-open"  # everything is swallowed, a FIN as well
    DELAY = "delay"  # each piece arrives later
    SLOW = "slow"  # so many bytes a second


class Stage(StrEnum):
    """Moment of a fault."""

    ACCEPT = "accept"  # the TCP connection is open, nothing has been sent
    IDENTIFIED = "identified"  # the switch has identified its SSH and sent nothing else
    KEY_EXCHANGE = "key-exchange"  # the switch's first packet is cut short
    LOGIN = "login"  # the switch has accepted the login, its answer does not arrive
    PROMPT = "prompt"  # a shell was granted, no prompt arrives
    LINE = "line"  # the switch has received a given line
    BYTES_DOWN = "bytes-down"  # so many bytes from the switch
    BYTES_UP = "bytes-up"  # so many bytes to the switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. ``count`` further bytes of the switch pass after the stage is reached.

    ``line`` is the beginning of the line for ``Stage.LINE``, and ``skip`` the number of matching lines to let
    pass before. ``times`` is the number of connections that suffer it; None is all of them.
    """

    kind: Kind
    stage: Stage
    line: str = ""
    skip: int = 0
    count: int = 0
    times: int | None = 1
    seconds: float = 0.3  # of DELAY
    rate: int = 25_000  # bytes a second, of SLOW

    def __str__(self) -> str:
        at = f" {self.line!r}+{self.skip}" if self.stage is Stage.LINE else ""
        often = "" if self.times == 1 else " always" if self.times is None else f" x{self.times}"
        return f"{self.kind} at {self.stage}{at}, {self.count} bytes later{often}"


class Proxy:
    """Listens for one switch. Use in the lab's event loop."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._port = 0
        self._server: asyncio.Server | None = None
        self._connections: list[_Connection] = []
        self._matched = 0
        self.fault: Fault | None = None
        self.hits = 0
        self.on_hit: Callable[[], object] | None = None
        self.is_paused = False

    @property
    def port(self) -> int:
        """The port to connect to."""
        return self._port

    async def listen(self) -> None:
        """Open the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connected, LOOPBACK, self._port, backlog=200)
        self._port = int(self._server.sockets[0].getsockname()[1])

    async def refuse(self, seconds: float) -> None:
        """Refuse connections for so long, as a switch does that reloads."""
        if self._server is not None:
            self._server.close()
            self._server = None
            await asyncio.sleep(seconds)
            await self.listen()

    def pause(self, *, is_paused: bool) -> None:
        """Hold everything on its way, as a network that loses packets does; later it arrives."""
        self.is_paused = is_paused
        for each in self._connections:
            each.client.pause(is_paused)
            each.switch.pause(is_paused)

    def close(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for each in self._connections:
            each.end()
        self._connections.clear()

    def arm(self, fault: Fault | None) -> None:
        """Let this happen from now on; None disarms."""
        self.fault = fault
        self._matched = self.hits = 0

    def reached(self, stage: Stage, line: str = "") -> None:
        """Take note that a session reached a stage; the lab calls it."""
        fault = self.fault
        if fault is None or fault.stage is not stage or not line.startswith(fault.line):
            return
        self._matched += 1
        if self._matched <= fault.skip:
            return
        for each in self._connections:
            if not each.is_over and each.fault is None and self.take():
                each.fail_after(fault)

    def take(self) -> bool:
        """Return True if one more connection gets the fault."""
        if self.fault is None or (self.fault.times is not None and self.hits >= self.fault.times):
            return False
        self.hits += 1
        if self.on_hit is not None:
            self.on_hit()
        return True

    def _connected(self) -> _ClientLeg:
        made = _Connection(self, self._target)
        self._connections.append(made)
        return made.client


class _Connection:
    """One connection: a leg to the client, a leg to the switch, and what happens in between."""

    def __init__(self, proxy: Proxy, target: int) -> None:
        self.proxy = proxy
        self.client = _ClientLeg(self)
        self.switch = _SwitchLeg(self)
        self.fault: Fault | None = None
        self.is_over = False
        self._target = target
        self._down = self._up = 0
        self._limit: int | None = None  # bytes of the switch that still pass
        self._held: Kind | None = None
        self._due = 0.0
        self._waiting = bytearray()
        self._opening: asyncio.Task[None] | None = None

    # -- from the legs

    def opened(self) -> None:
        fault = self.proxy.fault
        if fault is not None:
            if fault.stage is Stage.ACCEPT and self.proxy.take():
                self.fault = fault
                self._happen()
            elif fault.stage in (Stage.IDENTIFIED, Stage.KEY_EXCHANGE) and self.proxy.take():
                extra = KEY_EXCHANGE if fault.stage is Stage.KEY_EXCHANGE else 0
                self.fault, self._limit = fault, IDENTIFICATION + extra + fault.count
            elif fault.stage is Stage.BYTES_DOWN and self.proxy.take():
                self.fault, self._limit = fault, fault.count
        if self._held not in (Kind.STALL, Kind.HALF_OPEN) and not self.is_over:
            self._opening = asyncio.get_running_loop().create_task(self._open())

    def from_client(self, data: bytes) -> None:
        if self.is_over:
            return
        fault = self.proxy.fault
        self._up += len(data)
        if self._held in (Kind.STALL, Kind.HALF_OPEN):
            return
        up = self.fault is None and fault is not None and fault.stage is Stage.BYTES_UP
        if up and fault is not None and self._up >= fault.count and self.proxy.take():
            self.fault = fault
            until = len(data) - (self._up - fault.count)
            self._to_switch(data[:until])
            if self._happen() in (Kind.DELAY, Kind.SLOW):
                self._to_switch(data[until:])
            return
        self._to_switch(data)

    def from_switch(self, data: bytes) -> None:
        if self._held in (Kind.STALL, Kind.HALF_OPEN):
            return
        if self._held in (Kind.DELAY, Kind.SLOW):
            self._later(data)
            return
        self._down += len(data)
        if self._limit is None or len(data) < self._limit:
            if self._limit is not None:
                self._limit -= len(data)
            self.client.write(data)
            return
        limit, self._limit = self._limit, None
        self.client.write(data[:limit])
        if self._happen() in (Kind.DELAY, Kind.SLOW):
            self._later(data[limit:])

    def client_ended(self) -> None:
        if self._held not in (Kind.STALL, Kind.HALF_OPEN):
            self.end()

    def switch_ended(self) -> None:
        if self._held is None:
            self.is_over = True
            self.client.close()
        elif self._held in (Kind.DELAY, Kind.SLOW):
            loop = asyncio.get_running_loop()
            loop.call_at(max(self._due, loop.time()), self.client.close)

    # -- the fault

    def fail_after(self, fault: Fault) -> None:
        self.fault = fault
        if fault.count:
            self._limit = fault.count
        else:
            self._happen()

    def _happen(self) -> Kind:
        assert self.fault is not None
        match self.fault.kind:
            case Kind.CUT:
                self.is_over = True
                self.client.finish()
                self.switch.abort()
            case Kind.RESET:
                self.is_over = True
                self.client.reset()
                self.switch.abort()
            case kind:
                self._held = kind
        return self.fault.kind

    def _later(self, data: bytes) -> None:
        """Forward in order, later."""
        assert self.fault is not None
        loop = asyncio.get_running_loop()
        if self._held is Kind.DELAY:
            # Strictly later than the piece before: timers of the same time have no order.
            self._due = max(self._due + 1e-6, loop.time() + self.fault.seconds)
            loop.call_at(self._due, self.client.write, data)
            return
        self._due = max(self._due, loop.time())
        step = max(1, int(self.fault.rate * _SLOW_STEP))
        for at in range(0, len(data), step):
            self._due += _SLOW_STEP
            loop.call_at(self._due, self.client.write, data[at : at + step])

    # -- the legs

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: self.switch, LOOPBACK, self._target)
        except OSError:
            # The switch reloads: its own refusal.
            self.is_over = True
            self.client.reset()
            return
        self.switch.write(bytes(self._waiting))
        self._waiting.clear()
        if self.is_over:
            self.switch.abort()

    def _to_switch(self, data: bytes) -> None:
        if self.switch.is_open:
            self.switch.write(data)
        else:
            self._waiting += data

    def end(self) -> None:
        self.is_over = True
        if self._opening is not None:
            self._opening.cancel()
        self.client.abort()
        self.switch.abort()


class _Leg(asyncio.Protocol):
    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

        self.pause(self._connection.proxy.is_paused)

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    def pause(self, is_paused: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if is_paused:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing() and data:
            self._transport.write(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def finish(self) -> None:
        """Close with FIN. Read later bytes for a while: the system answers unread ones with RST."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write_eof()
            asyncio.get_running_loop().call_later(_FINISHING, self._transport.close)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        if self._transport is None:
            return
        sock = self._transport.get_extra_info("socket")
        if sock is not None and sock.fileno() >= 0:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def eof_received(self) -> bool:
        return True  # a half-open connection stays open; the others are closed by ``ended``


class _ClientLeg(_Leg):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._connection.opened()

    def data_received(self, data: bytes) -> None:
        self._connection.from_client(data)

    def eof_received(self) -> bool:
        self._connection.client_ended()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._connection.client_ended()


class _SwitchLeg(_Leg):
    def data_received(self, data: bytes) -> None:
        self._connection.from_switch(data)

    def eof_received(self) -> bool:
        self._connection.switch_ended()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._connection.switch_ended()
