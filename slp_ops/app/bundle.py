"""Service of ``bundle``: the evidence of a run that a support case needs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from slp_ops.app.inputs import FactsCache, files_of, open_run
from slp_ops.app.report import JudgedRun, judged_devices
from slp_ops.errors import InputError, StoreError
from slp_ops.facts import SyslogBuffer
from slp_ops.parsing import text_of
from slp_ops.redact import redact
from slp_ops.regular_files import LARGEST_TEXT, read_input
from slp_ops.rules.settings import Intent
from slp_ops.runs import Runs, StoredRun
from slp_ops.runs.mask_key import mask_key
from slp_ops.runs.names import folder_name, unique

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.app.operator import Operator
    from slp_ops.model import Capture
    from slp_ops.parsing import Facts
    from slp_ops.rules.message_catalog import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleRequest:
    """A run by its reference, and its devices (without ``devices``, all).

    ``error_time`` and ``normal`` are captures of the error time and of a normal time: a run by its reference,
    a file or a folder of files.
    """

    runs_dir: Path
    reference: str
    devices: tuple[str, ...] = ()
    error_time: str | None = None
    normal: str | None = None
    audit_options: AuditOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchEvidence:
    """The captures of one switch. ``failures`` are the lines of its log that tell of a failure."""

    name: str
    folder: str
    captures: Iterable[tuple[Capture, str]]
    failures: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCaptures:
    """Captures of another time: of the run ``run``, or the texts of files by name, not yet masked.

    ``missing`` are the bundle's devices that the run does not contain.
    """

    run: str | None = None
    switches: Iterable[SwitchEvidence] = ()
    missing: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    texts: Iterable[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleEvidence:
    """Content of a bundle. The iterators read each text when it is written, and only once.

    ``intended`` is the topology of a device in the inventory, by name, where it is stated.
    """

    judged: JudgedRun
    names: tuple[str, ...]
    intended: Mapping[str, str]
    switches: Iterator[SwitchEvidence]
    error_time: ComparedCaptures | None
    normal: ComparedCaptures | None
    key: bytes


def gather_bundle(request: BundleRequest, operator: Operator) -> BundleEvidence:
    """Return the evidence of a bundle. Raises InputError for a device that the run lacks, and StoreError."""
    runs, audit_options = Runs(request.runs_dir), request.audit_options
    run = open_run(runs, request.reference, operator)
    names = _names(run, request.devices)
    error_time, normal = (
        None if each is None else _run_or_files(runs, each, operator)
        for each in (request.error_time, request.normal)
    )
    key = mask_key()
    facts = FactsCache(
        *(each for each in (run, error_time, normal) if isinstance(each, StoredRun)),
        cleaned=lambda text: redact(text, key),
        keep=audit_options.knowledge.row_commands,
    )
    devices = judged_devices(run, audit_options, request.runs_dir, operator, facts, only=names)

    def compared(source: StoredRun | tuple[Path, ...] | None) -> ComparedCaptures | None:
        return None if source is None else _compared(source, names, audit_options, facts)

    return BundleEvidence(
        judged=JudgedRun(run=run, audit_options=audit_options, devices=devices),
        names=names,
        intended={name: intent for name in names if (intent := _intended(run, name)) is not None},
        switches=_switches(run, names, audit_options, facts),
        error_time=compared(error_time),
        normal=compared(normal),
        key=key,
    )


def check_source(runs_dir: Path, reference: str, operator: Operator) -> None:
    """Raise InputError where the reference is neither a run nor a file or folder with captures."""
    _run_or_files(Runs(runs_dir), reference, operator)


def _run_or_files(runs: Runs, reference: str, operator: Operator) -> StoredRun | tuple[Path, ...]:
    """Return a run, or the files of a path that is not the folder of a run."""
    path = Path(reference).expanduser()
    if path.is_file() or (path.is_dir() and not (path / "run.json").exists()):
        return tuple(files_of(path))
    return open_run(runs, reference, operator)


def _compared(
    source: StoredRun | tuple[Path, ...],
    names: tuple[str, ...],
    audit_options: AuditOptions,
    facts: FactsCache,
) -> ComparedCaptures:
    if not isinstance(source, StoredRun):
        taken: set[str] = set()
        names_on_disk = tuple(unique(folder_name(path.name), taken) for path in source)
        texts = zip(names_on_disk, (text_of(read_input(path, LARGEST_TEXT)) for path in source), strict=True)
        return ComparedCaptures(files=names_on_disk, texts=texts)
    held = tuple(name for name in names if name in source.about)
    if not held:
        raise InputError(
            f"run {source.id} has none of the devices of the bundle", hint=f"it has: {_first(source.about)}"
        )
    return ComparedCaptures(
        run=source.id,
        switches=_switches(source, held, audit_options, facts),
        missing=tuple(name for name in names if name not in source.about),
    )


def _intended(run: StoredRun, name: str) -> str | None:
    return Intent.of(run.about[name].intent).topology


def _names(run: StoredRun, wanted: Sequence[str]) -> tuple[str, ...]:
    missing = [name for name in wanted if name not in run.about]
    if missing:
        raise InputError(
            f"run {run.id} has no device {', '.join(missing)}", hint=f"it has: {_first(run.about)}"
        )
    return tuple(sorted(wanted or run.about))


def _first(names: Iterable[str]) -> str:
    return ", ".join(islice(names, 10))


def _switches(
    run: StoredRun, names: Iterable[str], audit_options: AuditOptions, facts: FactsCache
) -> Iterator[SwitchEvidence]:
    for name in names:
        try:
            folder, found = run.folder(run.about[name]).name, facts.of(run, name)
        except StoreError:
            continue  # the device's own result says that its evidence is damaged
        yield SwitchEvidence(
            name=name,
            folder=folder,
            captures=_texts(run, name),
            failures=_failures(found, audit_options.knowledge.catalogue),
        )


def _texts(run: StoredRun, name: str) -> Iterator[tuple[Capture, str]]:
    for capture in run.captures(name):
        yield capture, run.text(name, capture) if capture.file is not None else ""


def _failures(facts: Facts, catalogue: Catalogue) -> tuple[int, ...]:
    """Return the numbers of the log lines that tell of a failure of licensing."""
    log = facts.get(SyslogBuffer)
    found: list[int] = []
    for message in () if log is None else log.messages:
        match = catalogue.find_wrapped(message.name, message.text, message.more)
        line = message.source.first()
        if match is not None and match.rule is not None and line is not None:
            found.append(line.number)
    return tuple(found)
