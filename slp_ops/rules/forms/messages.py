"""Messages, reasons and unrelated names as YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slp_ops.rules.catalogue import Catalogue, Message, MessagesFile, Reason
from slp_ops.rules.forms.readers import TELLING, message_name, pattern, rule_id
from slp_ops.rules.rule import Era
from slp_ops.written.fields import Reader, both, flag, joined, listed, mapped, one_of, require, text
from slp_ops.written.tree import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from slp_ops.written.problems import Problems
    from slp_ops.written.tree import Node


def messages(node: Node, problems: Problems) -> MessagesFile:
    """The messages, reasons and unrelated names of one file."""
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
    """Whether a file is one of messages, rather than an advisory."""
    keys = {entry.key.text for entry in node.entries} if isinstance(node, Mapping) else set()
    return bool(keys & {"messages", "reasons", "unrelated"})


def defined(node: Node, under: str | None) -> list[tuple[str, int]]:
    """The ids of the rules that a file makes, each with its line; ``under`` names the list they stand in."""
    if under is None:
        return [(value.text, value.line) for value in _values(node, "id")]
    found = []
    for each in _items(node, under):
        if _values(each, "severity"):
            found += [(value.text, value.line) for value in (_values(each, "id") or _values(each, "message"))]
    return found


def referred(node: Node) -> list[tuple[str, int]]:
    """The rules that messages and reasons are evidence for, each with its line."""
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
    found: dict[str, Any] = mapped(node, key, problems, _MESSAGE)
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
    found: dict[str, Any] = mapped(node, key, problems, _REASON)
    needed = ("id", "pattern", "title", "meaning", "sample")
    if not require(node, key, problems, needed) or not found.keys() >= set(needed):
        return None
    return Reason(**found)


_MESSAGE: Final[dict[str, Reader]] = {
    **TELLING,
    "message": message_name,
    "pattern": pattern,
    "meaning": both,
    "sample": text,
    "rule": rule_id,
    "era": one_of((*Era, "any")),
    "cleared_by": listed(message_name, "a list of FACILITY-MNEMONIC"),
    "unverified": flag,
}
_REASON: Final[dict[str, Reader]] = {
    "id": rule_id,
    "pattern": pattern,
    "title": both,
    "meaning": both,
    "sample": text,
    "rule": rule_id,
    "unverified": flag,
}
