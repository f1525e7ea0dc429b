"""Choose show commands: those of a set, and those that the operator adds."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ad_hoc, command_key, registry
from slp_ops.errors import InputError, OptionError
from slp_ops.json_documents import json_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.commands import ShowCommand

# Each set holds the ones before it.
SETS: Final = ("baseline", "support", "full")


@json_document
class CommandList:
    """Commands by name, as a task has them: documented ones, and behind them those that were typed."""

    documented: tuple[str, ...]
    typed: tuple[str, ...] = ()

    @classmethod
    def of(cls, commands: Sequence[ShowCommand]) -> CommandList:
        """Return the names of commands of :func:`choose_commands`."""
        documented = set(registry())
        return cls(
            documented=tuple(each.command for each in commands if each in documented),
            typed=tuple(each.command for each in commands if each not in documented),
        )

    def commands(self) -> tuple[ShowCommand, ...]:
        """Return the commands. Raises InputError for one that this release does not have, NotReadOnly."""
        return _resolve(self)


@lru_cache(maxsize=16)  # the tasks of a run have the same list
def _resolve(names: CommandList) -> tuple[ShowCommand, ...]:
    known = {each.command: each for each in registry()}
    for name in names.documented:
        if name not in known:
            raise InputError(
                f"the task needs the command {name!r}, which this slp-ops does not have",
                hint="install the same version of slp-ops everywhere",
            )
    return (*(known[name] for name in names.documented), *(ad_hoc(text) for text in names.typed))


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
