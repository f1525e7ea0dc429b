"""Network as one switch sees it: its own settings first, then the world around it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from slp_ops.lab.world import Lookup, Reach, Resolution

if TYPE_CHECKING:
    from slp_ops.lab.state import SwitchState

_SYNCHRONISES = timedelta(minutes=4)
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")


def name_servers(switch: SwitchState, vrf: str = "") -> tuple[str, ...]:
    """Return the configured name servers, in order."""
    if vrf:
        return tuple((switch.config.find(f"ip name-server vrf {vrf}") or "").split())
    for rest in switch.config.each("ip name-server"):
        if not rest.startswith("vrf "):
            return tuple(rest.split())
    return ()


def resolve(switch: SwitchState, name: str, vrf: str = "") -> Resolution:
    """Resolve a name to its address, or to the reason why there is none."""
    if _ADDRESS.fullmatch(name):
        return Resolution(name=name, lookup=Lookup.LITERAL, address=name)
    pinned = switch.config.find(f"ip host {name}")
    if pinned:
        return Resolution(name=name, lookup=Lookup.PINNED, address=pinned.split()[-1])
    if switch.config.has("no ip domain lookup"):
        return Resolution(name=name, lookup=Lookup.DISABLED)
    servers = name_servers(switch, vrf)
    if not servers:
        return Resolution(name=name, lookup=Lookup.NO_SERVER, servers=("255.255.255.255",))
    for number, server in enumerate(servers, 1):
        if switch.world.answering is None or server in switch.world.answering:
            addresses = _known(switch, name).split()
            if addresses:
                switch.hosts[name] = addresses[0]
                return Resolution(
                    name=name,
                    lookup=Lookup.RESOLVED,
                    address=addresses[0],
                    others=tuple(addresses[1:]),
                    servers=servers[:number],
                )
            break
    return Resolution(name=name, lookup=Lookup.FAILED, servers=servers)


def _known(switch: SwitchState, name: str) -> str:
    """Return the addresses of a name. Names without a dot are tried with the domain name, as IOS does."""
    names, domain = switch.world.names, switch.config.find("ip domain name")
    return names.get(name, "") or (names.get(f"{name}.{domain}", "") if domain else "")


def connect(switch: SwitchState, address: str, port: int | None, *, vrf: str = "", source: str = "") -> Reach:
    """Return the result of a connection; a source interface without an address gets no answer."""
    if source and (source in switch.down or not address_of(switch, source)):
        return Reach.TIMED_OUT
    return switch.world.reach(address, port, vrf=vrf, source=source)


def settle_clock(switch: SwitchState) -> None:
    """Set an unsynchronised clock some minutes after a time server is configured."""
    if switch.clock.synchronised:
        return
    if switch.config.find("ntp server") is None:
        switch.asking_time = None
    elif switch.asking_time is None:
        switch.asking_time = switch.now()
    elif switch.now() - switch.asking_time >= _SYNCHRONISES:
        switch.clock.correct()
        switch.log.trusted = True
        switch.say("PKI", 6, "AUTHORITATIVE_CLOCK", "The system clock has been set.")


def address_of(switch: SwitchState, interface: str) -> str:
    """Return the address of an interface; empty when it has none or is shut down."""
    under = (f"interface {interface}",)
    if switch.config.has("shutdown", under):
        return ""
    return (switch.config.find("ip address", under) or "").split(" ")[0]


def vrf_of(switch: SwitchState, interface: str) -> str:
    """Return the VRF of an interface; empty for the global table."""
    return switch.config.find("vrf forwarding", (f"interface {interface}",)) or ""
