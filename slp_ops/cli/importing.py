"""``slp-ops usage import``: CSSM's files as they were given, and what it says of each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from slp_ops.cli.exchanged import imported_in
from slp_ops.cli.exchanging import Exchange, unread_record
from slp_ops.cli.exits import Exit
from slp_ops.cli.shown_exchange import print_ends
from slp_ops.errors import InputError, Problem
from slp_ops.i18n import Text
from slp_ops.plan import Instruct
from slp_ops.plan.journalled import End
from slp_ops.store.shelf import ACKS, Shelf, fit_name
from slp_ops.usage.ackfile import NoAck, read_ack
from slp_ops.usage.importing import Importing, again, plan_import
from slp_ops.usage.matching import AckFile, Matched, match

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slp_ops import ports
    from slp_ops.cli.changing import Fleet
    from slp_ops.plan import Considered, SwitchPlan
    from slp_ops.plan.journalled import Journalled
    from slp_ops.store import Run
    from slp_ops.usage.switch import Seen

SCHEMA: Final = "slp-ops/usage-import/1"
_LARGEST: Final = 64 * 2**20
_MANY: Final = 10_000


@dataclass(slots=True, kw_only=True)
class Import(Exchange):
    """One call of the verb."""

    verb: ClassVar[str] = "usage import"
    title: ClassVar[str] = "usage-import"

    importing: Importing
    paths: tuple[Path, ...]
    assigned: Mapping[str, str]
    _acks: AckFiles = field(init=False)
    _plans: dict[str, SwitchPlan] = field(default_factory=dict)
    _matched: Matched = field(default_factory=Matched)

    def prepare(self) -> None:
        """Read the files before the first switch is."""
        self._acks = AckFiles.read(self.paths, self.assigned)
        if all(each.ack is None for each in self._acks.files):
            problems = [Problem(path=each.path, message=each.problem) for each in self._acks.files]
            raise InputError(tuple(problems), hint="nothing was sent to any switch")

    def plan(self, seen: Sequence[Seen]) -> dict[str, Considered]:
        """See ``Exchange``."""
        self._matched = match(
            self._acks.files, seen, assigned=self.assigned, imported=imported_in(self.runs_dir)
        )
        return {
            each.name: plan_import(each, self._matched.files.get(each.name, ()), self.importing)
            for each in seen
        }

    def again(self, seen: Seen, plan: SwitchPlan) -> Considered:
        """See ``Exchange``."""
        return again(seen, plan)

    def begin(self, run: Run, plans: Sequence[SwitchPlan]) -> dict[str, Any]:
        """See ``Exchange``. The run keeps the files, so that it can be gone on with without them."""
        shelf = Shelf(run.path / ACKS)
        for name in _names(plans):
            shelf.write(name, self._acks.data[name])
        return {"acks": str(shelf.path.absolute())}

    def shelf(self, events: Sequence[Mapping[str, Any]], states: Mapping[str, Journalled]) -> ports.Shelf:
        """See ``Exchange``."""
        self._plans = {name: state.plan for name, state in states.items()}
        return Shelf(Path(events[0]["acks"]))

    def planned_code(self) -> Exit:
        """See ``Exchange``."""
        bad = any(not each.out.harmless for each in self._matched.left_out)
        return Exit.FINDINGS if bad else Exit.FINE

    def planned_record(self) -> dict[str, Any]:
        """See ``Exchange``."""
        return {"left_out": self._left_out()}

    def planned_lines(self) -> list[str]:
        """See ``Exchange``."""
        left = self._matched.left_out
        lines = [_LEFT_OUT.said(self.lang)] if left else []
        return [*lines, *(f"  {each.path}: {each.why.said(self.lang)}" for each in left)]

    def result(self, fleet: Fleet, found: dict[str, Any]) -> dict[str, Any]:
        """See ``Exchange``. What waits for a person says again what is to be copied."""
        for device in found["devices"]:
            waits = device["end"] == End.WAITING
            device["copy"] = self._by_hand(device["name"]) if waits else []
        return {
            **found,
            "schema": SCHEMA,
            "left_out": self._left_out(),
            "unread": unread_record(self.unread),
        }

    def print_result(self, found: dict[str, Any]) -> None:
        """See ``Exchange``."""

        def details(device: dict[str, Any]) -> list[str]:
            if device["copy"]:
                return [each[self.lang.value] for each in device["copy"]]
            licence = device["licence"]
            if licence is None:
                return []
            before, after = (licence[when]["last_ack"] or "-" for when in ("before", "after"))
            due = licence["after"]["next_ack_deadline"] or "-"
            return [_MOVED.of(before=before, after=after, due=due).said(self.lang)]

        print_ends(found, self.lang, self.verb, details)

    def _by_hand(self, name: str) -> list[dict[str, str]]:
        return [
            {"en": step.text.en, "ja": step.text.ja}
            for _, step in self._plans[name].steps
            if isinstance(step, Instruct)
        ]

    def _left_out(self) -> list[dict[str, Any]]:
        return [
            {"path": each.path, "reason": each.out.value, "why": {"en": each.why.en, "ja": each.why.ja}}
            for each in self._matched.left_out
        ]


@dataclass(slots=True)
class AckFiles:
    """The files that were named, and those of the folders that were; each is read once."""

    data: dict[str, bytes] = field(default_factory=dict)  # by the name that a file is kept under
    files: list[AckFile] = field(default_factory=list)

    @classmethod
    def read(cls, paths: Sequence[Path], assigned: Iterable[str] = ()) -> AckFiles:
        """Read them; raises InputError."""
        found = cls()
        for path in _paths(paths, assigned):
            found._add(path)
        return found

    def _add(self, path: Path) -> None:
        data = _read(path)
        sha256 = hashlib.sha256(data).hexdigest()
        name = fit_name(path.name)
        if self.data.get(name, data) != data:
            name = f"{sha256[:12]}-{name}"
        self.data[name] = data
        ack, problem = None, ""
        try:
            ack = read_ack(data)
        except NoAck as err:
            problem = str(err)
        self.files.append(
            AckFile(
                path=str(path),
                name=name,
                sha256=sha256,
                md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
                size=len(data),
                ack=ack,
                problem=problem,
            )
        )


def _paths(paths: Sequence[Path], assigned: Iterable[str]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.is_file())
            found.update(dict.fromkeys(each for each in inside if not each.name.startswith(".")))
        else:
            found[path] = None
    unknown = [path for path in assigned if Path(path) not in found]
    if unknown:
        raise InputError(f"--for names files that are not to be imported: {', '.join(unknown)}")
    if not found:
        raise InputError("there is no file in these folders", hint="name the files that CSSM gave")
    if len(found) > _MANY:
        raise InputError(f"{len(found)} files are more than {_MANY}", hint="is it the right folder?")
    return list(found)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as err:
        problem = Problem(path=str(path), message=f"cannot be read: {err.strerror}")
        raise InputError((problem,), hint="nothing was sent to any switch") from err
    if len(data) > _LARGEST:
        raise InputError((Problem(path=str(path), message="is larger than 64 MB"),))
    return data


def _names(plans: Iterable[SwitchPlan]) -> list[str]:
    """The files of these plans."""
    return list(dict.fromkeys(action.params["file"] for plan in plans for action in plan.actions))


_LEFT_OUT: Final = Text("Left out:", "対象外のファイル:")
_MOVED: Final = Text(
    "Last ACK received: {before} -> {after}; next ACK deadline: {due}",
    "Last ACK received: {before} -> {after}、次の ACK 期限: {due}",
)
