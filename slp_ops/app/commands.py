"""Choose show commands: those of a set, and those that the operator adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.commands import ad_hoc, registry
from slp_ops.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.commands import ShowCommand

# Each set holds the ones before it.
SETS: Final = ("baseline", "support", "full")


def list_commands(set_name: str | None = None) -> tuple[ShowCommand, ...]:
    """Return the show commands in the order in which a run sends them. Raises OptionError."""
    known = sorted({name for each in registry() for name in each.sets})
    if set_name is not None and set_name not in known:
        raise OptionError(f"no set {set_name!r}; there are: {', '.join(known)}", option="--set")
    return tuple(each for each in registry() if set_name is None or set_name in each.sets)


def choose_commands(set_name: str, extra: Sequence[str] = ()) -> tuple[ShowCommand, ...]:
    """Return the commands of a set and the extra ones behind them, each once. Raises NotReadOnly."""
    sets = set(SETS[: SETS.index(set_name) + 1])
    chosen = [known for known in registry() if known.sets & sets]
    for text in extra:
        one_more = ad_hoc(text)
        if one_more.command not in {known.command for known in chosen}:
            chosen.append(one_more)
    return tuple(chosen)
