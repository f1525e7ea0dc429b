"""In words: which facts are missing, why, and which command would give them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from slp_ops.commands import registry
from slp_ops.rules.text import Text

if TYPE_CHECKING:
    from slp_ops.facts import Fact
    from slp_ops.rules.needs import Known


def wanting(missing: tuple[type[Fact], ...], known: Known) -> Text:
    """Why a verdict is unknown for want of these facts."""
    if not missing:
        return _UNTOLD
    said = dict.fromkeys(_one(kind, known) for kind in missing)
    return Text("; ".join(text.en for text in said), "、".join(text.ja for text in said))


@cache
def command_for(kind: type[Fact]) -> str | None:
    """The command that gives a fact: the first that a run sends."""
    # The bar and what follows only shorten the output.
    return next((command.command.split(" |")[0] for command in registry() if kind in command.provides), None)


def _one(kind: type[Fact], known: Known) -> Text:
    command = command_for(kind)  # type: ignore[arg-type]  # a class is hashable, whatever its objects are
    reason = known.why_missing(kind)
    if command is None:
        return _NO_COMMAND.of(fact=kind.__name__)
    return (_WITH_REASON if reason else _WITHOUT).of(command=command, reason=reason)


_UNTOLD = Text("what was read does not tell", "取得した情報からは判断できません")
_NO_COMMAND = Text("{fact} is not known", "{fact} の情報がありません")
_WITHOUT = Text("needs '{command}'", "'{command}' の出力が必要です")
_WITH_REASON = Text("needs '{command}' ({reason})", "'{command}' の出力が必要です ({reason})")
