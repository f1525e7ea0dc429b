"""Child process that reads tables: one line of JSON in, one line of JSON out, until its input ends.

Templates and regular expressions of the operator meet texts of devices here, where neither time nor memory is
the parent's, no file can be written, and no secret of the parent's environment is present. A request that
takes as many seconds as the argument ends the process: the parent may have been killed.
"""

from __future__ import annotations

import json
import re
import resource
import signal
import sys
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from slp_ops.commands import ParserKind, RowParser, TemplateFailed

if TYPE_CHECKING:
    from slp_ops.commands import Rows, Value

_MEMORY: Final = 2**30  # bytes


def answer(line: bytes) -> dict[str, Any]:
    """Return the answer to a request, with ``failed`` where there are no rows."""
    try:
        asked = json.loads(line)
        rows = _rows(asked["kind"], asked["file"], asked["template"], asked["command"], asked["text"])
        return {
            "parser": rows.parser,
            "columns": rows.columns,
            "rows": [each.values for each in rows.rows],
            "lines": [each.lines for each in rows.rows],
            "matches": [_matches(rows, column, pattern) for column, pattern in asked["patterns"]],
        }
    except TemplateFailed as failed:
        return {"failed": str(failed)}
    except MemoryError:
        return {"failed": "it needs more than 1 GB of memory"}
    except Exception as error:  # noqa: BLE001 - the edge: libraries raise what they like at a template
        return {"failed": f"{type(error).__name__}: {error}"[:200]}


@lru_cache(maxsize=1)  # several rules use one output, one after the other
def _rows(kind: str, file: str, template: str, command: str, text: str) -> Rows:
    return RowParser(kind=ParserKind(kind), file=file, template=template).read(command, text)


def _matches(rows: Rows, column: str, pattern: str) -> list[list[bool]]:
    search = re.compile(pattern, re.ASCII).search
    cells = (_values(each.values.get(column, ())) for each in rows.rows)
    return [[search(value) is not None for value in cell] for cell in cells]


def _values(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def main() -> None:
    """Answer requests."""
    for limit, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # not every system has each of them
            resource.setrlimit(limit, (most, most))
    for line in sys.stdin.buffer:
        signal.alarm(int(sys.argv[1]))
        sys.stdout.buffer.write(json.dumps(answer(line)).encode("ascii") + b"\n")
        sys.stdout.buffer.flush()
        signal.alarm(0)


if __name__ == "__main__":
    main()
