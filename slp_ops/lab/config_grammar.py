"""Grammar of configuration mode: the phrases of each mode, and the lines that open another mode.

Phrases are full words with placeholders, as in ``screens.vocabulary``. ``no`` and ``default`` may
precede any of them. Every line in the configuration is accepted again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """Configuration mode: the word in its prompt, and its phrases."""

    prompt: str  # "config", "config-if", "cfg-call-home" ..
    phrases: tuple[str, ...]
    opens: tuple[tuple[str, str], ...] = ()  # (a phrase, the prompt word of the mode it opens)


_GLOBAL: Final = (
    "hostname <word>",
    "service call-home", "service internal", "service sequence-numbers", "service pad",
    "service password-encryption", "service timestamps log <line>", "service timestamps debug <line>",
    "clock timezone <word> <number>", "clock timezone <word> <number> <number>",
    "clock timezone <word> <word>",
    "logging buffered <number>", "logging buffered <number> <word>", "logging console", "logging host <line>",
    "logging source-interface <interface>", "logging buffered <word>",
    "enable secret <line>", "enable password <line>",
    "aaa new-model", "aaa authentication <line>", "aaa authorization <line>", "aaa accounting <line>",
    "aaa session-id common",
    "ip name-server <line>", "ip host <line>", "ip domain name <word>", "ip domain lookup",
    "ip domain lookup source-interface <interface>", "ip domain timeout <number>", "ip domain retry <number>",
    "ip default-gateway <address>", "ip forward-protocol nd",
    "ip http server", "ip http secure-server", "ip http authentication <line>",
    "ip http client source-interface <interface>", "ip http client secure-trustpoint <word>",
    "ip http client proxy-server <line>", "ip http access-class <line>",
    "ip route <line>", "ip scp server enable", "ip ssh version <number>",
    "ip ssh source-interface <interface>", "ip tcp synwait-time <number>", "ip access-list <line>",
    "ip ftp username <word>", "ip ftp password <line>", "ip tacacs source-interface <interface>",
    "access-list <line>",
    "ntp server <line>", "ntp source <interface>", "ntp authenticate", "ntp authentication-key <line>",
    "ntp trusted-key <number>",
    "license boot level <word>", "license boot level <word> addon <word>",
    "license smart enable", "license smart custom_id <word>", "license smart reservation",
    "license smart privacy all", "license smart privacy hostname", "license smart privacy version",
    "license smart proxy address <word>", "license smart proxy port <number>",
    "license smart server-identity-check",
    "license smart transport automatic", "license smart transport callhome",
    "license smart transport cslu", "license smart transport off", "license smart transport smart",
    "license smart url <word>",
    "license smart url cslu <word>", "license smart url default",
    "license smart url smart <word>", "license smart usage interval <number>",
    "license smart usage customer-tags <line>",
    "crypto pki trustpool import url <word>", "crypto pki trustpool import terminal",
    "crypto pki trustpool clean", "crypto pki certificate chain <word>",
    "username <word> <line>", "username <word>",
    "snmp-server community <line>", "snmp-server enable traps", "snmp-server enable traps <line>",
    "snmp-server host <line>", "snmp-server location <line>", "snmp-server contact <line>",
    "netconf-yang", "restconf", "memory free low-watermark processor <number>",
    "diagnostic bootup level <word>", "spanning-tree mode <word>", "spanning-tree extend system-id",
    "login on-success log", "boot system <line>", "switch <number> provision <word>",
    "banner <line>", "event manager <line>", "errdisable <line>", "vtp mode <word>",
)  # fmt: skip
_IF: Final = (
    "description <line>", "ip address <address> <address>", "ip address dhcp", "shutdown",
    "vrf forwarding <word>", "switchport", "switchport mode <word>", "switchport access vlan <number>",
    "switchport trunk <line>", "speed <word>", "duplex <word>", "ip access-group <line>",
    "spanning-tree <line>", "no-negotiation",
)  # fmt: skip
_LINE: Final = (
    "exec-timeout <number>", "exec-timeout <number> <number>", "transport input <line>",
    "transport output <line>", "transport preferred <word>", "access-class <line>", "login",
    "login local", "login authentication <word>", "password <line>", "logging synchronous",
    "exec prompt timestamp", "length <number>", "width <number>", "session-limit <number>",
    "stopbits <number>", "privilege level <number>", "escape-character <word>",
)  # fmt: skip
_CALL_HOME: Final = (
    "contact-email-addr <word>", "http-proxy <word> port <number>", "vrf <word>",
    "source-interface <interface>", "http resolve-hostname ipv4-first",
    "mail-server <line>", "sender from <word>", "rate-limit <number>", "alert-group <line>",
)  # fmt: skip
_PROFILE: Final = (
    "active", "destination transport-method http", "destination transport-method email",
    "destination address http <word>", "destination address email <word>",
    "destination preferred-msg-format <word>", "reporting smart-licensing-data",
    "reporting smart-call-home-data", "reporting all", "subscribe-to-alert-group <line>",
)  # fmt: skip
_TRUSTPOINT: Final = (
    "revocation-check <line>", "enrollment <line>", "subject-name <line>", "rsakeypair <line>",
    "source interface <interface>", "vrf <word>", "fingerprint <word>", "usage <word>",
)  # fmt: skip
# Complete after ``no``, incomplete otherwise.
_CUT_SHORT: Final = {
    "config": (
        "license smart transport",
        "license smart url",
        "license smart url cslu",
        "license smart url smart",
    ),
}
MODES: Final = {
    mode.prompt: mode
    for mode in (
        Mode(
            prompt="config",
            phrases=_GLOBAL,
            opens=(
                ("interface <interface>", "config-if"),
                ("interface range <line>", "config-if-range"),
                ("line vty <number> <number>", "config-line"),
                ("line vty <number>", "config-line"),
                ("line console <number>", "config-line"),
                ("call-home", "cfg-call-home"),
                ("crypto pki trustpoint <word>", "ca-trustpoint"),
                ("vrf definition <word>", "config-vrf"),
                ("archive", "config-archive"),
                ("tacacs server <word>", "config-server-tacacs"),
                ("radius server <word>", "config-radius-server"),
                ("vlan <number>", "config-vlan"),
                ("redundancy", "config-red"),
                ("control-plane", "config-cp"),
            ),
        ),
        Mode(prompt="config-if", phrases=_IF),
        Mode(prompt="config-if-range", phrases=_IF),
        Mode(prompt="config-line", phrases=_LINE),
        Mode(
            prompt="cfg-call-home", phrases=_CALL_HOME, opens=(("profile <word>", "cfg-call-home-profile"),)
        ),
        Mode(prompt="cfg-call-home-profile", phrases=_PROFILE),
        Mode(prompt="ca-trustpoint", phrases=_TRUSTPOINT),
        Mode(
            prompt="config-vrf",
            phrases=("rd <word>", "description <line>"),
            opens=(("address-family ipv4", "config-vrf-af"), ("address-family ipv6", "config-vrf-af")),
        ),
        Mode(prompt="config-vrf-af", phrases=("exit-address-family", "route-target <line>")),
        Mode(
            prompt="config-archive",
            phrases=("path <line>", "maximum <number>", "time-period <number>", "write-memory"),
            opens=(("log config", "config-archive-log-cfg"),),
        ),
        Mode(
            prompt="config-archive-log-cfg",
            phrases=("logging enable", "logging size <number>", "notify syslog <line>", "hidekeys"),
        ),
        Mode(prompt="config-server-tacacs", phrases=("address <line>", "key <line>", "timeout <number>")),
        Mode(prompt="config-radius-server", phrases=("address <line>", "key <line>", "timeout <number>")),
        Mode(prompt="config-vlan", phrases=("name <line>", "shutdown")),
        Mode(prompt="config-red", phrases=("mode sso",)),
        Mode(prompt="config-cp", phrases=("service-policy input <word>",)),
    )
}


def mode_phrases(switch: Switch, prompt: str, *, negated: bool = False) -> tuple[str, ...]:
    """Return the phrases of a mode on this switch, including those that open other modes.

    ``negated`` is for the text after ``no``, where some phrases may be shortened.
    """
    mode = MODES[prompt]
    phrases = (*mode.phrases, *(phrase for phrase, _ in mode.opens))
    if negated:
        phrases = (*phrases, *_CUT_SHORT.get(prompt, ()))
    if prompt == "config" and switch.traits.vrf:
        phrases = (*phrases, "license smart vrf <word>")
    return phrases


def opened_by(prompt: str, phrase: str) -> str | None:
    """Return the prompt word of the mode that a phrase opens; None when it opens none."""
    return dict(MODES[prompt].opens).get(phrase)


def in_print(phrase: str, words: tuple[str, ...]) -> str:
    """Convert a typed line to its stored form; ``words`` are in full, without ``no``."""
    text = " ".join(words)
    if phrase == "profile <word>":
        return f'profile "{words[1].strip(chr(34))}"'
    if phrase.startswith("http-proxy <word>"):
        return f'http-proxy "{words[1].strip(chr(34))}" port {words[3]}'
    if phrase.startswith("line console"):
        return text.replace("line console", "line con", 1)
    if phrase == "line vty <number>":
        return f"{text} {words[2]}"
    if phrase in ("enable secret <line>", "username <word> <line>"):
        return _hashed(text)
    return text


def _hashed(text: str) -> str:
    """Store clear-text secrets as type 9; ``secret 9 ..`` stays as typed."""
    before, word, rest = text.rpartition(" secret ")
    if not word:
        return text
    first, _, clear = rest.partition(" ")
    if first in ("5", "8", "9"):
        return text
    clear = clear if first == "0" else rest
    return f"{before} secret 9 $9${''.join(f'{ord(letter) * 7 % 62:02d}' for letter in clear)[:40]}"
