"""Find secrets behind labels: ``name: value``, ``name=value``, JSON and XML."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from slp_ops.redact import grammar
from slp_ops.redact.prose import COUNT, PUNCTUATION, is_harmless, is_known, is_sentence
from slp_ops.redact.spans import QUOTES, SecretSpan, Spans, found_at

if TYPE_CHECKING:
    from collections.abc import Iterator


SECRET_PARTS: Final = (
    "pass", "secret", "key", "token", "psk", "pw", "pin", "jwt", "cred", "cookie",
    "sessionid", "communit", "_comm", "otp", "puk", "sak", "kek", "ick",
    "opaque", "contrasena", "kennwort", "pswd", "tok",
    "snmp_r", "snmp:", 'snmp":', "_md5", "cak", "code", "sig", "auth", "bearer", "saml", "enctype",
)  # fmt: skip
_LABEL_HINT: Final = re.compile(
    rf"(?:{'|'.join(SECRET_PARTS)})[a-z0-9_\-.]{{0,40}}(?P<carrier>\s{{1,8}}(?:[a-z]+-?)?(?:{'|'.join(sorted(grammar.CARRIERS))}))?"
    r"(?:\\*[\"']\]?|\[\d+\]|\s?\([\w /-]{1,20}\))?\s{0,20}[:=]",
    re.ASCII,
)
_LABEL: Final = re.compile(
    r"""(?P<name>[a-z_][\w.-]{0,100})(?P<close>\\*["']?\]?(?:\[\d+\]|\s?\([\w /-]{1,20}\))?)"""
    r"""(?P<sign>\s{0,20}(?:=>|:=|[:=])\s{0,20}(?:[rbfu]{1,2}(?=["'])|!(?:vault|unsafe|!str|!binary)\s{1,20})?)"""
    r"""(?:\\+"(?P<nested>(?:[^"\\\n]|\\+(?!["\\])){0,1000})\\+"|"(?P<double>(?:[^"\\\n]|\\.){0,1000})"|'(?P<single>[^'\n]{0,1000})'"""
    r"""|["']?(?P<bare>[^\s"'](?:[^\s"'<]|'(?=\w)){0,200}))""",
    re.ASCII,
)
_ELEMENT: Final = re.compile(
    r"<(?:[\w.-]+:)?(?P<name>[a-z_][\w.-]*)(?:\s[^<>]*)?>\s*(?P<bare>[^<>\s][^<>]*)<(?!masked:)", re.ASCII
)
_NAMED: Final = re.compile("comm|security")  # the name of a community is the secret
_PART: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+", re.ASCII)
_TAG: Final = re.compile(r"<(?P<end>/?)(?:[\w.-]+:)?(?P<name>[\w.-]+)(?:\s[^<>]*)?>", re.ASCII)
_FURTHEST_PARENT: Final = 300  # characters before an element
_KEY_OWNER: Final = re.compile(r"radius|tacacs|shared")
# Names that announce a secret in these fields only, and its kind.
_FIELDS_OF: Final = {
    "key": ("key", frozenset({"key"})),
    "snmp": ("snmp-community", frozenset({"ro", "rw"})),
    "authentication": ("key", frozenset({"word", "text"})),
}
_KEYS: Final = frozenset({"key", "pre-shared-key", "aaa-key"})
_ONLY_A_LABEL: Final = re.compile(r"\s*(?:[\w-]+\s+){0,2}[\w-]+\s*:\s*", re.ASCII)
# A mixed word with a digit is a key, unless it is the name of an interface, a version or a path.
_KEY_VALUE: Final = re.compile(
    r"(?=[^<]*[0-9])(?=[^<]*[A-Za-z])"
    r"(?!(?:[A-Za-z0-9]*(?:Ethernet|GigE)|Vlan|Loopback|Tunnel|Port-channel)[0-9]+$)"
    r"(?![a-z]+(?:[-_][a-z]+)*[-_]?[0-9.]*$)(?![0-9.]+[a-z]?$)[^\s/:.,<>]{6,}",
    re.ASCII,
)
# Communities of BGP, which are no secrets.
_ROUTE_COMMUNITY: Final = re.compile(
    r"[0-9]+(?::[0-9]+)+|(?:rt|soo):\S+|no-export|no-advertise|local-as|graceful-shutdown|blackhole", re.ASCII
)
_SHORTEST_PASSPHRASE: Final = 4  # words
_NUMBER: Final = re.compile(r"0x[0-9a-f]{1,16}", re.ASCII)
_CODES: Final = ("pin", "otp", "puk")  # secrets of four digits
# A list of communities in JSON or XML, and a value with its encryption type before it.
_COMMUNITY_LIST: Final = re.compile(r"""["'][\w:.-]*community(?:-config)?["']\s*:\s*[\[{\s]*$""", re.ASCII)
_ENCRYPTED: Final = re.compile(
    r"""["'](?:encryption|encrypt|enctype|type)["']\s*:\s*["']?[0-9]["']?\s*,\s*["']?$"""
    r"""|<(?P<tag>encryption|encrypt|enctype)>\s*[0-9]\s*</(?P=tag)>\s*$""",
    re.ASCII,
)
_PORTS: Final = re.compile(r"(?:auth|acct)-port[\s:=]{1,3}[0-9]{1,5}[\s,;)]{1,3}$", re.ASCII)  # of RADIUS
_TYPED_TEXT: Final = re.compile(
    r"""["']enctype["']\s*:\s*["']?[0-9]["']?\s*,\s*["']text["']\s*:\s*["'](?P<value>[^"'\n]{1,1000})["']""",
    re.ASCII,
)
_NAME: Final = re.compile(r"""["']name["']\s*:\s*["'](?P<value>[^"'\n]{1,200})["']""", re.ASCII)
_LAST_WORD: Final = re.compile(r"([a-z0-9][a-z0-9+-]*)\s+$", re.ASCII)
_BLANK: Final = re.compile(r"\s")
_SECOND: Final = re.compile(r"\s{1,3}/\s{1,3}\S+")
_PHRASE: Final = re.compile(r"[\w.-]+", re.ASCII)
_JOINED: Final = re.compile(r"[a-z]+(?:[_-][a-z]+)+", re.ASCII)
_QUERY_END: Final = re.compile(r"&|(?<!=)#")
_ASKED: Final = frozenset({"new", "confirm", "old"})  # "New key: X" of "key config-key"
_ASKS: Final = re.compile(r"\s*[a-z]+\s+", re.ASCII)
_MNEMONIC: Final = re.compile(r"[a-z0-9_]+(?:-[a-z0-9_]+)?-[0-7]-[a-z0-9_]+", re.ASCII)  # of a log message
_NAME_CHARACTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789_.-"


def by_label(text: str, lowered: str, claimed: Spans) -> Iterator[SecretSpan]:
    """Yield the values of labels whose name announces a secret."""
    at = 0
    for hint in _LABEL_HINT.finditer(lowered):
        if hint.start() < at or (match := _label_at(lowered, hint)) is None:
            continue
        at = match.end("sign")
        if claimed.overlap(match.start(), match.end("name")):
            continue
        if lowered[match.start() - 1 : match.start()] == "%" and _MNEMONIC.fullmatch(match["name"]):
            continue
        group = match.lastgroup or "bare"
        is_bare = group == "bare"
        start, end = match.span(group)
        in_query = lowered[match.start() - 1 : match.start()] in {"?", "&"} and match["sign"] == "="
        if in_query and (query_end := _QUERY_END.search(text, start, end)):
            end = query_end.start()
        kind = _kind_of_label(text, lowered, match, start, end, in_query=in_query)
        if not kind or (
            is_no_value(lowered[start:end], kind, group, match["name"])
            and not (is_bare and _is_passphrase(text, lowered, match["name"], start))
        ):
            continue
        if text[match.start() : end].startswith("PASS: ") and len(text[start:].split()) > 1:
            continue  # the result of a test
        if is_bare and ":" in match["sign"] and _is_remark(text, lowered, match.start(), start, end):
            continue
        if is_bare and not in_query:
            end = _end_of_value(text, match["name"], start, end)
            if grammar.NO_VALUE.fullmatch(lowered, start, end):
                continue
        while is_bare and end > start and text[end - 1] in ",;)}]":
            end -= 1
        at = max(at, end)
        yield from found_at(text, start, end, kind)


def _kind_of_label(
    text: str, lowered: str, label: re.Match[str], start: int, end: int, *, in_query: bool
) -> str:
    """Return the kind of secret that a label announces; what "key" means depends on its surroundings."""
    at, name = label.start("name"), label["name"]
    before = _word_before(lowered, at)
    kind = kind_of(text[at : label.end("name")], before=before)
    if kind or (name != "key" and not in_query):
        return kind
    if before in _ASKED and _ASKS.fullmatch(lowered, 0, at):
        return "key"
    if _ENCRYPTED.search(lowered[max(0, at - 80) : at]):
        return "key"
    if in_query:
        return grammar.QUERY_NAMES.get(re.split(r"[-_.]", name)[-1], "")
    if _PORTS.search(lowered[max(0, at - 40) : at]):
        return "aaa-key"
    if _is_random(text[start:end]) or (label["double"] is not None and _has_owner(lowered, at)):
        return "key"
    is_free = grammar.FREE_TEXT.match(lowered) is not None
    return "key" if is_free and not is_harmless(text, lowered, at, start, end) else ""


def by_typed_text(text: str, lowered: str) -> Iterator[SecretSpan]:
    """Yield what follows its encryption type in JSON: ``"enctype": "7", "text": "X"``."""
    for found in _TYPED_TEXT.finditer(lowered):
        yield from found_at(text, *found.span("value"), "password")


def by_list(text: str, lowered: str) -> Iterator[SecretSpan]:
    """Yield the names of SNMP communities in JSON: ``"community": [{"name": "X"``."""
    for name in _NAME.finditer(lowered):
        if _COMMUNITY_LIST.search(lowered[max(0, name.start() - 80) : name.start()]):
            yield from found_at(text, *name.span("value"), "snmp-community")


def _is_remark(text: str, lowered: str, at: int, start: int, end: int) -> bool:
    """Return whether a sentence goes on after its colon: "the token: useful for"."""
    return (
        text[end : end + 1] == " "
        and text[end + 1 : end + 2].islower()
        and text[start:end].islower()
        and text[start:end].isalpha()
        and " " in text[:at].strip()
        and is_sentence(text, lowered, at)
    )


def _is_passphrase(text: str, lowered: str, name: str, start: int) -> bool:
    """Return whether a label begins the line and a phrase follows: ``password: correct horse ...``."""
    words = lowered[start : start + 400].split()
    return (
        _takes_line(text, name, start)
        and len(words) >= _SHORTEST_PASSPHRASE
        and (words[0] in grammar.BEFORE_NOUNS or words[0] in grammar.ADJECTIVES)
        and all(word.isalnum() and not is_known(word) for word in words[1:])
    )


def _takes_line(text: str, name: str, start: int) -> bool:
    """Return whether a value that begins at ``start`` is all of the line behind its label."""
    return (
        name.startswith(("pass", "psk")) and start < 80 and _ONLY_A_LABEL.fullmatch(text[:start]) is not None
    )


def _label_at(lowered: str, hint: re.Match[str]) -> re.Match[str] | None:
    """Return the whole label of which the hint is a part."""
    at = hint.end("carrier") if hint["carrier"] else hint.start()
    before = lowered[max(0, at - 100) : at]
    name = before[len(before.rstrip(_NAME_CHARACTERS)) :]
    return _LABEL.match(lowered, at - len(name.lstrip("0123456789.-")))


def _end_of_value(text: str, name: str, start: int, end: int) -> int:
    """Return the end of a value without quotes: of cookies and ``Password: two words`` the line's."""
    if name in {"cookie", "set-cookie"}:
        return len(text)
    if _takes_line(text, name, start):
        return len(text.rstrip())
    if second := _SECOND.match(text, end):  # "ID/PW: user / password"
        return second.end()
    blank = _BLANK.search(text, end) if end - start > 200 else None
    return blank.start() if blank else len(text) if end - start > 200 else end


def _word_before(lowered: str, at: int) -> str:
    word = _LAST_WORD.search(lowered[max(0, at - 40) : at])
    return word[1] if word else ""


def _has_owner(lowered: str, at: int) -> bool:
    return any(
        owner in lowered[max(0, at - 200) : at] for owner in ("radius", "tacacs", "shared", "isakmp", "ikev2")
    )


@lru_cache(maxsize=4096)
def kind_of(name: str, before: str = "") -> str:
    """Return the kind of secret that a label announces, or an empty text."""
    if name.isupper():
        name = name.lower()
    parts = [part.lower() for part in _PART.findall(name)]
    if parts[-2:] == ["key", "string"]:
        return "key"
    if parts[-2:] == ["md", "5"] and grammar.MD5_OWNERS & {*parts}:
        return "key"
    if "snmp" in parts and parts[-1] in {"ro", "rw"}:
        return "snmp-community"
    if whole := grammar.WHOLE_NAMES.get(" ".join(parts)):
        return whole
    while parts and parts[-1] in grammar.CARRIERS:
        if parts.pop() == "name" and not any(map(_NAMED.match, parts or [before])):
            return ""
    if not parts:
        return grammar.NAMES.get(before, "")
    last = parts[-1]
    if last.isdigit() and len(parts) > 1:
        last = parts[-2]
    if last in grammar.NAMES:
        return grammar.NAMES[last]
    if last == "key":
        others = {*parts[:-1], *(part.lower() for part in _PART.findall(before))}
        return "key" if others & grammar.KEY_PARTS and "public" not in others else ""
    if last == "opaque" and ("pac" in parts or before == "pac"):
        return "key"
    if last in {"response", "assertion"} and "saml" in parts:
        return "token"
    if last == "code" and "trust" in parts:
        return "token"
    if last == "keystring":
        return "key"
    if last not in grammar.OTHER_NAMES:
        if last.endswith("key") and last[:-3] in grammar.KEY_PARTS:
            return "key"
        for ending in (
            "password",
            "passwd",
            "passphrase",
            "pass",
            "secret",
            "token",
            "apikey",
            "pwd",
            "pw",
            "psk",
            "community",
        ):
            if last.endswith(ending):
                return grammar.NAMES[ending]
    return ""


def holds_value(field: str, parent: str, kind: str) -> bool:
    """Return whether a field below the name of a secret holds it: ``value``, ``ro`` of a community.

    Below the name of several (``passwords``) each field does that does not describe it.
    """
    name = field.lower()
    if special := _special(parent):
        return name in special[1]
    if kind in _KEYS and name in grammar.KEY_FIELDS:
        return True
    if name in grammar.VALUE_FIELDS or (kind == "snmp-community" and name in grammar.COMMUNITY_FIELDS):
        return True
    return parent.lower().endswith("s") and not kind_of(parent) and name not in grammar.OTHER_FIELDS


def _special(name: str) -> tuple[str, frozenset[str]] | None:
    """Return the entry of a name in ``_FIELDS_OF``; ``key-address`` is one of "key"."""
    lowered = name.lower()
    return _FIELDS_OF.get("key" if lowered.startswith("key-") and not kind_of(name) else lowered)


def kind_of_list(name: str) -> str:
    """Return the kind of the secrets in a list of this name: ``communities``, ``api_keys``."""
    lowered = name.lower()
    one = name[:-3] + "y" if lowered.endswith("ies") else name[:-1] if lowered.endswith("s") else ""
    return kind_of(name) or (kind_of(one) if one else "")


def kind_of_parent(name: str) -> str:
    """Return the kind of the secrets in fields below a name, such as ``key: {key: X}``, ``snmp: {ro: X}``."""
    special = _special(name)
    return special[0] if special else kind_of_list(name.removesuffix("-config"))


def is_name_of_secret(item: str) -> bool:
    """Return whether an item of a list ``secrets`` names a secret that is elsewhere: ``db_password``."""
    return _JOINED.fullmatch(item) is not None and bool(kind_of(item))


def kind_of_phrase(label: str) -> str:
    """Return the kind of secret that a label of several words announces: ``Enable password``."""
    words = _PHRASE.findall(label)
    return kind_of("_".join(words)) if words and not any(map(str.isdigit, words)) else ""


def is_no_value(value: str, kind: str, group: str = "bare", name: str = "") -> bool:
    """Return whether a value, in lower case, says that there is no secret, or is none of this kind.

    ``group`` is ``bare`` for a value without quotes, ``name`` the label in lower case.
    """
    stripped = value.strip()
    if not stripped or grammar.NO_VALUE.fullmatch(stripped):
        return True
    if kind == "snmp-community" and (len(stripped) < 3 or _ROUTE_COMMUNITY.fullmatch(stripped)):
        return True
    if name.endswith("cookie") and _NUMBER.fullmatch(stripped):
        return True
    shortest = 4 if name.endswith(_CODES) else 5
    if COUNT.fullmatch(stripped.strip(PUNCTUATION)) and len(stripped) < shortest:
        return True
    first = stripped.split(None, 1)[0].strip(PUNCTUATION + QUOTES)
    return not first or (
        (group == "bare" or stripped == first) and (first in grammar.PROSE or first == "key-chain")
    )


def _is_random(value: str) -> bool:
    """Return whether a value looks generated: long, with digits and letters of both cases."""
    return (
        len(value) >= 16
        and any(character.isdigit() for character in value)
        and any(character.islower() for character in value)
        and any(character.isupper() for character in value)
        and value.isalnum()
    )


def by_element(text: str, lowered: str) -> Iterator[SecretSpan]:
    """Yield the content of XML elements whose name announces a secret."""
    at = 0
    while match := _ELEMENT.search(lowered, at):
        at = match.end() - 1
        start, end = match.span("bare")
        name = text[match.start("name") : match.end("name")]
        kind = kind_of(name) or _kind_of_element(
            name.lower(),
            lowered[max(0, match.start() - _FURTHEST_PARENT) : match.start()],
            text[start:end].strip(),
        )
        if kind and not is_no_value(lowered[start:end], kind, "bare"):
            yield from found_at(text, start, end, kind)


def _kind_of_element(name: str, before: str, value: str) -> str:
    """Return the kind of secret in an element whose parent or value decides: ``<community><name>``."""
    parent = _parent_of(before)
    if (kind := kind_of_parent(parent)) and holds_value(name, parent, kind):
        return kind
    if _ENCRYPTED.search(before):
        return "password" if name == "text" else "key"
    return "key" if name == "key" and (_KEY_OWNER.search(before) or _KEY_VALUE.fullmatch(value)) else ""


def _parent_of(before: str) -> str:
    """Return the name of the element that is open at the end of a text."""
    depth = 0
    for tag in reversed([*_TAG.finditer(before)]):
        if tag[0].endswith("/>"):
            continue
        depth += 1 if tag["end"] else -1
        if depth < 0:
            return tag["name"]
    return ""
