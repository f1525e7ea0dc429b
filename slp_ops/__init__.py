"""slp-ops: find out why Catalyst 9000 switches do not report their licences, and fix it.

The functions below are the public API; ``slp_ops.aio`` holds the same functions for asynchronous code.
They are imported when they are first used, so that the command line starts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.version import __version__ as __version__

if TYPE_CHECKING:
    from slp_ops.api import apply_plan as apply_plan
    from slp_ops.api import audit as audit
    from slp_ops.api import check_reachability as check_reachability
    from slp_ops.api import check_versions as check_versions
    from slp_ops.api import collect as collect
    from slp_ops.api import load_inventory as load_inventory
    from slp_ops.api import make_plan as make_plan
    from slp_ops.api import run_flow as run_flow

_API: Final = (
    "apply_plan",
    "audit",
    "check_reachability",
    "check_versions",
    "collect",
    "load_inventory",
    "make_plan",
    "run_flow",
)


def __getattr__(name: str) -> object:
    """Import a function of the public API."""
    if name not in _API:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("slp_ops.api"), name)


def __dir__() -> list[str]:
    """Return the public names, also those that are not imported yet."""
    return sorted({*globals(), *_API})
