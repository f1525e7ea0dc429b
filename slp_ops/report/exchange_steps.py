"""Steps of the operator in CSSM while a flow waits for its answers; terminal and JSON have the same ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text

if TYPE_CHECKING:
    from slp_ops.app.flow_exchange import OpenExchange


def exchange_steps(exchange: OpenExchange) -> tuple[Text, ...]:
    """Return what the operator has to do in CSSM, step by step."""
    return (_UPLOAD, _ANSWERS.format(folder=exchange.answers), _CHECKS)


_UPLOAD: Final = Text(
    "1. CSSM: Smart Software Licensing > Reports > Usage Data Files > Upload Usage Data, then the Virtual "
    "Account (as of 2026-11; the labels may have changed). Upload:",
    "1. CSSM: Smart Software Licensing > Reports > Usage Data Files > Upload Usage Data を開き、"
    "バーチャルアカウントを選択します (2026 年 11 月時点。表記は変わっている場合があります)。ファイル:",
)
_ANSWERS: Final = Text(
    "2. When the status is No Errors, download every acknowledgement, put the files as they are into "
    "{folder}, and continue (--answers names another folder):",
    "2. 状態が No Errors になったら確認応答をすべてダウンロードし、そのまま {folder} に置いて続行してください"
    " (別のフォルダは --answers で指定):",
)
_CHECKS: Final = Text(
    "3. Which answer is for which switch is read from the files; a switch without one keeps waiting.",
    "3. どのスイッチ宛てかはファイルの内容から判断します。応答のないスイッチは待機を続けます。",
)
