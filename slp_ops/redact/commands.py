"""Find secrets in commands: by the form of the command, or by the word that introduces the secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from slp_ops.redact import announcements, forms, grammar, programs
from slp_ops.redact.labels import SECRET_PARTS
from slp_ops.redact.masks import MASK_LENGTH, is_mask
from slp_ops.redact.prose import is_harmless, is_passphrase
from slp_ops.redact.spans import SecretSpan, Spans, found_at, is_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """A form of ``grammar.FORMS``; the earlier in the table, the lower its order."""

    order: int
    kind: str
    text: str
    starts_command: bool
    unless_harmless: bool
    takes_line: bool  # with blanks

    @property
    def pattern(self) -> re.Pattern[str]:
        return forms.compiled(self.text)


def _forms_by_head() -> dict[str, tuple[_Form, ...]]:
    by_head: dict[str, list[_Form]] = {}
    texts = ((kind, form.strip()) for kind, block in grammar.FORMS for form in block.strip().splitlines())
    for order, (kind, text) in enumerate(texts):
        form = _Form(
            order=order,
            kind=kind,
            text=text,
            starts_command=text.startswith("^"),
            unless_harmless="?" in text,
            takes_line="REST?" in text,
        )
        for head in forms.heads(text):
            by_head.setdefault(head, []).append(form)
    return {head: tuple(of_head) for head, of_head in by_head.items()}


FORMS: Final = _forms_by_head()
_SEPARATORS: Final = str.maketrans(dict.fromkeys("\"'`|#>()[]{},;:<=\\/!「」『』【】“”‘’*", " "))
_WORD: Final = "|".join(sorted(map(re.escape, grammar.INTRODUCERS), key=len, reverse=True))
# What may be between an introducer and its secret.
_LINK: Final = "|".join(
    (
        r"\s*(?:string\s)?\[[^\]\n]{0,40}\]\s?[?:]\s+",  # "[none]: X" of a prompt
        r"\s+(?:(?:for|of|on)\s+(?:[\w.-]+\s+){1,3})?(?:is|was):?\s+(?:now\s+|still\s+|(?:set|changed|reset)\s+to\s+)?",
        r"""\s+(?:for|of|on)\s+(?:[\w.-]+\s+){0,2}[\w.@'"-]+\s?[:=]\s+""",  # "for user ops: X"
        r"'s\s+(?:now\s+)?",
        r"\s+(?:changed|set|now|reset|string|computed|derived)\s+(?:is\s+)?(?:to\s+|from\s+)?",
        r"\s+",
    )
)
_INTRODUCER: Final = re.compile(
    rf"(?<![\w</])(?<!\w-)(?:[a-z0-9]+[-.]){{0,3}}(?P<word>{_WORD})(?P<link>{_LINK})"
    r"""(?P<type>(?:level\s+\d+\s+|encrypted\s+|local\s+|remote\s+)?(?:[0-9]\s+(?!(?:ro|rw)\b)(?=\S))?)"""
    rf"(?P<value>{forms.VALUE})",
    re.ASCII,
)
# Behind "community", which has another meaning in BGP.
_COMMUNITY_LINK: Final = re.compile(r"\s*string\s+(?:is|\[)", re.ASCII)
_OWNED_KEY: Final = re.compile(
    rf"(?<![\w+-])(?P<owner>[\w+-]+:?)\s+key\s+(?:is\s+)?(?P<type>(?:[05-9]\s+(?=\S))?)(?P<value>{forms.VALUE})",
    re.ASCII,
)
# "Key for radius: X", "the pre-shared key for peer P is X", "use key X".
_KEY_OF: Final = re.compile(
    rf"(?<![\w+-])(?:(?P<owner>[\w+-]+:?)\s+)?key\s+"
    rf"(?:(?P<of>(?:for|of|on)\s+(?:[\w.+-]+\s+){{0,3}}?[\w.+-]+)(?:\s?[:=]|\s+is)\s+|is\s+)?(?P<value>{forms.VALUE})",
    re.ASCII,
)
_OF: Final = frozenset({"for", "of", "on"})
_SENTENCE_WORDS: Final = _OF | grammar.KEY_DETERMINERS
# No word looks like it: a letter, and a sign that does not end a sentence.
_SIGNED: Final = re.compile(r"(?=.*[A-Za-z])(?=.*(?:[!#$%&*?^~]\w|[0-9].*[!#$%&*^~])).{5,}", re.ASCII)
# The line is longer than the terminal, which shows its end behind a "$": "sw1(config)#$word 0 X".
_SCROLLED: Final = re.compile(
    rf"[#>]\$(?P<tail>[\w-]*)(?:\s+[0-9]{{1,4}}\s+md5)?\s+{forms.TYPE}{forms.VALUE}", re.ASCII
)
_SPLIT_KEYWORD: Final = re.compile(
    rf"^(?:{'|'.join(sorted(grammar.KEYWORD_TAILS))})\s*(?=[0-9]\s|\S+\s+r[ow]\s*$)(?:[0-9]\s+)?"
    rf"{forms.VALUE}(?:\s+r[ow])?\s*$",
    re.ASCII,
)
_LONG_LINE: Final = 4096
_LONGEST_FORM: Final = 8192  # characters of a command; a secret that reaches beyond them takes the whole line
_WEAK_WORDS: Final = frozenset({"pass", "community", "otp"})
# An alias, an action of a kron policy, or the number of a line in a history.
_LEAD: Final = re.compile(r"\s*(?:alias\s+\S+\s+\S+|cli|[0-9]{1,4})", re.ASCII)
# A cell of a row: "sw1,key 7 X,ok". Without a type the cell is nothing else.
_CELL: Final = re.compile(
    r"(?:key|password|secret|key-string)\s+[05-9]\s+[^\s,]|(?<=,)(?:key|password|secret|key-string)\s+[^\s,]+(?:,\S|$)"
    r"|(?<=,)(?:address|client|glbp|server-key|standby|user-name|username|vrrp)\s",
    re.ASCII,
)
_QUOTES: Final = frozenset("\"'")
_BEFORE_CELL: Final = frozenset(("", ",", "[", " ", ":"))
_ASKS: Final = frozenset(":?=")  # signs before what is typed: "password for ops: X"
_OWNED: Final = ("for ", "of ", "on ")
_ALIAS: Final = re.compile(r"[^|]{0,60}\balias\s{1,9}\S{1,30}\s{1,9}$", re.ASCII)  # the next word is its name
_JOINERS: Final = frozenset("_-")
_AFTER_HEAD: Final = frozenset(" \t:")
_KEY_NUMBER: Final = re.compile(r"key\s+[0-9a-f]{1,64}(?:\s*$|[\"'`<])", re.ASCII)
_SHORT_KEY_NUMBER: Final = re.compile(r"key\s+[0-9]{1,4}(?:\s*$|[\"'`<]|\s+(?:\(|<cr>|--\s+\())", re.ASCII)


def words_of(lowered: str) -> set[str]:
    """Return the words of a line; of a very long line those that matter, and perhaps more."""
    if len(lowered) > _LONG_LINE:
        return {
            word
            for word in (
                *FORMS,
                *SECRET_PARTS,
                *programs.WORDS,
                *announcements.LOGINS,
                *_SENTENCE_WORDS,
                *grammar.KEY_MATERIAL,
            )
            if word in lowered
        }
    return set(lowered.lstrip(" +-<>!").translate(_SEPARATORS).split())


def by_form(text: str, lowered: str, heads: frozenset[str], section: str) -> tuple[list[SecretSpan], Spans]:
    """Return the secrets of known commands, and the parts of the line that these commands explain."""
    found: list[SecretSpan] = []
    claimed = Spans()
    places = {head: _places(lowered, head) for head in heads}
    for form, at in ((form, at) for form, head in _in_order(heads) for at in places[head]):
        if claimed.overlap(at, at + 1) or (form.starts_command and not _starts_command(lowered, at)):
            continue
        furthest = at + _LONGEST_FORM
        match = form.pattern.match(lowered, at, furthest)
        if match is None:
            continue
        end = match.end() if match.end() < furthest else len(text)
        end = _end_of_cell(text, at, match.start(1), end)
        if claimed.overlap(at, end):
            continue
        if form.kind == "key" and lowered.startswith("key", at) and _is_key_number(lowered, at, section):
            claimed.add(at, end)
            continue
        if form.unless_harmless and not (_is_typed(lowered, match.start(1)) or is_hidden(match[1])):
            first = match.start(1) + len(match[1].split(None, 1)[0])
            is_line = form.takes_line and is_passphrase(text, lowered, at, match.start(1))
            if not is_line and is_harmless(text, lowered, at, match.start(1), first):
                continue
        claimed.add(at, end)
        for group in range(1, form.pattern.groups + 1):
            start, stop = match.span(group)
            found += found_at(text, start, min(stop, end) if stop < furthest else end, form.kind)
    return found, claimed


@lru_cache(maxsize=1024)
def _in_order(heads: frozenset[str]) -> tuple[tuple[_Form, str], ...]:
    """Return the forms that start with these words, in the order of the table, each with its word."""
    return tuple(
        sorted(((form, head) for head in heads for form in FORMS[head]), key=lambda pair: pair[0].order)
    )


def _places(lowered: str, head: str) -> list[int]:
    """Return the place of a word in a line."""
    places: list[int] = []
    at = lowered.find(head)
    while at >= 0:
        end = at + len(head)
        before = lowered[at - 1 : at]
        joined = before.isalnum() or (before in _JOINERS and lowered[:at].strip("+- \t"))
        if lowered[end : end + 1] in _AFTER_HEAD and not joined:
            places.append(at)
        at = lowered.find(head, end)
    return places


def _end_of_cell(text: str, at: int, start: int, stop: int) -> int:
    """Return where a secret ends whose command begins at ``at``: in a row or a list with its cell."""
    before = text[at - 1 : at]
    if before == ",":
        mark = ","
    elif before in _QUOTES and text[max(0, at - 2) : at - 1] in _BEFORE_CELL:
        mark = before + ","
    elif before == "=":
        mark = " <cr>"  # of an accounting record
    else:
        return stop
    end = text.find(mark, start + 1, stop)
    return end if end > 0 and text[end - 1] != "\\" else stop


def _starts_command(lowered: str, at: int) -> bool:
    """Return whether a command may start here: after nothing, a prompt, a header, a bar, a quote, "no"."""
    before = lowered[max(0, at - 80) : at].rstrip()
    for negation in ("no", "default", "do"):
        if before.endswith(negation) and not before[: -len(negation)].rstrip()[-1:].isalnum():
            before = before[: -len(negation)].rstrip()
    if before.endswith(">") and is_mask(before[-MASK_LENGTH:]):
        return False
    if _LEAD.fullmatch(before):
        return True
    if before[-1:] == "," and _CELL.match(lowered, at):
        return True
    return not before.strip("+-<>!* \t") or before[-1] in "#>|:;\"'`[「『【“" or before.endswith("cmd=")


def by_broken_line(text: str, lowered: str) -> list[SecretSpan]:
    """Return the secret of a command of which a terminal shows the end: it was wrapped, or scrolled."""
    found: list[SecretSpan] = []
    if split := _SPLIT_KEYWORD.match(lowered):
        found += found_at(text, *split.span(1), "password")
    if "#$" in lowered and (scrolled := _SCROLLED.search(lowered)):
        tail = scrolled["tail"]
        is_typed = not tail and _is_typed(lowered, scrolled.start(2))
        if is_typed or any(
            tail and word.endswith(tail) for word in grammar.INTRODUCERS | {"key": "key", "digest-key": "key"}
        ):
            found += found_at(text, *scrolled.span(2), "password")
    return found


def _is_typed(lowered: str, at: int) -> bool:
    """Return whether the word before ``at`` is a type digit."""
    before = lowered[max(0, at - 8) : at].split()
    return bool(before) and len(before[-1]) == 1 and before[-1].isdigit()


def _is_key_number(lowered: str, at: int, section: str) -> bool:
    """Return whether this is ``key 7`` of a key chain, where the number is the name of the key."""
    if section == "key chain" or "(config-keychain" in lowered:
        return _KEY_NUMBER.match(lowered, at) is not None
    return section != "server" and _SHORT_KEY_NUMBER.match(lowered, at) is not None


def by_introducer(text: str, lowered: str, claimed: Spans, at: int) -> Iterator[SecretSpan]:
    """Yield what follows words such as "password", unless it is harmless."""
    is_snmp = "snmp" in lowered
    is_alias = "alias" in lowered
    last = len(text.rstrip())
    while match := _INTRODUCER.search(lowered, at):
        at = match.start("link") + 1
        start, end = match.span("value")
        if claimed.overlap(match.start("word"), match.end("word")):
            continue
        word = match["word"]
        is_asked = match["link"].rstrip()[-1:] in _ASKS and end >= last
        if (word == "community" and not is_snmp and not _COMMUNITY_LINK.match(match["link"])) or (
            is_alias and _ALIAS.match(lowered, 0, match.start())
        ):
            continue
        if (match["type"] and word not in _WEAK_WORDS) or not is_harmless(
            text,
            lowered,
            match.start(),
            start,
            end,
            weak=word in _WEAK_WORDS,
            plain=not is_asked and (word in grammar.PLAIN_WORDS or match["link"].lstrip().startswith(_OWNED)),
        ):
            at = end
            yield from found_at(text, start, end, grammar.INTRODUCERS[word])


def by_owned_key(text: str, lowered: str, words: set[str], claimed: Spans) -> Iterator[SecretSpan]:
    """Yield what follows "key" after a word that makes it a secret: "shared key X", "key for radius: X"."""
    for match in _OWNED_KEY.finditer(lowered):
        start, end = match.span("value")
        if match["owner"] not in grammar.KEY_OWNERS or claimed.overlap(start, end):
            continue
        is_free = grammar.FREE_TEXT.match(lowered) is not None
        if match["type"] or not is_harmless(text, lowered, match.start(), start, end, plain=is_free):
            yield from found_at(text, start, end, "key")
    if words & _SENTENCE_WORDS:
        yield from _by_key_of(text, lowered, claimed)


def _by_key_of(text: str, lowered: str, claimed: Spans) -> Iterator[SecretSpan]:
    """Yield the key of a sentence: of an owner behind "key", or one that looks like no word."""
    for match in _KEY_OF.finditer(lowered):
        start, end = match.span("value")
        if claimed.overlap(start, end) or is_harmless(text, lowered, match.start(), start, end):
            continue
        is_owned = not grammar.KEY_OWNERS.isdisjoint(
            ((match["owner"] or "").rstrip(":"), *(match["of"] or "").split())
        )
        is_named = match["of"] or match["owner"] in grammar.KEY_DETERMINERS
        if (is_owned and match["of"]) or (is_named and _SIGNED.fullmatch(text[start:end].rstrip(".,;:)"))):
            yield from found_at(text, start, end, "key")
