"""Prometheus renderer for node_exporter's textfile collector: alert values of each switch. Alert rules are
in the docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from slp_ops.report.view import Health
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.report.view import ReportView


def render(view: ReportView) -> bytes:
    """The text, whole: write it under another name and rename it, as this format asks for."""
    registry = CollectorRegistry()
    registry.register(_Collector(view))
    return generate_latest(registry)


class _Collector:
    def __init__(self, view: ReportView) -> None:
        self._view = view

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every family of the file."""
        view = self._view
        info = _gauge(
            "slp_ops_switch_info", "Each switch of the run, always 1.", "release", "topology", "verdict"
        )
        verdict = _gauge(
            "slp_ops_switch_verdict", "1 for the verdict that a switch has, 0 for the others.", "verdict"
        )
        read = _gauge("slp_ops_switch_read", "1 when every command was answered, 0 otherwise.")
        collected = _gauge("slp_ops_collected_timestamp_seconds", "When the switch was read, in Unix time.")
        age = _gauge("slp_ops_collection_age_seconds", "How old that was when this file was written.")
        days = _gauge(
            "slp_ops_ack_days_left", "Days to the ACK deadline by the switch's own clock.", "cosmetic"
        )
        rum = _gauge("slp_ops_rum_reports", "RUM reports by state.", "state")
        backlog = _gauge("slp_ops_rum_backlog", "RUM reports without an ACK.")
        failing = _gauge("slp_ops_communication_failing", "1 when the exchange with the server fails now.")
        rules = _gauge("slp_ops_rule", "1 for the verdict of a rule on a switch.", "rule", "verdict")
        for each in view.devices:
            base = [one_line(each.name), one_line(each.site)]
            kind = each.topology.kind.value if each.topology else "unknown"
            info.add_metric([*base, one_line(each.release_text or ""), kind, each.health.value], 1)
            for health in Health:
                verdict.add_metric([*base, health.value], health is each.health)
            read.add_metric(base, each.status.value == "ok")
            if each.collected is not None:
                collected.add_metric(base, each.collected.timestamp())
                age.add_metric(base, (view.generated - each.collected).total_seconds())
            reporting, held = each.reporting, each.rum
            if reporting is not None and reporting.days_left is not None:
                days.add_metric([*base, "yes" if reporting.cosmetic else "no"], reporting.days_left)
            if held is not None and held.backlog is not None:
                backlog.add_metric(base, held.backlog)
            counts = dict(held.states or {}) if held is not None else {}
            if held is not None and held.states is None and held.waiting is not None:
                counts["UNACK"] = held.waiting
            for state, count in counts.items():
                rum.add_metric([*base, state], count)
            if each.failing is not None:
                failing.add_metric(base, each.failing)
            for rule, found in (each.verdicts or {}).items():
                if found.value in ("fail", "unknown", "error"):
                    rules.add_metric([*base, rule, found.value], 1)
        yield from (info, verdict, read, collected, age, days, rum, backlog, failing, rules)
        yield GaugeMetricFamily(
            "slp_ops_report_timestamp_seconds",
            "When this file was written.",
            value=view.generated.timestamp(),
        )


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=["device", "site", *labels])
