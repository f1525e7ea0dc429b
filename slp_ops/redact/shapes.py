"""Find secrets that reveal themselves: passwords in addresses, hashes, signed tokens, keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.redact import grammar
from slp_ops.redact.spans import SecretSpan, found_at

if TYPE_CHECKING:
    from collections.abc import Iterator


_HASH: Final = re.compile(
    r"(?<![\w$])(\$(?:1|4|5|6|8|9|14)\$[./0-9A-Za-z]{1,64}\$[./0-9A-Za-z]{16,})", re.ASCII
)
_SIGNED: Final = re.compile(r"(?<![\w.-])(eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?)", re.ASCII)
_TYPE_7: Final = re.compile(
    r"(?<!\S)(?P<before>\S++)\s+7\s+(?P<value>[01][0-9](?:[0-9A-F]{2}){3,})(?!\S)", re.ASCII
)
_PEM_LINE: Final = re.compile(
    r"-----BEGIN (?:[^-\n]{0,60} )?(PRIVATE KEY|CERTIFICATE)-----(?:\\[nr]|\s)*([^\s-][^-]*)", re.ASCII
)
# Tokens that begin with their issuer, and the end of the address of a webhook.
_ISSUED: Final = re.compile(
    r"(?<![\w-])((?:ghp_|glpat-|xox[a-z]-)[\w-]{16,}|AKIA[A-Z0-9]{16}(?!\w)"
    r"|(?:(?<=hooks\.slack\.com/)services|(?<=webhooks/)incoming)/[\w/-]{16,})",
    re.ASCII,
)
_KEY_MATERIAL: Final = re.compile(
    rf"(?<![a-z0-9_])(?:{'|'.join(sorted(grammar.KEY_MATERIAL, key=len, reverse=True))})(?![a-z0-9_])"
    r"(?:\s*\((?:raw|hex)\))?(?:\s{1,3}(?:key|value|data|generated|derived|installed|is|raw|hex|[0-9]{2,3}-bit)){0,3}\s{0,9}[:=]?\s{0,9}"
    r"(?P<value>(?:0x)?(?:[0-9a-f]{2}){1,64}(?:[ :-](?:[0-9a-f]{2}){1,16}(?![0-9a-z])){0,64}[^\s,;)\]]*)",
    re.ASCII,
)
_HEX_DIGIT: Final = re.compile(r"[0-9a-f]", re.ASCII)
_SHORTEST_KEY: Final = 16  # hexadecimal digits
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.\-]{1,20}://", re.ASCII)
_RUN: Final = re.compile(r"[\s\"<>|]")
_QUOTED_RUN: Final = re.compile(r"[\s\"'<>|]")
_BARE_USER: Final = re.compile(
    r"(?<![\w/@.+-])(?P<user>[\w.\\+-]{1,64}):(?P<password>[^\s@]{1,256}|[^\s\"']{1,256})@(?P<host>[\w.-]+|\[[0-9a-f:]+\])",
    re.ASCII,
)
_OAUTH: Final = frozenset({"x-oauth-basic", "x-token-auth"})
_TIME: Final = re.compile(r"\d\d(?::\d\d)?(?:\.\d+)?z?", re.ASCII)
_NAME: Final = re.compile(r"[a-z][a-z0-9._+-]*|[0-9]+", re.ASCII)
_NUMBERED: Final = frozenset({"slot", "switch", "module", "member", "unit"})
_HOST: Final = re.compile(
    r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}|\[[0-9a-f:]+\])(?![\w-])", re.ASCII
)
_XLAT: Final = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"


def by_address(text: str, lowered: str) -> Iterator[SecretSpan]:
    """Yield the passwords in addresses, with or without a scheme."""
    if "://" in lowered:
        quote = lowered.find("'")
        for scheme in _SCHEME.finditer(lowered):
            is_quoted = 0 <= quote < scheme.start()
            run = (_QUOTED_RUN if is_quoted else _RUN).search(lowered, scheme.end(), scheme.end() + 1024)
            end = run.start() if run else min(len(lowered), scheme.end() + 1024)
            yield from _userinfo(text, lowered, scheme.end(), end)
    if not grammar.COLON_BEFORE_AT.search(lowered):
        return
    for match in _BARE_USER.finditer(lowered):
        user, password = match["user"], match["password"]
        if user.isdigit() or _TIME.fullmatch(password):
            continue
        if user in grammar.NO_USERS and _NAME.fullmatch(text, *match.span("password")):
            continue  # a label before an address: "user:ops@host"
        if "://" in lowered[max(0, match.start() - 3) : match.end("password")]:
            continue
        if not (password.isdigit() and _HOST.fullmatch(user)):
            yield from found_at(text, *match.span("password"), "url-password")


def _userinfo(text: str, lowered: str, start: int, end: int) -> Iterator[SecretSpan]:
    """Yield the password between the user and the host of an address; it may contain slashes."""
    colon = lowered.find(":", start, min(end, start + 256))
    if colon < 0 or any(mark in lowered[start:colon] for mark in "/?#@["):
        return
    signs = [place for place in range(colon, min(end, colon + 512)) if lowered[place] == "@"]
    slash = lowered.find("/", colon, end)
    if not signs:
        return
    hosts = [place for place in signs if _HOST.match(lowered, place + 1)]
    before_slash = [place for place in signs if slash < 0 or place < slash]
    at = before_slash[-1] if before_slash else (hosts or signs)[0]
    password = lowered[colon + 1 : at]
    port = password.partition("/")[0]
    if port.isdigit() and len(port) < 6:
        user = lowered[start:colon]
        looks_host = _HOST.fullmatch(user) is not None or "?" in password or at not in hosts
        if (before_slash and looks_host and _HOST.fullmatch(user)) or (not before_slash and looks_host):
            return
    if password in _OAUTH:  # the token takes the place of the user
        yield from found_at(text, start, colon, "token")
        return
    yield from found_at(text, colon + 1, at, "url-password")


def by_key_material(text: str, lowered: str) -> Iterator[SecretSpan]:
    """Yield the keys that debugs print: ``SK_d: 00112233...``, ``ICV Key: 0011 2233 ...``."""
    for match in _KEY_MATERIAL.finditer(lowered):
        if len(_HEX_DIGIT.findall(match["value"])) >= _SHORTEST_KEY:
            yield from found_at(text, *match.span("value"), "key")


def by_shape(text: str, lowered: str, *, is_explained: bool) -> Iterator[SecretSpan]:
    """Yield hashes, signed tokens, keys and type 7 passwords."""
    if "$" in text:
        for match in _HASH.finditer(text):
            yield from found_at(text, *match.span(1), "password")
    if "eyJ" in text:
        for match in _SIGNED.finditer(text):
            yield from found_at(text, *match.span(1), "token")
    if any(issuer in text for issuer in grammar.ISSUERS):
        for match in _ISSUED.finditer(text):
            yield from found_at(text, *match.span(1), "token")
    if "-----begin" in lowered:
        for match in _PEM_LINE.finditer(text):
            kind = "private-key" if match[1] == "PRIVATE KEY" else "certificate"
            yield from found_at(text, *match.span(2), kind)
    if not is_explained and " 7 " in text:
        for match in _TYPE_7.finditer(text):
            before = match["before"]
            if before.isalpha() and before.lower() not in _NUMBERED and _decodes(match["value"]):
                yield from found_at(text, *match.span("value"), "password")


def _decodes(value: str) -> bool:
    """Return whether a value is a type 7 password, which anybody can decode to printable text."""
    seed = int(value[:2])
    return all(
        0x20 <= byte ^ _XLAT[(seed + place) % len(_XLAT)] <= 0x7E
        for place, byte in enumerate(bytes.fromhex(value[2:]))
    )
