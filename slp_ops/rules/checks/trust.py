# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Does CSSM trust the switch, each member of it, and the switch its token?"""

from __future__ import annotations

from collections import Counter

from slp_ops.facts import (
    CommunicationStatistics,
    LicenseTransport,
    ProductInstance,
    TransportKind,
    TrustCodes,
)
from slp_ops.i18n import Text
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import MESSAGES, OVERVIEW, TASKS
from slp_ops.rules.checks._reasons import by_statistics
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Intent
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed
from slp_ops.rules.views.communication import Communication

_TOKEN = Text(
    "In CSSM: Inventory, the Virtual Account, General, New Token. A token lives 1 to 365 days; leave Max. "
    "Number "
    "of Uses empty, since a token that is used up is refused like an expired one.",
    "CSSM の Inventory > バーチャルアカウント > General > New Token でトークンを作成します。"
    "有効期間は 1～365 日です。"
    "Max. Number of Uses は空欄を推奨します (上限に達したトークンは期限切れと同様に拒否されます)。",
)
_INSTALL = Text(
    "On the switch: 'license smart trust idtoken TOKEN all' ('all' reaches every member of a stack). The "
    "token is "
    "a secret, and AAA accounting records the line.",
    "装置で 'license smart trust idtoken TOKEN all' を実行します ('all' でスタック全メンバーが対象)。"
    "トークンは秘密情報であり、AAA アカウンティングに記録される点に注意してください。",
)
_VERIFY = Text(
    "After a few minutes 'show license status' shows INSTALLED under Trust Code Installed, for every member.",
    "数分後、'show license status' の Trust Code Installed で全メンバーが INSTALLED になることを確認します。",
)
_WITH_FORCE = Text(
    "Trust exists, so add force: 'license smart trust idtoken TOKEN all force'. It uses the token up once "
    "more.",
    "既に信頼コードがあるため force を付けます: 'license smart trust idtoken TOKEN all force'。"
    "トークンの使用回数が 1 回消費されます。",
)


@rule(
    "trust-missing",
    group=Group.TRUST,
    severity=Severity.ERROR,
    title=Text("No trust code is installed", "信頼コードが未インストール"),
    cause=Text(
        "A switch that talks to CSSM itself needs a trust code, which it gets once, with a token. Without "
        "one its "
        "reports are not accepted.",
        "CSSM と直接通信する装置には信頼コードが必要です (トークンを使って一度取得します)。"
        "信頼コードがないとレポートは受け付けられません。",
    ),
    remedy=(_TOKEN, _INSTALL, _VERIFY),
    links=(OVERVIEW, TASKS),
    playbooks=("trust-token",),
    explains=("insufficient-trust", "never-acknowledged"),
)
def trust_missing(trust: TrustCodes, transport: LicenseTransport, intent: Intent) -> Judgement:
    """Direct connections need trust; through CSLU and SSM On-Prem it comes with the first ACK, if at all."""
    if trust.any_installed:
        return Passed()
    if transport.kind is TransportKind.OFF or intent.other_side_connects:
        return NotApplicable(
            why=Text("the switch does not talk to CSSM itself", "装置は CSSM と直接通信しません")
        )
    undecided = transport.kind is TransportKind.CSLU and transport.cslu_address is None
    if transport.kind is TransportKind.CSLU and not (
        undecided and intent.topology in (None, "smart", "callhome")
    ):
        return NotApplicable(
            why=Text(
                "no token is needed through CSLU or SSM On-Prem; trust comes with the ACK, if at all "
                "(unverified)",
                "CSLU / SSM オンプレミス経由ではトークンは不要です (新しいリリースでは ACK とともに取得、"
                "未検証)",
            )
        )
    return Failed(
        summary=Text("No trust code is installed", "信頼コードがインストールされていません"),
        evidence=trust.cite("installed"),
        severity=Severity.WARNING if undecided else None,
    )


@rule(
    "trust-incomplete",
    group=Group.TRUST,
    severity=Severity.WARNING,
    title=Text("A member of the stack has no trust code", "信頼コードのないスタックメンバーがある"),
    cause=Text(
        "The active switch reports, but a member without trust cannot go on reporting after a switchover. "
        "It comes "
        "from 'local' in place of 'all', or from a member that was added later.",
        "現在は Active がレポートしていますが、信頼コードのないメンバーに切り替わるとレポートを継続できま"
        "せん。"
        "'all' ではなく 'local' で取得した場合や、後からメンバーを追加した場合に発生します。",
    ),
    remedy=(_TOKEN, _WITH_FORCE, _VERIFY),
    links=(OVERVIEW,),
    playbooks=("trust-token",),
)
def trust_incomplete(trust: TrustCodes, product: ProductInstance | None) -> Judgement:
    """Every unit of the UDI list needs an INSTALLED line; two supervisors share one PID and serial."""
    if not trust.any_installed:
        return NotApplicable(why=Text("no unit has one", "信頼コードが 1 つもインストールされていません"))
    if not trust.codes:
        return Passed(why=Text("a single switch", "単体のスイッチです"))
    without = trust.without
    listed = Counter((unit.pid, unit.sn) for unit in product.members) if product is not None else Counter()
    unlisted = listed - Counter((code.pid, code.sn) for code in trust.codes)
    if not without and not unlisted:
        return Passed()
    units = [code.udi or f"PID:{code.pid},SN:{code.sn}" for code in without]
    units += [f"PID:{pid},SN:{sn}" for pid, sn in unlisted.elements()]
    evidence = [evidence for code in without for evidence in code.cite()]
    if product is not None:
        evidence += [
            evidence
            for unit in product.members
            if (unit.pid, unit.sn) in unlisted
            for evidence in unit.cite()
        ]
    return Failed(
        summary=Text("No trust code on {units}", "信頼コード未インストール: {units}").of(
            units=", ".join(units)
        ),
        evidence=tuple(evidence),
    )


@rule(
    "token-invalid",
    group=Group.TRUST,
    severity=Severity.ERROR,
    title=Text("CSSM refused the token", "CSSM がトークンを拒否"),
    cause=Text(
        "The token had expired, its number of uses was reached, or it was mistyped or cut when pasted.",
        "トークンの有効期限切れ、使用回数の上限到達、または入力・貼り付け時の誤りです。",
    ),
    remedy=(
        _TOKEN,
        Text(
            "CSSM refuses a number of uses that is too large with an error, and the button then makes no "
            "token: leave "
            "the field empty.",
            "CSSM で使用回数に大きすぎる値を入力するとエラーとなり、"
            "ボタンを押してもトークンを作成できません。空欄にしてください。",
        ),
        _INSTALL,
        _VERIFY,
    ),
    links=(MESSAGES,),
    playbooks=("trust-token",),
    explains=("trust-missing", "insufficient-trust", "comm-failing-now", "never-acknowledged"),
)
def token_invalid(communication: Communication) -> Judgement:
    """The statistics give that reason, and the failure goes on."""
    return by_statistics(
        "token-invalid",
        Text("CSSM says that the token is not valid", "CSSM からトークンが無効と応答されています"),
        communication,
    )


@rule(
    "product-instance-unknown",
    group=Group.TRUST,
    severity=Severity.ERROR,
    title=Text("CSSM does not know this product instance", "CSSM に製品インスタンスが存在しない"),
    cause=Text(
        "The product instance was deleted in CSSM or moved to another account, or the switch's trust is "
        "out of "
        "date: its reports are refused.",
        "CSSM で製品インスタンスが削除または別アカウントへ移動されたか、"
        "装置の信頼コードが古くなっているため、"
        "レポートが拒否されています。",
    ),
    remedy=(
        Text(
            "Look in CSSM for the switch: by its UDI up to 17.8, by its host name from 17.9.1 on.",
            "CSSM で装置を検索します (17.8 までは UDI、17.9.1 以降はホスト名で表示されます)。",
        ),
        _TOKEN,
        _WITH_FORCE,
        _VERIFY,
        Text("Then 'license smart sync all'.", "その後 'license smart sync all' を実行します。"),
    ),
    links=(MESSAGES,),
    playbooks=("trust-token",),
    explains=(
        "comm-failing-now",
        "comm-flapping",
        "rum-error-flag",
        "ack-due-soon",
        "ack-overdue",
        "rum-backlog",
        "rum-unacknowledged-growing",
    ),
)
def product_instance_unknown(communication: Communication) -> Judgement:
    """The statistics give that reason, and the failure goes on."""
    return by_statistics(
        "product-instance-unknown",
        Text(
            "CSSM says that the identity of this instance is not valid",
            "CSSM から製品インスタンスの ID が無効と応答されています",
        ),
        communication,
    )


@rule(
    "insufficient-trust",
    group=Group.TRUST,
    severity=Severity.ERROR,
    title=Text("The agent may not talk to CSSM directly", "CSSM と直接通信するための信頼が不足"),
    cause=Text(
        "The agent says 'Insufficient trust for direct communication': it holds no usable trust code and "
        "sends "
        "nothing until it has one.",
        "エージェントが 'Insufficient trust for direct communication' を示しています。"
        "有効な信頼コードを取得するまでレポートは送信されません。",
    ),
    remedy=(_TOKEN, _INSTALL, _VERIFY),
    links=(TASKS,),
    playbooks=("trust-token",),
    explains=("comm-failing-now", "never-acknowledged", "rum-backlog", "rum-unacknowledged-growing"),
)
def insufficient_trust(statistics: CommunicationStatistics) -> Judgement:
    """The overall state says so."""
    if "insufficient trust" not in (statistics.overall_state or "").lower():
        return Passed()
    return Failed(
        summary=Text(
            "The agent lacks the trust to talk to CSSM",
            "エージェントに CSSM と通信するための信頼がありません",
        ),
        evidence=statistics.cite("overall_state"),
        confidence=Confidence.HIGH,
    )
