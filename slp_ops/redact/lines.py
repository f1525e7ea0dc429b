"""The lines of IOS-XE that hold a secret, and where in them it stands.

Every capturing group of a pattern is a secret. A pattern is tried only on lines that hold its literal in
lower or upper case, and no pattern looks ahead over more than a fixed number of characters and then tries
again, so that the time stays linear in the length of the text.

What may not live here: anything that spans lines (``blocks``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from slp_ops.redact.masks import is_mask

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSpan:
    """A secret in a line: characters ``start`` to ``end``."""

    start: int
    end: int
    kind: str


# Where a command may begin: a line, or after a prompt, a log's "logged command:", a bar, a quote, a sign.
_CMD: Final = r"(?:^|[^\w\s<])\s*(?:no\s+|default\s+)?"
_LINE: Final = r"^[+\-]?\s*"
_INDENTED: Final = r"^[+\-]?\s+"
_TYPE: Final = r"(?:[0-9]\s+)?"
# Words after "password" that make it a setting, and those that make it a sentence.
_SETTING: Final = r"(?:encryption|required|rollover|policy|key-chain)\b"
_PROSE: Final = (
    r"(?:recovery|restriction|lifetime|prompt|types?|default|none|is|was|has|for|from|and|or|in|to|of|"
    r"expired|mismatch|failed)$"
)
_VALUE: Final = r'("[^"\n]*"|\S+)'
_REST: Final = r"(\S.*)"  # to the end of the line, where IOS accepts blanks in a secret
_NAMED: Final = r"\S{0,80}?(?:pass|secret|key|token|community)\S*"  # a variable named after what it holds
# What follows a label: label: x   label=x   "label":"x"   \"label\":\"x\"
_FIELD: Final = (
    r"""\\*["']?\s*[:=]\s*(?:\\+"(?P<nested>[^"\\\n]*)\\+"|"(?P<json>(?:[^"\\\n]|\\.)*)"|'(?P<single>[^'\n]*)'"""
    r"""|["']?(?P<bare>[^\s"'][^\s"']*))"""
)

# (a literal that the line must hold, the kind of secret, the pattern)
_RULES: Final[tuple[tuple[str, str, str], ...]] = (
    # --- who may log in
    (
        "username", "password",
        rf"{_CMD}username\s+\S+\s(?:.{{0,200}}?\s)??(?:password|secret)\s+{_TYPE}{_REST}",
    ),
    (
        "enable", "password",
        rf"{_CMD}enable\s+(?:algorithm-type\s+\S+\s+|common-criteria-policy\s+\S+\s+)*"
        rf"(?:password|secret)\s+(?:level\s+\d+\s+)?{_TYPE}{_REST}",
    ),
    ("password", "password", rf"(?-i:{_LINE}password)\s+(?!{_SETTING}){_TYPE}{_REST}"),
    # Any other command that ends in a password.
    (
        "password", "password",
        rf"(?-i:{_LINE}[a-z][\w-]*)\s+(?:\S+\s+){{0,8}}?(?-i:password)\s+(?!{_SETTING}|{_PROSE}){_TYPE}(\S+)\s*$",
    ),
    ("password", "password", rf"\bpassword\s+[0-9]\s+{_VALUE}"),
    ("secret", "password", rf"\bsecret\s+[0-9]\s+{_VALUE}"),
    ("secret", "password", rf"(?-i:{_INDENTED}secret)\s+{_TYPE}{_VALUE}"),
    ("-secret", "password", rf"\b(?:shared|client)-secret\s+{_TYPE}{_VALUE}"),
    ("digest", "password", rf"\bdigest\s+secret\s+{_TYPE}{_VALUE}"),
    # --- passwords without a type digit, recognized by the words before them
    ("neighbor", "password", rf"\bneighbor\s+\S+\s+password\s+{_TYPE}{_VALUE}"),
    ("msdp", "password", rf"\bmsdp\s+(?:vrf\s+\S+\s+)?password\s+peer\s+\S+\s+{_TYPE}{_VALUE}"),
    ("ppp", "password", rf"\bppp\s+\S+\s(?:.{{0,80}}?\s)??password\s+{_TYPE}{_VALUE}"),
    (
        "mpls ldp", "password",
        r"\bmpls\s+ldp\s(?:.{0,120}?\s)??password\s+(?!required\b|rollover\b)"
        rf"(?:fallback\s+|option\s+\d+\s+for\s+\S+\s+)?(?!key-chain\s){_TYPE}{_VALUE}",
    ),
    (
        "password", "password",
        r"\b(?:tunnel|cns|vtp|isis|sxp\s+default|aggressive-mode|ftp|scp|http\s+client|root-dn\s.{1,200}?)"
        rf"\s+password\s+{_TYPE}{_VALUE}",
    ),
    ("-password", "password", rf"\b(?:area|domain)-password\s+{_TYPE}{_VALUE}"),
    ("wccp", "password", rf"\bip\s+wccp\s.{{1,80}}?\spassword\s+{_TYPE}{_VALUE}"),
    ("credentials", "password", rf"\bcts\s+credentials\s+id\s+\S+\s+password\s+{_TYPE}{_VALUE}"),
    (
        "crypto", "password",
        r"\bcrypto\s+(?:key|pki|ca)\s+(?:export|import)\s.{1,200}?\s"
        rf"(?:password|3?des|terminal|url\s+\S+|pkcs12\s+\S+)\s+(?!3?des\b|password\b){_VALUE}",
    ),
    ("passphrase", "password", rf"\bpassphrase\s+{_TYPE}{_VALUE}"),
    ("user-pin", "password", rf"\buser-pin\s+{_TYPE}{_VALUE}"),
    (
        "mab request", "password",
        rf"\bmab\s+request\s+format\s+attribute\s+2\s+(?!(?:upper|lower)case\b){_TYPE}{_VALUE}",
    ),
    ("environment", "password", rf"\bevent\s+manager\s+environment\s+{_NAMED}\s+{_REST}"),
    ("action", "password", rf"\baction\s+\S+\s+set\s+{_NAMED}\s+{_REST}"),
    ("password", "password", rf"{_LINE}(?:\w+\s+){{0,2}}password\s*:\s+(?P<field>\S.*)"),
    ("pass", "password", rf"pass(?:word|wd|phrase|code){_FIELD}"),
    ("secret", "password", rf"secret{_FIELD}"),
    # --- SNMP
    (
        "snmp-server", "snmp-community",
        rf"\bsnmp-server\s+community\s+(?:[0-9]\s+(?!(?:ro|rw|view|ipv6)\b))?{_VALUE}",
    ),
    (
        "snmp-server", "snmp-community",
        r"\bsnmp-server\s+host\s+\S+\s+(?:vrf\s+\S+\s+)?(?:(?:traps?|informs?)\s+)?"
        rf"(?:version\s+(?:1|2c)\s+|(?!version\s|vrf\s|traps?\s|informs?\s))(?:[0-9]\s+)?{_VALUE}",
    ),
    (
        "snmp-server", "snmp-key",
        r"\bsnmp-server\s+user\s.{1,200}?\sauth\s+(?:md5|sha\S*(?:\s+(?:224|256|384|512))?)\s+(\S+)"
        r"(?:\s+priv\s+(?:3?des|aes)(?:\s+(?:128|192|256))?\s+(\S+))?",
    ),
    (
        "snmp-server", "snmp-key",
        r"\bsnmp-server\s+user\s.{1,200}?\spriv\s+(?:3?des|aes)(?:\s+(?:128|192|256))?\s+(\S+)",
    ),
    ("community-map", "snmp-community", rf"\bcommunity-map\s+{_VALUE}"),
    ("community", "snmp-community", r"\bcommunity\s+(?:name|index)\s*:\s*(\S+)"),
    ("security model", "snmp-community", r"\buser:\s+(\S+)\s+security\s+model:\s+v[12]"),
    ("rmon event", "snmp-community", rf"\brmon\s+event\s+\d+\s+(?:log\s+)?trap\s+{_VALUE}"),
    # --- RADIUS, TACACS+ and other servers
    ("-server", "aaa-key", rf"\b(?:radius|tacacs)-server\s(?:.{{0,200}}?\s)??key\s+{_TYPE}{_REST}"),
    ("server-private", "aaa-key", rf"\bserver-private\s+\S+\s(?:.{{0,200}}?\s)??key\s+{_TYPE}{_VALUE}"),
    ("server-key", "aaa-key", rf"\bserver-key\s+{_TYPE}{_VALUE}"),
    ("pac-opaque", "aaa-key", r"\bPAC-Opaque:\s*([0-9A-F]+)\s*$"),
    ("pac key", "aaa-key", rf"\bpac\s+key\s+{_TYPE}{_VALUE}"),
    ("-key", "aaa-key", rf"\b(?:encryption|message-auth\w*-code)-key\s+{_TYPE}{_VALUE}"),
    (
        "key", "key",
        r"(?<![\w-])(?-i:key)\s+[05-9]\s+"
        rf"(?!--|(?:prefer|source|version|minpoll|maxpoll|i?burst|normal-sync)\b){_VALUE}",
    ),
    # --- pre-shared keys
    ("isakmp", "pre-shared-key", rf"\bisakmp\s+key\s+(?:[06]\s+)?{_VALUE}\s+(?:address|hostname)\b"),
    (
        "pre-shared-key", "pre-shared-key",
        r"\bpre-shared-key\s+(?!key-chain\b)(?:(?:address|hostname)\s.{1,80}?\skey\s+|(?:local|remote)\s+)?"
        rf"(?:[06]\s+|hex\s+)?{_VALUE}",
    ),
    ("pre-share", "pre-shared-key", rf"\bpre-share\s+key\s+(?:[06]\s+|hex\s+)?{_VALUE}"),
    ("group", "pre-shared-key", rf"\bgroup\s+\S+\s+key\s+(?:[06]\s+)?{_VALUE}"),
    ("psk", "pre-shared-key", rf"\bpsk\s+(?:set-key\s+)?(?:ascii|hex)\s+{_TYPE}{_VALUE}"),
    ("wep-key", "key", rf"\bwep-key\s+encryption\s+\d+\s+(?:ascii|hex)\s+{_TYPE}{_VALUE}"),
    ("sap pmk", "key", rf"\bsap\s+pmk\s+{_VALUE}"),
    ("session-key", "key", rf"\bsession-key\s+(?:in|out)bound\s+ah\s+\d+\s+{_VALUE}"),
    (
        "session-key", "key",
        rf"\bsession-key\s+(?:in|out)bound\s+esp\s+\d+\s+cipher\s+{_VALUE}(?:\s+authenticator\s+(\S+))?",
    ),
    # --- routing, redundancy and time
    (
        "authentication-key", "key",
        rf"\bntp\s+authentication-key\s+\d+\s+\S+\s+{_VALUE}|\bauthentication-key\s+{_TYPE}{_VALUE}",
    ),
    ("message-digest-key", "key", rf"\bmessage-digest-key\s+\d+\s+\S+\s+{_TYPE}{_VALUE}"),
    ("ipsec spi", "key", rf"\bauthentication\s+ipsec\s+spi\s+\d+\s+(?:md5|sha1)\s+{_TYPE}{_VALUE}"),
    (
        "ipsec spi", "key",
        rf"\bencryption\s+ipsec\s+spi\s+\d+\s+esp\s+(?:null|\S+(?:\s+(?:128|192|256))?\s+{_TYPE}{_VALUE})"
        rf"\s+(?:md5|sha1)\s+{_TYPE}{_VALUE}",
    ),
    ("hmac-sha-256", "key", rf"\bauthentication\s+mode\s+hmac-sha-256\s+{_TYPE}{_VALUE}"),
    (
        "authentication", "key",
        rf"(?-i:{_CMD}(?:standby|vrrp|glbp)\s+(?:\d+\s+)?authentication)\s+(?:text\s+|(?!md5\s|text\s))"
        rf"{_TYPE}{_VALUE}",
    ),
    ("authentication", "key", rf"\b(?:nhrp\s+authentication|rsvp\s+authentication\s+key)\s+{_TYPE}{_VALUE}"),
    ("authentication", "key", r'\bauthentication\s+(?:text|md5)\b[^"\n]{0,40}"([^"\n]+)"'),
    ("map-", "key", rf"\bmap-(?:server|resolver)\s.{{1,80}}?\skey\s+{_TYPE}{_VALUE}"),
    ("key-string", "key", rf"{_LINE}key-string\s+{_TYPE}{_REST}"),
    ("key-string", "key", rf"\S\s+key-string\s+{_TYPE}{_VALUE}"),
    ("-- text", "key", r'\bkey\s+\d+\s+--\s+text\s+"([^"\n]*)"'),
    ("config-key", "key", rf"\bkey\s+config-key\s+\S+\s+{_REST}"),
    ("-key", "key", rf"{_CMD}(?:api|service)-key\s+{_TYPE}{_VALUE}"),
    ("key", "key", rf"(?:api|access|secret|private|shared)[-_]?key{_FIELD}"),
    # --- tokens
    ("idtoken", "token", rf"\bidtoken\s+{_VALUE}"),
    ("the token", "token", r"\bthe\s+token\s+(\S+)\s+is\s+not\s+valid"),
    ("token", "token", rf"token{_FIELD}"),
    ("token", "token", rf"(?:(?-i:{_INDENTED}token)|\bserver\s+token)\s+{_VALUE}"),
    (
        "authorization", "token",
        r"""\bauthorization\\*["']?\s*[:=]\s*\\*["']?(?:bearer|basic)\s+([^\s"'\\]+)""",
    ),
    # --- secrets that give themselves away, whatever stands before them: hashes, and type 7
    ("$", "password", r"(?<!\S)(\$(?:1|5|6|8|9|14)\$[./0-9A-Za-z]{1,64}\$[./0-9A-Za-z]{16,})"),
    (
        " 7 ", "password",
        r"(?-i:^[+\-]?\s*[a-z][\w-]*)\s.{0,200}?\s7\s+(?-i:((?=[0-9]*[A-F])[01][0-9][0-9A-F]{6,}))(?!\S)",
    ),
    # --- addresses that carry a password
    ("://", "url-password", r"\b[a-z][a-z0-9+.\-]{1,20}://[^\s/:@\[\]]{0,256}:([^\s/]{1,256})@"),
    ("mail", "url-password", r"""\bmail[-\s]server\s+["']?[^\s:@"']{1,128}:([^\s"']{1,256})@"""),
    # --- a key in one line, as JSON writes it
    ("-----begin", "private-key", r"-----BEGIN [^-\n]{0,60}PRIVATE KEY-----(?:\\[nr]|\s)*([^\s-][^-]*)"),
    (
        "-----begin", "certificate",
        r"-----BEGIN (?:[^-\n]{0,60} )?CERTIFICATE-----(?:\\[nr]|\s)*([^\s-][^-]*)",
    ),
)  # fmt: skip

# Every line that a pattern could match holds one of these; finding them in a whole text is cheap.
STEMS: Final = (
    "pass", "secret", "key", "token", "authentication", "authorization", "hmac-sha-256", "snmp-server",
    "community", "security model", "rmon event", "psk", "sap pmk",
    "user-pin", "mab request", "ipsec spi", "pkcs12", " pem ", "$", " 7 ", "://", "mail",
    "-----begin", "pac-opaque",
)  # fmt: skip

# A RADIUS or TACACS server's "key SECRET". In a key chain "key 7" is the number of a key, and no secret.
_OWN_KEY: Final = re.compile(
    rf"(?-i:{_INDENTED}key)\s+(?!chain\s|config-key\s|\d+\s+--){_TYPE}{_REST}", re.ASCII | re.IGNORECASE
)
_KEY_NUMBER: Final = re.compile(r"^[+\-]?\s*key\s+[0-9a-f]+\s*$", re.ASCII | re.IGNORECASE)

# What the switch itself puts in the place of a secret, in "show tech-support" and in logs.
_HIDDEN: Final = re.compile(r"<removed>|<hidden>|\*+", re.ASCII | re.IGNORECASE)
# What stands where a label's secret would, and is none.
_NOTHING: Final = re.compile(
    r"<\w+>|none|null|'?nullptr'?|unset|empty|\[.*|(?:not[ -]?)?(?:configured|set|available|applicable)|"
    r"not|enabled|disabled|true|false|yes|no",
    re.ASCII | re.IGNORECASE,
)
_LABELLED: Final = frozenset({"field", "nested", "json", "single", "bare"})

_Rule = tuple[str, str, re.Pattern[str]]
_COMPILED: Final = tuple(
    (literal, kind, re.compile(pattern, re.ASCII | re.IGNORECASE)) for literal, kind, pattern in _RULES
)


@lru_cache(maxsize=1024)
def _rules_for(stems: tuple[str, ...]) -> tuple[_Rule, ...]:
    """Return the rules that may match a line with these stems: their literal contains one of them or none."""
    return tuple(
        rule
        for rule in _COMPILED
        if any(stem in rule[0] for stem in stems) or not any(stem in rule[0] for stem in STEMS)
    )


def secrets(line: str, lowered: str, *, in_key_chain: bool) -> list[SecretSpan]:
    """The secrets of one line, in order and without overlap. ``lowered`` is the line in lower case."""
    found: list[SecretSpan] = []
    for literal, kind, pattern in _rules_for(tuple(stem for stem in STEMS if stem in lowered)):
        if literal in lowered and pattern.search(line):
            found.extend(_groups(pattern, kind, line))
    if "key" in lowered and not (in_key_chain and _KEY_NUMBER.match(line)):
        found.extend(_groups(_OWN_KEY, "key", line))
    return _merged(found)


def _groups(pattern: re.Pattern[str], kind: str, line: str) -> Iterator[SecretSpan]:
    for match in pattern.finditer(line):
        labelled = match.lastgroup in _LABELLED
        for group in range(1, pattern.groups + 1):
            start, end = _trimmed(line, *match.span(group))
            while labelled and end > start and line[end - 1] in ",;)}]":
                end -= 1
            text = line[start:end]
            if not text or is_mask(text) or _HIDDEN.fullmatch(text):
                continue
            if not (labelled and _NOTHING.fullmatch(text)):
                yield SecretSpan(start=start, end=end, kind=kind)


def _trimmed(line: str, start: int, end: int) -> tuple[int, int]:
    """Without the blanks and quotes around it: ``"two words"`` keeps its quotes on the line."""
    while end > start and line[end - 1].isspace():
        end -= 1
    if end - start > 1 and line[start] == '"':
        start += 1
    if end - start > 1 and line[end - 1] in "\"'":
        end -= 1
    return start, end


def _merged(found: list[SecretSpan]) -> list[SecretSpan]:
    """Overlaps become one secret, of the kind that the earlier rule gave."""
    merged: list[SecretSpan] = []
    for each in sorted(found, key=lambda one: one.start):  # stable: rules keep their order
        if merged and each.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = SecretSpan(start=last.start, end=max(last.end, each.end), kind=last.kind)
        else:
            merged.append(each)
    return merged
