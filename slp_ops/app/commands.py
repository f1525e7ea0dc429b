"""Choose show commands: those of a set, and those that the operator adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.commands import ad_hoc, command_key, registry
from slp_ops.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.commands import ShowCommand

# Each set holds the ones before it.
SETS: Final = ("baseline", "support", "full")


def list_commands(set_name: str | None = None) -> tuple[ShowCommand, ...]:
    """Return the show commands in the order in which a run sends them. Raises OptionError."""
    if set_name is not None:
        _sets_up_to(set_name)
    return tuple(each for each in registry() if set_name is None or set_name in each.sets)


def choose_commands(set_name: str, extra: Sequence[str] = ()) -> tuple[ShowCommand, ...]:
    """Return the commands of a set and the extra ones behind them, each once.

    Raises OptionError, NotReadOnly.
    """
    sets = _sets_up_to(set_name)
    chosen = [known for known in registry() if known.sets & sets]
    if not extra:
        return tuple(chosen)
    by_key = {command_key(known.command): known for known in chosen}
    for text in extra:
        one_more = ad_hoc(text)
        key = command_key(one_more.command)
        # A heavy command stays one: it waits for the CPU, and is given more time.
        heavy = next((known for known in registry() if known.heavy and known.command == key), one_more)
        by_key.setdefault(key, heavy)
    return tuple(by_key.values())


def _sets_up_to(name: str) -> frozenset[str]:
    if name not in SETS:
        raise OptionError(f"no set {name!r}; there are: {', '.join(SETS)}", option="--set")
    return frozenset(SETS[: SETS.index(name) + 1])
