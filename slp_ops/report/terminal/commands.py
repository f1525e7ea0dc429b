"""Show commands as terminal text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.report.terminal.layout import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.commands import ShowCommand
    from slp_ops.i18n import Lang


_HEADER: Final = (
    Text("COMMAND", "コマンド"),
    Text("RELEASES", "リリース"),
    Text("SETS", "セット"),
    Text("NOTE", "備考"),
)
_ALL: Final = Text("all", "すべて")
_FROM: Final = Text("{since} and later", "{since} 以降")
_UP_TO: Final = Text("up to {until}", "{until} まで")
_BETWEEN: Final = Text("{since} to {until}", "{since} ~ {until}")
_NEVER: Final = Text(
    "never sent: needs '{line}' in the configuration", "送信しません: 設定に '{line}' が必要です"
)


def render(commands: Sequence[ShowCommand], lang: Lang) -> str:
    """Return a row for each command."""
    return table(tuple(word.render(lang) for word in _HEADER), [_columns(each, lang) for each in commands])


def _columns(each: ShowCommand, lang: Lang) -> tuple[str, str, str, str]:
    match (each.since, each.until):
        case None, None:
            releases = _ALL
        case since, None:
            releases = _FROM.format(since=since)
        case None, until:
            releases = _UP_TO.format(until=until)
        case since, until:
            releases = _BETWEEN.format(since=since, until=until)
    note = _NEVER.format(line=each.needs_config).render(lang) if each.needs_config else ""
    return (each.command, releases.render(lang), ", ".join(sorted(each.sets)), note)
