"""A calendar of ACK deadlines. A switch prints its time without an offset: the events float, and say so."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from icalendar import Alarm, Calendar, Event

from slp_ops.report.labels import Words
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from slp_ops.facts import DeviceTime
    from slp_ops.i18n import Lang
    from slp_ops.report.view import DeviceView, ReportView

_WARNINGS: Final = (30, 7)  # days before


def render(view: ReportView, lang: Lang) -> bytes:
    """The calendar. The same deadline keeps its UID, so that importing it again adds nothing."""
    words = Words(lang)
    calendar = Calendar()
    calendar.add("prodid", f"-//slp-ops//{view.run.version}//{lang.value.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", words["chart_dues"])
    for device in view.devices:
        reporting = device.reporting
        deadline = reporting.deadline if reporting else None
        if reporting and deadline and deadline.at and not deadline.is_unset and not reporting.cosmetic:
            calendar.add_component(_event(device, deadline, view, words))
    text: bytes = calendar.to_ical()
    return text


def _event(device: DeviceView, deadline: DeviceTime, view: ReportView, words: Words) -> Event:
    name, site = one_line(device.name), one_line(device.site)
    digest = hashlib.sha256(f"{device.name}\0{deadline.text}".encode("utf-8", "surrogatepass"))
    title = words("ics_summary", device=name)
    event = Event()
    event.add("uid", f"{digest.hexdigest()[:32]}@slp-ops")
    event.add("dtstamp", view.generated.replace(microsecond=0))
    event.add("dtstart", deadline.at)  # no zone: RFC 5545 calls this a floating time
    event.add("summary", title)
    event.add(
        "description",
        words(
            "ics_description",
            deadline=one_line(deadline.text),
            zone=one_line(deadline.zone or words["unknown"]),
            site=site,
            run=view.run.id,
        ),
    )
    event.add("categories", ["slp-ops", site])
    event.add("transp", "TRANSPARENT")
    for days in _WARNINGS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", timedelta(days=-days))
        event.add_component(alarm)
    return event
