"""Texts of network platforms that are not IOS-XE.

Cisco Nexus Operating System (NX-OS) Software      show version of a Nexus
RP/0/RP0/CPU0:edge-1#show license status           prompt of IOS XR
"""

from __future__ import annotations

import re
from typing import Final

_NXOS: Final = "NX-OS (Nexus)"
_XR: Final = "IOS XR"
# The first words of ``show version``.
_VERSIONS: Final = (
    (re.compile(r"^[^\S\n]*Cisco Nexus Operating System \(NX-OS\)", re.MULTILINE), _NXOS),
    (re.compile(r"^[^\S\n]*Cisco IOS XR Software", re.MULTILINE), _XR),
    (re.compile(r"^[^\S\n]*Cisco Adaptive Security Appliance Software", re.MULTILINE), "ASA"),
)
# Prompts, log lines and headings that IOS-XE never prints.
_ELSEWHERE: Final = (
    (re.compile(r"^[^\S\n]*RP/\d+/\w+/CPU\d+:", re.MULTILINE | re.ASCII), _XR),
    (re.compile(r"%LICENSE-SMART_LIC-\d-", re.ASCII), _XR),
    (re.compile(r"%LICMGR-\d-", re.ASCII), _NXOS),
    (re.compile(r"^[^\S\n]*Smart Licensing using Policy:", re.MULTILINE), _NXOS),
    (re.compile(r"^[^\S\n]*NXOS(?: image file is|: +version)\b", re.MULTILINE), _NXOS),
    (re.compile(r"^[^\S\n]*\(?(?:NXOS_\w+|NX-OS \w+)\)?:?", re.MULTILINE | re.ASCII), _NXOS),
)


def of_version(text: str) -> str | None:
    """Return the platform that an output of ``show version`` belongs to; None for IOS-XE or IOS."""
    return next((name for pattern, name in _VERSIONS if pattern.search(text)), None)


def of_text(text: str) -> str | None:
    """Return the platform of any text; None without a sign of another platform than IOS-XE."""
    return of_version(text) or next((name for pattern, name in _ELSEWHERE if pattern.search(text)), None)


_CATALYST: Final = re.compile(
    r"cat(?:9k|3k|4)", re.ASCII | re.IGNORECASE
)  # CAT9K_IOSXE; a C8000 has CAT8K_IOSXE


def is_catalyst(image_family: str | None) -> bool:
    """Return whether software is that of a Catalyst switch; also where its family is not known."""
    return image_family is None or _CATALYST.match(image_family) is not None
