"""Choice of the language: ``--lang``, SLP_OPS_LANG, or the locale."""

from __future__ import annotations

import os
import sys
from contextvars import ContextVar
from itertools import pairwise

from slp_ops.i18n import Lang

_LANGUAGES = {lang.value: lang for lang in Lang}


def locale_language() -> Lang:
    """Japanese in a Japanese locale, else English."""
    said = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return Lang.JA if said.lower().startswith("ja") else Lang.EN


_chosen: ContextVar[Lang | None] = ContextVar("language", default=None)


def choose(lang: Lang | None) -> None:
    """Set the language, as the option has it; None before the command line is parsed."""
    _chosen.set(lang)


def typed_value(option: str) -> str | None:
    """Return the value of an option as the command line spells it, before it is parsed; the last one."""
    typed = [after for before, after in pairwise(sys.argv) if before == option]
    typed += [word.removeprefix(f"{option}=") for word in sys.argv if word.startswith(f"{option}=")]
    return typed[-1] if typed else None


def stated_language() -> Lang | None:
    """Return the language of the option, as parsed or as typed, or of SLP_OPS_LANG; None without them."""
    if (chosen := _chosen.get()) is not None:
        return chosen
    typed = typed_value("--lang") or ""
    return _LANGUAGES.get(typed) or _LANGUAGES.get(os.environ.get("SLP_OPS_LANG", ""))


def language() -> Lang:
    """Return the language: the stated one, else that of the locale."""
    return stated_language() or locale_language()
