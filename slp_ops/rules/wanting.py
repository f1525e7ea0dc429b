"""In words: which facts are missing, what became of their command, and so which one to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.model import CaptureStatus

if TYPE_CHECKING:
    from slp_ops.facts import Fact
    from slp_ops.reading import Facts


def wanting(missing: tuple[type[Fact], ...], facts: Facts) -> Text:
    """Why a verdict is unknown for want of these facts."""
    if not missing:
        return _UNTOLD
    found = dict.fromkeys(command for kind in missing for command in _commands(kind, facts))
    if not found:
        return _NO_COMMAND.of(facts=", ".join(kind.__name__ for kind in missing))
    # A command that was read and did not hold it helps nobody as long as another one was not read.
    unread = [each for each in found if each[1] is not CaptureStatus.OK] or list(found)
    said = [_NEEDS.of(command=command, why=_WHY[status]) for command, status in unread]
    return Text("; ".join(text.en for text in said), "、".join(text.ja for text in said))


def _commands(kind: type[Fact], facts: Facts) -> list[tuple[str, CaptureStatus | None]]:
    """The first command that gives a fact, unless that one was read and another was not."""
    found = [(command, facts.status_of(command)) for command, _ in facts.missing(kind).commands]
    unread = (each for each in found if each[1] is not CaptureStatus.OK)
    return [next(unread, found[0])] if found else []


_UNTOLD: Final = Text("what was read does not tell", "取得した情報からは判断できません")
_NO_COMMAND: Final = Text("{facts} is not known", "{facts} の情報がありません")
_NEEDS: Final = Text("needs '{command}': {why}", "'{command}' が必要です ({why})")
_WHY: Final = {
    None: Text("it was not collected", "未取得"),
    CaptureStatus.OK: Text("what it printed does not hold it", "出力に該当する情報がありません"),
    CaptureStatus.UNSUPPORTED: Text(
        "not supported by this release, or not permitted", "このリリースで未対応、または権限がありません"
    ),
    CaptureStatus.DENIED: Text("AAA does not permit it", "AAA により拒否されました"),
    CaptureStatus.TIMEOUT: Text("it timed out", "タイムアウトしました"),
    CaptureStatus.SKIPPED: Text("it was skipped", "実行していません"),
    CaptureStatus.LOST: Text("the session was lost", "セッションが切断されました"),
}
