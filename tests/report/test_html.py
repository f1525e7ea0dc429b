"""The page: one file, nothing from outside, every finding without scripts, hostile text harmless."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from slp_ops.history.trend import SiteDay, fleet_trend
from slp_ops.i18n import Lang
from slp_ops.report import as_html
from slp_ops.report.labels import Words

if TYPE_CHECKING:
    from slp_ops.report.view import ReportView


class _Page(HTMLParser):
    """Elements, attributes and the visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"style": [], "script": []}
        self.said: list[str] = []
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in self.raw:
            self._within = tag
            self.raw[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._within:
            self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within:
            self.raw[self._within][-1] += data
        else:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).split())


@pytest.fixture(scope="module", params=list(Lang), ids=lambda lang: lang.value)
def lang(request: pytest.FixtureRequest) -> Lang:
    found: Lang = request.param
    return found


@pytest.fixture(scope="module")
def page(small: ReportView, lang: Lang) -> _Page:
    return _Page(as_html.render(small, lang))


def test_nothing_is_loaded_and_nothing_inline_but_what_the_policy_names(page: _Page) -> None:
    policy = next(attrs["content"] or "" for _, attrs in page.elements if attrs.get("http-equiv") is not None)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag, attrs in page.elements:
        assert tag not in ("link", "iframe", "object", "embed", "img", "base", "form")
        assert "src" not in attrs
        assert "style" not in attrs
        assert not any(name.startswith("on") for name in attrs)
    for kind, number in (("style", 0), ("script", 1)):
        digest = hashlib.sha256(page.raw[kind][number].encode()).digest()
        assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert len(page.raw["script"]) == 2  # the words, as JSON, and the one script


def test_every_finding_with_its_evidence_and_steps_is_there_without_scripts(
    page: _Page, small: ReportView, lang: Lang
) -> None:
    for device in small.devices:
        assert device.name in page.text
        for story in device.root_causes:
            for told in (story.root, *story.consequences):
                assert told.rule in page.text
                assert told.summary.render(lang) in page.text
                for each in told.evidence:
                    assert " ".join(each.text.split()) in page.text
            for step in story.root.remedy:
                assert step.render(lang) in page.text


def test_each_switch_has_an_anchor_and_each_link_on_the_page_leads_somewhere(page: _Page) -> None:
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] or "" for tag, attrs in page.elements if tag == "a"]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(link.startswith(("#", "https://")) for link in links)


def test_charts_have_names_for_who_cannot_see_them(page: _Page) -> None:
    charts = [attrs for tag, attrs in page.elements if tag == "svg" and "aria-hidden" not in attrs]
    assert charts
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in charts)


def test_the_two_languages_differ_and_say_so(small: ReportView) -> None:
    english, japanese = (as_html.render(small, lang) for lang in Lang)
    assert '<html lang="en">' in english
    assert '<html lang="ja">' in japanese
    assert "対処手順" in japanese
    assert "対処手順" not in english


def test_hostile_text_is_shown_and_does_nothing(hostile: ReportView, lang: Lang) -> None:
    text = as_html.render(hostile, lang)
    page = _Page(text)
    assert len(page.raw["script"]) == 2
    assert not [tag for tag, _ in page.elements if tag in ("img", "iframe")]
    assert '<script>document.title="owned"</script>' in page.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page.text)
    assert "\\x1b" in page.text
    assert "\\u202e" in page.text
    assert "{{7*7}}" in page.text
    assert all(
        (attrs["href"] or "").startswith(("#", "https://")) for tag, attrs in page.elements if tag == "a"
    )
    assert "example.invalid" not in " ".join(
        attrs["href"] or "" for tag, attrs in page.elements if tag == "a"
    )


def test_a_run_that_did_not_end_says_so(small: ReportView, lang: Lang) -> None:
    stopped = replace(small, run=replace(small.run, state="interrupted", finished=None))
    words = Words(lang)
    assert words["incomplete"] in _Page(as_html.render(stopped, lang)).text
    assert words["incomplete"] not in _Page(as_html.render(small, lang)).text


def test_a_run_within_a_minute_has_one_time(small: ReportView) -> None:
    began = small.run.started.replace(second=5)
    short = replace(small.run, started=began, finished=began.replace(second=50))
    long = replace(short, finished=began + timedelta(minutes=3))
    for run, count in ((short, 1), (long, 2)):
        text = _Page(as_html.render(replace(small, run=run), Lang.EN)).text
        assert text.partition("Report made")[0].count(" UTC") == count


def test_history_is_shown_when_there_is_any(small: ReportView, lang: Lang) -> None:
    def day(number: int) -> SiteDay:
        return SiteDay(
            day=date(2026, 11, number), site="a", switches=7, backlog=100 * number, failing=2, overdue=number
        )

    trend = fleet_trend([day(number) for number in range(1, 8)], (), limit=1000)
    text = as_html.render(replace(small, trend=trend), lang)
    assert text.count('<polyline class="l ') == 3
    assert Words(lang)("trend_now", last=700, most=700) in text
    assert '<polyline class="l ' not in as_html.render(small, lang)


def test_a_link_that_is_none_is_left_out(small: ReportView) -> None:
    links = {link for each in small.devices for told in each.findings for link in told.links}
    assert links
    assert all(link.startswith("https://") for link in links)


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        full = "".join(2 * digit for digit in colour) if len(colour) == 3 else colour
        parts = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        red, green, blue = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    brighter, darker = sorted((light(one), light(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_colours_have_the_contrast_of_wcag_aa(page: _Page) -> None:
    blocks = re.findall(r":root\{(.*?)\}", page.raw["style"][0], re.DOTALL)
    assert len(blocks) == 3  # light, dark, print
    light = dict(re.findall(r"--([\w-]+):#([0-9a-f]+)", blocks[0]))
    for block in blocks:
        colours = light | dict(re.findall(r"--([\w-]+):#([0-9a-f]+)", block))
        for name in (
            "fg",
            "mute",
            "link",
            "critical",
            "error",
            "warning",
            "unread",
            "unclear",
            "short",
            "fine",
            "info",
        ):
            for ground in ("bg", "panel", "code") if name in ("fg", "mute") else ("bg", "panel"):
                assert _contrast(colours[name], colours[ground]) >= 4.5, f"{name} on {ground}"
        for name in ("critical", "error"):  # numbers in the bars
            assert _contrast("ffffff", colours[f"{name}-f"]) >= 4.5, f"white on {name}"
        for name in ("warning", "unread", "unclear", "short", "fine"):
            assert _contrast(colours["on"], colours[f"{name}-f"]) >= 4.5, f"dark on {name}"
        for name in ("critical", "error", "warning", "unread", "unclear", "short", "fine", "later"):
            assert _contrast(colours[f"{name}-f"], colours["panel"]) >= 1.9, f"{name} bar"
