"""JUnit renderer: a test suite for each switch, a test case for each applicable rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement, tostring

from slp_ops.model import Severity, Verdict
from slp_ops.report.labels import Words
from slp_ops.report.sentences import evidence_lines, missing_text
from slp_ops.report.view import Health
from slp_ops.sanitize import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.i18n import Lang
    from slp_ops.report.view import DeviceView, FindingView, ReportView

_COUNTED: Final = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render(view: ReportView, lang: Lang) -> str:
    """The XML. A finding that only informs passes, with its words beside; unknown counts as skipped."""
    words = Words(lang)
    root = Element("testsuites", {"name": f"slp-ops {view.run.id}"})
    for device in view.devices:
        root.append(_suite(device, view, words))
    for name in ("tests", *_COUNTED.values()):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(device: DeviceView, view: ReportView, words: Words) -> Element:
    suite = Element(
        "testsuite",
        {"name": _xml(device.name), "timestamp": f"{device.collected or view.run.started:%Y-%m-%dT%H:%M:%S}"},
    )
    where = f"{_xml(device.site)}.{_xml(device.name)}"
    for rule, kind, message, text in _cases(device, words):
        case = SubElement(suite, "testcase", {"classname": where, "name": rule, "time": "0"})
        if kind == "system-out":
            SubElement(case, kind).text = _xml(f"{message}\n{text}")
        elif kind:
            SubElement(case, kind, {"message": _xml(message), "type": rule}).text = _xml(text)
    suite.set("tests", str(len(suite)))
    for kind, name in _COUNTED.items():
        suite.set(name, str(len(suite.findall(f"./testcase/{kind}"))))
    return suite


def _cases(device: DeviceView, words: Words) -> Iterator[tuple[str, str, str, str]]:
    if device.failure is not None:
        yield "collect", "error", words.message(device.failure.message), words.message(device.failure.hint)
    if device.health is Health.NOT_ENOUGH:
        steps = "\n".join(f"{words.say(each.name)}: {words.say(each.why)}" for each in device.missing)
        yield "enough-to-judge", "error", missing_text(device, words), steps
    found = {told.rule: told for told in device.findings}
    why = {each.rule: each for each in device.unjudged}
    for rule, verdict in (device.verdicts or {}).items():
        match verdict:
            case Verdict.FAIL:
                told = found[rule]
                kind = "system-out" if told.severity is Severity.INFO else "failure"
                yield rule, kind, words.say(told.summary), _text(told, words)
            case Verdict.UNKNOWN | Verdict.ERROR:
                reason = why[rule].why
                kind = "error" if verdict is Verdict.ERROR else "skipped"
                yield rule, kind, "" if reason is None else words.say(reason), ""
            case Verdict.PASS:
                yield rule, "", "", ""
            case Verdict.NOT_APPLICABLE:
                continue


def _text(finding: FindingView, words: Words) -> str:
    lines = [f"{words.health(finding.severity.value)}: {words.say(finding.cause)}"]
    for command, place, text in evidence_lines(finding.evidence, words):
        lines.append(f"{command}, {place}:" if place else f"{command}:")
        lines += [f"  {line}" for line in text.split("\n")]
    lines += [f"{number}. {words.say(step)}" for number, step in enumerate(finding.remedy, start=1)]
    return "\n".join(lines)


def _xml(text: str) -> str:
    """Without what XML cannot hold: noncharacters as well as controls."""
    return printable(text).translate({0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"})
