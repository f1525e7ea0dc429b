"""``show tech-support``, also ``show tech-support license``: split by its own headings.

    ------------------ show license status ------------------

It yields the facts of the commands inside. Lines are counted where a section has a parser; a section
without one counts as one line, its heading, so that other features do not distort the figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.commands import Parsed, ShowCommand
from slp_ops.commands._command_splitter import sections
from slp_ops.commands._fact_merge import rank, select_best
from slp_ops.facts.values import SourceLine

if TYPE_CHECKING:
    from slp_ops.facts.values import Fact


def parse(text: str) -> Parsed:
    """Parse every known section, one value per type."""
    found: list[tuple[int, Fact]] = []
    unparsed: list[SourceLine] = []
    total = 0
    for section in sections(text):
        if section.command is None or section.command.command == COMMAND.command:
            unparsed.append(SourceLine(number=section.page.before, text=section.typed))
            total += 1
            continue
        parsed = section.command.parse(section.page)
        found += [(rank(section.command.command), fact) for fact in parsed.facts]
        unparsed += parsed.unparsed
        total += parsed.total
    return Parsed(facts=tuple(select_best(found).values()), unparsed=tuple(unparsed), total=total)


COMMAND = ShowCommand(
    command="show tech-support",
    aliases=("show tech-support FEATURE",),
    sets=frozenset({"full"}),
    timeout=180.0,
    order=910,
    parse=parse,
)
