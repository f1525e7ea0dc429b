"""The answers of check-reachability for pipelines: a test case for each switch."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ElementTree, SubElement

from slp_ops.reachability.verdict import ReachVerdict
from slp_ops.report.reachability_view import is_skipped
from slp_ops.sanitize import printable

if TYPE_CHECKING:
    from slp_ops.app.reach_device import DeviceReachability
    from slp_ops.i18n import Lang
    from slp_ops.report.reachability_view import ReachabilityView


def render(view: ReachabilityView, lang: Lang) -> bytes:
    """Return the XML."""
    counts = {
        "tests": str(len(view.answers)),
        "failures": str(view.totals.get(ReachVerdict.BLOCKED, 0)),
        "errors": str(view.unread),
        "skipped": str(view.skipped),
        "time": f"{view.seconds:.1f}",
    }
    root = Element("testsuites", {"name": "slp-ops check-reachability", **counts})
    suite = SubElement(root, "testsuite", {"name": "check-reachability", **counts})
    for answer in view.answers:
        _case(suite, answer, lang)
    written = BytesIO()
    ElementTree(root).write(written, encoding="utf-8", xml_declaration=True)
    return written.getvalue()


def _case(suite: Element, answer: DeviceReachability, lang: Lang) -> None:
    conclusion = answer.conclusion
    took = sum(each.seconds or 0 for each in answer.tried)
    case = SubElement(
        suite,
        "testcase",
        {"classname": _xml(answer.result.site), "name": _xml(answer.result.name), "time": f"{took:.1f}"},
    )
    cause = _xml(conclusion.cause.render(lang) if conclusion.cause else "")
    steps = _xml("\n".join(step.render(lang) for step in conclusion.next_steps))
    if conclusion.verdict is ReachVerdict.BLOCKED:
        kind = str(conclusion.blocked_at)
        SubElement(case, "failure", {"type": kind, "message": cause}).text = steps
    elif answer.plan is None:
        SubElement(case, "error", {"type": "operator", "message": cause}).text = steps
    elif is_skipped(answer):
        SubElement(case, "skipped", {"message": cause})


def _xml(text: str) -> str:
    """Replace what XML cannot hold: a switch may have printed it."""
    return "\n".join(printable(line) for line in text.split("\n"))
