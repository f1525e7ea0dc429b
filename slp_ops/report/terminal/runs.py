"""Runs on disk as terminal text: a list, one run with its captures, a verification, a prune."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from slp_ops.app.fleet import causes, hint
from slp_ops.i18n import Text
from slp_ops.messages import message_text, translate
from slp_ops.model import DeviceStatus
from slp_ops.report.terminal.layout import MANY, some_names, styled, table, wrapped
from slp_ops.report.terminal.times import moment
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from slp_ops.i18n import Lang
    from slp_ops.model import DeviceResult
    from slp_ops.runs import StoredRun
    from slp_ops.runs.export import ExportReport
    from slp_ops.runs.prune import PruneDecision
    from slp_ops.runs.verify import FileProblem, VerifyReport


_RUN: Final = Text("run {run}: {verb}, {state}, {times}", "実行 {run}: {verb}, {state}, {times}")
_FOLDER: Final = Text("folder: {path}", "フォルダ: {path}")
_MASKED: Final = Text("masked: {counts}", "マスク: {counts}")
_VERIFIED: Final = Text(
    "run {run}: {state}; {count:capture}, {size} bytes, {verdict}",
    "実行 {run}: {state}; キャプチャ {count} 件、{size} バイト、{verdict}",
)
_EXPORTED: Final = Text("run {run} written to {path}", "実行 {run} を {path} に書き出しました")
_KEPT: Final = Text("kept: {why}", "保持: {why}")
_LOST: Final = Text("remove; lost with it: {lost}", "削除 (失われるもの: {lost})")
_SINCE: Final = Text("started {started}", "開始 {started}")
_COMPLETE: Final = Text("{count:device} read completely", "取得完了 {count} 台")
_PERIOD: Final = Text("{started} to {finished}", "{started} ~ {finished}")


def _header(lang: Lang, *words: str) -> list[str]:
    return [translate(word, lang) for word in words]


def render_list(runs: Sequence[StoredRun], lang: Lang) -> str:
    """Return a row for each run."""
    rows = [
        (
            run.id,
            _moment(run.header.started),
            run.header.verb,
            translate(run.header.state, lang),
            _totals(run, lang),
        )
        for run in runs
    ]
    return table(_header(lang, "RUN", "STARTED", "VERB", "STATE", "DEVICES"), rows)


def render_run(
    run: StoredRun, devices: Sequence[DeviceResult], lang: Lang, *, captures: bool, details: bool = False
) -> str:
    """Return a row for each device; with ``captures`` a row for each capture of the only one.

    Many devices that were read completely are one line, unless ``details`` are wanted.
    """
    lines = [
        _RUN.format(
            run=run.id, verb=run.header.verb, state=message_text(run.header.state), times=_times(run)
        ).render(lang),
        _FOLDER.format(path=one_line(str(run.path))).render(lang),
        *(_captures(devices[0], lang) if captures else _devices(devices, lang, details=details)),
    ]
    return "\n".join(lines)


def _devices(results: Sequence[DeviceResult], lang: Lang, *, details: bool) -> Iterator[str]:
    if len(results) >= MANY and not details:
        complete = [result.name for result in results if result.status is DeviceStatus.OK]
        results = [result for result in results if result.status is not DeviceStatus.OK]
        words = _COMPLETE.format(count=len(complete)).render(lang)
        yield from wrapped(some_names(complete, lang), f"{words}: ") if complete else ()
        if not results:
            return
    rows = [
        (
            result.name,
            result.site,
            translate(result.status, lang),
            result.release or "",
            str(len(result.captures)),
            _mask_counts(result),
        )
        for result in results
    ]
    yield table(_header(lang, "DEVICE", "SITE", "STATUS", "RELEASE", "CAPTURES", "MASKED"), rows)
    for result in results:
        for cause in causes(result):
            yield one_line(f"{result.name}: {translate(cause, lang)}")
        if words := hint(result):
            yield f"  {translate('hint:', lang)} {one_line(translate(words, lang))}"


def _captures(result: DeviceResult, lang: Lang) -> Iterator[str]:
    rows = [
        (
            capture.command,
            translate(capture.status, lang),
            f"{capture.seconds:.1f}",
            str(capture.bytes),
            capture.file or "",
            translate(capture.reason, lang),
        )
        for capture in result.captures
    ]
    yield table(_header(lang, "COMMAND", "STATUS", "SECONDS", "BYTES", "FILE", "REASON"), rows)
    yield _MASKED.format(counts=_mask_counts(result) or message_text("nothing")).render(lang)


def render_verification(run: StoredRun, verified: VerifyReport, lang: Lang) -> str:
    """Return what is wrong with a run, and the verdict."""
    lines = list(_remarks(verified.remarks, lang))
    lines.append(
        _VERIFIED.format(
            run=run.id,
            state=message_text(verified.state),
            count=verified.captures,
            size=verified.bytes,
            verdict=message_text("DAMAGED" if verified.damaged else "intact"),
        ).render(lang)
    )
    return "\n".join(lines)


def render_export(run: StoredRun, exported: ExportReport, lang: Lang) -> str:
    """Return where a run was written, and what is missing there because it is damaged."""
    written = _EXPORTED.format(run=run.id, path=one_line(str(exported.path)))
    return "\n".join((*_remarks(exported.problems, lang), written.render(lang)))


def _remarks(problems: Sequence[FileProblem], lang: Lang) -> Iterator[str]:
    for each in problems:
        word = styled(translate("damaged", lang), fg="red") if each.damage else translate("note", lang)
        yield f"{word}: {one_line(each.file)}: {one_line(translate(each.what, lang))}"


def render_prune(planned: Sequence[PruneDecision], lang: Lang) -> str:
    """Return what a prune does with each run."""
    rows = [
        (
            each.run.id,
            _moment(each.run.header.started),
            each.run.header.verb,
            one_line(_fate(each, lang)),
        )
        for each in planned
    ]
    return table([*_header(lang, "RUN", "STARTED", "VERB"), ""], rows)


def _fate(decision: PruneDecision, lang: Lang) -> str:
    if decision.kept_because:
        why = "; ".join(translate(each, lang) for each in decision.kept_because.split("; "))
        return _KEPT.format(why=why).render(lang)
    lost = "; ".join(translate(each.what, lang) for each in decision.lost)
    return _LOST.format(lost=lost).render(lang) if lost else translate("remove", lang)


def _mask_counts(result: DeviceResult) -> str:
    counts: Counter[str] = Counter()
    for capture in result.captures:
        counts.update(capture.masked)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))


def _totals(run: StoredRun, lang: Lang) -> str:
    totals = run.totals
    words = ", ".join(f"{count} {translate(status, lang)}" for status, count in sorted(totals.items()))
    return f"{totals.total()}: {words}" if words else "0"


def _times(run: StoredRun) -> Text:
    header = run.header
    if header.finished is None:
        return _SINCE.format(started=_moment(header.started))
    return _PERIOD.format(started=_moment(header.started), finished=moment(header.finished, "%H:%M:%S"))


def _moment(at: datetime) -> str:
    return moment(at, "%Y-%m-%d %H:%M:%S")
