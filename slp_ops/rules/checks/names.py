# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Can the switch find the server's name?"""

from __future__ import annotations

from slp_ops.facts import HostEntry, Hosts, NameConfig, PinnedHost, TransportKind
from slp_ops.i18n import Text
from slp_ops.iosxe.servers import is_cisco
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import OVERVIEW, SMART_TRANSPORT
from slp_ops.rules.checks._reasons import unexplained
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown
from slp_ops.rules.views.communication import Communication
from slp_ops.rules.views.log import LicenceLog
from slp_ops.rules.views.route import Route

_NO_NAME = Text(
    "the switch does not have to look up a name to report", "レポート送信に名前解決は必要ありません"
)
_CONSEQUENCES = ("dns-failure", "comm-failing-now", "comm-flapping", "target-unresolved")


def _pinned(names: NameConfig | None, wanted: str) -> PinnedHost | None:
    return next((host for host in names.hosts if host.name.lower() == wanted), None) if names else None


@rule(
    "dns-failure",
    group=Group.NAMES,
    severity=Severity.ERROR,
    title=Text("The server's name does not resolve", "サーバ名の名前解決に失敗"),
    cause=Text(
        "The switch asked for the address of the server that it reports to and got none: no name server "
        "answers, or the name does not exist there (ERR 218 with call-home).",
        "レポート送信先サーバの名前解決に失敗しています。DNS サーバが応答しないか、"
        "その名前が登録されていません "
        "(Call-home では ERR 218)。",
    ),
    remedy=(
        Text(
            "From the switch: 'show hosts' for the servers in use, then 'ping NAME' with the server's "
            "name; its "
            "first line shows which server was asked.",
            "装置上で 'show hosts' により DNS サーバを確認し、'ping サーバ名' を実行します。"
            "1 行目に問い合わせ先の DNS サーバが表示されます。",
        ),
        Text(
            "Check that UDP 53 to those servers is open from the interface and VRF in use.",
            "使用するインターフェイスと VRF から DNS サーバへの UDP 53 が許可されているか確認します。",
        ),
        Text(
            "Set servers that know the name: 'ip name-server ADDRESS' ('vrf NAME' where one is used).",
            "名前を解決できる DNS サーバを 'ip name-server ADDRESS' で設定します (VRF 使用時は 'vrf NAME')。",
        ),
    ),
    links=(OVERVIEW, SMART_TRANSPORT),
    playbooks=("name-server",),
    explains=("comm-failing-now", "comm-flapping", "never-acknowledged", "ack-due-soon", "ack-overdue"),
)
def dns_failure(communication: Communication, route: Route | None, log: LicenceLog | None) -> Judgement:
    """A failure that stands and says so."""
    evidence = communication.reasons.get("dns-failure", ())
    if evidence:
        if route is not None and route.by_default_name:
            return NotApplicable(
                why=Text(
                    "the name is cslu-local, looked for because no CSLU address is set: "
                    "see cslu-address-missing",
                    "CSLU のアドレスが未設定のため cslu-local を検索しています (cslu-address-missing を参照)",
                )
            )
        said = () if log is None else log.standing("dns-failure")
        of_cslu = bool(said) and all(_CSLU in each.message.text for each in said)
        if (
            of_cslu
            and not communication.counted
            and route is not None
            and route.kind is not TransportKind.CSLU
        ):
            return NotApplicable(
                why=Text(
                    "the log tells of CSLU, to which the switch reported before its transport was changed",
                    "ログの失敗は、transport 変更前の報告先である CSLU に関するものです",
                )
            )
        return Failed(
            summary=Text("The name {name} does not resolve", "{name} を名前解決できません").of(
                name=", ".join(route.names) if route is not None and route.names else _SERVER
            ),
            evidence=evidence,
            confidence=communication.confidence,
        )
    return unexplained(communication) or Passed()


_SERVER = Text("of the server", "サーバ名")
_CSLU = "(CSLU)"  # as the log names what it could not reach


@rule(
    "name-server-missing",
    group=Group.NAMES,
    severity=Severity.ERROR,
    title=Text("No name server is configured", "DNS サーバが未設定"),
    cause=Text(
        "The switch reports to a server by name and has no name server to ask; it then broadcasts to "
        "255.255.255.255, and nobody answers.",
        "レポート送信先が名前で指定されていますが、DNS サーバが設定されていません。"
        "この場合 255.255.255.255 に問い合わせますが、応答はありません。",
    ),
    remedy=(
        Text(
            "Set one: 'ip name-server ADDRESS' ('ip name-server vrf NAME ADDRESS' where a VRF is used).",
            "'ip name-server ADDRESS' を設定します (VRF 使用時は 'ip name-server vrf NAME ADDRESS')。",
        ),
        Text(
            "Where the name server must be asked from a certain interface: 'ip domain lookup "
            "source-interface VlanN'.",
            "送信元を指定する必要がある場合は 'ip domain lookup source-interface VlanN' を設定します。",
        ),
        Text(
            "Check with 'ping NAME', then 'license smart sync all'.",
            "'ping サーバ名' で確認し、'license smart sync all' を実行します。",
        ),
    ),
    links=(OVERVIEW,),
    playbooks=("name-server",),
    explains=_CONSEQUENCES,
)
def name_server_missing(route: Route, names: NameConfig | None, hosts: Hosts | None) -> Judgement:
    """Neither the configuration nor show hosts knows one, for the VRF in use either."""
    if not route.names:
        return NotApplicable(why=_NO_NAME)
    if names is None and hosts is None:
        return Unknown(missing=(NameConfig,))
    if any(_pinned(names, name) for name in route.names):
        return Passed(why=Text("the name is pinned by 'ip host'", "'ip host' で固定されています"))
    configured = names is not None and names.servers
    if not configured and not (hosts is not None and hosts.servers):
        source = names if names is not None else hosts
        assert source is not None  # noqa: S101 - one of the two was read, as seen above
        return Failed(
            summary=Text(
                "No name server is configured, so that no name resolves",
                "DNS サーバが設定されていないため、名前解決ができません",
            ),
            evidence=(
                source.absent("ip name-server"),
                *(hosts.cite("servers") if hosts is not None and hosts.servers_printed else ()),
            ),
        )
    vrf = route.vrf
    if vrf is None or names is None or not names.servers or any(s.vrf == vrf.value for s in names.servers):
        return Passed()
    return Failed(
        summary=Text(
            "Reports use VRF {vrf}, and no name server is configured for it",
            "レポートに使用する VRF {vrf} に DNS サーバが設定されていません",
        ).of(vrf=vrf.value),
        evidence=(*vrf.cite(), *names.servers[0].cite()),
        severity=Severity.WARNING,
        confidence=Confidence.LOW,
    )


@rule(
    "domain-lookup-disabled",
    group=Group.NAMES,
    severity=Severity.ERROR,
    title=Text("Name lookup is switched off", "名前解決が無効 (no ip domain lookup)"),
    cause=Text(
        "'no ip domain lookup', common in hardening templates, keeps the switch from asking any name server, "
        "so that it cannot find the server that it reports to.",
        "ハードニング用テンプレートなどにより 'no ip domain lookup' が設定されており、"
        "DNS サーバへの問い合わせが"
        "行われないため、送信先サーバを名前解決できません。",
    ),
    remedy=(
        Text(
            "'ip domain lookup'. A mistyped word at the prompt is then looked up as a name: that costs a few "
            "seconds, no more ('transport preferred none' under 'line' avoids it).",
            "'ip domain lookup' を設定します。コマンドの入力ミス時に数秒の名前解決待ちが発生しますが、"
            "'line' 配下の 'transport preferred none' で回避できます。",
        ),
        Text(
            "Where it must stay off, pin the name ('ip host NAME ADDRESS') and mind that Cisco changes "
            "addresses.",
            "無効のまま運用する場合は 'ip host NAME ADDRESS' で固定できますが、"
            "Cisco 側のアドレスは変更されることがあります。",
        ),
    ),
    links=(OVERVIEW,),
    playbooks=("domain-lookup",),
    explains=_CONSEQUENCES,
)
def domain_lookup_disabled(route: Route, names: NameConfig) -> Judgement:
    """The line is there, and a name has to be found."""
    if names.lookup:
        return Passed()
    if not route.names:
        return NotApplicable(why=_NO_NAME)
    if route.names and all(_pinned(names, name) for name in route.names):
        return Passed(why=Text("the name is pinned by 'ip host'", "'ip host' で固定されています"))
    return Failed(
        summary=Text(
            "Name lookup is off, so that the server is not found",
            "名前解決が無効のため、送信先サーバを解決できません",
        ),
        evidence=names.cite("lookup"),
    )


@rule(
    "pinned-host-entry",
    group=Group.NAMES,
    severity=Severity.WARNING,
    title=Text("The server's name is pinned to an address", "サーバ名が ip host で固定されている"),
    cause=Text(
        "'ip host' overrides DNS for the server that the switch reports to. Cisco's addresses change; on "
        "that "
        "day reporting stops without any change on the switch.",
        "送信先サーバの名前が 'ip host' で固定されており、DNS より優先されます。"
        "Cisco 側のアドレスが変更されると、"
        "装置側に変更がなくても通信できなくなります。",
    ),
    remedy=(
        Text(
            "Compare it with what DNS says today; remove it with 'no ip host NAME' where DNS can be used.",
            "現在の DNS の応答と比較し、DNS を使用できる場合は 'no ip host NAME' で削除します。",
        ),
    ),
    links=(SMART_TRANSPORT,),
    explains=("http-timeout", "http-aborted"),
)
def pinned_host_entry(route: Route, names: NameConfig | None, hosts: Hosts | None) -> Judgement:
    """A pin for the first host on the way; for one's own server it is a habit, not a risk."""
    if names is None and hosts is None:
        return Unknown(missing=(NameConfig,))
    found: tuple[PinnedHost | HostEntry, ...] = tuple(
        pin for name in route.names if (pin := _pinned(names, name)) is not None
    )
    if names is None and hosts is not None:
        found = tuple(
            entry
            for entry in hosts.entries
            if entry.name.lower() in route.names and "perm" in (entry.flags or "").lower()
        )
    if not found:
        return Passed()
    return Failed(
        summary=Text("{name} is pinned by 'ip host'", "{name} が 'ip host' で固定されています").of(
            name=found[0].name
        ),
        evidence=tuple(evidence for pin in found for evidence in pin.cite()),
        severity=None if any(is_cisco(pin.name.lower()) for pin in found) else Severity.INFO,
    )
