"""Bundle for a support case, as one zip: evidence, findings, and a checklist for the operator.

    slp-ops-<run>/
      README.txt             the operator's answers, topology and connection of each switch, masking
      CHECKLIST.txt          what to add from CSSM, CSLU, SSM On-Prem or Catalyst Center
      findings.md, findings.json
      switches/<switch>/     overview.txt, log-windows.txt, captures/<command>.txt
      error-time/<switch>/   captures of the same switch while the problem occurred
      normal/<switch>/       captures of the same switch at a normal time
      error-time/files/, normal/files/   the same from files instead of a run
      MANIFEST.json          the answers, the switches, and every other file with its size and SHA-256

The same run and the same answers give the same bytes: entries are in order and carry the run's own time.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, BinaryIO, Final, Literal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from slp_ops.json_documents import json_document, json_field, to_json
from slp_ops.model import Capture, CaptureStatus
from slp_ops.redact import Redactor
from slp_ops.report import as_markdown
from slp_ops.report.case_answers import CaseAnswers
from slp_ops.report.checklist import checklist
from slp_ops.report.documents.report import render as report_json
from slp_ops.report.labels import Words
from slp_ops.report.sentences import rum_text
from slp_ops.sanitize import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.app.bundle import BundleEvidence, ComparedCaptures, SwitchEvidence
    from slp_ops.facts import ExchangeStatistics
    from slp_ops.i18n import Lang
    from slp_ops.report.view import DeviceView, ReportView

_LOG: Final = "show logging"
_AROUND: Final = 15  # lines of a log before and after each failure


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
class BundleSwitch:
    """Topology and state of the connection of one switch.

    ``topology_from`` is the inventory (``intent``) or the switch itself; ``server`` is the peer of its
    licence agent. ``failing`` is None where the switch did not print it, ``failure`` the agent's reason.
    """

    name: str
    topology: str | None = None
    topology_from: Literal["inventory", "switch"] | None = None
    transport: str | None = None
    server: str | None = None
    failing: bool | None = None
    failure: str | None = None


@json_document
class BundleCaptures:
    """Captures of another time, below ``folder``: of a run, or of files (their number)."""

    time: Literal["error", "normal"]
    folder: str
    run: str | None = None
    files: int = 0


@json_document
class BundleManifest:
    """``MANIFEST.json``: the operator's answers (null: not stated), the switches, every other file, and the
    secrets that were masked, by kind."""

    schema: Literal["slp-ops/bundle/1"] = "slp-ops/bundle/1"
    run: str = ""
    normal: str | None = None
    slp_ops: str = ""
    answers: CaseAnswers | None = None
    switches: tuple[BundleSwitch, ...] = ()
    compared: tuple[BundleCaptures, ...] = ()
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
        compared = tuple(_compared(writer, evidence, words))
        writer.add("findings.md", as_markdown.render(view, lang))
        writer.add("findings.json", report_json(view, lang))
        writer.add("CHECKLIST.txt", "\n".join(_checklist(view, evidence.intended, lang)) + "\n")
        answers = _cleaned(answers, writer)
        switches = tuple(_switch(each, evidence.intended.get(each.name)) for each in view.devices)
        readme = _Readme(
            view=view, answers=answers, switches=switches, evidence=evidence, masked=writer.masked
        )
        writer.add("README.txt", "\n".join(_readme(readme, words)) + "\n")
        manifest = BundleManifest(
            run=view.run.id,
            normal=None if evidence.normal is None else evidence.normal.run,
            slp_ops=view.run.version,
            answers=answers,
            switches=switches,
            compared=compared,
            masked=dict(sorted(writer.masked.items())),
            files=tuple(sorted(writer.files, key=lambda each: each.path)),
        )
        writer.put("MANIFEST.json", (to_json(manifest, indent=1) + "\n").encode("ascii"))
    return dict(writer.masked)


def _compared(writer: _Writer, evidence: BundleEvidence, words: Words) -> Iterator[BundleCaptures]:
    """Write the captures of other times."""
    times: tuple[tuple[Literal["error", "normal"], str, ComparedCaptures | None], ...] = (
        ("error", "error-time", evidence.error_time),
        ("normal", "normal", evidence.normal),
    )
    for time, folder, compared in times:
        if compared is None:
            continue
        for switch in compared.switches:
            _evidence(writer, switch, f"{folder}/{switch.folder}", None, words)
        for name, text in compared.texts:
            writer.add(f"{folder}/files/captures/{name}", writer.clean(text))
        yield BundleCaptures(time=time, folder=folder, run=compared.run, files=len(compared.files))


def _cleaned(answers: CaseAnswers, writer: _Writer) -> CaseAnswers:
    """Return the answers without secrets, each in one line."""
    given = {each.name: getattr(answers, each.name) for each in fields(answers)}
    return CaseAnswers(
        **{name: one_line(writer.clean(text)) if text else None for name, text in given.items()}
    )


def _switch(view: DeviceView, intended: str | None) -> BundleSwitch:
    seen = view.topology.kind.value if view.topology else None
    failing = next((each for each in view.exchanges if each.failing_now), None)
    return BundleSwitch(
        name=view.name,
        topology=intended or seen,
        topology_from="inventory" if intended else "switch" if seen else None,
        transport=view.transport.type if view.transport else None,
        server=view.target,
        failing=view.failing,
        failure=None if failing is None else _failure(failing),
    )


def _failure(exchange: ExchangeStatistics) -> str:
    """Return which exchange fails, with the reason where the switch shows one."""
    return exchange.name + (f": {exchange.failure_reason}" if exchange.failure_reason else "")


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
        ("connection", _connection(view.failing, words)),
    ]
    for name, value in facts:
        yield f"{words[name]}: {one_line(value) if value else '-'}"
    for exchange in view.exchanges:
        yield f"  {one_line(_exchange(exchange))}"
    yield ""
    yield f"{words['captures']}:"
    for capture in view.captures:
        reason = f" ({one_line(words.message(capture.reason))})" if capture.reason else ""
        yield f"  {capture.status.value:<12} {one_line(capture.command)}{reason}"


def _connection(failing: bool | None, words: Words) -> str:
    return words["unknown" if failing is None else "connection_fails" if failing else "connection_works"]


def _exchange(exchange: ExchangeStatistics) -> str:
    """Return one exchange of the Communication Statistics with the words of the switch."""
    attempts, response = exchange.attempts, exchange.last_response
    parts = [
        f"Attempts: {attempts.text}" if attempts else "",
        f"Last Response: {response.word}" if response else "",
        f"Failure Reason: {exchange.failure_reason}" if exchange.failure_reason else "",
    ]
    return f"{exchange.name}: {'; '.join(each for each in parts if each) or '-'}"


def _checklist(view: ReportView, intended: Mapping[str, str], lang: Lang) -> Iterator[str]:
    words = Words(lang)
    yield words["checklist"]
    yield ""
    for item in checklist(_topologies(view, intended)):
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


def _topologies(view: ReportView, intended: Mapping[str, str]) -> set[str]:
    """Return the topologies of the switches, from the inventory or else as the switches show them."""
    return {_switch(each, intended.get(each.name)).topology or "unknown" for each in view.devices}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Readme:
    """Content of README.txt."""

    view: ReportView
    answers: CaseAnswers
    switches: tuple[BundleSwitch, ...]
    evidence: BundleEvidence
    masked: Mapping[str, int]


def _readme(content: _Readme, words: Words) -> Iterator[str]:
    run = content.view.run
    yield words["bundle_title"]
    yield ""
    for each in fields(content.answers):
        yield f"{words['told_' + each.name]}: {getattr(content.answers, each.name) or words['told_nothing']}"
    yield ""
    yield (
        words("bundle_captures", folder="switches/")
        + f": {run.id} ({run.started:%Y-%m-%d %H:%M} UTC, slp-ops {run.version})"
    )
    yield f"{words['bundle_error']}: {_source(content.evidence.error_time, words)}"
    yield f"{words['bundle_normal']}: {_source(content.evidence.normal, words)}"
    yield ""
    yield f"{words['switches']}:"
    for view, switch in zip(content.view.devices, content.switches, strict=True):
        told_of = [
            words.health(view.health.value),
            view.release_text or "-",
            words.topology(switch.topology or "unknown"),
            *([switch.server] if switch.server else []),
            f"{words['connection']}: {_connection(switch.failing, words)}"
            + (f" ({switch.failure})" if switch.failure else ""),
        ]
        yield f"  {one_line(view.name)}: {one_line(', '.join(told_of))}"
    yield ""
    yield words["bundle_masked"]
    for kind, count in sorted(content.masked.items()):
        yield f"  {kind}: {count}"
    if not content.masked:
        yield f"  {words['none']}"
    yield ""
    yield words["bundle_private"]


def _source(compared: ComparedCaptures | None, words: Words) -> str:
    """Return the origin of captures of another time, and the switches that it lacks."""
    if compared is None:
        return words["told_nothing"]
    found = compared.run or words("bundle_files", count=len(compared.files))
    if not compared.missing:
        return found
    return f"{found} ({words('bundle_missing', names=', '.join(map(one_line, compared.missing)))})"


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
