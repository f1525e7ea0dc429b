"""Explanation of a rule, a log line, a failure reason, or a term."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from slp_ops.iosxe.typography import plain, without_ocr_errors
from slp_ops.rules.loading import known_terms
from slp_ops.rules.message_catalog import is_agent_line, is_line, term_key
from slp_ops.rules.texts import texts_of

if TYPE_CHECKING:
    from slp_ops.i18n import Text
    from slp_ops.rules.message_catalog import Reason
    from slp_ops.rules.rule import Rule
    from slp_ops.rules.ruleset import Ruleset

TEXTS = texts_of(__name__)
EVENT: Final = "SAEVT"
_LABEL: Final = "Failure Reason:"
_STATUS: Final = re.compile(r"(?:HTTP error code: *)?(?P<status>[45]\d\d)", re.ASCII | re.IGNORECASE)
_EVENT: Final = re.compile(r"\bSAEVT_[A-Z0-9_]+")

_RUM_ROW: Final = re.compile(r"\b(?P<state>OPEN|CLOSED|PENDING|UNACK|ACK)\s+(?P<flag>[NE])\b", re.ASCII)
# "network-advantage (C9300-24 Network Advan...) 1 IN USE"
_LICENCE_ROW: Final = re.compile(r"\) +\d+ +(?P<state>[A-Z][A-Z ]{3,30})$", re.ASCII)
_QUESTION: Final = re.compile(
    r"[?？]$|^(?:what|why|how|when|where|which|is|are|does|do|can|should|must|explain|meaning)\b|"
    r"とは|の意味|って何|ですか|でしょうか|教えて|について",
    re.IGNORECASE,
)
# A tag without its text, as an alert or the title of a ticket has it.
_TAG: Final = re.compile(
    r"%?\b(?P<facility>[A-Z][A-Z0-9_]*)-[0-7]-(?P<mnemonic>[A-Z][A-Z0-9_]{3,})\b", re.ASCII
)
# An answer of CSSM's API: {"status":"FAILED","message_code":"INVALID_POLL_ID","message":"..."}
_ANSWER: Final = re.compile(r'"(?P<key>[A-Za-z_]{4,30})" ?: ?"(?P<value>[^"]{2,200})"')
_ANSWER_KEYS: Final = (
    *("message_code", "messageCode", "error_code", "errorCode", "error", "message", "error_description"),
    *("errorMessage", "statusMessage", "status_message", "localized_message", "status"),
)
_QUOTES: Final = " \"'`\u00b4<>[](){}"
_LEAST_NAME: Final = 3  # shorter names are words of a sentence too
_CITED: Final = re.compile(
    r"\b(?:(?P<bug>CSC[a-z]{2}\d{5})|(?:field notice[ :#-]{0,4}(?:FN)?|FN)[ :#-]{0,3}(?P<notice>\d{5}))\b",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Explanation; ``rules`` contain causes and remedies. ``unverified``: not observed in a real output.

    ``remedy`` contains the steps of a text without a rule of its own. ``further`` is the number of messages
    behind the first, which alone is explained.
    """

    title: Text
    meaning: Text
    rules: tuple[Rule, ...] = ()
    unverified: bool = False
    remedy: tuple[Text, ...] = ()
    further: int = 0


def explain(asked: str, knowledge: Ruleset) -> Explanation | None:
    """Explain a text; None when it is unknown."""
    # As pasted: from an address, quoted in a mail, wrapped, with signs of a word processor or of OCR.
    if "%25" in asked:
        asked = unquote(asked)
    asked = without_ocr_errors(plain(asked)).replace("\n>", "\n").lstrip("> ")
    asked, further = _first_message(asked)
    asked = " ".join(asked.split())
    bare = asked.strip(_QUOTES + ".,;")
    found = _explained(asked, knowledge) or (_explained(bare, knowledge) if bare not in ("", asked) else None)
    return replace(found, further=further) if found is not None and further else found


def _first_message(asked: str) -> tuple[str, int]:
    """Return the lines of the first message, and how many messages there are in the lines behind it."""
    starts = [found.start() for found in _TAG.finditer(asked) if found[0].startswith("%")]
    if not starts:
        return asked, 0
    line_ends = [asked.rfind("\n", 0, start) for start in starts]
    behind = [end for end in line_ends if end > starts[0]]
    return (asked[: behind[0]], len(behind)) if behind else (asked, 0)


def _explained(asked: str, knowledge: Ruleset) -> Explanation | None:
    if (rule := knowledge.rule(asked)) is not None:
        return _of_rule(rule)
    return (
        _message(asked, knowledge)
        or (_reason(asked, knowledge) if asked.startswith(_LABEL) else None)
        or _bug(asked, knowledge)
        or _cited(asked, knowledge)
        or _term(asked, knowledge)
        or _reason(asked, knowledge)
        or _command(asked, knowledge)
        or _question(asked, knowledge)
        or _spelled_otherwise(asked, knowledge)
        or _answer(asked, knowledge)
    )


def _of_rule(rule: Rule) -> Explanation:
    return Explanation(title=rule.title, meaning=rule.cause, rules=(rule,))


def _message(asked: str, knowledge: Ruleset) -> Explanation | None:
    catalogue = knowledge.catalogue
    match = catalogue.find_line(asked)
    if match is not None:
        said = match.reason or match.entry
        return Explanation(
            title=said.title,
            meaning=said.meaning,
            rules=_rules(knowledge, *_causes(match.reason), match.rule),
            unverified=said.unverified,
            remedy=_remedy(match.reason),
        )
    if catalogue.is_unrelated(asked):
        return _UNRELATED
    if (found := _unknown(asked, knowledge)) is not None:
        return found
    return _named_message(asked.lstrip("%").rstrip(":").upper(), knowledge) or _tag(asked, knowledge)


def _named_message(asked: str, knowledge: Ruleset) -> Explanation | None:
    """Explain a mnemonic without its text, with or without facility and digit."""
    name = "-".join(part for part in asked.split("-") if not (len(part) == 1 and part.isdigit()))
    named = [
        each for each in knowledge.catalogue.messages if name in (each.message, each.message.split("-")[-1])
    ]
    # Without a text, the general meaning and not that of a certain text.
    entry = next((each for each in named if each.pattern is None), named[0] if named else None)
    if entry is None:
        return None
    own = entry.id if entry.severity is not None else entry.rule
    return Explanation(
        title=entry.title, meaning=entry.meaning, rules=_rules(knowledge, own), unverified=entry.unverified
    )


def _tag(asked: str, knowledge: Ruleset) -> Explanation | None:
    """Explain a tag among other words: ``tyo-acc-03 SMART_LIC-3-COMM_FAILED x3``."""
    tag = _TAG.search(asked.upper())
    if tag is None:
        return None
    name = f"{tag['facility']}-{tag['mnemonic']}"
    unknown = _unknown(f"%{tag[0].lstrip('%')}:", knowledge)
    return _named_message(name, knowledge) or unknown


def _spelled_otherwise(asked: str, knowledge: Ruleset) -> Explanation | None:
    """Explain a rule or a mnemonic with other punctuation: ``comm_flapping``, ``SMART_LIC COMM_FAILED``."""
    key = term_key(asked)
    rule = next((rule for rule in knowledge.rules if term_key(rule.id) == key), None)
    if rule is not None:
        return _of_rule(rule)
    names = (
        name for each in knowledge.catalogue.messages for name in (each.message, each.message.split("-")[-1])
    )
    name = next((name for name in names if term_key(name) == key), None)
    return None if name is None else _named_message(name, knowledge)


def _answer(asked: str, knowledge: Ruleset) -> Explanation | None:
    """Explain an answer of CSSM's API by its code, else by its text."""
    fields = {found["key"]: found["value"] for found in _ANSWER.finditer(asked)}
    answers = (_explained(fields[key], knowledge) for key in _ANSWER_KEYS if key in fields)
    return next((each for each in answers if each is not None), None)


def _unknown(asked: str, knowledge: Ruleset) -> Explanation | None:
    """Explain a line of the licence agent that is in no list, as the audit judges it."""
    if not is_agent_line(asked):
        return None
    (rule,) = _rules(knowledge, "unknown-agent-message")
    return _of_rule(rule)


def known_names(knowledge: Ruleset) -> list[str]:
    """Return what can be explained by its name: rules, terms and the bugs of advisories."""
    bugs = (bug for advisory in knowledge.advisories for bug in advisory.bugs)
    names = (name for term in known_terms() for name in term.names)
    return [*(rule.id for rule in knowledge.rules), *names, *bugs]


def _term(asked: str, knowledge: Ruleset) -> Explanation | None:
    # A line of a licensing page: the whole, then its value, then its label.
    label, _, value = asked.partition(": ")
    answered = value.partition(" on ")[0]  # "Last Response: OK_POLL on Jan 02 03:04:05 2024 UTC"
    event, row, licence = _EVENT.search(asked), _RUM_ROW.search(asked), _LICENCE_ROW.search(asked)
    found_in_row = row and (row["state"] if row["flag"] == "N" else "flag-E")
    in_rows = (found_in_row, licence and licence["state"])
    for words in (asked, value, answered, label, event and event[0], event and EVENT, *in_rows):
        term = next((each for each in known_terms() if words and each.is_named(words)), None)
        if term is not None:
            return Explanation(title=term.title, meaning=term.meaning, rules=_rules(knowledge, *term.see))
    return None


def _command(asked: str, knowledge: Ruleset) -> Explanation | None:
    """Explain a command with its prompt or arguments by the longest beginning that is a term."""
    words = (asked.partition("#")[2] or asked).replace("licence", "license").split()
    if words[:1] in (["no"], ["do"], ["default"]):
        words = words[1:]
    for count in range(len(words), 1, -1):
        beginning = " ".join(words[:count])
        term = next((each for each in known_terms() if each.is_named(beginning)), None)
        if term is not None:
            return Explanation(title=term.title, meaning=term.meaning, rules=_rules(knowledge, *term.see))
    return None


def _question(asked: str, knowledge: Ruleset) -> Explanation | None:
    """Explain the longest name in a question: ``what is a RUM report?``."""
    if not _QUESTION.search(asked):
        return None
    folded = asked.casefold()
    names = (*known_names(knowledge), *(each.message.split("-")[-1] for each in knowledge.catalogue.messages))
    for name in sorted(names, key=len, reverse=True):
        if len(name) < _LEAST_NAME and name.isascii():
            return None
        if name.casefold() in folded and re.search(
            rf"(?<![a-z\d-]){re.escape(name.casefold())}s?(?![a-z\d-])", folded
        ):
            return explain(name, knowledge)
    return None


def _bug(asked: str, knowledge: Ruleset) -> Explanation | None:
    """Explain a bug of an advisory, such as CSCwa85525 of FN72578."""
    for advisory in knowledge.advisories:
        if asked.upper() in (bug.upper() for bug in advisory.bugs):
            title = TEXTS["bug.title"].format(bug=asked, advisory=advisory.id, title=advisory.title)
            return Explanation(title=title, meaning=advisory.cause, rules=_rules(knowledge, advisory.id))
    return None


def _cited(asked: str, knowledge: Ruleset) -> Explanation | None:
    """Explain the first notice or bug that a text or an address names: ``.../bug/CSCwa11048``."""
    for cited in _CITED.finditer(asked):
        name = cited["bug"] or f"FN{cited['notice']}"
        rule = next((rule for rule in knowledge.rules if rule.id.upper() == name.upper()), None)
        if rule is not None:
            return _of_rule(rule)
        if (found := _bug(name, knowledge)) is not None:
            return found
    return None


def _reason(asked: str, knowledge: Ruleset) -> Explanation | None:
    if is_line(asked):
        return None  # a message that is not known: a word in its text is no reason of a failure
    text = asked.removeprefix(_LABEL).strip()
    if (status := _STATUS.fullmatch(text)) is not None:
        text = f"HTTP {status['status']}"
    reason = knowledge.catalogue.reason(text)
    if reason is None:
        return None
    # Without a message no server is named: what the text means for each of them.
    by_server = [each for each in knowledge.catalogue.reasons if each.servers and each.pattern.search(text)]
    rules = (reason.rule, *(name for each in by_server for name in (*each.causes, each.rule)))
    return Explanation(
        title=reason.title,
        meaning=reason.meaning,
        rules=_rules(knowledge, *reason.causes, *dict.fromkeys(rules)),
        unverified=reason.unverified,
        remedy=reason.remedy,
    )


def _causes(reason: Reason | None) -> tuple[str, ...]:
    return () if reason is None else reason.causes


def _remedy(reason: Reason | None) -> tuple[Text, ...]:
    return () if reason is None else reason.remedy


def _rules(knowledge: Ruleset, *names: str | None) -> tuple[Rule, ...]:
    found = (knowledge.rule(name) for name in names if name is not None)
    return tuple(rule for rule in found if rule is not None)


_UNRELATED: Final = Explanation(
    title=TEXTS["unrelated.title"],
    meaning=TEXTS["unrelated.meaning"],
)
