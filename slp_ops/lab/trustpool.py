"""``crypto pki trustpool import``: from a URL, from flash, or pasted. Returns the lines that IOS prints."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slp_ops.lab.files import flash_path
from slp_ops.lab.hardware import IDENTRUST
from slp_ops.lab.world import Reach

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch

SUCCESS = "% PEM files import succeeded."


def import_url(switch: Switch, url: str) -> str:
    """``crypto pki trustpool import url URL``."""
    switch.settle()
    reading = f"Reading file from {url}\n"
    path = flash_path(url)
    if path is not None:
        if path not in switch.flash:
            return f"{reading}%Error opening {url} (No such file or directory)\n% Trustpool import failed."
        _add(switch)
        return f"{reading}{SUCCESS}"
    parts = urlsplit(url)
    server = switch.resolve(parts.hostname or "")
    if not server.found:
        return f"{reading}%Error opening {url} (Unknown host)\n% Trustpool import failed."
    reach = switch.connect(
        server.address,
        parts.port or (443 if parts.scheme == "https" else 80),
        source=switch.config.find("ip http client source-interface") or "",
    )
    if reach is not Reach.OPEN:
        return f"{reading}%Error opening {url} (I/O error)\n% Trustpool import failed."
    _add(switch)
    return f"{reading}Loading {url} !!!!\n{SUCCESS}"


def import_pem(switch: Switch, text: str) -> str:
    """Import pasted certificates, with or without the PEM frame."""
    body = "".join(line.strip() for line in text.splitlines() if not line.startswith("-----"))
    try:
        der = base64.b64decode(body, validate=True)
    except binascii.Error:
        der = b""
    if IDENTRUST.subject.encode() not in der:
        return "% Error in parsing certificate\n% PEM files import failed."
    _add(switch)
    return SUCCESS


def clean(switch: Switch) -> None:
    """Run ``crypto pki trustpool clean``: remove downloaded certificates."""
    switch.trustpool[:] = [one for one in switch.trustpool if one.built_in]


def _add(switch: Switch) -> None:
    if not any(one.subject == IDENTRUST.subject for one in switch.trustpool):
        switch.trustpool.append(IDENTRUST)
    switch.say("PKI", 6, "TRUSTPOOL_DOWNLOAD_SUCCESS", "Trustpool Download is successful")
