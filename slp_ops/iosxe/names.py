"""Names that reach a switch or come from one: interfaces, VRFs, hosts, ports.

Each predicate accepts a name and nothing more: no second word, no option (a leading dash or slash), no
control character, no letter beyond ASCII. Inventories, parameters and probes share them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LABEL: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DNS_NAME: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*", re.ASCII)
_VRF: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,31}", re.ASCII)
# "Gi1/0/1:2" is a channel of a breakout port, "Gi1/0/1.100" a subinterface.
_INTERFACE: Final = re.compile(
    r"[A-Za-z][A-Za-z-]{0,31}\d{1,5}(?:/\d{1,4}){0,3}(?:\.\d{1,10})?(?::\d{1,5})?", re.ASCII
)


def is_address(text: str) -> bool:
    """Return whether a text is an IPv4 or IPv6 address, without a zone."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def is_host(text: str) -> bool:
    """Return whether a text is a DNS name or an IP address.

    A last label of digits alone means an address with a typing error, such as 192.0.2.300.
    """
    if ":" in text or text.rpartition(".")[2].isdecimal():
        return is_address(text)
    return _DNS_NAME.fullmatch(text) is not None


def is_port(number: int) -> bool:
    """Return whether a number is a TCP port."""
    return 1 <= number <= 65535


def is_vrf(text: str) -> bool:
    """Return whether a text is the name of a VRF."""
    return _VRF.fullmatch(text) is not None


def is_interface(text: str) -> bool:
    """Return whether a text is the name of an interface, in full or shortened."""
    return _INTERFACE.fullmatch(text) is not None


def same_interface(one: str, other: str) -> bool:
    """Return whether two names mean the same interface: equal numbers, and one kind abbreviates the other."""
    kind, number = _split(one)
    other_kind, other_number = _split(other)
    if number != other_number or not kind or not other_kind:
        return False
    return kind.startswith(other_kind) or other_kind.startswith(kind)


def place_of_interface(names: Iterable[str], wanted: str) -> int | None:
    """Return the place of the first of many names that means an interface; see ``same_interface``."""
    number = _split(wanted)[1]
    for place, name in enumerate(names):
        # Hundreds of names differ in their numbers.
        if _split(name)[1] == number and same_interface(name, wanted):
            return place
    return None


@lru_cache(maxsize=4096)  # a switch has hundreds of interfaces, and their names are those of the next one
def _split(name: str) -> tuple[str, str]:
    squeezed = name.replace(" ", "").lower()
    first = next((place for place, sign in enumerate(squeezed) if sign.isdigit()), len(squeezed))
    return squeezed[:first], squeezed[first:]
