"""Changes that a watch finds, as terminal text: one line per change, the first look at many as a summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.history.changes import ChangeKind, DeviceChange
from slp_ops.i18n import Lang, Text
from slp_ops.messages import message_text, translate
from slp_ops.model import Severity
from slp_ops.report.documents.audit import change_summary
from slp_ops.report.failure_labels import failure_label
from slp_ops.report.terminal.audit import HEALTHY
from slp_ops.report.terminal.layout import MANY, some_names, styled
from slp_ops.report.terminal.times import moment
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.app.audit_device import AuditedDevice
    from slp_ops.app.watch import WatchedChange

_COLOURS: Final = {
    ChangeKind.NEW: "red",
    ChangeKind.GONE: "green",
    ChangeKind.UNREADABLE: "magenta",
    ChangeKind.READABLE: "green",
}


def render(found: Sequence[WatchedChange], lang: Lang, *, details: bool = False) -> str:
    """Return the changes of a round, a line for each.

    The first look at many switches begins with a summary: those without a finding to act on are counted and
    have no line of their own, unless ``details`` are wanted.
    """
    first = [each for each in found if each.change.what is ChangeKind.FIRST_LOOK]
    if details or len(first) < MANY:
        return "\n".join(_line(each, lang) for each in found)
    others = [each for each in found if not _is_counted(each)]
    return "\n".join((*_summary(first, lang), *(_line(each, lang) for each in others)))


def _is_counted(found: WatchedChange) -> bool:
    return found.change.what is ChangeKind.FIRST_LOOK and found.device.state in HEALTHY


def _summary(first: Sequence[WatchedChange], lang: Lang) -> Iterator[str]:
    at = _moment(first[0])
    others = sum(not _is_counted(each) for each in first)
    yield f"{at} {_FIRST_ROUND.format(count=len(first), others=others).render(lang)}"
    for state, words in HEALTHY.items():
        if names := [each.change.device for each in first if each.device.state is state]:
            yield f"{at} {words.format(count=len(names)).render(lang)}: {some_names(names, lang)}"


def _line(found: WatchedChange, lang: Lang) -> str:
    change = found.change
    words = styled(one_line(_words(change, found.device, lang)), fg=_COLOURS.get(change.what))
    return f"{_moment(found)} {one_line(change.device)}: {words}"


def _moment(found: WatchedChange) -> str:
    return moment(found.at, "%Y-%m-%dT%H:%M:%S")


def _words(change: DeviceChange, judged: AuditedDevice, lang: Lang) -> str:
    match change.what:
        case ChangeKind.FIRST_LOOK:
            hits = [each for each in judged.failing if each.severity is not Severity.INFO]
            found = ", ".join(f"{each.rule} ({translate(each.severity, lang)})" for each in hits)
            words = _FIRST_LOOK if found else _CLEAN
            return words.format(release=change.new or "-", found=found).render(lang)
        case ChangeKind.NEW:
            summary = change_summary(change, judged, lang) or ""
            return _NEW.format(
                rule=change.rule, severity=message_text(change.severity or ""), summary=summary
            ).render(lang)
        case ChangeKind.UNREADABLE:
            return _UNREADABLE.format(why=failure_label(change.new or "")).render(lang)
        case _:
            return (
                _WORDS[change.what]
                .format(
                    rule=change.rule,
                    severity=message_text(change.severity or ""),
                    old=change.old or "-",
                    new=change.new or "-",
                )
                .render(lang)
            )


_FIRST_ROUND: Final = Text(
    "first look at {count:switch}: {others} to look at", "初回確認 {count} 台: 要確認 {others} 台"
)
_FIRST_LOOK: Final = Text("first look, {release}: {found}", "初回確認 {release}: {found}")
_CLEAN: Final = Text("first look, {release}: nothing found", "初回確認 {release}: 検出なし")
_NEW: Final = Text("new: {rule} ({severity}): {summary}", "新規: {rule} ({severity}): {summary}")
_UNREADABLE: Final = Text("cannot be read: {why}", "取得不可: {why}")
_WORDS: Final = {
    ChangeKind.GONE: Text("gone: {rule} ({severity})", "解消: {rule} ({severity})"),
    ChangeKind.READABLE: Text("can be read again", "取得可能に復帰"),
    ChangeKind.RELEASE: Text("release: {old} -> {new}", "リリース: {old} -> {new}"),
    ChangeKind.TRANSPORT: Text("transport: {old} -> {new}", "トランスポート: {old} -> {new}"),
    ChangeKind.TRUST: Text("trust codes: {old} -> {new}", "信頼コード: {old} -> {new}"),
    ChangeKind.ACK: Text("an ACK was received: {new} (before: {old})", "ACK 受信: {new} (前回: {old})"),
}
