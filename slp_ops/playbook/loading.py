"""Loader of playbooks: packaged, or from the top of a checkout; the operator's as texts.

Reading is all or nothing: InputError holds every problem of every file, with line and key.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from slp_ops.config_files.validation_errors import Problems, did_you_mean
from slp_ops.config_files.validators import unique_keys
from slp_ops.config_files.yaml_nodes import Mapping, Scalar, Sequence, parse
from slp_ops.errors import InputError
from slp_ops.params import ParameterKind
from slp_ops.playbook.guards import GUARDS, PROOFS, WORDS
from slp_ops.playbook.model import ConfigTemplate, ExecTemplate, ManualTemplate
from slp_ops.playbook.schema import playbook
from slp_ops.regular_files import read_text_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slp_ops.config_files.yaml_nodes import Node
    from slp_ops.errors import Problem
    from slp_ops.playbook.model import Playbook, Risk

_LARGEST: Final = 2**20  # of a playbook


@cache
def packaged() -> tuple[Playbook, ...]:
    """Our own playbooks. In a checkout they are read from its top-level folder."""
    inside = files("slp_ops").joinpath("playbooks")
    root = inside if inside.is_dir() else Path(__file__).parents[2] / "playbooks"
    found = sorted((entry for entry in root.iterdir() if entry.name.endswith(".yaml")), key=lambda e: e.name)
    return load((f"playbooks/{entry.name}", entry.read_text(encoding="utf-8")) for entry in found)


@cache
def packaged_risks() -> dict[str, Risk]:
    """Return the risk of each packaged playbook by its name."""
    return {playbook.id: playbook.risk for playbook in packaged()}


def risks_of(playbooks: Iterable[str]) -> dict[str, Risk | None]:
    """Return the risk of each playbook by its name; None for one of the operator's own."""
    return {playbook: packaged_risks().get(playbook) for playbook in playbooks}


def folder(path: Path) -> Iterator[tuple[str, str]]:
    """The files of an operator's folder, for ``load``; raises InputError."""
    try:
        found = sorted(each for each in path.iterdir() if each.suffix == ".yaml")
        if not found:
            raise InputError(
                f"there is no playbook in {path}", hint="a playbook is a file that ends in .yaml"
            )
    except OSError as err:
        raise InputError(f"cannot read the playbooks in {path}: {err.strerror}") from err
    yield from texts(found)


def texts(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Return the (path, text) of these files. Raises InputError."""
    for each in paths:
        yield str(each), read_text_input(each, _LARGEST)


def load(texts: Iterable[tuple[str, str]], *, rules: Iterable[str] | None = None) -> tuple[Playbook, ...]:
    """The playbooks of these (path, text); raises InputError. ``rules`` are the rules' ids, if known."""
    known = None if rules is None else tuple(rules)

    def read(node: Node, problems: Problems, path: str) -> Playbook | None:
        one = playbook(node, problems, path)
        if one is not None and isinstance(node, Mapping):
            _check(one, KeyLines(node), problems, known)
        return one

    return load_files(texts, read, page="docs/how-to/own-playbooks.en.md")


class _Identified(Protocol):
    """Content of one file that has an id."""

    @property
    def id(self) -> str:
        """Return the id."""

    @property
    def file(self) -> str:
        """Return the file that it was read from."""


_File = TypeVar("_File", bound=_Identified)


def load_files(
    texts: Iterable[tuple[str, str]], read: Callable[[Node, Problems, str], _File | None], *, page: str
) -> tuple[_File, ...]:
    """Return what ``read`` makes of each (path, text); raise InputError with every problem of every file.

    Each file has an id of its own. ``page`` of the documentation describes the form.
    """
    made: dict[str, _File] = {}
    found: list[Problem] = []
    for path, text in texts:
        problems = Problems(path)
        node = parse(text, problems)
        if node is not None:
            unique_keys(node, "", problems)
        one = None if node is None else read(node, problems, path)
        if one is not None:
            if one.id in made:
                problems.add(1, "id", f"{one.id} is the id of {made[one.id].file} too", "an id of its own")
            made.setdefault(one.id, one)
        try:
            problems.raise_if_any()
        except InputError as err:
            found += err.problems
    if found:
        raise InputError(tuple(found), hint=f"the form is described in {page}")
    return tuple(made.values())


class KeyLines:
    """Positions of the keys of a file, for problems found later."""

    def __init__(self, root: Node) -> None:
        self._lines: dict[str, int] = {}
        self._walk(root, "")

    def line(self, key: str) -> int | None:
        """Return the line of a key, or of its parent."""
        while key and key not in self._lines:
            key = key.rpartition("[")[0] if key.endswith("]") else key.rpartition(".")[0]
        return self._lines.get(key)

    def _walk(self, node: Node, key: str) -> None:
        if isinstance(node, Scalar):
            return
        if isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                self._lines[f"{key}[{index}]"] = item.line
                self._walk(item, f"{key}[{index}]")
            return
        for entry in node.entries:
            place = f"{key}.{entry.key.text}" if key else entry.key.text
            self._lines[place] = entry.key.line
            self._walk(entry.value, place)


def _check(made: Playbook, places: KeyLines, problems: Problems, rules: tuple[str, ...] | None) -> None:
    """Check references inside a file: names that must exist."""

    def names(key: str, used: Iterable[str], known: Iterable[str], what: str) -> None:
        words = tuple(known)
        for index, name in enumerate(used):
            if name not in words:
                place = f"{key}[{index}]"
                message = f"'{name}' is no {what}{did_you_mean(name, words)}"
                problems.add(
                    places.line(place),
                    place,
                    message,
                    f"any of {', '.join(words)}" if len(words) < 12 else "",
                )

    names("requires", made.requires, GUARDS, "guard")
    names("any_of", made.any_of, (param.name for param in made.params), "parameter")
    if rules is not None:
        names("remedies", made.remedies, rules, "rule")
        names("verify", made.verify, rules, "rule")
    used: set[str] = set()
    given = {param.name for param in made.params}
    for index, step in enumerate(made.steps):
        key = f"steps[{index}]"
        names(f"{key}.only_if", step.only_if, GUARDS, "guard")
        slots: list[str] = []
        if isinstance(step, ConfigTemplate):
            slots = [name for one in step.settings for line in (one.line, *one.shows) for name in line.slots]
            hidden = [name for name in slots if name in made.secrets]
            if hidden:
                problems.add(
                    places.line(key),
                    key,
                    f"puts the secret {hidden[0]} into the configuration",
                    "an exec step",
                )
        elif isinstance(step, ExecTemplate):
            slots = [*step.command.slots, *filter(None, [step.paste, step.reads])]
            proof = step.step.done_when
            if proof and proof not in PROOFS:
                message = f"'{proof}' is no proof{did_you_mean(proof, PROOFS)}"
                problems.add(places.line(f"{key}.done_when"), f"{key}.done_when", message, ", ".join(PROOFS))
            pasted = made.param(step.paste) if step.paste else None
            if pasted is not None and pasted.kind is not ParameterKind.CERTIFICATE:
                problems.add(places.line(f"{key}.paste"), f"{key}.paste", "is not of kind certificate")
            file = made.param(step.reads) if step.reads else None
            if file is not None and file.kind is not ParameterKind.FLASH:
                problems.add(places.line(f"{key}.reads"), f"{key}.reads", "is not of kind flash")
        elif isinstance(step, ManualTemplate):
            slots = list(step.slots)
        used.update(slots)
        for name in dict.fromkeys(slots):
            if name not in given and name not in WORDS:
                message = f"'{name}' is no parameter{did_you_mean(name, (*given, *WORDS))}"
                problems.add(
                    places.line(key), key, message, f"a name under params, or one of {', '.join(WORDS)}"
                )
    for param in made.params:
        if param.name not in used:
            problems.add(places.line(f"params.{param.name}"), f"params.{param.name}", "is used by no step")
        if param.name in WORDS:
            problems.add(places.line(f"params.{param.name}"), f"params.{param.name}", "is a reserved word")
    if made.no_rollback is None and not any(isinstance(step, ConfigTemplate) for step in made.steps):
        problems.add(places.line("rollback"), "rollback", "is config, and no step configures", "none")
