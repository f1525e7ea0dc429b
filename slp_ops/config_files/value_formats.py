"""Value formats of names, hosts and URLs. Values reach file paths, terminals and switches.

Each format rejects what could mean something else there: a leading dash is an option, a leading
dot a hidden file, ``?`` triggers IOS help, blanks and quotes end a word.
"""

from __future__ import annotations

import re
from typing import Final

from slp_ops.config_files.validators import ValueFormat
from slp_ops.iosxe.names import is_address, is_host, is_interface, is_port, is_vrf


def _matching(pattern: str, expected: str) -> ValueFormat:
    compiled = re.compile(pattern, re.ASCII)
    return ValueFormat(accepts=lambda text: compiled.fullmatch(text) is not None, expected=expected)


_URL: Final = re.compile(
    r"https?://(?P<host>\[[0-9A-Fa-f:.]+\]|[^/:\[\]@]+)(:(?P<port>\d{1,5}))?(/[A-Za-z0-9._~/%+=,-]*)?",
    re.ASCII,
)


def env_word(credential: str) -> str:
    """Return the part of an environment variable's name for a credential: TOKYO_RO."""
    return re.sub("[^A-Za-z0-9]", "_", credential).upper()


def _is_host(text: str) -> bool:
    """Return whether this machine can connect to it: a host, or an IPv6 address with a zone."""
    if "%" not in text:
        return is_host(text)
    bare, _, zone = text.partition("%")
    return (
        ":" in bare and is_address(bare) and re.fullmatch(r"[A-Za-z0-9._-]{1,15}", zone, re.ASCII) is not None
    )


def _is_url(text: str) -> bool:
    found = _URL.fullmatch(text)
    if found is None or len(text) > 240:
        return False
    port = found["port"]
    return _is_host(found["host"].strip("[]")) and (port is None or is_port(int(port)))


NAME: Final = _matching(
    r"(?![.-])[A-Za-z0-9._-]{1,64}",
    "1 to 64 letters, digits, '.', '_' or '-', the first no '.' or '-'",
)
PARAMETER: Final = _matching(r"[A-Za-z][A-Za-z0-9_-]{0,63}", "a letter, then letters, digits, '_' or '-'")
HOST: Final = ValueFormat(
    accepts=_is_host, expected="a host name or an IP address such as 192.0.2.11 or 2001:db8::11"
)
USERNAME: Final = _matching(
    r"(?![.@-])[A-Za-z0-9._@\\+$-]{1,64}",
    "1 to 64 letters, digits or any of . _ @ \\ + $ -, the first no '.', '@' or '-'",
)
URL: Final = ValueFormat(
    accepts=_is_url,
    expected="http(s)://host[:port]/path, without user, password or query",
)
ACCOUNT: Final = ValueFormat(
    accepts=lambda text: 0 < len(text) <= 200 and text.isprintable() and text == text.strip(),
    expected="the name of an account in CSSM, as CSSM shows it",
)
VRF: Final = ValueFormat(accepts=is_vrf, expected="a VRF name of at most 32 characters")
INTERFACE: Final = ValueFormat(
    accepts=is_interface, expected="an interface such as Vlan100 or GigabitEthernet0/0"
)
