"""For scripts: everything in the view, in one language, under a schema of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from slp_ops.facts.plain import plain

if TYPE_CHECKING:
    from slp_ops.history.trend import FleetTrend
    from slp_ops.report.view import Cause, DeviceView, PlaybookRef, ReleaseRow, ReportView, Told
    from slp_ops.rules.fixed import Targets
    from slp_ops.rules.text import Lang, Text

SCHEMA: Final = "slp-ops/report/1"


def render(view: ReportView, lang: Lang) -> str:
    """One JSON object; device text as the switch printed it, everything beyond ASCII as escapes."""
    return json.dumps(record(view, lang), ensure_ascii=True, indent=1) + "\n"


def record(view: ReportView, lang: Lang) -> dict[str, Any]:
    """The same as plain values."""
    run = view.run
    return {
        "schema": SCHEMA,
        "lang": lang.value,
        "run": {
            "id": run.id,
            "verb": run.verb,
            "state": run.state,
            "started": run.started.isoformat(),
            "finished": None if run.finished is None else run.finished.isoformat(),
            "slp_ops": run.version,
        },
        "generated": view.generated.isoformat(),
        "knowledge": view.knowledge,
        "summary": {
            "devices": len(view.devices),
            "verdicts": {health.value: count for health, count in view.healths.items()},
            "sites": {
                row.name: {health.value: count for health, count in row.counts.items() if count}
                for row in view.sites
            },
            "topologies": dict(view.topologies),
            "causes": [_cause(each, lang) for each in view.causes],
            "releases": [_release(each, view) for each in view.releases],
            "trend": _trend(view.trend),
        },
        "devices": [_device(each, lang) for each in view.devices],
    }


def _cause(cause: Cause, lang: Lang) -> dict[str, Any]:
    return {
        "rule": cause.rule,
        "title": cause.title.said(lang),
        "severity": cause.severity.value,
        "cause": cause.cause.said(lang),
        "devices": list(cause.devices),
        "sites": dict(cause.sites),
        "remedy": _said(cause.remedy, lang),
        "playbooks": _books(cause.playbooks),
        "links": list(cause.links),
    }


def _release(row: ReleaseRow, view: ReportView) -> dict[str, Any]:
    return {
        "release": row.release,
        "devices": row.devices,
        "advisories": [
            {"id": advisory.id, "verdict": standing.value, "listed": listed}
            for advisory, (standing, listed) in zip(view.advisories, row.standings, strict=True)
        ],
        "target": _target(row.targets),
    }


def _trend(trend: FleetTrend | None) -> dict[str, Any] | None:
    """In short; ``slp-ops trend --json`` has it all."""
    if trend is None:
        return None
    return {
        "limit": trend.limit,
        "fleet": [
            {"day": day.day.isoformat(), "backlog": day.backlog, "failing": day.failing, "ack_late": day.late}
            for day in trend.fleet
        ],
        "growing": [
            {"device": each.device, "count": each.growth.count, "per_day": each.growth.per_day}
            for each in trend.growing
        ],
    }


def _target(targets: Targets | None) -> dict[str, str | None] | None:
    if targets is None:
        return None
    return {
        "same_train": None if targets.same_train is None else str(targets.same_train),
        "next_em_train": None if targets.next_em_train is None else str(targets.next_em_train),
    }


def _device(device: DeviceView, lang: Lang) -> dict[str, Any]:
    trouble = device.trouble
    return {
        "name": device.name,
        "site": device.site,
        "host": device.host,
        "tags": list(device.tags),
        "status": device.status.value,
        "verdict": device.health.value,
        "error": None
        if trouble is None
        else {"kind": trouble.kind, "message": trouble.message, "hint": trouble.hint},
        "collected": None if device.collected is None else device.collected.isoformat(),
        "release": device.release_text,
        "model": device.model,
        "uptime": device.uptime,
        "agent": device.agent,
        "units": [
            {
                "position": unit.position,
                "role": unit.role,
                "pid": unit.pid,
                "sn": unit.sn,
                "trusted": unit.trusted,
            }
            for unit in device.units
        ],
        "topology": plain(device.topology),
        "transport": plain(device.transport),
        "accounts": {"smart": device.smart_account, "virtual": device.virtual_account},
        "clock": plain(device.clock),
        "clock_trusted": device.clock_trusted,
        "reporting": None
        if device.reporting is None
        else {
            "last_ack": plain(device.reporting.last_ack),
            "deadline": plain(device.reporting.deadline),
            "days_left": device.reporting.days_left,
            "cosmetic": device.reporting.cosmetic,
            "last_push": plain(device.reporting.last_push),
            "next_push": plain(device.reporting.next_push),
            "interval_days": device.reporting.interval_days,
        },
        "rum": None
        if device.rum is None
        else {
            "backlog": device.rum.backlog,
            "waiting": device.rum.waiting,
            "available": device.rum.available,
            "acknowledged": device.rum.acknowledged,
            "flagged": device.rum.flagged,
            "states": None if device.rum.states is None else dict(device.rum.states),
        },
        "licences": [plain(each) for each in device.licences],
        "policy": plain(device.policy),
        "exchanges": [plain(each) for each in device.exchanges],
        "failing": device.failing,
        "stories": [
            {
                "root": _told(story.root, lang),
                "consequences": [_told(each, lang) for each in story.consequences],
            }
            for story in device.stories
        ],
        "unjudged": [
            {
                "rule": each.rule,
                "verdict": each.verdict.value,
                "why": None if each.why is None else each.why.said(lang),
            }
            for each in device.unjudged
        ],
        "verdicts": {rule: verdict.value for rule, verdict in (device.verdicts or {}).items()},
        "advisories": [
            {
                "id": each.id,
                "verdict": each.standing.value,
                "listed": each.listed,
                "first_fixed": each.first_fixed,
                "because": each.because.said(lang),
                "rule_verdict": None if each.verdict is None else each.verdict.value,
            }
            for each in device.advisories
        ],
        "target": _target(device.upgrade),
        "captures": [
            {
                "command": each.command,
                "status": each.status.value,
                "sha256": each.sha256,
                "masked": dict(each.masked),
                "reason": each.reason,
            }
            for each in device.captures
        ],
    }


def _told(told: Told, lang: Lang) -> dict[str, Any]:
    return {
        "rule": told.rule,
        "title": told.title.said(lang),
        "severity": told.severity.value,
        "confidence": told.confidence.value,
        "summary": told.summary.said(lang),
        "cause": told.cause.said(lang),
        "remedy": _said(told.remedy, lang),
        "evidence": [
            {"command": each.command, "line": each.line, "text": each.text} for each in told.evidence
        ],
        "links": list(told.links),
        "playbooks": _books(told.playbooks),
    }


def _said(texts: tuple[Text, ...], lang: Lang) -> list[str]:
    return [text.said(lang) for text in texts]


def _books(playbooks: tuple[PlaybookRef, ...]) -> list[str]:
    return [book.id for book in playbooks]
