"""Tables read in a child process, which is stopped where it takes too long: a template may never end."""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from slp_ops.commands import ParserKind, Row, RowParser, Rows, TemplateFailed, command_key, templates_of
from slp_ops.rules.row_tables import Table, TableRequest

if TYPE_CHECKING:
    from slp_ops.commands import Value

_SECONDS: Final = 20.0  # 30,000 rows take two
_STARTING: Final = 30.0  # seconds to the first answer, in addition
_MOST_TIMEOUTS: Final = 3  # of a command with its parser and patterns; not tried again afterwards
_LARGEST_ANSWER: Final = 256 * 2**20
_PIECE: Final = 2**20
# Of the environment: where Python and its packages are. Tokens and passwords stay here.
_PASSED: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LANG", "LC_ALL")


_Reading: TypeAlias = "tuple[str, RowParser, tuple[tuple[str, str], ...]]"


class BoundedTables:
    """Reads tables, each within ``seconds``. One child process serves all requests of a process."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._timeouts: Counter[_Reading] = Counter()
        self._child: _Child | None = None
        self._lock = threading.Lock()

    def __call__(self, request: TableRequest) -> Table:
        """Return the rows of an output. Raises TemplateFailed."""
        with self._lock:
            if self._timeouts[_reading(request)] >= _MOST_TIMEOUTS:
                raise TemplateFailed("it timed out on earlier outputs, and is not tried again")
            answer = self._ask(request)
        if "failed" in answer:
            raise TemplateFailed(answer["failed"])
        return _table(request, answer)

    def close(self) -> None:
        """End the child process."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _ask(self, request: TableRequest) -> dict[str, Any]:
        child = self._child
        is_new = child is None or not child.is_ours
        if child is None or is_new:
            self.close()
            child = self._child = _Child(round(self._seconds + 2 * _STARTING))
        line = json.dumps(
            {
                "kind": request.parser.kind.value,
                "file": request.parser.file,
                "template": request.parser.template,
                "command": request.command,
                "text": request.text,
                "patterns": request.patterns,
            }
        )
        try:
            data = child.ask(line.encode("ascii"), self._seconds + (_STARTING if is_new else 0))
        except TimeoutError:
            self.close()
            self._timeouts[_reading(request)] += 1
            raise TemplateFailed(f"it did not end within {self._seconds:g} seconds") from None
        except OSError:
            self.close()
            raise TemplateFailed("the process that reads it ended") from None
        except BaseException:
            self.close()  # its answer would be taken for that of the next request
            raise
        found: dict[str, Any] = json.loads(data)
        return found


def _reading(request: TableRequest) -> _Reading:
    return command_key(request.command), request.parser, request.patterns


class _Child:
    """A child process, which ends by itself when a request takes ``seconds``.

    ``owner`` is the process that started it: after a fork the other one has its own.
    """

    def __init__(self, seconds: int) -> None:
        environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
        paths = (str(Path(__file__).parents[2]), environment.get("PYTHONPATH", ""))
        self.owner = os.getpid()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            (sys.executable, "-P", "-W", "ignore", "-m", "slp_ops.app.table_process", str(seconds)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # TTP would otherwise read and write a pickle beside its code.
            env={
                **environment,
                "PYTHONPATH": os.pathsep.join(filter(None, paths)),
                "TTPCACHEFOLDER": os.devnull,
            },
            start_new_session=True,  # Ctrl-C is for the parent
        )

    @property
    def is_ours(self) -> bool:
        """Return whether this process started it, and it still runs."""
        return self.owner == os.getpid() and self._process.poll() is None

    def ask(self, line: bytes, seconds: float) -> bytes:
        """Return the answer to a line. Raises TimeoutError, OSError."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise BrokenPipeError
        stdin.write(line + b"\n")
        stdin.flush()
        return _answer(stdout.fileno(), seconds)

    def end(self) -> None:
        """End the process, unless another one started it."""
        if self.owner == os.getpid():
            self._process.kill()
            self._process.communicate()


def _answer(fd: int, seconds: float) -> bytes:
    """Read one line. Raises TimeoutError; OSError where the process ended or prints too much."""
    end = time.monotonic() + seconds
    pieces: list[bytes] = []
    size = 0
    while size <= _LARGEST_ANSWER:
        left = end - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            raise TimeoutError
        piece = os.read(fd, _PIECE)
        if not piece:
            raise BrokenPipeError
        pieces.append(piece)
        size += len(piece)
        if piece.endswith(b"\n"):
            return b"".join(pieces)
    raise BrokenPipeError


def _table(request: TableRequest, answer: dict[str, Any]) -> Table:
    rows = tuple(
        Row(
            values={
                name: value if isinstance(value, str) else tuple(value) for name, value in values.items()
            },
            lines=lines,
        )
        for values, lines in zip(answer["rows"], answer["lines"], strict=True)
    )
    return Table(
        rows=Rows(parser=answer["parser"], columns=tuple(answer["columns"]), rows=rows),
        matches={
            each: tuple(map(tuple, found))
            for each, found in zip(request.patterns, answer["matches"], strict=True)
        },
    )


def _value(value: str | list[str]) -> Value:
    return value if isinstance(value, str) else tuple(value)


@cache
def bounded_tables() -> BoundedTables:
    """Return the reader of this process."""
    tables = BoundedTables()
    atexit.register(tables.close)
    return tables


def bounded_rows(command: str, text: str) -> Rows | None:
    """Return the rows of an output by ntc-templates; None without a template. Raises TemplateFailed."""
    if not templates_of(command):
        return None
    request = TableRequest(command=command, parser=RowParser(kind=ParserKind.NTC), text=text)
    return bounded_tables()(request).rows
