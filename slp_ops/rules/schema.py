"""Advisories, messages and terms as YAML files: the readers of their keys."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from slp_ops.config_files.validators import (
    Reader,
    a_kind,
    bilingual_text,
    entries,
    flag,
    joined,
    listed,
    mapped,
    one_of,
    require,
    text,
)
from slp_ops.config_files.yaml_nodes import Mapping, Node, Scalar, Sequence
from slp_ops.errors import InvalidRelease
from slp_ops.model import Confidence, Severity
from slp_ops.release import Release
from slp_ops.rules.fixed_releases import (
    Advisory,
    AdvisoryStatus,
    AffectedReleases,
    CriticalDefect,
    DeferredRelease,
    FirstFixed,
    ReleaseKnowledge,
)
from slp_ops.rules.message_catalog import Catalogue, Message, MessagesFile, NamedServer, Reason, Term
from slp_ops.rules.rule import Era

if TYPE_CHECKING:
    from slp_ops.config_files.validation_errors import Problems
    from slp_ops.rules.fixed_releases import Train


_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]{1,79}", re.ASCII)
_LINK: Final = re.compile(r"https://[^\s<>\"]{4,300}", re.ASCII)
_MESSAGE: Final = re.compile(r"[A-Z][A-Z0-9_]*(?:-[A-Z][A-Z0-9_]*)*-[A-Z0-9_]+", re.ASCII)
_TRAIN: Final = re.compile(r"(\d{1,2})\.(\d{1,2})", re.ASCII)


def rule_id(node: Node, key: str, problems: Problems) -> str | None:
    """Read a rule id: words such as cslu-address-missing, or Cisco's own such as FN72323."""
    value = text(node, key, problems, "an id such as dns-failure or FN72323")
    if value is not None and not _ID.fullmatch(value):
        problems.add(
            node.line, key, "is no id", "2 to 80 letters, digits, '-', '_', '.', '/', first a letter"
        )
        return None
    return value


def link(node: Node, key: str, problems: Problems) -> str | None:
    """Read an https URL."""
    value = text(node, key, problems, "an https:// address")
    if value is not None and not _LINK.fullmatch(value):
        problems.add(node.line, key, "is no link", "an https:// address")
        return None
    return value


def severity(node: Node, key: str, problems: Problems) -> Severity | None:
    """Read a severity: info, warning, error or critical."""
    value = one_of(Severity)(node, key, problems)
    return None if value is None else Severity(value)


def confidence(node: Node, key: str, problems: Problems) -> Confidence | None:
    """Read a confidence: low, medium or high."""
    value = one_of(Confidence)(node, key, problems)
    return None if value is None else Confidence(value)


def server(node: Node, key: str, problems: Problems) -> NamedServer | None:
    """Read a server that messages name: cssm, cslu or on-prem."""
    value = one_of(NamedServer)(node, key, problems)
    return None if value is None else NamedServer(value)


def release(node: Node, key: str, problems: Problems) -> Release | None:
    """Read a numbered release."""
    value = node.text if isinstance(node, Scalar) else None
    try:
        found = Release.parse(value or "")
    except InvalidRelease:
        problems.add(node.line, key, "names no release", "a number such as 17.9.4a")
        return None
    if found.is_engineering:
        problems.add(node.line, key, "is an engineering build", "a numbered release")
        return None
    return found


def named(node: Node, key: str, problems: Problems) -> AffectedReleases | None:
    """Read a release, or ``16.1.1 to 16.12.5b``."""
    value = node.text if isinstance(node, Scalar) else ""
    first, _, last = (part.strip() for part in value.partition(" to "))
    start = release(Scalar(line=node.line, text=first, kind="str"), key, problems)
    end = release(Scalar(line=node.line, text=last, kind="str"), key, problems) if last else start
    if start is None or end is None:
        return None
    if end < start:
        problems.add(node.line, key, "ends before it begins", "the earlier release first")
        return None
    return AffectedReleases(first=start, last=end)


def train(node: Node, key: str, problems: Problems) -> Train | None:
    """Read a train such as 17.9."""
    found = _TRAIN.fullmatch(node.text) if isinstance(node, Scalar) else None
    if found is None:
        problems.add(node.line, key, "is no train", "two numbers such as 17.9")
        return None
    return int(found[1]), int(found[2])


def pattern(node: Node, key: str, problems: Problems) -> re.Pattern[str] | None:
    """Read a regular expression."""
    return _compiled(node, key, problems, re.ASCII)


def reason_pattern(node: Node, key: str, problems: Problems) -> re.Pattern[str] | None:
    """Read the regular expression of a reason; collectors change the case of letters."""
    return _compiled(node, key, problems, re.ASCII | re.IGNORECASE)


def _compiled(node: Node, key: str, problems: Problems, flags: re.RegexFlag) -> re.Pattern[str] | None:
    value = text(node, key, problems, "a regular expression")
    try:
        return None if value is None else re.compile(value, flags)
    except re.error as err:
        problems.add(node.line, key, f"is no regular expression: {err.msg}")
        return None


def message_name(node: Node, key: str, problems: Problems) -> str | None:
    """Read facility and mnemonic of a message; the severity digit between them varies by release."""
    value = text(node, key, problems, "FACILITY-MNEMONIC")
    if value is not None and not _MESSAGE.fullmatch(value):
        problems.add(node.line, key, "is no name of a message", "FACILITY-MNEMONIC, without the digit")
        return None
    return value


# Keys of a rule in YAML.
TELLING: Final[dict[str, Reader]] = {
    "id": rule_id,
    "title": bilingual_text,
    "severity": severity,
    "confidence": confidence,
    "remedy": listed(bilingual_text, "a list of steps"),
    "links": listed(link, "a list of https:// addresses"),
    "playbooks": listed(rule_id, "a list of playbooks' ids"),
    "explains": listed(rule_id, "a list of rules' ids"),
}


def messages(node: Node, problems: Problems) -> MessagesFile:
    """Read the messages, reasons and unrelated names of one file."""
    found: dict[str, Any] = mapped(
        node,
        "",
        problems,
        {
            "messages": listed(_message, "a list of messages"),
            "reasons": listed(_reason, "a list of reasons"),
            "unrelated": listed(rule_id, "a list of facilities or names"),
        },
    )
    return MessagesFile(**found)


def is_messages(node: Node) -> bool:
    """Return whether a file contains messages rather than an advisory."""
    keys = {entry.key.text for entry in node.entries} if isinstance(node, Mapping) else set()
    return bool(keys & {"messages", "reasons", "unrelated"})


def defined(node: Node, under: str | None) -> list[tuple[str, int]]:
    """Return the rule ids that a file defines, each with its line; ``under`` names their list."""
    if under is None:
        return [(value.text, value.line) for value in _values(node, "id")]
    found = []
    for each in _items(node, under):
        if _values(each, "severity"):
            found += [(value.text, value.line) for value in (_values(each, "id") or _values(each, "message"))]
    return found


def referred(node: Node) -> list[tuple[str, int]]:
    """Return the rules that messages and reasons support, each with its line."""
    return [
        (value.text, value.line)
        for under in ("messages", "reasons")
        for each in _items(node, under)
        for value in _values(each, "rule")
    ]


def _values(node: Node, key: str) -> list[Scalar]:
    entries = node.entries if isinstance(node, Mapping) else ()
    return [one.value for one in entries if one.key.text == key and isinstance(one.value, Scalar)]


def _items(node: Node, key: str) -> tuple[Node, ...]:
    entries = node.entries if isinstance(node, Mapping) else ()
    found = [one.value for one in entries if one.key.text == key]
    return found[0].items if found and isinstance(found[0], Sequence) else ()


def _message(node: Node, key: str, problems: Problems) -> Message | None:
    found: dict[str, Any] = mapped(node, key, problems, _MESSAGE_KEYS)
    if not require(node, key, problems, ("message", "title", "meaning", "sample")):
        return None
    if "severity" in found and "rule" in found:
        problems.add(node.line, key, "has a severity and a rule", "one of the two, or neither")
    if "severity" in found and not found.get("remedy"):
        problems.add(node.line, joined(key, "remedy"), "is missing", "what to do")
    if not found.keys() >= {"message", "title", "meaning", "sample"}:
        return None
    found.setdefault("id", found["message"])
    era = found.pop("era", "slp")
    made = Message(**found, era=None if era == "any" else Era(era))
    if Catalogue([MessagesFile(messages=(made,))]).find_line(made.sample) is None:
        problems.add(node.line, joined(key, "sample"), "is not matched by this entry")
    return made


def _reason(node: Node, key: str, problems: Problems) -> Reason | None:
    found: dict[str, Any] = mapped(node, key, problems, _REASON_KEYS)
    needed = ("id", "pattern", "title", "meaning", "sample")
    if not require(node, key, problems, needed) or not found.keys() >= set(needed):
        return None
    return Reason(**found)


_MESSAGE_KEYS: Final[dict[str, Reader]] = {
    **TELLING,
    "message": message_name,
    "pattern": pattern,
    "meaning": bilingual_text,
    "sample": text,
    "rule": rule_id,
    "era": one_of((*Era, "any")),
    "only_with": listed(rule_id, "a list of rules' ids"),
    "cleared_by": listed(message_name, "a list of FACILITY-MNEMONIC"),
    "unverified": flag,
}
_REASON_KEYS: Final[dict[str, Reader]] = {
    "id": rule_id,
    "pattern": reason_pattern,
    "title": bilingual_text,
    "meaning": bilingual_text,
    "sample": text,
    "rule": rule_id,
    "causes": listed(rule_id, "a list of rules' ids"),
    "servers": listed(server, "a list of servers"),
    "remedy": listed(bilingual_text, "a list of steps"),
    "vague": flag,
    "unverified": flag,
}


def terms(node: Node, problems: Problems) -> tuple[Term, ...]:
    """Read the terms of a file."""
    several = listed(_term, "a list of terms")
    found: dict[str, Any] = mapped(node, "", problems, {"terms": several})
    return tuple(found.get("terms", ()))


def _term(node: Node, key: str, problems: Problems) -> Term | None:
    found: dict[str, Any] = mapped(node, key, problems, _TERM_KEYS)
    needed = ("id", "title", "meaning")
    if not require(node, key, problems, needed) or not found.keys() >= set(needed):
        return None
    return Term(**found)


_TERM_KEYS: Final[dict[str, Reader]] = {
    "id": rule_id,
    "also": listed(text, "a list of spellings"),
    "title": bilingual_text,
    "meaning": bilingual_text,
    "see": listed(rule_id, "a list of rules' ids"),
}


def advisory(node: Node, problems: Problems) -> Advisory | None:
    """Read an advisory from its file; None, with the problems recorded, when invalid."""
    if not isinstance(node, Mapping):
        problems.add(node.line, "", f"is {a_kind(node)}", "a mapping with id, title, releases, ...")
        return None
    found: dict[str, Any] = mapped(node, "", problems, _ADVISORY_KEYS)
    told = ("id", "title", "severity", "cause", "remedy")
    whole = require(node, "", problems, (*told, "releases", "examples"))
    if not whole or not found.keys() >= set(told):
        return None
    made = Advisory(**{"confidence": Confidence.HIGH, **found})
    _check_examples(node, made, problems)
    return made


def _check_examples(node: Mapping, made: Advisory, problems: Problems) -> None:
    """Report examples whose verdict differs from the expected one."""
    place = next(entry.value for entry in entries(node, "", problems) if entry.key.text == "examples")
    for status, texts in made.examples.items():
        for each in texts:
            try:
                judged = made.releases.judge(Release.parse(each))
            except InvalidRelease:
                judged = made.releases.judge(None)
            if judged.status is not status:
                problems.add(
                    place.line, f"examples.{status}", f"{each} is judged {judged.status}", str(status)
                )


def release_knowledge(node: Node, problems: Problems) -> ReleaseKnowledge | None:
    """Read the data on upgrade targets."""
    found: dict[str, Any] = mapped(
        node,
        "",
        problems,
        {
            "extended_maintenance": _extended,
            "critical_defects": listed(_critical_defect, "a list of defects"),
            "deferred": listed(_deferred, "a list of releases"),
        },
    )
    if not require(node, "", problems, ("extended_maintenance",)) or "extended_maintenance" not in found:
        return None
    trains = found["extended_maintenance"]
    return ReleaseKnowledge(
        extended=trains["trains"],
        extended_source=trains["source"],
        extended_date=trains["date"],
        critical=tuple(found.get("critical_defects", ())),
        deferred=tuple(found.get("deferred", ())),
    )


# Where an entry comes from.
_ORIGIN: Final[dict[str, Reader]] = {"source": link, "date": text}


def _extended(node: Node, key: str, problems: Problems) -> dict[str, Any] | None:
    keys = {"trains": listed(train, "a list of trains such as 17.9"), **_ORIGIN}
    found: dict[str, Any] = mapped(node, key, problems, keys)
    return found if require(node, key, problems, keys) and found.keys() >= set(keys) else None


def _critical_defect(node: Node, key: str, problems: Problems) -> CriticalDefect | None:
    keys: dict[str, Reader] = {
        "ids": listed(rule_id, "a list of ids"),
        "title": bilingual_text,
        "fixed": listed(release, "a list of releases, one a train"),
        "verified": listed(release, "a list of releases"),
        **_ORIGIN,
    }
    found: dict[str, Any] = mapped(node, key, problems, keys)
    if not require(node, key, problems, keys) or not found.keys() >= set(keys):
        return None
    fixed = found.pop("fixed")
    return CriticalDefect(**found, releases=FirstFixed(fixed={each.train: each for each in fixed}))


def _deferred(node: Node, key: str, problems: Problems) -> DeferredRelease | None:
    keys: dict[str, Reader] = {"release": release, "instead": release, **_ORIGIN}
    found: dict[str, Any] = mapped(node, key, problems, keys)
    if not require(node, key, problems, keys) or not found.keys() >= set(keys):
        return None
    return DeferredRelease(**found)


def examples(node: Node, key: str, problems: Problems) -> dict[AdvisoryStatus, tuple[str, ...]]:
    """Read releases with their expected verdict."""
    texts = listed(lambda one, place, found: one.text if isinstance(one, Scalar) else None, "a list")
    given: dict[str, Any] = mapped(node, key, problems, {status.value: texts for status in AdvisoryStatus})
    return {AdvisoryStatus(name): tuple(values) for name, values in given.items()}


def since(node: Node, key: str, problems: Problems) -> dict[str, date]:
    """Read the day from which an advisory concerns each server."""
    if not isinstance(node, Mapping):
        problems.add(node.line, key, f"is {a_kind(node)}", "days by the name of the server")
        return {}
    found: dict[str, date] = {}
    for each in entries(node, key, problems):
        try:
            found[each.key.text] = date.fromisoformat(
                each.value.text if isinstance(each.value, Scalar) else ""
            )
        except ValueError:
            problems.add(each.key.line, joined(key, each.key.text), "is no date", "such as 2022-02-05")
    return found


def first_fixed(node: Node, key: str, problems: Problems) -> FirstFixed:
    """Read the releases of a notice."""
    found: dict[str, Any] = mapped(
        node,
        key,
        problems,
        {
            "introduced": release,
            "fixed": listed(release, "a list of releases, one a train"),
            "affected": listed(named, "a list of releases, or of '16.1.1 to 16.12.5b'"),
        },
    )
    fixes: dict[Train, Release] = {}
    for fix in found.get("fixed", ()):
        if fix.train in fixes:
            problems.add(node.line, f"{key}.fixed", "names two releases of one train", "the first fixed one")
        fixes[fix.train] = fix
    return FirstFixed(
        fixed=fixes, introduced=found.get("introduced"), affected=tuple(found.get("affected", ()))
    )


_ADVISORY_KEYS: Final[dict[str, Reader]] = {
    **TELLING,
    "cause": bilingual_text,
    "bugs": listed(rule_id, "a list of bug ids"),
    "releases": first_fixed,
    "since": since,
    "examples": examples,
}
