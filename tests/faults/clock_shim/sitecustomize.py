"""Move the wall clock of a child process by the seconds in the file that ``FAULTS_CLOCK`` names."""

from __future__ import annotations

import datetime
import os
import time

_FILE = os.environ["FAULTS_CLOCK"]
_time = time.time
_datetime = datetime.datetime


def _ahead() -> float:
    with open(_FILE) as file:  # noqa: PTH123 - nothing else is imported so early
        return float(file.read() or 0)


class _Kind(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _datetime)


class _Shifted(_datetime, metaclass=_Kind):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> _datetime:  # type: ignore[override]  # a plain one
        return _datetime.fromtimestamp(_time() + _ahead(), tz)


time.time = lambda: _time() + _ahead()
datetime.datetime = _Shifted  # type: ignore[misc]  # the purpose of this file
