"""``show crypto pki trustpool`` and ``show crypto pki trustpoints``."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.lab.hardware import Certificate
    from slp_ops.lab.switch import Switch


def _trustpool(switch: Switch, _: tuple[str, ...]) -> str:
    return "\n\n".join("\n".join(_certificate(one)) for one in switch.trustpool)


def _certificate(one: Certificate) -> Iterator[str]:
    name = [f"    cn={one.subject}", f"    o={one.organization}"]
    if one.country:
        name.append(f"    c={one.country}")
    yield "CA Certificate"
    yield "  Status: Available"
    yield f"  Certificate Serial Number (hex): {one.serial}"
    yield "  Certificate Usage: Signature"
    yield "  Issuer: "
    yield from name
    yield "  Subject: "
    yield from name
    yield "  Validity Date: "
    yield f"    start date: {one.start}"
    yield f"    end   date: {one.end}"
    yield "  Associated Trustpoints: Trustpool "
    yield f"  Trustpool: {'Built-In' if one.built_in else 'Downloaded'}"


def _fingerprint(name: str, length: int) -> str:
    digits = hashlib.sha256(name.encode()).hexdigest().upper()[:length]
    return " ".join(digits[n : n + 8] for n in range(0, length, 8)) + " "


def _status(switch: Switch, name: str) -> str:
    own = name.startswith("TP-self-signed")
    subject = f"cn=IOS-Self-Signed-Certificate-{name[15:]}" if own else "cn=Cisco Licensing Root CA,o=Cisco"
    lines = [
        f"Trustpoint {name}:",
        "  Issuing CA certificate configured:",
        "    Subject Name:",
        f"     {subject}",
        f"    Fingerprint MD5: {_fingerprint(name, 32)}",
        f"    Fingerprint SHA1: {_fingerprint(name, 40)}",
        "  State:",
        f"    Keys generated ............. {'Yes (General Purpose, non-exportable)' if own else 'No'}",
        "    Issuing CA authenticated ....... Yes",
        f"    Certificate request(s) ..... {'Yes' if own else 'None'}",
        "",
    ]
    return "\n".join(lines)


def _trustpoints(switch: Switch, _: tuple[str, ...]) -> str:
    return "\n\n".join(_status(switch, name) for name in switch.config.each("crypto pki trustpoint"))


def _trustpoint(switch: Switch, words: tuple[str, ...]) -> str:
    if words[0] not in tuple(switch.config.each("crypto pki trustpoint")):
        return "% Trustpoint not found"
    return _status(switch, words[0])


SCREENS = (
    screen("show crypto pki trustpool", _trustpool),
    screen("show crypto pki trustpoints status", _trustpoints),
    screen("show crypto pki trustpoints <word> status", _trustpoint),
)
