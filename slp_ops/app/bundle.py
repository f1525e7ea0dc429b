"""Service of ``bundle``: the evidence of a run that a support case needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.app.inputs import FactsCache, open_run
from slp_ops.app.report import JudgedRun, judged_devices
from slp_ops.errors import InputError, StoreError
from slp_ops.facts import SyslogBuffer
from slp_ops.redact import redact
from slp_ops.runs import Runs
from slp_ops.runs.mask_key import mask_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.app.operator import Operator
    from slp_ops.model import Capture
    from slp_ops.parsing import Facts
    from slp_ops.rules.message_catalog import Catalogue
    from slp_ops.runs import StoredRun


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleRequest:
    """A run by its reference, its devices (without ``devices``, all), and a healthy run to compare."""

    runs_dir: Path
    reference: str
    devices: tuple[str, ...] = ()
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
class BundleEvidence:
    """Content of a bundle. The iterators read each text when it is written, and only once."""

    judged: JudgedRun
    names: tuple[str, ...]
    switches: Iterator[SwitchEvidence]
    normal: Iterator[SwitchEvidence]
    normal_run: str
    key: bytes


def gather_bundle(request: BundleRequest, operator: Operator) -> BundleEvidence:
    """Return the evidence of a bundle. Raises InputError for a device that the run lacks, and StoreError."""
    runs, audit_options = Runs(request.runs_dir), request.audit_options
    run = open_run(runs, request.reference, operator)
    names = _names(run, request.devices)
    normal = None if request.normal is None else open_run(runs, request.normal, operator)
    normal_names = () if normal is None else _names(normal, names)
    key = mask_key()
    facts = FactsCache(
        *(each for each in (run, normal) if each is not None),
        cleaned=lambda text: redact(text, key),
        keep=audit_options.knowledge.row_commands,
    )
    devices = judged_devices(run, audit_options, request.runs_dir, operator, facts, only=names)
    return BundleEvidence(
        judged=JudgedRun(run=run, audit_options=audit_options, devices=devices),
        names=names,
        switches=_switches(run, names, audit_options, facts),
        normal=iter(()) if normal is None else _switches(normal, normal_names, audit_options, facts),
        normal_run="" if normal is None else normal.id,
        key=key,
    )


def _names(run: StoredRun, wanted: Sequence[str]) -> tuple[str, ...]:
    known = list(run.about)
    missing = [name for name in wanted if name not in run.about]
    if missing:
        raise InputError(
            f"run {run.id} has no device {', '.join(missing)}", hint=f"it has: {', '.join(known[:10])}"
        )
    return tuple(sorted(wanted or known))


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
