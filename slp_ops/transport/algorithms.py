"""Algorithms that are offered to a switch, best first, alike for both libraries.

The lists are explicit: what a library adds or drops in its defaults must not decide what is offered.
IOS-XE 16.12 and later has AES-CTR with SHA-2 MACs, 17.x AES-GCM. CBC and SHA-1 are added for legacy_ssh only.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

_KEY_EXCHANGES: Final = (
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group14-sha256",
)
_LEGACY_KEY_EXCHANGES: Final = ("diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1")
_GCM: Final = ("aes256-gcm@openssh.com", "aes128-gcm@openssh.com")
_CHACHA: Final = ("chacha20-poly1305@openssh.com",)
_CTR: Final = ("aes256-ctr", "aes192-ctr", "aes128-ctr")
_LEGACY_CIPHERS: Final = ("aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc")
_MACS: Final = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)
_LEGACY_MACS: Final = ("hmac-sha1",)


def key_exchanges(*, legacy: bool) -> tuple[str, ...]:
    """Return the key exchanges to offer."""
    return (*_KEY_EXCHANGES, *(_LEGACY_KEY_EXCHANGES if legacy else ()))


def ciphers(*, legacy: bool) -> tuple[str, ...]:
    """Return the ciphers to offer: authenticated ones first, the one first that this processor does fast."""
    first = (*_GCM, *_CHACHA) if _has_aes() else (*_CHACHA, *_GCM)
    return (*first, *_CTR, *(_LEGACY_CIPHERS if legacy else ()))


def macs(*, legacy: bool) -> tuple[str, ...]:
    """Return the MACs to offer, for ciphers that need one."""
    return (*_MACS, *(_LEGACY_MACS if legacy else ()))


@cache
def _has_aes() -> bool:
    """Return whether the processor has AES instructions; where that is unknown, most have."""
    try:
        text = Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        return True
    lines = [line for line in text.splitlines() if line.lower().startswith(("flags", "features"))]
    return not lines or any("aes" in line.split() for line in lines)
