"""The one-time code with which a worker joins.

    SITE.SECRET.FINGERPRINT

The secret proves to the hub that the operator has invited this worker; the hub keeps its hash alone. The
fingerprint proves the hub to the worker, before the worker sends anything.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from slp_ops.cluster.subjects import name_of, token

_SECRET_BYTES: Final = 15
_FINGERPRINT_BYTES: Final = 20
_TEXT: Final = re.compile(r"([=A-Za-z0-9_-]{1,200})\.([A-Z2-7]{24})\.([A-Z2-7]{32})", re.ASCII)


@dataclass(frozen=True, slots=True)
class JoinCode:
    """An invitation. It is secret until it was used; ``repr`` does not show it."""

    site: str
    secret: str
    fingerprint: str

    @classmethod
    def create(cls, site: str, hub_key_digest: bytes) -> JoinCode:
        """Make a code for a site of the hub with this public key (SHA-256, 32 bytes)."""
        return cls(site, _base32(secrets.token_bytes(_SECRET_BYTES)), _short(hub_key_digest))

    @classmethod
    def parse(cls, text: str) -> JoinCode:
        """Return the code that an operator typed. Raises ValueError without repeating it."""
        found = _TEXT.fullmatch(text.strip())
        if found is None:
            raise ValueError("expected the code that 'slp-ops hub site add' printed")
        return cls(name_of(found[1]), found[2], found[3])

    def __repr__(self) -> str:
        return f"JoinCode(site={self.site!r})"

    def __str__(self) -> str:
        return f"{token(self.site)}.{self.secret}.{self.fingerprint}"

    def digest(self) -> str:
        """Return what the hub keeps of the secret. It has 120 random bits: no salt is needed."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def is_of_hub(self, hub_key_digest: bytes) -> bool:
        """Return whether the code was made by the hub with this public key."""
        return hmac.compare_digest(_short(hub_key_digest), self.fingerprint)


def _short(digest: bytes) -> str:
    return _base32(digest[:_FINGERPRINT_BYTES])


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode()
