"""JSON for people as well: Japanese stays readable, whatever acts on a terminal is escaped."""

from __future__ import annotations

import json
import re
from typing import Final

# DEL and C1, marks that change the direction of text or hide in it, lone surrogates (undecodable bytes).
_UNSAFE: Final = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def json_text(record: object, *, indent: int | None = None) -> str:
    """The record as JSON."""
    text = json.dumps(record, ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], text)
