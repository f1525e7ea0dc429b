"""Secrets out of device text, before anything of it reaches a disk, a log or a terminal.

``Redactor`` takes text in pieces of any size; ``redact`` takes a whole text. Only the secret itself is
replaced: keywords, type digits, quotes and everything else stay as the switch printed them. The same
secret gets the same mask under the same key, so that two runs can still be compared.

    key 7 070C285F4D06   ->   key 7 <masked:5f0c2b91d7e3>

To teach it another form of line, add a rule in ``lines``; to teach it another multi-line form, add one
in ``blocks``; both with a canary in the tests.
"""

from __future__ import annotations

from slp_ops.redact.masks import is_mask, mask
from slp_ops.redact.stream import Redactor, redact

__all__ = ["Redactor", "is_mask", "mask", "redact"]
