"""What is said of the steps of a change, in English and Japanese."""

from __future__ import annotations

from typing import Final

from slp_ops.i18n import Text

NOTHING: Final = Text("no line is shown", "設定が反映されていません")
BY_HAND: Final = Text("a person has something to do first", "手作業が必要です")
REFUSED: Final = Text(
    "the switch refused '{line}': {said} (lines taken before it: {taken})",
    "装置が '{line}' を拒否しました: {said} (それより前の {taken} 行は反映済み)",
)
NOT_BACK: Final = Text("the switch could not be asked any more: {why}", "装置に再接続できません: {why}")
UNREADABLE: Final = Text(
    "the running configuration could not be read back", "running-config を読み戻せませんでした"
)
NONE: Final = Text("nothing of it took effect: {lost}", "反映されていません: {lost}")
PARTLY: Final = Text(
    "only {count} of {total:line} are in force: {said}",
    "{total} 行中 {count} 行のみ反映されています: {said}",
)
REVERTED: Final = Text(
    "the revert timer gave the earlier configuration back", "revert timer により元の設定に戻りました"
)
NO_SECRET: Final = Text("the secret {names} is needed", "秘密パラメータ {names} が必要です")
ASKED: Final = Text(
    "the switch asked what the playbook has no answer for, and was left without one: {said}",
    "プレイブックに回答のない質問のため中断しました: {said}",
)
EXEC_REFUSED: Final = Text("the switch refused it: {said}", "装置が拒否しました: {said}")
FAR_END: Final = Text("the licence server refused it: {said}", "ライセンスサーバが拒否しました: {said}")
UNEXPECTED: Final = Text(
    "the switch did not say what it should have said: {said}", "想定した応答がありません: {said}"
)
NOT_PROVEN: Final = Text(
    "it was sent, and {proof} has not been seen in time; --resume looks again, without sending it again",
    "送信済みですが {proof} を時間内に確認できませんでした。--resume で再確認します (再送はしません)",
)
NOT_SENT: Final = Text("it did not happen: {lost}", "実行されていません: {lost}")
SENT_AGAIN: Final = Text(
    "perhaps it was not sent, and it may be sent twice",
    "送信されていない可能性があり、再送しても問題ありません",
)
NOBODY_KNOWS: Final = Text(
    "nothing on the switch tells whether '{command}' was carried out",
    "'{command}' が実行されたかどうか装置から判断できません",
)
