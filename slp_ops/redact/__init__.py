"""Secrets out of device text, before anything of it reaches a disk, a log or a terminal.

``Redactor`` takes text in pieces of any size; ``redact`` takes a whole text. Only the secret itself is
replaced: keywords, type digits, quotes and everything else stay as the switch printed them. The same
secret gets the same mask under the same key, so that two runs can still be compared.

    key 7 070C285F4D06   ->   key 7 <masked:5f0c2b91d7e3>

``candidates`` leaves out lines that cannot hold a secret. Any other line is read as a terminal draws it
(``screen``) and searched by the detectors (``detect``). Its secrets are masked where they are in the line.
``blocks``, ``rows`` and ``continuation`` handle what one line does not show.

To teach it another command, add its form to the table in ``grammar``; to teach it another multi-line form,
add one in ``blocks`` or ``rows``; both with a case in the tests.
"""

from __future__ import annotations

from slp_ops.redact.masks import is_mask, mask
from slp_ops.redact.stream import Redactor, redact

__all__ = ["Redactor", "is_mask", "mask", "redact"]
