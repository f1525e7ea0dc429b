"""Secrets that span lines: keys and certificates, and the sections that give a line its meaning.

A block is opened by its first line, which is kept, and then asked about each line that follows. Each line of
its body becomes a mask, so that the number of lines stays. No block trusts its end to come: text that is no
body closes it, so that a log line or a cut capture cannot hide the rest.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from slp_ops.redact.masks import is_mask
from slp_ops.redact.spans import SecretSpan, found_at


class LineRole(Enum):
    """Role of a line in the open block."""

    BODY = auto()  # a secret as a whole
    PLAIN = auto()  # a line like any other; the block stays open
    ROW = auto()  # a line like any other, with secrets that the block names
    OVER = auto()  # the block ended before this line


class Block(ABC):
    """An open block. ``kind`` names the kind of secret that it holds."""

    __slots__ = ()
    kind: str

    @abstractmethod
    def part(self, line: str) -> LineRole:
        """Return the role of this line, without its line end, in the block."""

    def secrets(self, line: str) -> list[SecretSpan]:
        """Return the secrets of a row."""
        return []


_BASE64: Final = re.compile(r"[\s>|:]*[A-Za-z0-9+/]+={0,2}\s*", re.ASCII)
_HEX: Final = re.compile(r"[\s0-9A-F]*[0-9A-F]{2}\s*|\s*[0-9a-f]{16,}\s*", re.ASCII)
_PEM_HEADER: Final = re.compile(r"\s*(?:Proc-Type|DEK-Info):.*", re.ASCII)
_WORDS: Final = frozenset({"quit", "exit", "end", "!"})

_PEM: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,60})-----[\s\"]*$", re.ASCII)
_CHAIN: Final = re.compile(
    r"\s*certificate\s+(?:(?:ca|self-signed|rollover)\s+)*[0-9A-F]+\s*", re.ASCII | re.IGNORECASE
)
_KEY_STRING: Final = re.compile(r"[+\-]?\s*key-string\s*", re.ASCII | re.IGNORECASE)
# Of "crypto pki export|import ... terminal", and of the key file of PuTTY.
_PKCS12: Final = re.compile(
    r".*(?:Exported PKCS12 follows:|base 64 encoded pkcs12\.?)\s*", re.ASCII | re.IGNORECASE
)
_PRIVATE_LINES: Final = re.compile(r"\s*Private-Lines:\s*[0-9]+\s*", re.ASCII)
_PRIVATE_MAC: Final = re.compile(r"Private-(?:MAC|Hash):", re.ASCII)
_PAC: Final = re.compile(r"\s*PAC-Opaque:\s*[0-9A-F]*\s*", re.ASCII)
_KEY_CHAIN: Final = re.compile(r"[+\-]?\s*key\s+chain\s+\S.*", re.ASCII)
_SERVER: Final = re.compile(r"[+\-]?\s*(?:radius|tacacs)\s+server\s+\S+\s*", re.ASCII)
_VAULT: Final = re.compile(r".*\$ANSIBLE_VAULT;[\w.;-]+[\s\"']*", re.ASCII)
_PSK_TABLE: Final = re.compile(r"\s*Keyring\s+Hostname/Address\s+Preshared\s+Key\s*", re.ASCII)

_PSK_ROW: Final = re.compile(r"\S*\s+[\w.:/-]+(?:\s+\[\S+\])?\s{2,}\S+\s*", re.ASCII)
_OPENER: Final = re.compile(
    r"^[+\-\s]*(?:certificate|key|PAC-|Keyring|radius|tacacs|Private-Lines)|-----BEGIN|\$ANSIBLE_VAULT",
    re.ASCII | re.IGNORECASE,
)

# Stems, as in ``grammar``, of the lines that open a block.
STEMS: Final = (
    ("certificate", r"certificate(?!\s)"),
    ("radius", r"radius(?!\s+server\s)"),
    ("tacacs", r"tacacs(?!\s+server\s)"),
)


@dataclass(slots=True, kw_only=True)
class Pem(Block):
    """Base64 between BEGIN and END. Log lines may fall into the middle of it."""

    kind: str
    patience: int = 8  # lines that are no body before the block is given up
    _strangers: int = 0
    _in_body: bool = True

    def part(self, line: str) -> LineRole:
        """Body are long base64 lines, and a short one right after another body line: the last."""
        word = line.strip()
        if word.startswith("---") or _PRIVATE_MAC.match(word):
            return LineRole.OVER
        is_body = word not in _WORDS and (
            _PEM_HEADER.fullmatch(line) is not None
            or (_BASE64.fullmatch(line) is not None and (self._in_body or len(word) >= 16))
        )
        if not word:
            return LineRole.BODY if self._in_body else LineRole.PLAIN
        is_masked = is_mask(word)  # body of a text that was redacted before
        self._in_body = is_body or is_masked
        if self._in_body:
            self._strangers = 0
            return LineRole.PLAIN if is_masked else LineRole.BODY
        self._strangers += 1
        return LineRole.PLAIN if self._strangers <= self.patience else LineRole.OVER


@dataclass(slots=True, kw_only=True)
class HexBody(Block):
    """Lines of hexadecimal words: of certificates in a configuration, of a PAC, of Ansible's vault."""

    kind: str

    def part(self, line: str) -> LineRole:
        """Hexadecimal is body; the first other line ends it."""
        return LineRole.BODY if _HEX.fullmatch(line) else LineRole.OVER


@dataclass(slots=True, kw_only=True)
class KeyString(Block):
    """A key of many lines, hexadecimal or base64 with a comment, until ``quit`` or ``exit``."""

    kind: str = "key"

    def part(self, line: str) -> LineRole:
        """Everything indented is body until the closing word."""
        word = line.strip()
        if is_mask(word):
            return LineRole.PLAIN
        is_body = word.lower() not in _WORDS and line.lstrip("+-")[:1].isspace()
        return LineRole.BODY if word and is_body else LineRole.OVER


@dataclass(slots=True, kw_only=True)
class Section(Block):
    """A section of the configuration: in a key chain ``key 7`` is a name, under a server a secret."""

    name: str
    kind: str = "key"

    def part(self, line: str) -> LineRole:
        """Keep the section open as long as its lines are indented."""
        return LineRole.PLAIN if line.lstrip("+-")[:1].isspace() else LineRole.OVER


@dataclass(slots=True, kw_only=True)
class PskTable(Block):
    """The table of ``show crypto isakmp key``: the last column is the secret."""

    kind: str = "pre-shared-key"
    _in_rows: bool = False

    def part(self, line: str) -> LineRole:
        """Read rows of two columns at least; an empty line comes before them, anything else ends them."""
        if _PSK_ROW.fullmatch(line):
            self._in_rows = True
            return LineRole.ROW
        return LineRole.OVER if self._in_rows or line.strip() else LineRole.PLAIN

    def secrets(self, line: str) -> list[SecretSpan]:
        """Return the last word."""
        end = len(line.rstrip())
        return list(found_at(line, end - len(line.split()[-1]), end, self.kind))


def opened_by(line: str) -> Block | None:
    """The block that this line opens, if it opens one; ``rows`` has others."""
    if ("PKCS12" in line or "pkcs12" in line) and _PKCS12.fullmatch(line):
        return Pem(kind="private-key")
    if not _OPENER.search(line):
        return None
    if pem := _PEM.search(line):
        return Pem(kind="private-key" if "PRIVATE" in pem[1] else "certificate")
    if _PRIVATE_LINES.fullmatch(line):
        return Pem(kind="private-key")
    if _CHAIN.fullmatch(line):
        return HexBody(kind="certificate")
    if _KEY_STRING.fullmatch(line):
        return KeyString()
    if _PAC.fullmatch(line):
        return HexBody(kind="key")
    if _KEY_CHAIN.fullmatch(line):
        return Section(name="key chain")
    if _SERVER.fullmatch(line):
        return Section(name="server")
    if _VAULT.fullmatch(line):
        return HexBody(kind="password")
    if _PSK_TABLE.fullmatch(line):
        return PskTable()
    return None
