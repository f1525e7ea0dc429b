"""Matching of CSSM's answers to switches: by the units in the answer, never by a file's name."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.messages import message_text
from slp_ops.usage.ackfile import Ack, InvalidAck, part_of, read_ack

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from slp_ops.usage.ackfile import AckElement
    from slp_ops.usage.switch import ExchangeSwitch
    from slp_ops.usage.udi import UnitId


@dataclass(frozen=True, slots=True, kw_only=True)
class AckFile:
    """A file that should be an acknowledgement. ``ack`` is None for one that is none, and ``problem`` why.

    ``path`` is where it came from, within an archive too; ``name`` that under which a run keeps it.
    """

    path: str
    name: str
    sha256: str
    md5: str
    size: int
    ack: Ack | None = None
    problem: str = ""
    data: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, path: str, name: str, data: bytes, problem: str = "") -> AckFile:
        """Read a file; ``problem`` is set for one that is known to be none."""
        ack = None
        if not problem:
            try:
                ack = read_ack(data)
            except InvalidAck as err:
                problem = str(err)
        return cls(
            path=path,
            name=name,
            sha256=hashlib.sha256(data).hexdigest(),
            md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
            size=len(data),
            ack=ack,
            problem=problem,
            data=data,
        )

    @property
    def on_flash(self) -> str:
        """The name that it gets on a switch: the same bytes, the same name."""
        return f"flash:slp-ops_ack_{self.sha256[:12]}.txt"


class SkipReason(StrEnum):
    """Reason for skipping a file."""

    DAMAGED = "damaged"  # also what is no acknowledgement at all
    NO_UNIT = "no_unit"
    NO_SWITCH = "no_switch"
    SEVERAL = "several_switches"
    WRONG_UNIT = "wrong_unit"
    DUPLICATE = "duplicate"
    IMPORTED = "imported"
    REFUSED = "refused"
    ACKNOWLEDGED = "acknowledged"

    @property
    def harmless(self) -> bool:
        """Return whether skipping it is harmless."""
        return self in (
            SkipReason.DUPLICATE,
            SkipReason.IMPORTED,
            SkipReason.REFUSED,
            SkipReason.ACKNOWLEDGED,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFile:
    """A file that is not imported, and why."""

    path: str
    out: SkipReason
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedFiles:
    """Files by switch name, and the skipped ones."""

    files: Mapping[str, tuple[AckFile, ...]] = field(default_factory=dict)
    left_out: tuple[SkippedFile, ...] = ()


def match(
    files: Iterable[AckFile],
    switches: Sequence[ExchangeSwitch],
    *,
    assigned: Mapping[str, str],
    imported: Mapping[tuple[str, str], str],
    refused: Collection[tuple[str, str]] = (),
    done: Mapping[UnitId, str] | None = None,
) -> MatchedFiles:
    """Match every file. ``assigned`` names the switch for a path, for files that name no unit;
    ``imported`` gives for a switch and a SHA-256 the run that imported that file already; ``refused`` are
    switches and SHA-256 that another file replaces; ``done`` are the units of switches that are not read
    now, as they have their answer.
    """
    owners: defaultdict[UnitId, list[str]] = defaultdict(list)
    for switch in switches:
        for unit in switch.units:
            owners[unit].append(switch.name)
    by_name = {switch.name: switch for switch in switches}
    found: dict[str, list[AckFile]] = {}
    left: list[SkippedFile] = []
    seen: dict[str, str] = {}  # SHA-256 -> the first file of it
    for file in _divided(files, owners, assigned):
        name = _owner(file, owners, by_name, assigned.get(file.path), len(switches), done or {})
        if isinstance(name, str) and (name, file.sha256) in refused:
            name = SkippedFile(path=file.path, out=SkipReason.REFUSED, why=_REFUSED.format(name=name))
        if isinstance(name, str):
            name = _again(file, by_name[name], found.get(name, ()), seen, imported)
        if isinstance(name, SkippedFile):
            left.append(name)
            continue
        seen[file.sha256] = file.path
        found.setdefault(name, []).append(file)
    return MatchedFiles(
        files={name: tuple(sorted(those, key=_oldest_first)) for name, those in found.items()},
        left_out=tuple(left),
    )


def _divided(
    files: Iterable[AckFile], owners: Mapping[UnitId, list[str]], assigned: Collection[str]
) -> Iterator[AckFile]:
    """Divide the files with elements for several switches: each gets its own, and what is for all.

    An element that names several switches is not divided: it is signed as a whole.
    """
    for file in files:
        groups = None if file.ack is None or file.path in assigned else _groups(file.ack, owners)
        if groups is None or b"\0" in file.data:  # UTF-16: the end of a tag is not found by its byte
            yield file
            continue
        for elements in groups:
            data = part_of(file.data, elements)
            yield AckFile.of(file.path, f"{hashlib.sha256(data).hexdigest()[:12]}-{file.name}", data)


def _groups(ack: Ack, owners: Mapping[UnitId, list[str]]) -> list[list[AckElement]] | None:
    """Return the elements of each switch and of each unit without one; None where there is no other."""
    keys: list[str | None] = []
    for element in ack.elements:
        names = {name for unit in element.units for name in owners.get(unit, ())}
        if len(names) > 1:
            return None
        if names:
            keys.append(f"switch {names.pop()}")
        elif element.is_ack and element.units:
            keys.append(f"unit {element.units[0]}")
        else:
            keys.append(None)
    found = [key for key in dict.fromkeys(keys) if key is not None]
    if len(found) < 2:
        return None
    return [
        [element for element, of in zip(ack.elements, keys, strict=True) if of in (key, None)]
        for key in found
    ]


def is_acknowledged(switch: ExchangeSwitch, ack: Ack) -> bool:
    """Return whether the switch shows the reports of an answer as acknowledged already."""
    listed = switch.reports
    if not listed or not ack.reports:
        return False
    waiting = [listed[number] for number in ack.reports if number in listed]
    return bool(waiting) and not any(waiting)


def _owner(
    file: AckFile,
    owners: Mapping[UnitId, list[str]],
    switches: Mapping[str, ExchangeSwitch],
    assigned: str | None,
    read: int,
    done: Mapping[UnitId, str],
) -> str | SkippedFile:
    """The one switch whose units a file names."""

    def out(kind: SkipReason, why: Text) -> SkippedFile:
        return SkippedFile(path=file.path, out=kind, why=why)

    if file.ack is None:
        return out(SkipReason.DAMAGED, message_text(file.problem))
    units = file.ack.units
    named = ", ".join(map(str, units[:4])) + (" .." if len(units) > 4 else "")
    matching = list(dict.fromkeys(name for unit in units for name in owners.get(unit, ())))
    if assigned is not None:
        if assigned not in switches:
            return out(SkipReason.NO_SWITCH, _NOT_READ.format(name=assigned))
        if units and assigned not in matching:
            return out(SkipReason.WRONG_UNIT, _WRONG.format(name=assigned, units=named))
        return assigned
    if not units:
        return out(SkipReason.NO_UNIT, _NO_UNIT.format(path=file.path))
    if not matching and (names := dict.fromkeys(done[unit] for unit in units if unit in done)):
        return out(SkipReason.IMPORTED, _DONE.format(names=", ".join(names)))
    if not matching:
        return out(SkipReason.NO_SWITCH, _NONE.format(units=named, read=read))
    if len(matching) > 1:
        return out(SkipReason.SEVERAL, _SEVERAL.format(units=named, names=", ".join(matching)))
    return matching[0]


def _again(
    file: AckFile,
    switch: ExchangeSwitch,
    before: Sequence[AckFile],
    seen: Mapping[str, str],
    imported: Mapping[tuple[str, str], str],
) -> str | SkippedFile:
    """The switch's name, unless the file was imported, or another one of this call does the same."""
    if file.sha256 in seen:
        return SkippedFile(path=file.path, out=SkipReason.DUPLICATE, why=_SAME.format(path=seen[file.sha256]))
    if (run := imported.get((switch.name, file.sha256))) is not None:
        return SkippedFile(
            path=file.path, out=SkipReason.IMPORTED, why=_IMPORTED.format(name=switch.name, run=run)
        )
    if file.ack is not None and file.ack.reports:
        for other in before:
            if other.ack is not None and other.ack.reports == file.ack.reports:
                return SkippedFile(
                    path=file.path, out=SkipReason.DUPLICATE, why=_SAME_REPORTS.format(path=other.path)
                )
        if is_acknowledged(switch, file.ack):
            return SkippedFile(
                path=file.path, out=SkipReason.ACKNOWLEDGED, why=_ACKNOWLEDGED.format(name=switch.name)
            )
    return switch.name


def _oldest_first(file: AckFile) -> tuple[int, str]:
    reports = frozenset() if file.ack is None else file.ack.reports
    return max(reports, default=0), file.path


_NO_UNIT: Final = Text(
    "it names no unit that can be read, so that its switch is unknown; if you know it, --for {path}=NAME",
    "UDI を読み取れず、対象のスイッチを判断できません。わかる場合は --for {path}=NAME で指定してください",
)
_NONE: Final = Text(
    "it is for {units}, which is not among the switches that were read now ({read})",
    "{units} 宛てですが、今回読み取ったスイッチ ({read} 台) に該当するものがありません",
)
_SEVERAL: Final = Text(
    "it names units of several switches ({names}): {units}",
    "複数のスイッチ ({names}) の UDI を含んでいます: {units}",
)
_WRONG: Final = Text(
    "it is for {units}, and {name} is none of them", "{units} 宛てで、{name} には一致しません"
)
_NOT_READ: Final = Text(
    "{name} is none of the switches that were read", "{name} は読み取ったスイッチにありません"
)
_SAME: Final = Text("it is the same file as {path}", "{path} と同一のファイルです")
_SAME_REPORTS: Final = Text(
    "it acknowledges the same reports as {path}", "{path} と同じレポートへの確認応答です"
)
_IMPORTED: Final = Text(
    "{name} has imported it already, in run {run}", "{name} は実行 {run} で取り込み済みです"
)
_DONE: Final = Text(
    "the import on {names} is done, or begun already", "{names} の取り込みは完了済み、または開始済みです"
)
_REFUSED: Final = Text(
    "{name} refused it, and there is another one for it",
    "{name} が拒否しました。別のファイルがあります",
)
_ACKNOWLEDGED: Final = Text(
    "{name} shows its reports as acknowledged already", "{name} では該当レポートがすでに確認応答済みです"
)
