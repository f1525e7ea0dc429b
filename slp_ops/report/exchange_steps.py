"""Steps of the operator in CSSM while a flow waits for its answers; terminal and JSON have the same ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text

if TYPE_CHECKING:
    from slp_ops.app.flow_exchange import OpenExchange


def exchange_steps(exchange: OpenExchange) -> tuple[Text, ...]:
    """Return what the operator has to do in CSSM, step by step; no upload where each file is answered."""
    texts = [*([_UPLOAD] if exchange.uploads else []), _ANSWERS.format(folder=exchange.answers), _CHECKS]
    return tuple(_STEP.format(number=number, text=text) for number, text in enumerate(texts, 1))


_STEP: Final = Text("{number}. {text}", "{number}. {text}")
_UPLOAD: Final = Text(
    "CSSM: Smart Software Licensing > Reports > Usage Data Files > Upload Usage Data, then the Virtual "
    "Account (menu as of 2023; it may have changed). Upload:",
    "CSSM: Smart Software Licensing > Reports > Usage Data Files > Upload Usage Data を開き、"
    "バーチャルアカウントを選択して、次のファイルをアップロードします "
    "(メニューは 2023 年時点。変更されている場合があります):",
)
_ANSWERS: Final = Text(
    "When Reporting Status is No Errors, download each acknowledgement (ACK), put the files unchanged "
    "into {folder}, and continue (--answers names another folder):",
    "Reporting Status が No Errors になったら、確認応答 (ACK) をすべてダウンロードし、変更せずに {folder} "
    "に置いてから続行してください (別のフォルダは --answers で指定):",
)
_CHECKS: Final = Text(
    "The flow finds the switch of each ACK in the file itself; a switch without an ACK keeps waiting.",
    "どのスイッチの ACK かはファイルの内容から判断します。ACK のないスイッチは待機を続けます。",
)
