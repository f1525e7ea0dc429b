"""One self-contained page: opens offline, loads nothing, and holds every finding without any script.

Whatever a switch printed passes ``printable`` and then the template's escaping. The policy of the page
allows our one style sheet and our one script by their hashes, and nothing else. DataTables comes from
itables, whose package ships it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from slp_ops.model import CaptureStatus
from slp_ops.report.charts import deadline_chart, stacked, trend_lines
from slp_ops.report.labels import Words
from slp_ops.report.sentences import (
    dues_text,
    evidence_lines,
    headline,
    lead,
    licences_text,
    missing_text,
    no_causes,
    rum_text,
    units_text,
)
from slp_ops.report.view import Health
from slp_ops.rules.checks.history import reach_words
from slp_ops.sanitize import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from slp_ops.i18n import Lang
    from slp_ops.model import Capture
    from slp_ops.release import Release
    from slp_ops.report.view import CauseView, DeviceView, ReportView, UnknownRule

_OURS: Final = files("slp_ops.report").joinpath("templates")
_EXPORTS: Final = re.compile(r"export\{([^}]*)\};?", re.ASCII)
_SITES: Final = 20  # maximum number of legible bars in a chart
_BACKLOGS: Final = 10
_GROWING: Final = 15
_PRINTED: Final = {"sites": 12, "releases": 6, "causes": 10, "notes": 4, "names": 4}  # in the printed summary
_FULL: Final = 100  # a larger fleet is shortened: each cause is explained once, under Causes
_LIKELY_TROUBLE: Final = 1000  # FN72578
_MARKS: Final = {
    "affected": ("error", "\u25a0"),
    "fixed": ("fine", "\u2713"),
    "not_applicable": ("unread", "\u2013"),
    "unknown": ("not_enough_to_judge", "?"),
}


def render(view: ReportView, lang: Lang) -> str:
    """The page."""
    words = Words(lang)
    ranks = {health: rank for rank, health in enumerate(Health)}
    devices = sorted(view.devices, key=lambda each: (ranks[each.health], each.site, each.name))
    style, script = _read_template_file("report.css"), _script()
    most = max((row.total for row in view.sites), default=1)
    topologies = max(view.topologies.values(), default=1)
    backlogs = [(each.name, _backlog_size(each)) for each in view.backlogs[:_BACKLOGS]]
    line = deadline_chart(view.dues, width=100, height=108)
    fullest = max((held for _, held in backlogs), default=1)
    days = () if view.trend is None else view.trend.fleet
    return _template().render(
        view=view,
        w=words,
        devices=devices,
        ranks=ranks,
        printed=_PRINTED,
        notes=view.notes,
        explained={(cause.rule, cause.matters): cause for cause in view.causes},
        cause_anchors={
            (cause.rule, cause.matters): f"c{number}" for number, cause in enumerate(view.causes, start=1)
        },
        compact=len(devices) > _FULL,
        anchors={each.name: f"s{number}" for number, each in enumerate(devices, start=1)},
        headline=lead(view, words),
        no_causes=no_causes(view, words),
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=_hash(style),
        script=Markup(script),  # noqa: S704 - ours and DataTables
        script_hash=_hash(script),
        script_words=_script_words(words),
        site_bars=[
            (row, stacked(row.counts, most=most, width=100))
            for row in sorted(view.sites, key=lambda row: (-row.total, row.name))[:_SITES]
        ],
        line=line,
        kinds={column.kind for column in line.columns},
        dues_text=dues_text(view, words),
        topology_bars=[
            (kind, count, round(100 * count / topologies, 1)) for kind, count in view.topologies.items()
        ],
        backlog_bars=[(name, held, round(100 * held / fullest, 1)) for name, held in backlogs],
        more_backlogs=max(len(view.backlogs) - _BACKLOGS, 0),
        limit_x=round(100 * _LIKELY_TROUBLE / fullest, 1) if fullest >= _LIKELY_TROUBLE else None,
        days=days,
        trend=trend_lines(days, width=620, height=100) if len(days) > 1 else (),
        growing=() if view.trend is None else view.trend.growing[:_GROWING],
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_harmless,
        loader=jinja2.FunctionLoader(_read_template_file),
    )
    environment.filters.update(
        answered=lambda captures: sum(each.status is CaptureStatus.OK for each in captures),
        by_reason=_by_reason,
        day=lambda moment: f"{moment:%Y-%m-%d}",
        failing=lambda exchanges: [each for each in exchanges if each.failing_now],
        headline=headline,
        identity=_identity,
        missing_text=missing_text,
        place=_place,
        moment=_moment,
        order=_order,
        quoted=evidence_lines,
        roots=_roots,
        reach=reach_words,
        rum=rum_text,
        licences=licences_text,
        unanswered=_failed_captures,
        units=units_text,
    )
    environment.globals["mark"] = _mark
    return environment.get_template("report.html.j2")


def _harmless(value: object) -> object:
    """Every text that a template puts out, before it is escaped."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _read_template_file(name: str) -> str:
    return _OURS.joinpath(name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    """DataTables and our few lines as one function: nothing becomes global, and one hash fits.

    The bundle is a module that ends in a list of exports; of those we need the default one, under a name of
    its own. A module would wait for the whole page; this runs as soon as the table above it is there.
    """
    bundle = files("itables").joinpath("html", "dt_bundle.js").read_text(encoding="utf-8")
    *_, exports = _EXPORTS.finditer(bundle)
    names = dict(reversed(pair.split(" as ")) for pair in exports[1].split(","))  # type: ignore[misc]  # pairs
    own = f"const DataTable = {names['default']};\n{_read_template_file('report.js')}"
    script = f'(()=>{{"use strict";{bundle[: exports.start()]}\n{own}}})();\n{bundle[exports.end() :]}'
    # Inside a page nothing else may end the script, nor begin a comment that hides its end.
    return re.sub(r"<(?=/script|!--|script)", r"\\x3c", script, flags=re.IGNORECASE)


def _hash(text: str) -> Markup:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return Markup(f"'sha256-{base64.b64encode(digest).decode('ascii')}'")  # noqa: S704 - base64


def _script_words(words: Words) -> Markup:
    said = {"shown": words["shown"], "none": words["none_match"], "sort": words["sort_up"]}
    return Markup(json.dumps(said, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704 - our own words


def _place(link: str) -> str:
    """A link's name: its host, and the last word of its path to tell it from others there."""
    parts = urlsplit(link)
    last = parts.path.rstrip("/").rpartition("/")[2].removesuffix(".html")
    return f"{parts.hostname}: {last}" if last else parts.hostname or link


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _backlog_size(device: DeviceView) -> int:
    return (device.rum.backlog or 0) if device.rum is not None else 0


def _order(release: Release | None) -> str:
    """A key that sorts releases as text."""
    if release is None:
        return ""
    return ".".join(f"{part + 1:04d}" if isinstance(part, int) else f"{part:3}" for part in release.order)


def _mark(status: str) -> Markup:
    colour, sign = _MARKS[status]
    return Markup(f'<span class="sign {colour}" aria-hidden="true">{sign}</span>')  # noqa: S704 - our own signs


def _identity(device: DeviceView) -> str:
    """Return the search words of a switch: name, address, model, PIDs and serial numbers."""
    units = (part for unit in device.units for part in (unit.pid, unit.sn))
    return " ".join(dict.fromkeys(filter(None, (device.name, device.host, device.model, *units))))


def _roots(root_causes: Iterable[CauseView], words: Words) -> str:
    """Return the search words of a switch: the rules of its findings, and the titles of the causes."""
    found: list[str] = []
    for story in root_causes:
        found += [words.say(story.root.title), *(told.rule for told in (story.root, *story.consequences))]
    return " ".join(found)


def _by_reason(unjudged: Iterable[UnknownRule], words: Words) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for each in unjudged:
        why = words.say(each.why) if each.why is not None else each.verdict.value
        found.setdefault(why, []).append(each.rule)
    return list(found.items())


def _failed_captures(captures: Iterable[Capture]) -> list[Capture]:
    """A command that this release does not have is no news."""
    quiet = (CaptureStatus.OK, CaptureStatus.UNSUPPORTED, CaptureStatus.SKIPPED)
    return [each for each in captures if each.status not in quiet]
