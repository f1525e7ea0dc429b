"""Value formats of playbook parameters, by kind. Nothing else reaches a command.

A value is substituted into a command as one whole word. Each format rejects anything more: a
blank or a control character starts another word or line, ``?`` triggers IOS help, ``|`` and ``;`` chain,
a leading ``-`` or ``/`` is an option.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

from slp_ops.config_files.validators import ValueFormat
from slp_ops.config_files.value_formats import HOST, INTERFACE, URL, VRF
from slp_ops.iosxe.names import is_address, is_host

if TYPE_CHECKING:
    from collections.abc import Callable


class ParameterKind(StrEnum):
    """The kinds of parameters."""

    INTERFACE = "interface"
    HOST = "host"
    IP = "ip"
    URL = "url"
    VRF = "vrf"
    INTEGER = "integer"
    TOKEN = "token"  # noqa: S105 - a kind's name; secret, always
    FLASH = "flash"  # a file on the switch
    SOURCE = "source"  # a source for ``copy``: a URL or a file on flash
    CERTIFICATE = "certificate"  # a PEM file of the operator, pasted line by line


class InvalidValue(ValueError):
    """Value that does not match the format of its kind. The message contains the expected format, never
    the value."""


_TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9%+/=_.-]{0,254}", re.ASCII)
_FLASH: Final = re.compile(
    r"(?:boot)?flash:(?!/)(?:[A-Za-z0-9_][A-Za-z0-9._-]*/){0,4}[A-Za-z0-9_][A-Za-z0-9._-]{0,79}", re.ASCII
)
_DIGITS: Final = re.compile(r"\d{1,9}", re.ASCII)
_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_END: Final = "-----END CERTIFICATE-----"
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{1,76}={0,2}", re.ASCII)
_LARGEST_PEM: Final = 16_384
# A vty accepts no longer line.
_LONGEST: Final = 240


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


_FLASH_FILE: Final = ValueFormat(
    accepts=_matches(_FLASH), expected="a file on the switch such as flash:ack.txt"
)
_GRAMMARS: Final[dict[ParameterKind, ValueFormat]] = {
    ParameterKind.INTERFACE: INTERFACE,
    ParameterKind.HOST: ValueFormat(accepts=is_host, expected=HOST.expected),
    ParameterKind.IP: ValueFormat(accepts=is_address, expected="an IP address such as 192.0.2.53"),
    ParameterKind.URL: URL,
    ParameterKind.VRF: VRF,
    ParameterKind.TOKEN: ValueFormat(
        accepts=_matches(_TOKEN), expected="an id token as CSSM shows it: letters, digits and % + / = _ . -"
    ),
    ParameterKind.FLASH: _FLASH_FILE,
    ParameterKind.SOURCE: ValueFormat(
        accepts=lambda text: URL.accepts(text) or _FLASH_FILE.accepts(text),
        expected=f"{URL.expected}, or {_FLASH_FILE.expected}",
    ),
}


_EXAMPLES: Final[dict[ParameterKind, str]] = {
    ParameterKind.INTERFACE: "Vlan100",
    ParameterKind.HOST: "cslu.example.com",
    ParameterKind.IP: "192.0.2.53",
    ParameterKind.URL: "http://192.0.2.80/file",
    ParameterKind.VRF: "Mgmt-vrf",
    ParameterKind.FLASH: "flash:file.txt",
    ParameterKind.SOURCE: "http://192.0.2.80/file",
    ParameterKind.CERTIFICATE: "./root.pem",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Bounds of a parameter: the range of an integer, the fingerprint of a certificate."""

    low: int = 0
    high: int = 2**31 - 1
    sha256: str = ""


def check(kind: ParameterKind, text: str, bounds: Bounds | None = None) -> str:
    """Return the value as used in a command; raises NotFitting. For a certificate: the lines of its PEM
    body."""
    bounds = bounds or Bounds()
    if kind is ParameterKind.INTEGER:
        return _integer(text, bounds)
    if kind is ParameterKind.CERTIFICATE:
        return "\n".join(certificate_body(text, bounds.sha256))
    grammar = _GRAMMARS[kind]
    # HOST and URL have their own limits; the format keeps interfaces and VRFs short.
    if len(text) > max(_LONGEST, 255) or not grammar.accepts(text):
        raise InvalidValue(grammar.expected)
    return text


def expected(kind: ParameterKind, bounds: Bounds | None = None) -> str:
    """Describe the format of a kind for the operator."""
    bounds = bounds or Bounds()
    match kind:
        case ParameterKind.INTEGER:
            return f"a whole number from {bounds.low} to {bounds.high}"
        case ParameterKind.CERTIFICATE:
            return "a PEM file with one certificate" + (
                f" whose SHA-256 fingerprint is {bounds.sha256}" if bounds.sha256 else ""
            )
        case (
            ParameterKind.INTERFACE
            | ParameterKind.HOST
            | ParameterKind.IP
            | ParameterKind.URL
            | ParameterKind.VRF
            | ParameterKind.TOKEN
            | ParameterKind.FLASH
            | ParameterKind.SOURCE
        ):
            return _GRAMMARS[kind].expected
        case _:
            assert_never(kind)


def example(kind: ParameterKind, bounds: Bounds | None = None) -> str:
    """Return a value of a kind, from the blocks that are reserved for documentation."""
    return str((bounds or Bounds()).low) if kind is ParameterKind.INTEGER else _EXAMPLES[kind]


def certificate_body(pem: str, sha256: str) -> tuple[str, ...]:
    """Return the lines between BEGIN and END of the one certificate in a PEM text; raises NotFitting.

    ``sha256``, hexadecimal, is the required fingerprint: trust depends on it, not on the file's name or
    origin.
    """
    wanted = expected(ParameterKind.CERTIFICATE, Bounds(sha256=sha256))
    lines = [line.strip() for line in pem.splitlines() if line.strip()]
    if len(pem) > _LARGEST_PEM or lines.count(_BEGIN) != 1 or lines.count(_END) != 1:
        raise InvalidValue(wanted)
    body = lines[lines.index(_BEGIN) + 1 : lines.index(_END)]
    if not body or not all(_BASE64.fullmatch(line) for line in body):
        raise InvalidValue(wanted)
    try:
        der = base64.b64decode("".join(body), validate=True)
    except binascii.Error:
        raise InvalidValue(wanted) from None
    if hashlib.sha256(der).hexdigest() != sha256.replace(":", "").lower():
        raise InvalidValue(wanted)
    return tuple(body)


def _integer(text: str, bounds: Bounds) -> str:
    if (
        _DIGITS.fullmatch(text) is None
        or not bounds.low <= int(text) <= bounds.high
        or text != str(int(text))
    ):
        raise InvalidValue(expected(ParameterKind.INTEGER, bounds))
    return text
