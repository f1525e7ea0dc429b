"""What support asks for when a case is opened, as one zip: evidence, story, and what a person must add.

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
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from slp_ops.redact import Redactor
from slp_ops.report import as_json, as_markdown
from slp_ops.report.checklist import checklist
from slp_ops.report.log_windows import windows
from slp_ops.report.phrases import rum_text
from slp_ops.report.words import Words
from slp_ops.safetext import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slp_ops.model import Capture
    from slp_ops.report.view import DeviceView, ReportView
    from slp_ops.rules.text import Lang

SCHEMA: Final = "slp-ops/bundle/1"
_LOG: Final = "show logging"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What only a person can tell of a case."""

    trigger: str = ""
    work_done: str = ""
    frequency: str = ""
    scope: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One switch's evidence on its way into a bundle. ``failures`` are lines of its log."""

    name: str
    folder: str
    captures: Iterable[tuple[Capture, str]]
    failures: tuple[int, ...] = ()


@dataclass(slots=True)
class _Writer:
    """Puts files in and remembers what the manifest has to say."""

    archive: ZipFile
    root: str
    stamp: tuple[int, int, int, int, int, int]
    key: bytes
    files: list[dict[str, object]] = field(default_factory=list)
    masked: Counter[str] = field(default_factory=Counter)

    def clean(self, text: str) -> str:
        """A text without its secrets, which are counted."""
        redactor = Redactor(self.key)
        safe = redactor.feed(text) + redactor.finish()
        self.masked.update(redactor.counts)
        return safe

    def add(self, path: str, text: str, *, about: Mapping[str, object] | None = None) -> None:
        """Write one text and note it."""
        data = text.encode("utf-8", "surrogateescape")
        self.put(path, data)
        self.files.append(
            {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), **(about or {})}
        )

    def put(self, path: str, data: bytes) -> None:
        """An entry of which nothing depends on this machine or this moment."""
        info = ZipInfo(f"{self.root}/{path}", self.stamp)
        info.compress_type = ZIP_DEFLATED
        info.create_system = 3
        info.external_attr = 0o100644 << 16
        self.archive.writestr(info, data, compresslevel=9)


def write_bundle(
    file: BinaryIO,
    view: ReportView,
    *,
    switches: Iterable[Folder],
    normal: Iterable[Folder] = (),
    normal_run: str = "",
    told: Told,
    key: bytes,
    lang: Lang,
) -> Mapping[str, int]:
    """Write the zip; gives what was masked in it, by kind.

    ``view`` holds the bundle's switches only, and was made of cleaned texts.
    """
    # Nothing of the moment in which the bundle is made goes into it.
    view = replace(view, generated=view.run.finished or view.run.started)
    started, words = view.run.started, Words(lang)
    views = {each.name: each for each in view.devices}
    with ZipFile(file, "w") as archive:
        stamp = (started.year, started.month, started.day, started.hour, started.minute, started.second)
        writer = _Writer(archive=archive, root=f"slp-ops-{view.run.id}", stamp=stamp, key=key)
        for switch in switches:
            _evidence(writer, switch, f"switches/{switch.folder}", views[switch.name], words)
        for switch in normal:
            _evidence(writer, switch, f"normal/{switch.folder}", None, words)
        writer.add("findings.md", as_markdown.render(view, lang))
        writer.add("findings.json", as_json.render(view, lang))
        writer.add("CHECKLIST.txt", "\n".join(_checklist(view, lang)) + "\n")
        writer.add("README.txt", "\n".join(_readme(view, told, writer, normal_run, words)) + "\n")
        manifest = {
            "schema": SCHEMA,
            "run": view.run.id,
            "normal": normal_run or None,
            "slp_ops": view.run.version,
            "masked": dict(sorted(writer.masked.items())),
            "files": sorted(writer.files, key=lambda each: str(each["path"])),
        }
        writer.put("MANIFEST.json", (json.dumps(manifest, indent=1) + "\n").encode("ascii"))
    return dict(writer.masked)


def _evidence(writer: _Writer, switch: Folder, place: str, view: DeviceView | None, words: Words) -> None:
    log = ""
    for capture, text in switch.captures:
        writer.masked.update(capture.masked)
        if capture.file is None:
            continue
        about = {"switch": switch.name, "command": capture.command, "status": capture.status.value}
        cleaned = writer.clean(text)
        writer.add(f"{place}/captures/{capture.file}", cleaned, about=about)
        if capture.command == _LOG:
            log = cleaned
    if view is None:
        return
    if found := "\n\n".join(windows(log, switch.failures)):
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
        reason = f" ({one_line(capture.reason)})" if capture.reason else ""
        yield f"  {capture.status.value:<12} {one_line(capture.command)}{reason}"


def _checklist(view: ReportView, lang: Lang) -> Iterator[str]:
    words = Words(lang)
    yield words["checklist"]
    yield ""
    for item in checklist(view.devices):
        yield f"[ ] {item.said(lang)}"
    missed = [
        (each.name, capture)
        for each in view.devices
        for capture in each.captures
        if capture.status.value in ("denied", "timeout", "lost")
    ]
    if missed:
        yield ""
        yield words["checklist_missed"]
        for name, capture in missed:
            yield f"[ ] {one_line(name)}: {one_line(capture.command)} ({capture.status.value})"


def _readme(view: ReportView, told: Told, writer: _Writer, normal_run: str, words: Words) -> Iterator[str]:
    run = view.run
    yield words["bundle_title"]
    yield ""
    yield f"{words['run']}: {run.id} ({run.started:%Y-%m-%d %H:%M} UTC, slp-ops {run.version})"
    if normal_run:
        yield f"{words['bundle_normal']}: {normal_run}"
    for name in ("case", "trigger", "work_done", "frequency", "scope"):
        value = getattr(told, name)
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
