"""Advisories and trains as YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import InvalidRelease
from slp_ops.model import Confidence
from slp_ops.release import Release
from slp_ops.rules.advisory import Advisory
from slp_ops.rules.fixed import FirstFixed, Standing
from slp_ops.rules.forms.readers import TELLING, named, release, rule_id, train
from slp_ops.written.fields import Reader, a_kind, both, entries, listed, mapped, require
from slp_ops.written.tree import Mapping, Node, Scalar

if TYPE_CHECKING:
    from slp_ops.rules.fixed import Train
    from slp_ops.written.problems import Problems


def advisory(node: Node, problems: Problems) -> Advisory | None:
    """An advisory from its file; None, with the problems noted, when it is not one."""
    if not isinstance(node, Mapping):
        problems.add(node.line, "", f"is {a_kind(node)}", "a mapping with id, title, releases, ...")
        return None
    found: dict[str, Any] = mapped(node, "", problems, _ADVISORY)
    told = ("id", "title", "severity", "cause", "remedy")
    whole = require(node, "", problems, (*told, "releases", "examples"))
    if not whole or not found.keys() >= set(told):
        return None
    made = Advisory(**{"confidence": Confidence.HIGH, **found})
    _check_examples(node, made, problems)
    return made


def _check_examples(node: Mapping, made: Advisory, problems: Problems) -> None:
    """An example that is judged otherwise is a mistake in one of the two: say so where it stands."""
    place = next(entry.value for entry in entries(node, "", problems) if entry.key.text == "examples")
    for standing, texts in made.examples.items():
        for each in texts:
            try:
                judged = made.releases.judge(Release.parse(each))
            except InvalidRelease:
                judged = made.releases.judge(None)
            if judged.standing is not standing:
                problems.add(
                    place.line, f"examples.{standing}", f"{each} is judged {judged.standing}", str(standing)
                )


def trains(node: Node, problems: Problems) -> tuple[Train, ...]:
    """The trains with extended maintenance."""
    several = listed(train, "a list of trains such as 17.9")
    found: dict[str, Any] = mapped(node, "", problems, {"extended_maintenance": several})
    return tuple(found.get("extended_maintenance", ()))


def examples(node: Node, key: str, problems: Problems) -> dict[Standing, tuple[str, ...]]:
    """Releases with the verdict they must get."""
    texts = listed(lambda one, place, found: one.text if isinstance(one, Scalar) else None, "a list")
    given: dict[str, Any] = mapped(node, key, problems, {standing.value: texts for standing in Standing})
    return {Standing(name): tuple(values) for name, values in given.items()}


def first_fixed(node: Node, key: str, problems: Problems) -> FirstFixed:
    """What a notice says of releases."""
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


_ADVISORY: Final[dict[str, Reader]] = {
    **TELLING,
    "cause": both,
    "bugs": listed(rule_id, "a list of bug ids"),
    "releases": first_fixed,
    "examples": examples,
}
