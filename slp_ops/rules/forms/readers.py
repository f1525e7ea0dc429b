"""How single values in the YAML of rules are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InvalidRelease
from slp_ops.model import Confidence, Severity
from slp_ops.release import Release
from slp_ops.rules.fixed import Named
from slp_ops.written.fields import Reader, both, listed, one_of, text
from slp_ops.written.tree import Node, Scalar

if TYPE_CHECKING:
    from slp_ops.rules.fixed import Train
    from slp_ops.written.problems import Problems

_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]{1,79}", re.ASCII)
_LINK: Final = re.compile(r"https://[^\s<>\"]{4,300}", re.ASCII)
_MESSAGE: Final = re.compile(r"[A-Z][A-Z0-9_]*(?:-[A-Z][A-Z0-9_]*)*-[A-Z0-9_]+", re.ASCII)
_TRAIN: Final = re.compile(r"(\d{1,2})\.(\d{1,2})", re.ASCII)


def rule_id(node: Node, key: str, problems: Problems) -> str | None:
    """The id of a rule: words such as cslu-address-missing, or Cisco's own such as FN72323."""
    value = text(node, key, problems, "an id such as dns-failure or FN72323")
    if value is not None and not _ID.fullmatch(value):
        problems.add(node.line, key, "is no id", "letters, digits, '-', '_', '.', '/', first a letter")
        return None
    return value


def link(node: Node, key: str, problems: Problems) -> str | None:
    """An address that a person may open."""
    value = text(node, key, problems, "an https:// address")
    if value is not None and not _LINK.fullmatch(value):
        problems.add(node.line, key, "is no link", "an https:// address")
        return None
    return value


def severity(node: Node, key: str, problems: Problems) -> Severity | None:
    """info, warning, error or critical."""
    value = one_of(Severity)(node, key, problems)
    return None if value is None else Severity(value)


def confidence(node: Node, key: str, problems: Problems) -> Confidence | None:
    """low, medium or high."""
    value = one_of(Confidence)(node, key, problems)
    return None if value is None else Confidence(value)


def release(node: Node, key: str, problems: Problems) -> Release | None:
    """A numbered release."""
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


def named(node: Node, key: str, problems: Problems) -> Named | None:
    """A release, or ``16.1.1 to 16.12.5b``."""
    value = node.text if isinstance(node, Scalar) else ""
    first, _, last = (part.strip() for part in value.partition(" to "))
    start = release(Scalar(line=node.line, text=first, kind="str"), key, problems)
    end = release(Scalar(line=node.line, text=last, kind="str"), key, problems) if last else start
    if start is None or end is None:
        return None
    if end < start:
        problems.add(node.line, key, "ends before it begins", "the earlier release first")
        return None
    return Named(first=start, last=end)


def train(node: Node, key: str, problems: Problems) -> Train | None:
    """A train such as 17.9."""
    found = _TRAIN.fullmatch(node.text) if isinstance(node, Scalar) else None
    if found is None:
        problems.add(node.line, key, "is no train", "two numbers such as 17.9")
        return None
    return int(found[1]), int(found[2])


def pattern(node: Node, key: str, problems: Problems) -> re.Pattern[str] | None:
    """A regular expression."""
    value = text(node, key, problems, "a regular expression")
    try:
        return None if value is None else re.compile(value, re.ASCII)
    except re.error as err:
        problems.add(node.line, key, f"is no regular expression: {err.msg}")
        return None


def message_name(node: Node, key: str, problems: Problems) -> str | None:
    """A message by facility and mnemonic; the severity digit between them varies by release."""
    value = text(node, key, problems, "FACILITY-MNEMONIC")
    if value is not None and not _MESSAGE.fullmatch(value):
        problems.add(node.line, key, "is no name of a message", "FACILITY-MNEMONIC, without the digit")
        return None
    return value


# What a rule that is written as YAML may say of itself.
TELLING: Final[dict[str, Reader]] = {
    "id": rule_id,
    "title": both,
    "severity": severity,
    "confidence": confidence,
    "remedy": listed(both, "a list of steps"),
    "links": listed(link, "a list of https:// addresses"),
    "playbooks": listed(rule_id, "a list of playbooks' ids"),
    "explains": listed(rule_id, "a list of rules' ids"),
}
