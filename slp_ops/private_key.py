"""Recognition of private key files: whether a file is a key, and whether it is encrypted.

A passphrase is requested only when needed, and a wrong file is reported before any switch counts a
refused login. No cryptography happens here.
"""

from __future__ import annotations

import base64
import binascii
import re
from enum import StrEnum
from typing import Final

_BEGIN: Final = re.compile(r"-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY-----")
_MAGIC: Final = b"openssh-key-v1\x00"


class KeyFileKind(StrEnum):
    """Content of a file that is configured as a private key."""

    OPEN = "open"
    LOCKED = "locked"  # with a passphrase
    PUTTY = "putty"
    PUBLIC = "public"
    UNKNOWN = "unknown"


def key_kind(text: str) -> KeyFileKind:
    """Return the kind of a key file's text."""
    if text.startswith("PuTTY-User-Key-File"):
        return KeyFileKind.PUTTY
    begin = _BEGIN.search(text)
    if begin is None:
        public = re.match(r"(ssh-|ecdsa-|sk-|---- BEGIN SSH2 PUBLIC|-----BEGIN PUBLIC)", text)
        return KeyFileKind.PUBLIC if public else KeyFileKind.UNKNOWN
    if begin[1] == "OPENSSH ":
        return _openssh_kind(text[begin.end() :].partition("-----END")[0])
    # PKCS#8 states encryption in the heading, the older PEM form in a header line.
    locked = "ENCRYPTED " in begin[1] or "Proc-Type: 4,ENCRYPTED" in text
    return KeyFileKind.LOCKED if locked else KeyFileKind.OPEN


def _openssh_kind(body: str) -> KeyFileKind:
    """Read the cipher's name after the magic; ``none`` is an unencrypted key."""
    try:
        blob = base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return KeyFileKind.UNKNOWN
    if not blob.startswith(_MAGIC):
        return KeyFileKind.UNKNOWN
    rest = blob[len(_MAGIC) :]
    length = int.from_bytes(rest[:4], "big")
    return KeyFileKind.OPEN if rest[4 : 4 + length] == b"none" else KeyFileKind.LOCKED
