"""Sentences that several forms say: made of the view and the words, plain text."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from slp_ops.i18n import Lang
from slp_ops.report.view import Urgency

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.facts import Entitlement
    from slp_ops.model import Evidence
    from slp_ops.report.labels import Words
    from slp_ops.report.view import DeviceView, ReportView, Rum, Unit


def lead(view: ReportView, words: Words) -> str:
    """The whole report in a sentence or three."""
    bad, count = view.affected, len(view.devices)
    said = []
    if bad:
        said.append(words("headline", bad=bad, count=count))
    elif not (view.unread or view.partial):
        said.append(words("headline_fine", count=count))
    if view.main_causes:
        first = view.main_causes[0]
        said.append(words("headline_cause", cause=words.say(first.title), switches=len(first.devices)))
    if view.unread:
        said.append(words("headline_unread", count=view.unread))
    if view.partial:
        said.append(words("headline_partial", count=view.partial))
    return ("" if words.lang is Lang.JA else " ").join(said)


def no_causes(view: ReportView, words: Words) -> str:
    """The sentence in place of the causes, where there is none; what was not read is unknown."""
    if view.unread == len(view.devices):
        return words["no_causes_unread"]
    return words["no_causes_partly" if view.unread or view.partial else "no_causes"]


def headline(device: DeviceView, words: Words) -> str:
    """One switch in a line: its gravest story, or why nothing is known of it."""
    root_causes = [story for story in device.root_causes if story.severity.rank]
    if root_causes:
        rest = len(root_causes) - 1
        more = f" ({words('more_causes', count=rest)})" if rest else ""
        return f"{words.say(root_causes[0].root.title)}{more}"
    if device.failure is not None:
        return words.message(device.failure.message)
    return missing_text(device, words)


def missing_text(device: DeviceView, words: Words) -> str:
    """Return the required inputs that were not read; empty without any."""
    names = ", ".join(words.say(each.name) for each in device.missing)
    return words("missing", inputs=names) if names else ""


def dues_text(view: ReportView, words: Words) -> str:
    """The time line in words."""
    counts = view.urgencies
    said = words(
        "dues_summary",
        overdue=counts.get(Urgency.OVERDUE, 0),
        soon=counts.get(Urgency.SOON, 0),
        later=counts.get(Urgency.LATER, 0),
        none=view.without_due,
    )
    cosmetic = counts.get(Urgency.COSMETIC, 0)
    return f"{said} {words('dues_cosmetic', count=cosmetic)}" if cosmetic else said


def rum_text(rum: Rum, words: Words) -> str:
    """The counts that the switch gave, each by its name."""
    said = [
        f"{words[name]} {count}"
        for name, count in (
            ("rum_waiting", rum.waiting),
            ("rum_available", rum.available),
            ("rum_acknowledged", rum.acknowledged),
            ("rum_flagged", rum.flagged or None),
        )
        if count is not None
    ]
    said += [f"{state} {count}" for state, count in (rum.states or {}).items()]
    return ", ".join(said)


def units_text(units: Iterable[Unit], words: Words) -> str:
    """The units of a switch in a line."""
    signs = {True: " \u2713", False: f" \u2716 {words['trust']}: {words['trust_no']}", None: ""}
    return "; ".join(
        f"{' '.join(filter(None, (unit.role, unit.pid, unit.sn)))}{signs[unit.trusted]}" for unit in units
    )


def licences_text(licences: Iterable[Entitlement]) -> str:
    """The licences in use in a line."""
    used = (each for each in licences if each.in_use)
    return "; ".join(
        " ".join(filter(None, (each.name or each.tag, str(each.count or 0), each.status, each.license_type)))
        for each in used
    )


def evidence_lines(evidence: Iterable[Evidence], words: Words) -> Iterator[tuple[str, str, str]]:
    """Evidence by command: (command, which lines, their text). An absence has no line and says what it is."""
    for (command, is_line), found in groupby(evidence, lambda each: (each.command, each.line is not None)):
        lines = tuple(found)
        if is_line:
            numbers = ", ".join(str(each.line) for each in lines)
            place = words("line", line=numbers) if len(lines) == 1 else words("lines", lines=numbers)
            yield command, place, "\n".join(each.text for each in lines)
        else:
            for each in lines:
                yield command, "", words("absent", what=each.text) if each.text else words["absent_all"]
