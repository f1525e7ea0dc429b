"""Changes of a run compared with all earlier runs.

An undecided result changes nothing: a finding stays until a run proves that it is gone,
and an unreadable switch keeps its last known state.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.model import DeviceStatus, Severity, Verdict
from slp_ops.rules.checks.history import GROWING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from slp_ops.history.summary import Summary

_UNREAD: Final = (DeviceStatus.FAILED, DeviceStatus.SKIPPED)


class ChangeKind(StrEnum):
    """Kinds of change."""

    FIRST_LOOK = "first_look"  # no earlier run; findings do not count as new
    NEW = "new"  # a finding
    GONE = "gone"  # a finding
    UNREADABLE = "unreadable"
    READABLE = "readable"
    RELEASE = "release"
    TRANSPORT = "transport"
    TRUST = "trust"  # units with a trust code, of all units
    ACK = "ack"  # a new one arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChange:
    """One change of one switch. ``rule`` and ``severity`` are set for a finding."""

    what: ChangeKind
    device: str
    site: str
    old: str | None = None
    new: str | None = None
    rule: str | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceHistoryState:
    """State of a switch after several runs; None is unknown.

    ``seen``: some run could read it. ``readable``: the last one could. ``licensing``: some run read the
    licence agent's pages. ``unjudged`` are rules that no run could judge yet: each reading was incomplete.
    """

    seen: bool = True
    readable: bool = True
    release: str | None = None
    transport: str | None = None
    trust: str | None = None
    last_ack: datetime | None = None
    findings: Mapping[str, Severity] = field(default_factory=dict)
    licensing: bool = True
    unjudged: frozenset[str] = frozenset()


def state_after(summaries: Iterable[Summary]) -> DeviceHistoryState | None:
    """Return the state after these runs, oldest first; None without runs."""
    now: DeviceHistoryState | None = None
    for summary in summaries:
        now = after(now, summary)
    return now


def after(before: DeviceHistoryState | None, now: Summary) -> DeviceHistoryState:
    """Return the state after one more run."""
    if not _is_read(now):
        return replace(before or _UNSEEN, readable=False)
    old = before or _UNSEEN
    unclear = {each.rule for each in now.found if each.verdict is not Verdict.FAIL}
    kept = {rule: severity for rule, severity in old.findings.items() if rule in unclear}
    return DeviceHistoryState(
        release=now.release or old.release,
        transport=now.transport or old.transport,
        trust=_trust(now) or old.trust,
        last_ack=now.last_ack if now.licensing else old.last_ack,
        findings={**kept, **now.failed},
        licensing=now.licensing or old.licensing,
        unjudged=_unjudged(old, now),
    )


_UNSEEN: Final = DeviceHistoryState(seen=False, licensing=False)


def _unjudged(old: DeviceHistoryState, now: Summary) -> frozenset[str]:
    """Return the rules that no run could judge yet; their first verdict belongs to the first look.

    After a complete reading, a rule is unknown because of the switch: a later finding is new. A rule over
    several runs is unknown until there are enough of them.
    """
    if now.status is not DeviceStatus.PARTIAL:
        return frozenset()
    unknown = {each.rule for each in now.found if each.verdict is not Verdict.FAIL and each.rule != GROWING}
    return frozenset(unknown & old.unjudged if old.seen else unknown)


def changes(before: DeviceHistoryState | None, now: Summary) -> tuple[DeviceChange, ...]:
    """Return the changes of one more run, findings first."""
    if not _is_read(now):
        if before is None or before.readable:
            return (_change(ChangeKind.UNREADABLE, now, new=now.error or now.status.value),)
        return ()
    if before is None or not before.seen:
        return (_change(ChangeKind.FIRST_LOOK, now, new=now.release),)
    return tuple(_changes(before, after(before, now), now))


def _changes(old: DeviceHistoryState, new: DeviceHistoryState, now: Summary) -> Iterator[DeviceChange]:
    if not old.readable:
        yield _change(ChangeKind.READABLE, now)
    for rule in sorted(new.findings.keys() - old.findings.keys() - old.unjudged):
        yield _change(ChangeKind.NEW, now, rule=rule, severity=new.findings[rule])
    for rule in sorted(old.findings.keys() - new.findings.keys()):
        yield _change(ChangeKind.GONE, now, rule=rule, severity=old.findings[rule])
    for what, was, are in (
        (ChangeKind.RELEASE, old.release, new.release),
        (ChangeKind.TRANSPORT, old.transport, new.transport),
        (ChangeKind.TRUST, old.trust, new.trust),
    ):
        if was is not None and was != are:
            yield _change(what, now, old=was, new=are)
    if old.licensing and new.last_ack is not None and (old.last_ack is None or old.last_ack < new.last_ack):
        yield _change(ChangeKind.ACK, now, old=_text(old.last_ack), new=_text(new.last_ack))


def _change(
    what: ChangeKind,
    now: Summary,
    *,
    old: str | None = None,
    new: str | None = None,
    rule: str | None = None,
    severity: Severity | None = None,
) -> DeviceChange:
    return DeviceChange(
        what=what, device=now.device, site=now.site, old=old, new=new, rule=rule, severity=severity
    )


def _is_read(summary: Summary) -> bool:
    return summary.licensing or summary.status not in _UNREAD


def _trust(summary: Summary) -> str | None:
    return None if summary.units is None else f"{summary.trusted_units}/{summary.units}"


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"
