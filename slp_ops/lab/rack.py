"""Simulated switches in one process: started together, stopped together."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError
from slp_ops.lab import scenarios
from slp_ops.lab.bastion import Bastion
from slp_ops.lab.clock import at_rest
from slp_ops.lab.fleet import BASE_PORT, Place
from slp_ops.lab.hostkeys import HostKeys
from slp_ops.lab.journal import Journal
from slp_ops.lab.server import Host

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LOOPBACK: Final = "127.0.0.1"
USERNAME: Final = "netops"
PASSWORD: Final = "netops"  # noqa: S105 - the lab's own, printed when it starts
ENABLE: Final = "netops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Switch with its address."""

    place: Place
    host: Host
    address: str = LOOPBACK

    @property
    def name(self) -> str:
        """Return its name in the inventory."""
        return self.place.name

    @property
    def port(self) -> int:
        """Return its TCP port."""
        return self.host.port


class Rack:
    """Switches that listen on loopback. Requires a running event loop.

    ``clock`` (UTC) freezes every switch at this time, so that the same commands print the same bytes each
    time. Only a reload moves it on.
    """

    def __init__(
        self,
        *,
        keys: HostKeys | None = None,
        journal: Journal | None = None,
        scale: float = 1.0,
        clock: datetime | None = None,
        authorized_keys: Path | None = None,
    ) -> None:
        self.journal = journal or Journal(clock=clock)
        self.switches: list[Listening] = []
        self.bastions: list[Bastion] = []
        self._keys = keys or HostKeys.load()
        self._scale = scale
        self._authorized_keys = None if authorized_keys is None else str(authorized_keys)
        self._start = (clock or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
        self._source = time.monotonic if clock is None else at_rest

    def start(self, places: Iterable[Place], base_port: int | None = BASE_PORT) -> None:
        """Start every switch, or none; ``base_port`` None uses any free ports."""
        for place in places:
            host = Host(
                place.name,
                partial(
                    scenarios.load(place.scenario).build,
                    place.offset,
                    name=place.name,
                    start=self._start,
                    source=self._source,
                    scale=self._scale,
                ),
                keys=self._keys,
                journal=self.journal,
                username=USERNAME,
                password=PASSWORD,
                enable=ENABLE,
                authorized_keys=self._authorized_keys,
            )
            port = 0 if base_port is None else place.port(base_port)
            try:
                host.listen(LOOPBACK, port)
            except OSError as err:
                self.close()
                raise _taken(port, place.name, err) from err
            self.switches.append(Listening(place=place, host=host))

    async def put_behind(self, hops: int, base_port: int | None = BASE_PORT) -> None:
        """Add jump hosts on the ports just below those of the switches."""
        for hop in range(1, hops + 1):
            bastion = Bastion(
                f"bastion-{hop}",
                keys=self._keys,
                journal=self.journal,
                username=USERNAME,
                password=PASSWORD,
            )
            port = 0 if base_port is None else base_port - hop
            try:
                await bastion.listen(LOOPBACK, port)
            except OSError as err:
                self.close()
                raise _taken(port, bastion.name, err) from err
            self.bastions.append(bastion)

    def __getitem__(self, name: str) -> Listening:
        return next(each for each in self.switches if each.name == name)

    def close(self) -> None:
        """Stop them all."""
        for each in self.switches:
            each.host.close()
        self.switches.clear()
        for bastion in self.bastions:
            bastion.close()
        self.bastions.clear()


def _taken(port: int, name: str, err: OSError) -> InputError:
    hint = "is another lab running? choose other ports with --base-port"
    if err.errno in (errno.EMFILE, errno.ENFILE):
        hint = "raise the limit of open files (ulimit -n); a switch needs up to four"
    return InputError(f"port {port} for {name} cannot be opened: {os.strerror(err.errno or 0)}", hint=hint)


def healthy(
    size: int, scenario: str = scenarios.DEFAULT, *, prefix: str = "lab", site: str = "tokyo"
) -> tuple[Place, ...]:
    """``size`` switches of one scenario."""
    return tuple(
        Place(name=f"{prefix}-{number + 1:04d}", site=site, scenario=scenario, offset=number)
        for number in range(size)
    )
