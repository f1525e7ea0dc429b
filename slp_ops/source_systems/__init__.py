"""Inventories of other systems, each read with that system's own library: one module for each.

To add one, add a module here with ``SCHEMES`` (the words before the colon of a location), ``CACHED`` (for how
many seconds a reading is taken from the cache, 0 for files) and ``read(request) -> SourceReading``. Import
the library inside ``read``. The rows are validated in ``slp_ops.inventory.source_rows``; a source never gives
a password.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import InputError
from slp_ops.i18n import pluralize
from slp_ops.redact import redact
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slp_ops.inventory.source_rows import SourceReading
    from slp_ops.inventory.values import SourceRequest

_LOCATION: Final = re.compile(r"([a-z]+)(\+https?)?:(?=.)(?![\\/]?$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A kind of source. Readings of a system that answers slowly are used again for ``cached`` seconds."""

    read: Callable[[SourceRequest], SourceReading]
    cached: float


@cache
def sources() -> Mapping[str, Source]:
    """Return the sources by the word before the colon, such as ``netbox+https``."""
    found: dict[str, Source] = {}
    for each in iter_modules(__path__):
        module: Any = import_module(f"{__name__}.{each.name}")
        if hasattr(module, "SCHEMES"):
            found |= dict.fromkeys(module.SCHEMES, Source(read=module.read, cached=module.CACHED))
    return found


def is_location(text: str) -> bool:
    """Return whether a text names a source rather than a file."""
    found = _LOCATION.match(text)
    return found is not None and found[0].rstrip(":").lower() in sources()


def source_of(request: SourceRequest) -> Source:
    """Return the source of a request. Raises InputError for an unknown one."""
    scheme = request.location.partition(":")[0].lower()
    source = sources().get(scheme)
    if source is None:
        known = ", ".join(f"{each}:" for each in sources())
        raise InputError(
            f"{request.location}: no such kind of source", hint=f"a location begins with one of {known}"
        )
    return source


def rest_of(location: str) -> str:
    """Return what follows the colon: a path, or ``//host/...``."""
    return location.partition(":")[2]


def missing_library(source: str, library: str) -> InputError:
    """Return the error for an extra that is not installed."""
    return InputError(
        f"{source} needs the library {library}, which is not installed",
        hint=f"python -m pip install 'slp-ops[{source}]'",
    )


def ignored_passwords(count: int, location: str) -> tuple[str, ...]:
    """Return the note on passwords that a source holds; slp-ops takes none of them."""
    if not count:
        return ()
    ignored = f"{location}: {pluralize(count, 'password')} ignored"
    return (f"{ignored}; slp-ops takes passwords from the environment, the keyring or the terminal only",)


def printable(words: str) -> str:
    """Return what another program says on one line, without the secrets of a file that it quotes."""
    # Ansible quotes what follows a blank, which may be the second word of a password.
    quoted = re.sub(r", got: .*", "", words.strip(), flags=re.DOTALL)
    return one_line(redact(quoted, secrets.token_bytes(32)))[-300:]


def port_of(value: object, reasons: list[str]) -> int | None:
    """Return a port; None without one, and with a reason why the device cannot be used for one that is none.

    The port of SSH is no substitute: another switch may listen there.
    """
    words = "" if value is None else str(value).strip()
    if not words:
        return None
    if re.fullmatch(r"[0-9]{1,5}", words) is None:
        reasons.append(f"port is not usable: {words[:20]}")
        return None
    return int(words)
