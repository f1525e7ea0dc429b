"""Find secrets that HTML, XML or JSON names in another place than a label: attributes, cells, records.

<input name="pw" value="X">    <td>Password</td><td>X</td>    {"name": "token", "value": "X"}
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.redact import grammar
from slp_ops.redact.labels import (
    holds_value,
    is_name_of_secret,
    is_no_value,
    kind_of,
    kind_of_list,
    kind_of_parent,
    kind_of_phrase,
)
from slp_ops.redact.spans import SecretSpan, found_at

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG: Final = re.compile(
    r"""<(?!masked:)(?P<tag>[a-z][\w:.-]*)(?P<attributes>(?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""", re.ASCII
)
_NAMING: Final = re.compile(
    r"""(?<![\w-])(?:name|id|key|type|property|autocomplete|http-equiv)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>/]+))""",
    re.ASCII,
)
_VALUE: Final = re.compile(
    r"""(?<![\w-])(?:value|content|default|data-value)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>]+))""",
    re.ASCII,
)
_TEXT: Final = re.compile(r"\s*(?:<(?:value|string|text|data)>\s*)?(?P<text>[^<>\s][^<>]*)")
# Their text is what the reader sees: a label, or a value that the text of another names.
_TEXT_TAGS: Final = grammar.words("""
    a abbr b button caption div em form h1 h2 h3 h4 h5 h6 i label legend li nav option p section small
    strong summary svg td th title
""")
# The text of a cell, the tags after it, and the text of the next.
_PAIR: Final = re.compile(
    r"""<(?:td|th|dt|label|span|b|strong|p|li|div)(?:\s[^<>]*)?>\s*(?P<label>[^<>]{2,60}?)[\s:*]*</\w+>(?=[\s:=]*(?:</\w+>\s*)*(?:<(?!masked:)\w[^<>]*>\s*)*(?P<value>[^<>\s][^<>]*))""",
    re.ASCII,
)
_LIST: Final = re.compile(
    r"""(?<![\w.-])(?P<name>[a-z_][\w.-]{0,60})(?:\\?["'])?\s*[:=]\s*[\[(]\s*(?P<items>(?:\\?"[^"\n]*"|'[^'\n]*'|[^\s"'\[\](){},]+)(?:\s*,\s*(?:\\?"[^"\n]*"|'[^'\n]*'|[^\s"'\[\](){},]+))*)""",
    re.ASCII,
)
# 'HTTPBasicAuth("user", "X")', 'ftp.login("user", "X")', 'ConvertTo-SecureString "X"'.
_CALL: Final = re.compile(
    r"""\b(?:(?:(?:http)?(?:basic|digest)_?auth|login)\(\s*["'][^"'\n]{0,100}["']\s*,\s*[rbfu]{0,2}|-securestring\s+(?:-string\s+)?)(?:"(?P<double>[^"\n]{1,200})"|'(?P<single>[^'\n]{1,200})')""",
    re.ASCII,
)
_LIST_SIGN: Final = re.compile(r"[:=]\s*[\[(]")
_MAP: Final = re.compile(
    r"""(?<![\w.-])["']?(?P<name>[a-z_][\w.-]{0,60})["']?\s*[:=]\s*\[?\s*\{(?P<fields>[^{}\n]{1,2000})\}""",
    re.ASCII,
)
_FIELD: Final = re.compile(
    r"""["']?(?P<name>[\w.-]+)["']?\s*[:=]\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"',{}]+))""",
    re.ASCII,
)
_ITEM: Final = re.compile(
    r"""(?:\\?"(?P<double>(?:[^"\\]|\\+(?!["\\]))*)\\?"|'(?P<single>[^']*)'|(?P<bare>[^\s"',]+))""", re.ASCII
)
_RECORD: Final = re.compile(
    r"""["']?\b(?:name|key|id|variable|field|label|parameter|path)["']?\s*[:=]\s*["']?(?:[^\s"',]{0,200}/)?(?P<name>[a-z_][\w.-]*)["']?\s*,\s*"""
    r"""(?:["']?[\w-]{1,40}["']?\s*[:=]\s*["']?[\w .-]{0,40}["']?\s*,\s*){0,3}"""
    r"""["']?(?:value|default|val|content|text|data)["']?\s*[:=]\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"',}]+))""",
    re.ASCII,
)


def by_markup(text: str, lowered: str) -> Iterator[SecretSpan]:
    """Yield the values of fields of forms, of cells, and of elements that an attribute names."""
    for tag in _TAG.finditer(lowered):
        start, end = tag.span("attributes")
        kind = _kind_of_tag(text, lowered, start, end)
        if not kind:
            continue
        value = _VALUE.search(lowered, start, end)
        if value is not None:
            yield from _found(text, lowered, value, kind)
        elif (
            tag["tag"] not in _TEXT_TAGS
            and (content := _TEXT.match(lowered, tag.end()))
            and not lowered.startswith("<masked:", content.end())
        ):
            yield from _found(text, lowered, content, kind)
    for pair in _PAIR.finditer(lowered):
        kind = kind_of_phrase(text[slice(*pair.span("label"))])
        if kind and not is_no_value(pair["value"].strip(), kind):
            yield from found_at(text, *pair.span("value"), kind)


def by_record(text: str, lowered: str) -> Iterator[SecretSpan]:
    """Yield the values of records with a name and a value: ``{"name": "token", "value": "X"}``."""
    for record in _RECORD.finditer(lowered):
        kind = kind_of(text[slice(*record.span("name"))])
        if kind:
            yield from _found(text, lowered, record, kind)


def by_items(text: str, lowered: str) -> Iterator[SecretSpan]:
    """Yield the items of a list in one line: ``communities: [X, Y]``."""
    if not _LIST_SIGN.search(lowered):
        return
    for names in _LIST.finditer(lowered):
        items = [*_ITEM.finditer(lowered, *names.span("items"))]
        kind = kind_of_list(text[slice(*names.span("name"))])
        if names["name"].endswith("auth") and len(items) == 2:  # user and password
            is_login = items[1]["bare"] is None and items[0][0].strip("\\\"'") not in grammar.LOGIN_METHODS
            kind, items = "password" if is_login else "", items[1:]
        if kind:
            is_list_of_names = names["name"] == "secrets"
            for item in items:
                if is_list_of_names and is_name_of_secret(text[slice(*item.span(item.lastgroup or 0))]):
                    continue
                words = lowered[slice(*item.span(item.lastgroup or 0))].split()
                if len(words) == 1 or not any(word in grammar.PROSE for word in words):
                    yield from _found(text, lowered, item, kind)


def by_call(text: str, lowered: str) -> Iterator[SecretSpan]:
    """Yield the password of a script that logs in to a page: ``HTTPBasicAuth("user", "X")``."""
    for call in _CALL.finditer(lowered):
        yield from _found(text, lowered, call, "password")


def by_fields(text: str, lowered: str) -> Iterator[SecretSpan]:
    """Yield the values of fields below a name, in one line: ``communities: {ro: X, rw: Y}``."""
    for parent in _MAP.finditer(lowered):
        name = text[slice(*parent.span("name"))]
        kind = kind_of_parent(name)
        if kind:
            for field in _FIELD.finditer(lowered, *parent.span("fields")):
                if holds_value(field["name"], name, kind):
                    yield from _found(text, lowered, field, kind)


def _kind_of_tag(text: str, lowered: str, start: int, end: int) -> str:
    for naming in _NAMING.finditer(lowered, start, end):
        name = text[slice(*naming.span(naming.lastgroup or 0))]
        if kind := kind_of(name) or kind_of_phrase(name):
            return kind
    return ""


def _found(text: str, lowered: str, found: re.Match[str], kind: str) -> Iterator[SecretSpan]:
    group = found.lastgroup or "bare"
    if not is_no_value(lowered[slice(*found.span(group))], kind, group):
        yield from found_at(text, *found.span(group), kind)
