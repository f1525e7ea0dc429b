# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Information that prevents false alarms, and what hides facts."""

from __future__ import annotations

from slp_ops.facts import (
    AgentInternals,
    Authorization,
    CallHomeConfig,
    InstalledPackages,
    Privacy,
    ProductInstance,
    Registration,
    ServicesConfig,
    Software,
    UsageReporting,
)
from slp_ops.i18n import Text
from slp_ops.model import CaptureStatus, Evidence, Severity
from slp_ops.reading import Facts
from slp_ops.release import Release
from slp_ops.rules.checks._links import MIGRATING, OVERVIEW
from slp_ops.rules.checks.reporting import was_erased
from slp_ops.rules.rule import Era, Group, rule
from slp_ops.rules.values import Failed, Judgement, Passed, Unknown
from slp_ops.rules.views.era import FIRST_SLP

_HOST_NAME_SINCE = Release(major=17, minor=9, maintenance=1)


@rule(
    "callhome-periodic-shows",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    title=Text(
        "Call-home runs show commands, and SNMP tells of each",
        "Call-home の定期 show コマンドによる SNMP トラップ",
    ),
    cause=Text(
        "Call-home runs show commands from time to time to report software, configuration, inventory and "
        "load. With "
        "'snmp-server enable traps config' each sends a ciscoConfigManEvent trap. Nobody changes anything.",
        "Call-home は構成・インベントリ・負荷などの報告のため定期的に show コマンドを実行します。"
        "'snmp-server enable traps config' が設定されていると、その際に ciscoConfigManEvent "
        "トラップが送信されますが、"
        "設定変更ではなく、想定どおりの動作です。",
    ),
    remedy=(
        Text(
            "Nothing to do. Smart transport avoids it, as does taking the alert groups out of the profile.",
            "対応は不要です。抑止する場合は Smart トランスポートへ移行するか、"
            "プロファイルの alert-group を削除します。",
        ),
    ),
    era=None,
)
def callhome_periodic_shows(call_home: CallHomeConfig, services: ServicesConfig) -> Judgement:
    """Both are configured."""
    if not call_home.service or not services.traps_config:
        return Passed()
    return Failed(
        summary=Text(
            "ciscoConfigManEvent traps here may come from call-home's own show commands",
            "ciscoConfigManEvent トラップは Call-home の show コマンドによる可能性があります",
        ),
        evidence=(*call_home.cite("service"), *services.cite("traps_config")),
    )


@rule(
    "last-ack-cleared",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    title=Text("The last ACK was cleared, as expected", "Last ACK received の初期化 (想定動作)"),
    cause=Text(
        "'write erase' and 'license smart factory reset' clear 'Last ACK received'. It says nothing of the "
        "time "
        "before.",
        "'write erase' や 'license smart factory reset' により 'Last ACK received' は <none> "
        "に初期化されます。"
        "それ以前の状態を示すものではありません。",
    ),
    remedy=(
        Text(
            "Nothing, if reports go out again: 'license smart sync all' shows it sooner.",
            "レポートが送信されていれば対応は不要です。'license smart sync all' で早めに確認できます。",
        ),
    ),
    links=(OVERVIEW,),
)
def last_ack_cleared(usage: UsageReporting, internals: AgentInternals) -> Judgement:
    """The agent remembers the erasure."""
    if usage.last_ack is not None or not was_erased(internals):
        return Passed()
    return Failed(
        summary=Text(
            "Last ACK is <none> since write erase", "write erase により Last ACK received が <none> です"
        ),
        evidence=(*usage.cite("last_ack"), *internals.cite("write_erase_occurred")),
    )


@rule(
    "pre-slp-release",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    title=Text("This release is older than Smart Licensing Using Policy", "SLP より前のリリース"),
    cause=Text(
        "Smart Licensing Using Policy begins with 17.3.2; before it a switch registers with a token, and "
        "its outputs "
        "and remedies are others.",
        "Smart Licensing Using Policy は 17.3.2 以降の方式です。"
        "それより前のリリースではトークンによる登録が必要で、"
        "出力や対処方法も異なります。",
    ),
    remedy=(
        Text(
            "An upgrade to 17.3.2 or later converts the licences by itself; plan the reporting (transport, "
            "trust) with it.",
            "17.3.2 以降へのアップグレードでライセンスは自動的に移行されます。"
            "トランスポートと信頼コードもあわせて計画してください。",
        ),
    ),
    links=(MIGRATING,),
    era=None,
)
def pre_slp_release(software: Software) -> Judgement:
    """By the release alone."""
    slp = None if software.release is None else software.release.at_least(FIRST_SLP)
    if slp is None:
        return Unknown(why=_NO_RELEASE)
    if slp:
        return Passed()
    return Failed(
        summary=Text("{release} is older than SLP", "{release} は SLP より前のリリースです").of(
            release=software.release
        ),
        evidence=software.cite("version"),
    )


_NO_RELEASE = Text("the release could not be read", "リリースを読み取れません")


@rule(
    "sl-not-registered",
    group=Group.INFORMATION,
    severity=Severity.WARNING,
    title=Text("Not registered: the switch is in evaluation", "未登録 (評価モード)"),
    cause=Text(
        "Before Smart Licensing Using Policy a switch that is not registered runs down 90 days of "
        "evaluation. Nothing "
        "is switched off at the end, but its licences count nowhere.",
        "SLP より前の Smart Licensing で未登録の場合、90 日間の評価期間となります。"
        "終了後も機能は停止しませんが、"
        "ライセンスは計上されません。",
    ),
    remedy=(
        Text(
            "Register it: 'license smart register idtoken TOKEN', with call-home set up for it.",
            "Call-home を設定し、'license smart register idtoken TOKEN' で登録します。",
        ),
        Text(
            "Or upgrade to a release with SLP, where no registration is needed.",
            "または、登録が不要な SLP 対応リリースへアップグレードします。",
        ),
    ),
    links=(MIGRATING,),
    era=Era.SL,
)
def sl_not_registered(
    registration: Registration | None, authorization: Authorization | None, software: Software | None
) -> Judgement:
    """As the agent says it; show version has a line of it too."""
    status = registration.status if registration is not None else None
    word = authorization.status.word if authorization is not None and authorization.status is not None else ""
    if registration is not None and status is not None:
        if status.upper() == "REGISTERED" and "EVAL" not in word.upper():
            return Passed()
        evidence: tuple[Evidence, ...] = registration.cite("status")
        if authorization is not None:
            evidence += authorization.cite("status", "evaluation_remaining")
        return Failed(summary=_EVALUATION.of(what=word or status), evidence=evidence)
    printed = software.licensing_status if software is not None else None
    if software is None or printed is None:
        return Unknown(missing=(Registration,))
    if not printed.upper().startswith("UNREGISTERED"):
        return Passed()
    return Failed(summary=_EVALUATION.of(what=printed), evidence=software.cite("licensing_status"))


_EVALUATION = Text("The switch is not registered: {what}", "装置は登録されていません: {what}")


@rule(
    "release-unreadable",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    title=Text("The release cannot be placed", "リリースを判別できない"),
    cause=Text(
        "An engineering build, or a version text without a number: fixed releases cannot be judged, and "
        "every advisory "
        "stays unknown.",
        "エンジニアリング ビルド、または番号のないバージョン表記のため、"
        "修正済みリリースかどうかを判定できません。",
    ),
    remedy=(
        Text(
            "Ask whoever supplied the build which fixes it holds, or move to a numbered release.",
            "ビルドの提供元に含まれる修正を確認するか、正式リリースへ移行します。",
        ),
    ),
    era=None,
)
def release_unreadable(software: Software) -> Judgement:
    """No number, or one without its place in the train."""
    if software.release is not None and not software.release.is_engineering:
        return Passed()
    if software.version is None and software.release is None:
        return Unknown(missing=(Software,))
    return Failed(
        summary=Text("The version {text} cannot be placed", "バージョン {text} を判別できません").of(
            text=software.version or software.release
        ),
        evidence=software.cite("version"),
    )


@rule(
    "smu-patched",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    title=Text("An SMU is installed", "SMU が適用されている"),
    cause=Text(
        "A software maintenance update leaves the number as it is and may hold a fix: advisories below "
        "their fixed "
        "release stay unknown until somebody looks.",
        "SMU を適用してもリリース番号は変わらず、修正が含まれている可能性があります。"
        "修正リリース未満のアドバイザリは、"
        "内容を確認するまで unknown と判定されます。",
    ),
    remedy=(
        Text(
            "'show install summary' lists the SMUs; compare their bug ids with the advisories.",
            "'show install summary' で SMU を確認し、不具合 ID をアドバイザリと照合します。",
        ),
    ),
    era=None,
)
def smu_patched(software: Software, installed: InstalledPackages | None) -> Judgement:
    """The version says so, or the list of packages."""
    if software.release is None:
        return Unknown(why=_NO_RELEASE)
    smus = [
        package for package in (installed.packages if installed is not None else ()) if package.type == "SMU"
    ]
    if not software.release.smu and not smus:
        return Passed()
    return Failed(
        summary=Text("An SMU is installed on {release}", "{release} に SMU が適用されています").of(
            release=software.release
        ),
        evidence=(
            *(software.cite("version") if software.release.smu else ()),
            *(evidence for package in smus for evidence in package.cite()),
        ),
    )


@rule(
    "command-denied",
    group=Group.INFORMATION,
    severity=Severity.WARNING,
    title=Text("AAA denied commands, so that facts are missing", "AAA によりコマンドが拒否された"),
    cause=Text(
        "The user of this tool may not run these commands. What they would tell stays unknown; it is not a "
        "fault of the "
        "switch.",
        "使用したユーザに実行権限がないため、該当コマンドの情報は取得できず unknown となります。"
        "装置の異常ではありません。",
    ),
    remedy=(
        Text(
            "Permit these show commands to the user in TACACS+ or by privilege; reading needs no "
            "configuration rights.",
            "TACACS+ または権限レベルで該当の show コマンドを許可します。設定変更の権限は不要です。",
        ),
    ),
    era=None,
)
def command_denied(facts: Facts) -> Judgement:
    """How the commands ended."""
    if not facts.captures:
        return Unknown(why=Text("no command is known to have been run", "実行したコマンドの情報がありません"))
    denied = [each for each in facts.captures if each.status is CaptureStatus.DENIED]
    if not denied:
        return Passed()
    return Failed(
        summary=Text("Denied: {commands}", "拒否されたコマンド: {commands}").of(
            commands=", ".join(each.command for each in denied)
        ),
        evidence=tuple(Evidence(command=each.command, line=None, text="its output") for each in denied),
    )


@rule(
    "product-instance-name",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    title=Text("CSSM lists this switch by its UDI", "CSSM では UDI で表示される"),
    cause=Text(
        "Up to 17.8 CSSM shows a product instance by its UDI, from 17.9.1 on by its host name (unless that "
        "is kept "
        "private). Who looks for the other finds nothing; after the upgrade it seems to be a new one.",
        "CSSM での製品インスタンス名は 17.8 までは UDI、17.9.1 以降はホスト名です (非公開設定時を除く)。"
        "名称が異なるため、検索で見つからない、アップグレード後に別の装置に見えるといったことがあります。",
    ),
    remedy=(
        Text(
            "Look for the UDI in CSSM: Inventory, Product Instances.",
            "CSSM の Inventory > Product Instances で UDI を検索します。",
        ),
    ),
    links=(OVERVIEW,),
)
def product_instance_name(
    software: Software, product: ProductInstance | None, privacy: Privacy | None
) -> Judgement:
    """By the release, and by what the agent sends."""
    named = None if software.release is None else software.release.at_least(_HOST_NAME_SINCE)
    if named is None:
        return Unknown(why=_NO_RELEASE)
    hidden = (
        privacy is not None and privacy.sending_hostname is not None and privacy.sending_hostname.on is False
    )
    if named and not hidden:
        return Passed()
    udi = product.udi if product is not None else None
    return Failed(
        summary=Text("In CSSM this switch is {udi}", "CSSM での表示名は {udi} です").of(
            udi=f"PID:{udi.pid},SN:{udi.sn}" if udi is not None else Text("its UDI", "UDI")
        ),
        evidence=(
            *(software.cite("version") if not named else ()),
            *(privacy.cite("sending_hostname") if hidden and privacy is not None else ()),
            *(udi.cite() if udi is not None else ()),
        ),
    )
