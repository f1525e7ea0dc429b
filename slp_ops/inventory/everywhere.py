"""What may stand nowhere in an inventory, whatever the key: duplicates, hidden characters, secrets."""

from __future__ import annotations

from typing import Final

from slp_ops.inventory.fields import a_kind, joined
from slp_ops.inventory.grammar import secret_word
from slp_ops.inventory.problems import Problems, is_hidden
from slp_ops.inventory.tree import Mapping, Node, Scalar, Sequence

HINT: Final = (
    "passwords belong in the environment (SLP_OPS_PASSWORD, SLP_OPS_ENABLE, or SLP_OPS_<CREDENTIAL>_"
    "PASSWORD), in the system keyring ('keyring set slp-ops <credential>'), or are typed when asked "
    "for; a secret parameter belongs in SLP_OPS_PARAM_<NAME>"
)


def holds_secret(node: Node) -> bool:
    """Whether a key anywhere below asks for a secret: it decides the hint."""
    match node:
        case Mapping():
            return any(bool(secret_word(e.key.text)) or holds_secret(e.value) for e in node.entries)
        case Sequence():
            return any(holds_secret(item) for item in node.items)
        case Scalar():
            return False


def check(node: Node, key: str, problems: Problems) -> None:
    """Note all of it, with the line and the full key of each."""
    match node:
        case Mapping():
            _check_mapping(node, key, problems)
        case Sequence():
            for index, item in enumerate(node.items):
                check(item, f"{key}[{index}]", problems)
        case Scalar():
            # A hidden character in the open was found before; this one came from an escape.
            _no_hidden(node, key, problems)


def _check_mapping(node: Mapping, key: str, problems: Problems) -> None:
    first: dict[str, int] = {}
    for entry in node.entries:
        name, line = entry.key.text, entry.key.line
        place = joined(key, name)
        _no_hidden(entry.key, place, problems)
        if secret_word(name):
            problems.add(line, place, "a secret does not belong in a file", "no such key")
        if entry.key.kind != "str":
            kind = a_kind(entry.key)
            problems.add(line, place, f"YAML reads this key as {kind}; put it in quotes", "text")
        if name in first:
            problems.add(line, place, f"stands twice, first on line {first[name]}", "one of them")
        first.setdefault(name, line)
        check(entry.value, place, problems)


def _no_hidden(scalar: Scalar, key: str, problems: Problems) -> None:
    for character in scalar.text:
        if is_hidden(character):
            code = f"the invisible character U+{ord(character):04X}"
            what = "a line break" if character == "\n" else code
            problems.add(scalar.line, key, f"holds {what}", "plain text on one line")
            return
