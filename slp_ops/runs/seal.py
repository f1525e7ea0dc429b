"""Seals of plans and journals: proof that this user's slp-ops wrote a file, and that it was not edited.

A seal is an HMAC-SHA-256 with a key from the state directory. A plan has one seal. Each line of a journal has
one that includes the seal of the line before, so that a removed, moved or changed line breaks the chain. The
index of changes has the seal of the last line, so that a line that is missing at the end is found too:

    {"at": ..., "event": "step", ..., "seal": "5f2c..."}
"""

from __future__ import annotations

import hmac
import json
import re
from typing import TYPE_CHECKING, Any, Final

from slp_ops.runs.mask_key import state_key

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY: Final = "seal"
_LINE: Final = re.compile(rb',"seal":"([0-9a-f]{64})"\}\Z')


class Seals:
    """Seals with the key of this user. Raises StoreError where the key cannot be read or created."""

    def __init__(self) -> None:
        self._key = state_key("seal.key", "the key that seals plans and journals")

    def sealed_document(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return a document with its seal."""
        return {**document, KEY: self._of_document(document)}

    def is_sealed(self, document: object) -> bool:
        """Return whether a document has the seal of its content."""
        if not isinstance(document, dict):
            return False
        content = {name: value for name, value in document.items() if name != KEY}
        return hmac.compare_digest(str(document.get(KEY, "")).encode(), self._of_document(content).encode())

    def sealed_line(self, line: bytes, before: str) -> tuple[bytes, str]:
        """Return a line of a journal with its seal, and the seal. ``before`` is the seal of the last line."""
        seal = self._of_line(line, before)
        return line[:-1] + f',"{KEY}":"{seal}"}}'.encode("ascii"), seal

    def chain(self, lines: Iterable[bytes]) -> list[str] | None:
        """Return the seals of all lines; None where a line lacks its seal or has another one."""
        seals = [""]
        for line in lines:
            found = _LINE.search(line)
            if found is None:
                return None
            seal = self._of_line(line[: found.start()] + b"}", seals[-1])
            if not hmac.compare_digest(found[1], seal.encode("ascii")):
                return None
            seals.append(seal)
        return seals[1:]

    def _of_document(self, content: dict[str, Any]) -> str:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return self._of(b"plan\n" + text.encode("ascii"))

    def _of_line(self, line: bytes, before: str) -> str:
        return self._of(b"journal\n" + before.encode("ascii") + b"\n" + line)

    def _of(self, data: bytes) -> str:
        return hmac.digest(self._key, data, "sha256").hex()
