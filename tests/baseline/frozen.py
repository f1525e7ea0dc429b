"""Replace ``datetime.now`` and the random part of run ids, for code imported afterwards.

It works on the standard library, not on modules of slp-ops, so that those can move.
"""

from __future__ import annotations

import datetime as library
import itertools
import secrets
from datetime import UTC, datetime, tzinfo
from typing import Any

_real = datetime
_token_hex = secrets.token_hex
_ids = itertools.count(0xB10001)
_now = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _real)


class _Frozen(datetime, metaclass=_AnyDatetime):
    """Every instance that it makes is an ordinary datetime."""

    def __new__(cls, *arguments: Any, **named: Any) -> Any:
        return _real(*arguments, **named)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return _now.astimezone(tz) if tz is not None else _now.replace(tzinfo=None)

    @classmethod
    def fromtimestamp(cls, timestamp: float, tz: tzinfo | None = None) -> Any:
        return _real.fromtimestamp(timestamp, tz)


def install() -> None:
    """Put the frozen class where ``from datetime import datetime`` finds it."""
    library.datetime = _Frozen  # type: ignore[misc]  # the purpose of this module
    # Runs have six digits; names of temporary files are longer and stay random.
    secrets.token_hex = lambda nbytes=None: f"{next(_ids):06x}" if nbytes == 3 else _token_hex(nbytes)


def set_to(moment: datetime) -> None:
    """Set the time that ``now`` returns."""
    global _now
    _now = moment
