"""All switches of a run to the view of the fleet."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from slp_ops.playbook.loading import packaged
from slp_ops.report.device_view import KnowledgeIndex, device_view
from slp_ops.report.view import AdvisoryRef, Cause, Due, Health, ReleaseRow, ReportView, RunInfo, SiteRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from slp_ops.app.report import JudgedRun
    from slp_ops.history.trend import FleetTrend
    from slp_ops.model import Severity
    from slp_ops.report.view import DeviceView, FindingView
    from slp_ops.rules.fixed_releases import Advisory
    from slp_ops.rules.ruleset import Ruleset


def report_view(judged: JudgedRun, *, generated: datetime) -> ReportView:
    """Return the view of a judged run. Its devices are consumed one at a time: only their views are kept."""
    header, knowledge = judged.run.header, judged.audit_options.knowledge
    library = KnowledgeIndex(knowledge, packaged())
    return fleet_view(
        RunInfo(
            id=judged.run.id,
            verb=header.verb,
            state=header.state.value,
            started=header.started,
            finished=header.finished,
            version=header.version,
        ),
        (device_view(each, library) for each in judged.devices),
        knowledge,
        generated=generated,
        trend=judged.trend,
    )


def fleet_view(
    run: RunInfo,
    devices: Iterable[DeviceView],
    knowledge: Ruleset,
    *,
    generated: datetime,
    trend: FleetTrend | None = None,
) -> ReportView:
    """The view of the fleet."""
    devices = tuple(sorted(devices, key=lambda each: (each.site, each.name)))
    healths = Counter(each.health for each in devices)
    return ReportView(
        run=run,
        generated=generated,
        devices=devices,
        healths={health: healths[health] for health in Health},
        sites=tuple(_sites(devices)),
        causes=tuple(_causes(devices)),
        releases=tuple(_releases(devices, knowledge)),
        advisories=tuple(
            AdvisoryRef(id=each.id, title=each.title, severity=each.severity, links=each.links)
            for each in _releasable(knowledge)
        ),
        topologies=dict(
            Counter(str(each.topology.kind) if each.topology else "unknown" for each in devices).most_common()
        ),
        dues=tuple(sorted(_dues(devices), key=lambda due: (due.days_left, due.device))),
        backlogs=tuple(
            sorted(
                (each for each in devices if each.rum is not None and each.rum.backlog),
                key=lambda each: -(each.rum.backlog or 0 if each.rum else 0),
            )
        ),
        trend=trend,
        knowledge=knowledge.version,
    )


def _releasable(knowledge: Ruleset) -> Iterator[Advisory]:
    """Advisories with a fixed release; the others cannot be judged by the release."""
    return (each for each in knowledge.advisories if each.releases.fixed)


def _sites(devices: Iterable[DeviceView]) -> Iterator[SiteRow]:
    counts: dict[str, Counter[Health]] = {}
    for each in devices:
        counts.setdefault(each.site, Counter())[each.health] += 1
    for site, found in counts.items():
        yield SiteRow(name=site, counts={health: found[health] for health in Health})


def _causes(devices: Iterable[DeviceView]) -> list[Cause]:
    """Root causes, the most switches first; what is information only comes after all that matters.

    A rule may be both: an affected release is an error where the switch suffers, and else information.
    """
    found: dict[tuple[str, bool], list[tuple[DeviceView, FindingView, Severity]]] = {}
    for each in devices:
        for story in each.root_causes:
            key = (story.root.rule, story.matters)
            found.setdefault(key, []).append((each, story.root, story.severity))
    causes = [_cause(rule, entries) for (rule, _), entries in found.items()]
    return sorted(
        causes, key=lambda each: (not each.matters, -len(each.devices), -each.severity.rank, each.rule)
    )


def _cause(rule: str, entries: list[tuple[DeviceView, FindingView, Severity]]) -> Cause:
    first = entries[0][1]
    return Cause(
        rule=rule,
        title=first.title,
        severity=max((severity for _, _, severity in entries), key=lambda each: each.rank),
        cause=first.cause,
        devices=tuple(device.name for device, _, _ in entries),
        sites=dict(Counter(device.site for device, _, _ in entries).most_common()),
        remedy=first.remedy,
        playbooks=first.playbooks,
        links=first.links,
    )


def _releases(devices: Iterable[DeviceView], knowledge: Ruleset) -> Iterator[ReleaseRow]:
    """The oldest first; what names no release last."""
    counts = Counter((each.release, each.release_text) for each in devices)
    known = sorted(
        ((release, text) for release, text in counts if release is not None),
        key=lambda each: (each[0].order, each[1] or ""),
    )
    unknown = sorted((each for each in counts if each[0] is None), key=lambda each: each[1] or "")
    for release, text in (*known, *unknown):
        judged = [advisory.releases.judge(release) for advisory in _releasable(knowledge)]
        yield ReleaseRow(
            release=text,
            devices=counts[release, text],
            statuses=tuple((each.status, each.listed) for each in judged),
            targets=knowledge.upgrade_targets(release),
        )


def _dues(devices: Iterable[DeviceView]) -> Iterator[Due]:
    for each in devices:
        reporting = each.reporting
        if reporting is not None and reporting.deadline is not None and reporting.days_left is not None:
            yield Due(
                device=each.name,
                site=each.site,
                days_left=reporting.days_left,
                text=reporting.deadline.text,
                cosmetic=reporting.cosmetic,
            )
