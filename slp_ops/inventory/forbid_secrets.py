"""Content that no inventory may contain, under any key: duplicates, hidden characters, secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.config_files.validation_errors import Problems, asks_secret, is_hidden, shown
from slp_ops.config_files.validators import a_kind, joined, repeated, with_first_lines
from slp_ops.config_files.value_formats import env_word
from slp_ops.config_files.yaml_nodes import REPLACED, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

HINT: Final = (
    "passwords belong in the environment (SLP_OPS_PASSWORD, SLP_OPS_ENABLE, or SLP_OPS_<CREDENTIAL>_"
    "PASSWORD), in the system keyring ('keyring set slp-ops <credential>'), or are typed when asked "
    "for; a secret parameter belongs in SLP_OPS_PARAM_<NAME>"
)


def holds_secret(node: Node, key: str = "") -> bool:
    """Return whether any key below names a secret: it decides the hint."""
    match node:
        case Mapping():
            return any(
                _is_secret(entry.key.text, key) or holds_secret(entry.value, joined(key, entry.key.text))
                for entry in node.entries
            )
        case Sequence():
            return any(holds_secret(item, key) for item in node.items)
        case Scalar():
            return False


def _is_secret(name: str, within: str) -> bool:
    """Return whether a key names a secret. A site or a switch may have any name."""
    names_of_ours = within == "sites" or (within.startswith("sites.") and within.endswith(".devices"))
    return asks_secret(name) and not names_of_ours


def check_credential_names(root: Node, problems: Problems) -> None:
    """Report names that share their environment variables: one would get the other's password."""
    first: dict[str, str] = {}
    for named, key in _credential_names(root, ""):
        other = first.setdefault(env_word(named.text), named.text)
        if other != named.text:
            message = f"has the same environment variables as the credential '{shown(other)}'"
            problems.add(named.line, key, message, "names that differ in letters or digits")


def _credential_names(node: Node, key: str) -> Iterator[tuple[Scalar, str]]:
    """Yield the credential names: listed at the top, and used at every level."""
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _credential_names(item, f"{key}[{index}]")
    if not isinstance(node, Mapping):
        return
    for entry in node.entries:
        name, place = entry.key.text, joined(key, entry.key.text)
        if name == "credential" and isinstance(entry.value, Scalar):
            yield entry.value, place
        elif not key and name == "credentials" and isinstance(entry.value, Mapping):
            yield from ((one.key, joined(place, one.key.text)) for one in entry.value.entries)
        else:
            yield from _credential_names(entry.value, place)


def check(node: Node, key: str, problems: Problems) -> None:
    """Report all of it, each with line and full key."""
    match node:
        case Mapping():
            _check_mapping(node, key, problems)
        case Sequence():
            for index, item in enumerate(node.items):
                check(item, f"{key}[{index}]", problems)
        case Scalar():
            _no_hidden(node, key, problems)


def _check_mapping(node: Mapping, key: str, problems: Problems) -> None:
    for entry, first in with_first_lines(node):
        name, line = entry.key.text, entry.key.line
        place = joined(key, name)
        _no_hidden(entry.key, place, problems)
        if _is_secret(name, key):
            problems.add(line, place, "a secret does not belong in a file", "no such key")
        if entry.key.kind != "str":
            kind = a_kind(entry.key)
            problems.add(line, place, f"YAML reads this key as {kind}; put it in quotes", "text")
        if first is not None:
            repeated(entry, place, first, problems)
        check(entry.value, place, problems)


def _no_hidden(scalar: Scalar, key: str, problems: Problems) -> None:
    """Report hidden characters: literal ones were replaced already, others come from escapes in quotes."""
    for character in scalar.text:
        if character == "\n":
            what = "a line break"
        elif character == REPLACED:
            what = "an invisible or unreadable character"
        elif is_hidden(character):
            what = f"the invisible character U+{ord(character):04X}"
        else:
            continue
        problems.add(scalar.line, key, f"contains {what}", "plain text on one line")
        return
