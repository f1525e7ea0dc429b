"""For a text that is kept, but not read yet: every line that says anything is unparsed."""

from __future__ import annotations

from slp_ops.commands import Parsed
from slp_ops.facts.values import Line


def parse(text: str) -> Parsed:
    """Count the lines and keep them."""
    lines = tuple(
        Line(number=number, text=line.rstrip())
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    )
    return Parsed(unparsed=lines, total=len(lines))
