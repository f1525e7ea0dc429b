"""The licences themselves."""

from __future__ import annotations

from slp_ops.facts import Entitlement, Entitlements, LicenseAuthorizations
from slp_ops.i18n import Text
from slp_ops.model import Severity
from slp_ops.rules.checks._links import OVERVIEW, TASKS
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

_LEVELS = ("network-", "dna-", "essentials", "advantage")
_HSECK9 = "hseck9"


@rule(
    "not-in-use",
    group=Group.LICENCES,
    severity=Severity.WARNING,
    title=Text("A licence level is not in use", "ライセンスレベルが NOT IN USE"),
    cause=Text(
        "Under Smart Licensing Using Policy the levels that are booted are IN USE from day 0. One that is "
        "not was "
        "changed without a reload, or its member is not part of the stack.",
        "Smart Licensing Using Policy では、起動中のライセンスレベルは初日から IN USE になります。"
        "NOT IN USE の場合は、"
        "レベル変更後に未リロードであるか、メンバーがスタックに参加していない可能性があります。",
    ),
    remedy=(
        Text(
            "Compare 'show version' (Technology Package, current and next reboot) with 'license boot level'.",
            "'show version' の Technology Package (Current / Next reboot) と 'license boot level' "
            "の設定を比較します。",
        ),
        Text(
            "Reload in a maintenance window if the level was changed; check 'show switch' for missing "
            "members.",
            "レベルを変更した場合はメンテナンス時間帯にリロードします。メンバーの状態は 'show switch' "
            "で確認します。",
        ),
    ),
    links=(OVERVIEW,),
)
def not_in_use(entitlements: Entitlements) -> Judgement:
    """Network and DNA levels; others come and go with their feature.

    A level has an entry a model. That of a model which left the stack stays NOT IN USE for good, while
    the level itself is in use.
    """
    levels = [item for item in entitlements.items if (item.name or "").lower().startswith(_LEVELS)]
    used = {item.name for item in levels if item.in_use}
    idle = [item for item in levels if item.status == "NOT IN USE" and item.name not in used]
    if not levels:
        return Unknown(why=Text("no licence level is listed", "ライセンスレベルが表示されていません"))
    if not idle:
        return Passed()
    return Failed(
        summary=Text("NOT IN USE: {names}", "NOT IN USE: {names}").of(
            names=", ".join(dict.fromkeys(item.name or "" for item in idle))
        ),
        evidence=tuple(evidence for item in idle for evidence in item.cite("status")),
    )


@rule(
    "hseck9-not-authorized",
    group=Group.LICENCES,
    severity=Severity.ERROR,
    title=Text("HSECK9 is in use without an authorization code", "HSECK9 が未承認 (SLAC なし)"),
    cause=Text(
        "HSECK9 is export-controlled, the only licence that a Catalyst 9000 enforces: it needs an "
        "authorization code "
        "(SLAC) on the unit.",
        "HSECK9 は輸出規制対象で、Catalyst 9000 で唯一強制されるライセンスです。"
        "装置ごとに承認コード (SLAC) が必要です。",
    ),
    remedy=(
        Text(
            "Have HSECK9 licences in the Virtual Account, then 'license smart authorization request add "
            "hseck9 "
            "local' (or 'all' for every unit).",
            "バーチャルアカウントに HSECK9 ライセンスを用意し、'license smart authorization request add "
            "hseck9 local' "
            "(全ユニットは 'all') を実行します。",
        ),
        Text(
            "Without a way to CSSM: 'license smart authorization request save PATH', exchange the file in "
            "CSSM, "
            "'license smart import PATH'.",
            "CSSM と通信できない場合は 'license smart authorization request save PATH' で保存し、"
            "CSSM で交換したファイルを "
            "'license smart import PATH' でインポートします。",
        ),
        Text("Check with 'show license authorization'.", "'show license authorization' で確認します。"),
    ),
    links=(TASKS,),
)
def hseck9_not_authorized(
    entitlements: Entitlements, authorizations: LicenseAuthorizations | None
) -> Judgement:
    """In use, or asked for, and no unit holds a code."""
    found = [item for item in entitlements.items if (item.name or "").lower() == _HSECK9]
    wanted = [item for item in found if item.status in ("IN USE", "NOT AUTHORIZED")]
    if not wanted:
        return NotApplicable(why=Text("HSECK9 is not in use", "HSECK9 は使用されていません"))
    refused = [item for item in wanted if item.status == "NOT AUTHORIZED"]
    if refused:
        return _failed(refused, authorizations)
    if authorizations is None or not authorizations.units:
        return Unknown(missing=(LicenseAuthorizations,))
    if all(unit.installed for unit in authorizations.units):
        return Passed()
    return _failed(wanted, authorizations)


def _failed(items: list[Entitlement], authorizations: LicenseAuthorizations | None) -> Failed:
    units = () if authorizations is None else authorizations.units
    return Failed(
        summary=Text(
            "HSECK9 is in use or asked for, and not authorized",
            "HSECK9 が使用または要求されていますが未承認です",
        ),
        evidence=(
            *(evidence for item in items for evidence in item.cite("status")),
            *(evidence for unit in units if not unit.installed for evidence in unit.cite("status")),
        ),
    )
