"""``show ip interface brief``, ``show interfaces [status]``, ``show vrf``, ``show ip http client all``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.lab.network import address_of
from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.lab.switch import Switch

_SHORT: Final = {
    "GigabitEthernet": "Gi",
    "TenGigabitEthernet": "Te",
    "Loopback": "Lo",
    "Vlan": "Vl",
    "Port-channel": "Po",
}


def _names(switch: Switch) -> list[str]:
    found = list(switch.config.each("interface"))
    # IOS lists the VLAN interfaces first.
    return sorted(found, key=lambda name: not name.startswith("Vlan"))


def _state(switch: Switch, name: str) -> tuple[str, str]:
    """Return the two state words of an interface: status and line protocol."""
    if switch.config.has("shutdown", (f"interface {name}",)):
        return "administratively down", "down"
    if name in switch.down or not (name.startswith(("Vlan", "Loopback")) or name.endswith(("/1", "/2"))):
        return "down", "down"
    return "up", "up"


def _brief(switch: Switch, _: tuple[str, ...]) -> str:
    lines = ["Interface              IP-Address      OK? Method Status                Protocol"]
    for name in _names(switch):
        state, protocol = _state(switch, name)
        address = switch.config.find("ip address", (f"interface {name}",))
        shown = (address or "").split(" ")[0] or "unassigned"
        method = "NVRAM" if address else "unset"
        lines.append(f"{name:<22} {shown:<15} YES {method:<6} {state:<21} {protocol:<8}")
    return "\n".join(lines)


def _interfaces(switch: Switch, _: tuple[str, ...]) -> str:
    return "\n".join(line for name in _names(switch) for line in _interface_lines(switch, name))


def _interface(switch: Switch, words: tuple[str, ...]) -> str:
    return "\n".join(_interface_lines(switch, words[0]))


def _interface_lines(switch: Switch, name: str) -> Iterator[str]:
    under = (f"interface {name}",)
    if not any(one == name for one in switch.config.each("interface")):
        return
    state, protocol = _state(switch, name)
    kind = "Ethernet SVI" if name.startswith("Vlan") else "Gigabit Ethernet"
    mac = switch.active.mac
    yield f"{name} is {state}, line protocol is {protocol} "
    yield f"  Hardware is {kind}, address is {mac} (bia {mac})"
    if description := switch.config.find("description", under):
        yield f"  Description: {description}"
    if address := switch.config.find("ip address", under):
        yield f"  Internet address is {address.split(' ')[0]}/24"
    yield "  MTU 1500 bytes, BW 1000000 Kbit/sec, DLY 10 usec, "
    yield "     reliability 255/255, txload 1/255, rxload 1/255"


_TYPES: Final = {"GigabitEthernet": "10/100/1000BaseTX", "TenGigabitEthernet": "SFP-10GBase-SR"}


def _status(switch: Switch, _: tuple[str, ...]) -> str:
    lines = ["", "Port         Name               Status       Vlan       Duplex  Speed Type"]
    for name in switch.config.each("interface"):
        under = (f"interface {name}",)
        kind = next((kind for kind in _TYPES if name.startswith(kind)), None)
        if kind is None or name == "GigabitEthernet0/0":
            continue
        state, _protocol = _state(switch, name)
        status = {"up": "connected", "down": "notconnect"}.get(state, "disabled")
        vlan = switch.config.find("switchport access vlan", under) or "1"
        negotiated = ("a-full", "a-1000") if state == "up" else ("auto", "auto")
        duplex = switch.config.find("duplex", under) or negotiated[0]
        speed = switch.config.find("speed", under) or negotiated[1]
        description = (switch.config.find("description", under) or "")[:18]
        lines.append(
            f"{_shortened(name):<12} {description:<18} {status:<12} {vlan:<10} {duplex:>6} {speed:>6} "
            f"{_TYPES[kind]}"
        )
    return "\n".join(lines)


def _vrf(switch: Switch, _: tuple[str, ...]) -> str:
    lines = ["  Name                             Default RD            Protocols   Interfaces"]
    for name in switch.config.each("vrf definition"):
        rd = switch.config.find("rd", (f"vrf definition {name}",)) or "<not set>"
        inside = [
            _shortened(interface)
            for interface in switch.config.each("interface")
            if switch.config.find("vrf forwarding", (f"interface {interface}",)) == name
        ]
        first, *others = inside or [""]
        lines.append(f"  {name:<32} {rd:<21} ipv4,ipv6   {first}")
        lines += [f"{'':<69}{interface}" for interface in others]
    return "\n".join(lines)


def _shortened(name: str) -> str:
    found = re.fullmatch(r"([A-Za-z-]+)(.*)", name)
    return f"{_SHORT.get(found[1], found[1])}{found[2]}" if found else name


def _http_client(switch: Switch, _: tuple[str, ...]) -> str:
    source = switch.config.find("ip http client source-interface") or ""
    proxy = switch.config.find("ip http client proxy-server") or ""
    host, _word, port = ([*proxy.split(), "", "", ""])[:3]
    trustpoint = switch.config.find("ip http client secure-trustpoint") or ""
    return "\n".join(
        (
            "HTTP client status: Enabled",
            "HTTP client application session statistics:",
            "  Number of sessions opened : 38, closed : 38",
            "HTTP client connection timeout: 10 seconds",
            f"HTTP client proxy server: {host}",
            f"HTTP client proxy port: {port}",
            f"HTTP client source interface: {source}",
            f"HTTP client source address: {address_of(switch, source) if source else ''}",
            f"HTTP secure client trustpoint: {trustpoint}",
        )
    )


SCREENS = (
    screen("show ip interface brief", _brief),
    screen("show interfaces", _interfaces),
    screen("show interfaces <interface>", _interface),
    screen("show interfaces status", _status),
    screen("show vrf", _vrf),
    screen("show ip http client all", _http_client),
)
