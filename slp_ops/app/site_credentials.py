"""Ids of the secrets of a site's credentials, for the ledger that its workers share."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

from slp_ops.credentials import required_credentials
from slp_ops.errors import CredentialError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.model import Device
    from slp_ops.ports import Credentials

_DOMAIN = "slp-ops secret of a site's credential"
_DIGITS = 16


def secret_ids(credentials: Credentials, devices: Iterable[Device], key: bytes) -> dict[str, str]:
    """Return an id for each credential's name that differs where a user name or a password differs.

    Nothing can be tried against an id without ``key``, the masking key, which the hub does not have. Workers
    with the same key and passwords give the same ids. A credential without a password has none: keys and
    agents are those of a computer.
    """
    passwords: dict[str, list[list[str]]] = {}
    without: set[str] = set()
    for name, username in required_credentials(devices):
        try:
            credential = credentials.get(name, username)
        except CredentialError:
            without.add(name)
            continue
        if credential.password is None:
            without.add(name)
            continue
        passwords.setdefault(name, []).append([credential.username, credential.password.reveal()])
    return {
        name: _id(key, [name, *sorted(pairs)]) for name, pairs in passwords.items() if name not in without
    }


def _id(key: bytes, value: list[object]) -> str:
    text = json.dumps([_DOMAIN, *value])
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:_DIGITS]
