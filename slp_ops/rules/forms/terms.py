"""Terms as YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slp_ops.rules.forms.readers import rule_id
from slp_ops.rules.terms import Term
from slp_ops.written.fields import both, listed, mapped, require, text

if TYPE_CHECKING:
    from slp_ops.written.fields import Reader
    from slp_ops.written.problems import Problems
    from slp_ops.written.tree import Node


def terms(node: Node, problems: Problems) -> tuple[Term, ...]:
    """The terms of a file."""
    several = listed(_term, "a list of terms")
    found: dict[str, Any] = mapped(node, "", problems, {"terms": several})
    return tuple(found.get("terms", ()))


def _term(node: Node, key: str, problems: Problems) -> Term | None:
    found: dict[str, Any] = mapped(node, key, problems, _TERM)
    needed = ("id", "title", "meaning")
    if not require(node, key, problems, needed) or not found.keys() >= set(needed):
        return None
    return Term(**found)


_TERM: Final[dict[str, Reader]] = {
    "id": rule_id,
    "also": listed(text, "a list of spellings"),
    "title": both,
    "meaning": both,
    "see": listed(rule_id, "a list of rules' ids"),
}
