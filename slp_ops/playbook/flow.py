"""Flows: playbooks in order, from a broken state to a switch that reports; one YAML file each.

    id: case-1
    title: {en: ..., ja: ...}
    stages:
      - playbooks: [transport-smart, transport-cslu]    # the operator chooses one, or intent does
        done_when: [cslu-address-missing, intent-drift] # rules that must pass
      - playbooks: [usage-save]                         # the exchange of files, see slp-ops usage
        done_when: [never-acknowledged]
      - playbooks: [trust-token]
        done_when: [trust-missing]
    proof: [trust-not-received]                         # rules that must pass at the end, beside these

A stage whose rules pass already is skipped. ``usage-save`` and ``usage-import`` are the verbs of
``slp-ops usage``, each in a stage of its own. There are no conditions: playbooks refuse what does not fit, by
their guards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from slp_ops.config_files.validation_errors import Problems, did_you_mean
from slp_ops.config_files.validators import (
    Reader,
    a_kind,
    bilingual_text,
    flag,
    lacks,
    listed,
    mapped,
    one_of,
    require,
)
from slp_ops.config_files.yaml_nodes import Mapping
from slp_ops.errors import InputError
from slp_ops.model import Verdict
from slp_ops.playbook.loading import KeyLines, load_files, texts
from slp_ops.rules.schema import rule_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.config_files.yaml_nodes import Node
    from slp_ops.i18n import Text
    from slp_ops.rules.values import Outcome


SAVE: Final = "usage-save"
IMPORT: Final = "usage-import"
EXCHANGES: Final = (SAVE, IMPORT)
UNREPORTED: Final = "unreported"
_REPORTS: Final = (UNREPORTED, "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage: a playbook, or several of which one is chosen. ``done_when`` are the rules that must pass.

    ``always`` plans it also where these rules pass before, once in a flow. ``undo`` restores the
    configuration that an earlier stage changed. ``reports`` are those that ``usage-save`` saves. ``shows``
    are rules whose findings the operator sees before the plan of the stage.
    """

    playbooks: tuple[str, ...]
    done_when: tuple[str, ...]
    always: bool = False
    undo: bool = False
    reports: str = UNREPORTED
    shows: tuple[str, ...] = ()

    @property
    def exchange(self) -> str | None:
        """Return the exchange of this stage; None for one with playbooks."""
        return self.playbooks[0] if self.playbooks[0] in EXCHANGES else None

    @property
    def label(self) -> str:
        """Return the names of its playbooks, as they are shown."""
        return self.label_of(" | ")

    def label_of(self, separator: str) -> str:
        """Return the names of its playbooks, marked where it undoes an earlier stage."""
        return f"{'undo ' if self.undo else ''}{separator.join(self.playbooks)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Playbooks in order. ``notes`` are what the operator should read first.

    ``proof`` are rules that must pass at the end, beside those of the stages: no playbook remedies them.
    """

    id: str
    title: Text
    stages: tuple[Stage, ...]
    proof: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()
    file: str = ""

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that prove the flow, each once."""
        stages = (rule for stage in self.stages for rule in stage.done_when)
        return tuple(dict.fromkeys((*stages, *self.proof)))

    @property
    def described_stages(self) -> tuple[str, ...]:
        """The stages as a journal has them: a flow continues only with the same ones."""
        return tuple(f"{stage.label_of('|')}: {', '.join(stage.done_when)}" for stage in self.stages)

    @property
    def playbooks(self) -> frozenset[str]:
        """The playbooks of its stages."""
        return frozenset(name for stage in self.stages for name in stage.playbooks)


def rules_to_pass(outcomes: Iterable[Outcome], rules: Iterable[str]) -> tuple[str, ...]:
    """Return the rules that do not pass; one that could not be judged is among them."""
    verdicts = {outcome.rule: outcome.verdict for outcome in outcomes}
    sound = (Verdict.PASS, Verdict.NOT_APPLICABLE)
    return tuple(rule for rule in rules if verdicts.get(rule) not in sound)


@cache
def packaged_flows() -> tuple[Flow, ...]:
    """Load our own flows. In a checkout they are read from its top-level folder."""
    inside = files("slp_ops").joinpath("playbooks")
    root = (inside if inside.is_dir() else Path(__file__).parents[2] / "playbooks").joinpath("flows")
    found = sorted((entry for entry in root.iterdir() if entry.name.endswith(".yaml")), key=lambda e: e.name)
    return load_flows((f"playbooks/flows/{entry.name}", entry.read_text(encoding="utf-8")) for entry in found)


def flow_folder(path: Path) -> Iterator[tuple[str, str]]:
    """The files of an operator's folder, for ``load_flows``; raises InputError."""
    try:
        found = sorted(each for each in path.iterdir() if each.suffix == ".yaml")
        if not found:
            raise InputError(f"there is no flow in {path}", hint="a flow is a file that ends in .yaml")
    except OSError as err:
        raise InputError(f"cannot read the flows in {path}: {err.strerror}") from err
    yield from texts(found)


def load_flows(
    documents: Iterable[tuple[str, str]],
    *,
    playbooks: Iterable[str] | None = None,
    rules: Iterable[str] | None = None,
) -> tuple[Flow, ...]:
    """Return the flows of these (path, text); raise InputError with every problem of every file.

    ``playbooks`` and ``rules`` are the ids that exist, if known.
    """
    known = {
        name: None if ids is None else (*ids, *more)
        for name, ids, more in (("playbook", playbooks, EXCHANGES), ("rule", rules, ()))
    }

    def read(node: Node, problems: Problems, path: str) -> Flow | None:
        one = _flow(node, problems, path)
        if one is not None and isinstance(node, Mapping):
            _check(one, KeyLines(node), problems, known)
        return one

    return load_files(documents, read, page="docs/how-to/flows.md")


def _stage(node: Node, key: str, problems: Problems) -> Stage | None:
    found: dict[str, Any] = mapped(node, key, problems, _STAGE)
    if not require(node, key, problems, _NEEDED_OF_STAGE) or not set(_NEEDED_OF_STAGE) <= found.keys():
        return None
    for name in _NEEDED_OF_STAGE:
        if not found[name]:
            problems.add(node.line, f"{key}.{name}", "is empty", "at least one id")
            return None
    if len(found["playbooks"]) > 1 and (found.get("undo") or set(EXCHANGES) & set(found["playbooks"])):
        problems.add(node.line, f"{key}.playbooks", "names several", "one, which nothing else replaces")
        return None
    return Stage(**found)


_STAGE: Final[dict[str, Reader]] = {
    "playbooks": listed(rule_id, "a list of playbooks' ids"),
    "done_when": listed(rule_id, "a list of rules' ids"),
    "always": flag,
    "undo": flag,
    "reports": one_of(_REPORTS),
    "shows": listed(rule_id, "a list of rules' ids"),
}
_NEEDED_OF_STAGE: Final = ("playbooks", "done_when")
_FLOW: Final[dict[str, Reader]] = {
    "id": rule_id,
    "title": bilingual_text,
    "notes": listed(bilingual_text, "a list of texts"),
    "stages": listed(_stage, "a list of stages"),
    "proof": listed(rule_id, "a list of rules' ids"),
}
_NEEDED: Final = ("id", "title", "stages")


def _flow(node: Node, problems: Problems, file: str) -> Flow | None:
    if not isinstance(node, Mapping):
        problems.add(node.line, "", f"is {a_kind(node)}", "a mapping with id, title and stages")
        return None
    found: dict[str, Any] = mapped(node, "", problems, _FLOW)
    if not require(node, "", problems, _NEEDED) or not set(_NEEDED) <= found.keys():
        return None
    if not found["stages"] and not lacks(node, "stages"):
        problems.add(node.line, "stages", "has no stage", "at least one")
    return Flow(file=file, **found)


def _check(made: Flow, lines: KeyLines, problems: Problems, known: dict[str, tuple[str, ...] | None]) -> None:
    """Check that the playbooks and rules exist, and that a stage undoes an earlier one."""
    earlier: set[str] = set()
    for number, stage in enumerate(made.stages):
        if stage.undo and stage.playbooks[0] not in earlier:
            place = f"stages[{number}].playbooks[0]"
            problems.add(
                lines.line(place),
                place,
                f"'{stage.playbooks[0]}' is not in an earlier stage",
                "the one to undo",
            )
        earlier.update(stage.playbooks)
        for name, what, used in (
            ("playbooks", "playbook", stage.playbooks),
            ("done_when", "rule", stage.done_when),
            ("shows", "rule", stage.shows),
        ):
            _check_ids(used, what, f"stages[{number}].{name}", lines, problems, known[what])
    _check_ids(made.proof, "rule", "proof", lines, problems, known["rule"])


def _check_ids(
    used: Iterable[str],
    what: str,
    key: str,
    lines: KeyLines,
    problems: Problems,
    ids: tuple[str, ...] | None,
) -> None:
    for index, each in enumerate(used):
        if ids is not None and each not in ids:
            place = f"{key}[{index}]"
            problems.add(lines.line(place), place, f"'{each}' is no {what}{did_you_mean(each, ids)}", "")
