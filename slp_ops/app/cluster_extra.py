"""The packages of the extra ``slp-ops[cluster]``, which nothing imports without a hub."""

from __future__ import annotations

from importlib.util import find_spec

from slp_ops.errors import InputError


def require_cluster() -> None:
    """Raise InputError where the extra is not installed."""
    if find_spec("nats") is None:
        raise InputError(
            "a hub needs packages that are not installed", hint="python -m pip install 'slp-ops[cluster]'"
        )
