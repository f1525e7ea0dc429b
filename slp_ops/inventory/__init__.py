"""Inventory of switches, from any file format in ``sources``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError, Problem
from slp_ops.inventory.sources import sources
from slp_ops.inventory.sources import yaml_source as native
from slp_ops.inventory.values import Inventory, Site

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Inventory", "Site", "load"]

_LARGEST: Final = 16 * 2**20
_HINT: Final = "name the inventory with -i FILE or SLP_OPS_INVENTORY; the README shows one to start from"


def load(path: Path) -> Inventory:
    """Load an inventory, every default applied; raises InputError with all problems."""
    read = sources().get(path.suffix.lower(), native.read)
    return replace(read(_content(path), str(path)), path=str(path))


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise _input_error(path, "there is no such file") from None
    except IsADirectoryError:
        raise _input_error(path, "is a folder", "a file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = getattr(error, "strerror", None) or "the name is not usable"
        raise _input_error(path, f"cannot be read: {why}") from error
    if len(raw) > _LARGEST:
        raise _input_error(path, "is too large", f"at most {_LARGEST // 2**20} MiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problem = Problem(path=str(path), line=line, message="is not text", expected="UTF-8")
        raise InputError((problem,)) from error


def _input_error(path: Path, message: str, expected: str = "") -> InputError:
    return InputError((Problem(path=str(path), message=message, expected=expected),), hint=_HINT)
