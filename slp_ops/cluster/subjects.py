"""Subjects of the broker, one family for each kind of message.

A site, run or device is one token of a subject. NATS gives ``.``, ``*``, ``>`` and white space a meaning,
and the inventory allows them in names, so that a name with any of them is encoded.

    slp.task.SITE.RUN.DEVICE              a device to visit, from the operator to the site's workers
    slp.evidence.SITE.RUN.DEVICE.ATTEMPT.N  a part of what a worker read in an attempt
    slp.evidence.SITE.RUN.DEVICE.end      the attempt that counts, with its result
    slp.event.SITE.RUN.DEVICE             progress of a visit; not stored
    slp.control.SITE.RUN                  the run's state, such as cancelled
    slp.fence.SITE.CHANGE.DEVICE          the worker that may change a device, the first one for ever
    slp.approval.SITE.CHANGE.DEVICE.CLAIM what an operator answers to that worker
    slp.lease.SITE.DEVICE                 the change that a worker is making on a device, or made last
    slp.operator.SITE.RUN                 asked whether the operator's process of a run lives; not stored
    slp.owner.SITE.WORKER                 from a worker to another of its site, of a change; not stored
    slp.answer.SITE.WORKER.NUMBER         an answer to a worker's question; not stored
    slp.heartbeat.SITE.WORKER             a worker that is alive
    slp.hostkey.SITE.HOST                 the first host key that a worker has met at a host and port
    slp.limits.SITE.ledger                limits that the site's workers share, see site_ledger.py
    slp.hub                               what keeps the hub from working, to operators; not stored
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_ENCODED: Final = "="

TASK: Final = "slp.task"
EVIDENCE: Final = "slp.evidence"
EVENT: Final = "slp.event"
CONTROL: Final = "slp.control"
HEARTBEAT: Final = "slp.heartbeat"
FENCE: Final = "slp.fence"
APPROVAL: Final = "slp.approval"
LEASE: Final = "slp.lease"
OPERATOR: Final = "slp.operator"
OWNER: Final = "slp.owner"
ANSWER: Final = "slp.answer"
HOST_KEY: Final = "slp.hostkey"
LIMITS: Final = "slp.limits"
LEDGER: Final = "ledger"
HUB: Final = "slp.hub"

ANY: Final = "*"  # in a subject that is listened to: every site, run or device


def token(name: str) -> str:
    """Return a name as one token of a subject; :func:`name_of` gives it back.

    Raises ValueError for an empty name.
    """
    if not name:
        raise ValueError("a name has at least one character")
    if _PLAIN.fullmatch(name):
        return name
    return _ENCODED + base64.urlsafe_b64encode(name.encode("utf-8", "surrogateescape")).decode().rstrip("=")


def name_of(text: str) -> str:
    """Return the name of a token. Raises ValueError for what :func:`token` never gives."""
    if not text.startswith(_ENCODED):
        if not _PLAIN.fullmatch(text):
            raise ValueError(f"{text[:80]!r} is no token")
        return text
    body = text[1:]
    try:
        name = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True).decode(
            "utf-8", "surrogateescape"
        )
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{text[:80]!r} is no token") from error
    if not name or token(name) != text:
        raise ValueError(f"{text[:80]!r} is no token")
    return name


def subject(family: str, *names: str) -> str:
    """Return the subject of a family for a site, run and device, each of which may be ``ANY``."""
    return ".".join((family, *(name if name is ANY else token(name) for name in names)))


def names_in(family: str, text: str) -> tuple[str, ...]:
    """Return the names in a subject of the family. Raises ValueError for any other subject."""
    if not text.startswith(family + "."):
        raise ValueError(f"{text[:80]!r} is not a subject of {family}")
    return tuple(map(name_of, text[len(family) + 1 :].split(".")))
