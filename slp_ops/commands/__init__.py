"""Show commands: one module per command, found by its name in this package.

To add a command, add one module here with a module-level ``COMMAND`` and a golden pair under
``tests/commands/golden/``. Modules whose name begins with an underscore are shared machinery.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Final, TypeAlias

from slp_ops.commands._ntc_templates import NTC_TEMPLATES as NTC_TEMPLATES
from slp_ops.commands._ntc_templates import complete_words, read_rows
from slp_ops.commands._ntc_templates import is_licence_command as is_licence_command
from slp_ops.commands._ntc_templates import templates_of as templates_of
from slp_ops.commands._own_templates import LARGEST_TEMPLATE as LARGEST_TEMPLATE
from slp_ops.commands._own_templates import ParserKind as ParserKind
from slp_ops.commands._own_templates import RowParser as RowParser
from slp_ops.commands._rows import Row as Row
from slp_ops.commands._rows import Rows as Rows
from slp_ops.commands._rows import TemplateFailed as TemplateFailed
from slp_ops.commands._rows import Value as Value
from slp_ops.facts.values import SourceLine
from slp_ops.readonly import ReadCommand

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slp_ops.facts.values import Fact
    from slp_ops.release import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """Parsed text: typed facts, and the lines that no parser recognised.

    ``total`` counts the lines with content; ``total - len(unparsed)`` of them were recognised.
    """

    facts: tuple[Fact, ...] = ()
    unparsed: Sequence[SourceLine] = ()
    total: int = 0
    rows: Rows | None = None  # of a command that has no reader here, by ntc-templates
    reason: str = ""  # why there are none although it has a template


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCommand:
    """One documented command: its releases, its sets, and its parser.

    ``since`` is the first release that has it, ``until`` the last. ``needs_config`` names a
    configuration line that the command requires: a collector never sends such a command and
    records it as skipped. ``timeout`` is the longest silence in seconds. A word in
    capitals is an argument: such a command is parsed where it occurs, and never collected.
    ``provides`` names the facts in its text; ``aliases`` are other commands with the same output.
    """

    command: str
    sets: frozenset[str] = frozenset()
    since: Release | None = None
    until: Release | None = None
    needs_config: str = ""
    timeout: float = 60.0
    order: int = 100  # position in the run: the clock and the release first, heavy ones last
    parse: Callable[[str], Parsed]
    provides: tuple[type[Fact], ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def heavy(self) -> bool:
        """Return whether it takes minutes and megabytes: the sets beyond the baseline."""
        return bool(self.sets) and "baseline" not in self.sets

    def read_command(self) -> ReadCommand:
        """Return the command to send. Raises NotReadOnly unless it is a plain show command."""
        return _checked(self.command)


# A fleet sends the same few commands thousands of times.
_checked: Final = lru_cache(maxsize=256)(ReadCommand)


@cache
def registry() -> tuple[ShowCommand, ...]:
    """Return every command, in the order of a run."""
    found: list[ShowCommand] = []
    for module in iter_modules(__path__):
        if not module.name.startswith("_"):
            found.append(import_module(f"{__name__}.{module.name}").COMMAND)
    return tuple(sorted(found, key=lambda command: (command.order, command.command)))


def find(text: str) -> ShowCommand | None:
    """Find a typed command, in full or abbreviated, with or without a pipe (``sh lic st``).

    None for an unknown or ambiguous command.
    """
    # A fleet has the same few commands thousands of times.
    return (_find if len(text) > _LONGEST_REPEATED else _find_again)(text)


def _find(text: str) -> ShowCommand | None:
    words = text.split("|", 1)[0].lower().split()
    fits: dict[int, list[ShowCommand]] = {}
    for command in registry():
        found = (_fit(words, form.split("|", 1)[0].split()) for form in (command.command, *command.aliases))
        fit = max((each for each in found if each is not None), default=None)
        if fit is not None:
            fits.setdefault(fit, []).append(command)
    best = fits[max(fits)] if fits else []
    return best[0] if len(best) == 1 else None


_LONGEST_REPEATED: Final = 200
_find_again: Final = lru_cache(maxsize=1024)(_find)


def ad_hoc(text: str) -> ShowCommand:
    """Build an extra command for a run from typed text; raises NotReadOnly before anything is sent."""
    wanted = str(ReadCommand(text))
    known = find(wanted)
    return ShowCommand(command=wanted, order=800, parse=known.parse if known else _unread)


def command_key(text: str) -> str:
    """Return a key that is the same for a command in full and abbreviated, and another for its filters."""
    words = " ".join(text.lower().split())
    known = None if "|" in words else find(words)
    forms = () if known is None else (known.command, *known.aliases)
    fits = {form: fit for form in forms if (fit := _fit(words.split(), form.split())) is not None}
    full = max(fits, key=lambda form: fits[form], default="")
    if full and not any(word.isupper() for word in full.split()):
        return full
    return complete_words(words) or words


ReadRows: TypeAlias = "Callable[[str, str], Rows | None]"


def parse_rows(command: str, text: str, read: ReadRows = read_rows) -> Parsed:
    """Parse a text that no reader knows into rows; without a template its lines are kept and counted.

    Expressions of some templates do not end on some texts: ``read`` bounds them where the text is a device's.
    """
    kept = _unread(text)
    try:
        rows = read(command, text)
    except TemplateFailed as failed:
        return replace(kept, reason=str(failed))
    # A template that finds nothing in a text has not read it.
    is_read = rows is not None and (rows.rows or not kept.total)
    return replace(kept, unparsed=(), rows=rows) if is_read else kept


def _unread(text: str) -> Parsed:
    """A text that no parser reads: its lines are kept and counted."""
    lines = tuple(
        SourceLine(number=number, text=line.rstrip())
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    )
    return Parsed(unparsed=lines, total=len(lines))


def _fit(typed: list[str], words: list[str]) -> int | None:
    """Count the words typed in full; None for another command."""
    if len(typed) != len(words):
        return None
    fit = 0
    for word, known in zip(typed, words, strict=True):
        if known == word:
            fit += 1
        elif not known.isupper() and not known.startswith(word):
            return None
    return fit
