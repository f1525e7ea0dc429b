"""The kinds of work that an engine may do in another process, by name. To add one, add a line here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.app.device_work import AnyWork

USAGE_SAVE: Final = "usage-save"
USAGE_IMPORT: Final = "usage-import"  # over a hub only, see ``change_task.py``
# Imported when it is first needed: a worker that only reads needs no rules.
_WORKS: Final[Mapping[str, tuple[str, str]]] = {
    "collect": ("slp_ops.app.collect_task", "COLLECT"),
    "audit": ("slp_ops.app.audit_task", "AUDIT"),
    "check-reachability": ("slp_ops.app.reach_task", "REACHABILITY"),
    "check-version": ("slp_ops.app.version_task", "VERSION"),
    USAGE_SAVE: ("slp_ops.app.usage_save_task", "SAVING"),
}

WORKS: Final = tuple(_WORKS)


def work_of(name: str) -> AnyWork:
    """Return a kind of work. Raises ValueError."""
    if name not in _WORKS:
        raise ValueError(f"no work {name!r}")
    module, value = _WORKS[name]
    work: AnyWork = getattr(import_module(module), value)
    return work
