"""Bundle for a support case, as one zip: evidence, findings, and a checklist for the operator.

    slp-ops-<run>/
      README.txt             what this is, topology and transport, trigger, work done, frequency, masking
      CHECKLIST.txt          what to add from CSSM, CSLU, SSM On-Prem or Catalyst Center
      findings.md, findings.json
      switches/<switch>/     overview.txt, log-windows.txt, captures/<command>.txt
      normal/<switch>/       captures of a healthy run of the same switch
      MANIFEST.json          every other file with its size and SHA-256

The same run and the same answers give the same bytes: entries are in order and carry the run's own time.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, Final, Literal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from slp_ops.json_documents import json_document, json_field, to_json
from slp_ops.model import Capture, CaptureStatus
from slp_ops.redact import Redactor
from slp_ops.report import as_markdown
from slp_ops.report.checklist import checklist
from slp_ops.report.documents.report import render as report_json
from slp_ops.report.labels import Words
from slp_ops.report.sentences import rum_text
from slp_ops.sanitize import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.app.bundle import BundleEvidence, SwitchEvidence
    from slp_ops.i18n import Lang
    from slp_ops.report.view import DeviceView, ReportView

_LOG: Final = "show logging"
_AROUND: Final = 15  # lines of a log before and after each failure


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswers:
    """Answers of the operator about a case."""

    trigger: str = ""
    work_done: str = ""
    frequency: str = ""
    scope: str = ""
    case: str = ""


@json_document
class BundleFile:
    """One file of a bundle; a capture names its switch, command and status."""

    path: str
    bytes: int = 0
    sha256: str
    switch: str | None = json_field(omit_none=True, default=None)
    command: str | None = json_field(omit_none=True, default=None)
    status: CaptureStatus | None = json_field(omit_none=True, default=None)


@json_document
class BundleManifest:
    """``MANIFEST.json``: every other file, and the secrets that were masked, by kind."""

    schema: Literal["slp-ops/bundle/1"] = "slp-ops/bundle/1"
    run: str = ""
    normal: str | None = None
    slp_ops: str = ""
    masked: Mapping[str, int] = field(default_factory=dict)
    files: tuple[BundleFile, ...]


@dataclass(slots=True)
class _Writer:
    """Puts files in and remembers what the manifest has to say."""

    archive: ZipFile
    root: str
    stamp: tuple[int, int, int, int, int, int]
    key: bytes
    files: list[BundleFile] = field(default_factory=list)
    masked: Counter[str] = field(default_factory=Counter)

    def clean(self, text: str) -> str:
        """A text without its secrets, which are counted."""
        redactor = Redactor(self.key)
        safe = redactor.feed(text) + redactor.finish()
        self.masked.update(redactor.counts)
        return safe

    def add(self, path: str, text: str, *, switch: str | None = None, capture: Capture | None = None) -> None:
        """Write one text and note it."""
        data = text.encode("utf-8", "surrogateescape")
        self.put(path, data)
        self.files.append(
            BundleFile(
                path=path,
                bytes=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                switch=switch,
                command=None if capture is None else capture.command,
                status=None if capture is None else capture.status,
            )
        )

    def put(self, path: str, data: bytes) -> None:
        """An entry of which nothing depends on this machine or this moment."""
        info = ZipInfo(f"{self.root}/{path}", self.stamp)
        info.compress_type = ZIP_DEFLATED
        info.create_system = 3
        info.external_attr = 0o100644 << 16
        self.archive.writestr(info, data, compresslevel=9)


def write_bundle(
    file: BinaryIO, view: ReportView, evidence: BundleEvidence, *, answers: CaseAnswers, lang: Lang
) -> Mapping[str, int]:
    """Write the zip and return what was masked in it, by kind.

    ``view`` holds the bundle's switches only, and was made of cleaned texts.
    """
    # The bundle contains no current time.
    view = replace(view, generated=view.run.finished or view.run.started)
    started, words = view.run.started, Words(lang)
    views = {each.name: each for each in view.devices}
    with ZipFile(file, "w") as archive:
        stamp = (started.year, started.month, started.day, started.hour, started.minute, started.second)
        writer = _Writer(archive=archive, root=f"slp-ops-{view.run.id}", stamp=stamp, key=evidence.key)
        for switch in evidence.switches:
            _evidence(writer, switch, f"switches/{switch.folder}", views[switch.name], words)
        for switch in evidence.normal:
            _evidence(writer, switch, f"normal/{switch.folder}", None, words)
        writer.add("findings.md", as_markdown.render(view, lang))
        writer.add("findings.json", report_json(view, lang))
        writer.add("CHECKLIST.txt", "\n".join(_checklist(view, lang)) + "\n")
        writer.add("README.txt", "\n".join(_readme(view, answers, writer, evidence.normal_run, words)) + "\n")
        manifest = BundleManifest(
            run=view.run.id,
            normal=evidence.normal_run or None,
            slp_ops=view.run.version,
            masked=dict(sorted(writer.masked.items())),
            files=tuple(sorted(writer.files, key=lambda each: each.path)),
        )
        writer.put("MANIFEST.json", (to_json(manifest, indent=1) + "\n").encode("ascii"))
    return dict(writer.masked)


def _evidence(
    writer: _Writer, switch: SwitchEvidence, place: str, view: DeviceView | None, words: Words
) -> None:
    log = ""
    for capture, text in switch.captures:
        writer.masked.update(capture.masked)
        if capture.file is None:
            continue
        cleaned = writer.clean(text)
        writer.add(f"{place}/captures/{capture.file}", cleaned, switch=switch.name, capture=capture)
        if capture.command == _LOG:
            log = cleaned
    if view is None:
        return
    if found := "\n\n".join(log_windows(log, switch.failures)):
        writer.add(f"{place}/log-windows.txt", printable(found) + "\n")
    writer.add(f"{place}/overview.txt", "\n".join(_overview(view, words)) + "\n")


def _overview(view: DeviceView, words: Words) -> Iterator[str]:
    reporting, transport = view.reporting, view.transport
    facts: list[tuple[str, str | None]] = [
        ("switch", view.name),
        ("site", view.site),
        ("verdict", words.health(view.health.value)),
        ("model", view.model),
        ("release", view.release_text),
        ("agent", view.agent),
        ("topology", words.topology(view.topology.kind.value) if view.topology else None),
        ("transport", transport.type if transport else None),
        ("target", view.target),
        ("vrf", transport.vrf if transport else None),
        ("clock", view.clock.text if view.clock else None),
        ("last_ack", reporting.last_ack.text if reporting and reporting.last_ack else None),
        ("deadline", reporting.deadline.text if reporting and reporting.deadline else None),
        ("rum", rum_text(view.rum, words) if view.rum else None),
    ]
    for name, value in facts:
        yield f"{words[name]}: {one_line(value) if value else '-'}"
    yield ""
    yield f"{words['captures']}:"
    for capture in view.captures:
        reason = f" ({one_line(words.message(capture.reason))})" if capture.reason else ""
        yield f"  {capture.status.value:<12} {one_line(capture.command)}{reason}"


def _checklist(view: ReportView, lang: Lang) -> Iterator[str]:
    words = Words(lang)
    yield words["checklist"]
    yield ""
    for item in checklist(view.devices):
        yield f"[ ] {item.render(lang)}"
    missed = [
        (each.name, capture)
        for each in view.devices
        for capture in each.captures
        if capture.status.value in ("denied", "timeout", "lost", "damaged")
    ]
    if missed:
        yield ""
        yield words["checklist_missed"]
        for name, capture in missed:
            yield f"[ ] {one_line(name)}: {one_line(capture.command)} ({capture.status.value})"


def _readme(
    view: ReportView, answers: CaseAnswers, writer: _Writer, normal_run: str, words: Words
) -> Iterator[str]:
    run = view.run
    yield words["bundle_title"]
    yield ""
    yield f"{words['run']}: {run.id} ({run.started:%Y-%m-%d %H:%M} UTC, slp-ops {run.version})"
    if normal_run:
        yield f"{words['bundle_normal']}: {normal_run}"
    for name in ("case", "trigger", "work_done", "frequency", "scope"):
        value = getattr(answers, name)
        said = one_line(writer.clean(value)) if value else words["told_nothing"]
        yield f"{words['told_' + name]}: {said}"
    yield ""
    yield f"{words['switches']}:"
    for each in view.devices:
        kind = words.topology(each.topology.kind.value) if each.topology else words["unknown"]
        where = f", {one_line(each.target)}" if each.target else ""
        told_of = (words.health(each.health.value), one_line(each.release_text or "-"), kind)
        yield f"  {one_line(each.name)}: {', '.join(told_of)}{where}"
    yield ""
    yield words["bundle_masked"]
    for kind, count in sorted(writer.masked.items()):
        yield f"  {kind}: {count}"
    if not writer.masked:
        yield f"  {words['none']}"
    yield ""
    yield words["bundle_private"]


def log_windows(text: str, numbers: Iterable[int]) -> Iterator[str]:
    """Return the log around these lines; windows that touch become one. ``>`` marks the lines themselves."""
    lines = text.replace("\r\n", "\n").split("\n")
    marked = sorted({number for number in numbers if 1 <= number <= len(lines)})
    begin = end = 0
    for number in marked:
        first, last = max(1, number - _AROUND), min(len(lines), number + _AROUND)
        if begin and first <= end + 1:
            end = last
            continue
        if begin:
            yield _window(lines, begin, end, marked)
        begin, end = first, last
    if begin:
        yield _window(lines, begin, end, marked)


def _window(lines: list[str], begin: int, end: int, marked: list[int]) -> str:
    shown = (
        f"{'>' if number in marked else ' '} {number:>6}  {lines[number - 1]}"
        for number in range(begin, end + 1)
    )
    return "\n".join((f"--- show logging, lines {begin} to {end} ---", *shown))
