"""The page as readers use it, in a real browser."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from slp_ops.app.audit_device import AuditOptions
from slp_ops.i18n import Lang
from slp_ops.report import as_html
from slp_ops.report.fleet import fleet_view
from slp_ops.report.view import Health

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from slp_ops.report.view import ReportView

    Open = Callable[..., Page]

_ROWS = "#list tbody tr[data-health]"


def _names(page: Page) -> list[str]:
    return page.locator(f"{_ROWS} th").all_inner_texts()


@pytest.fixture(params=list(Lang), ids=lambda lang: lang.value)
def page(request: pytest.FixtureRequest, open_page: Open, pages: dict[Lang, str]) -> Page:
    """The small run, in either language, once the table works."""
    found = open_page(pages[request.param])
    found.wait_for_selector("html[data-ready]")
    return found


def test_a_click_on_a_heading_sorts_by_number_not_by_text(page: Page) -> None:
    heading = page.locator("#list thead th").nth(6)
    heading.click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    days = [text for text in page.locator(f"{_ROWS} td:nth-child(7)").all_inner_texts() if text != "–"]
    assert [int(day) for day in days] == sorted(int(day) for day in days)
    assert int(days[0]) < 0
    heading.click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    again = [text for text in page.locator(f"{_ROWS} td:nth-child(7)").all_inner_texts() if text != "–"]
    assert again == days[::-1]


def test_the_keyboard_sorts_too(page: Page) -> None:
    heading = page.locator("#list thead th").nth(0)
    heading.locator("[tabindex='0'], .dt-column-order").first.focus()
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert _names(page) == sorted(_names(page))


def test_search_verdict_and_site_filter_the_table(page: Page) -> None:
    everything = _names(page)
    page.fill("#search", "dns-failure")
    assert _names(page) == ["tyo-acc-03"]
    page.click("#clear")
    assert _names(page) == everything
    page.select_option("#by-site", "osaka")
    assert all(name.startswith("osa-") for name in _names(page))
    page.select_option("#by-health", "error")
    assert set(_names(page)) == {"osa-acc-02", "osa-acc-04"}
    page.fill("#search", "nobody")
    assert not _names(page)


def test_a_cause_and_a_tile_lead_to_their_switches(page: Page) -> None:
    page.locator("a[data-rule='dns-failure']").click()
    assert _names(page) == ["tyo-acc-03"]
    page.locator("a[data-health='unread']").click()
    assert _names(page) == ["nag-acc-01"]


def test_a_switch_opens_from_the_table_and_shows_its_evidence(page: Page) -> None:
    evidence = page.get_by_text("Host name resolution failed").first
    assert not evidence.is_visible()
    page.locator(_ROWS).get_by_role("link", name="tyo-acc-03").click()
    evidence.wait_for(state="visible")
    summary = page.locator("details.sw[open] > summary")
    assert summary.count() == 1
    box, menu = summary.bounding_box(), page.locator("nav").bounding_box()
    assert box is not None
    assert menu is not None
    assert box["y"] >= menu["y"] + menu["height"] - 2, "the name is hidden by the menu"
    page.click("#close-all")
    assert page.locator("details.sw[open]").count() == 0
    page.click("#open-all")
    assert page.locator("details.sw[open]").count() == 7


def test_a_link_to_a_switch_opens_it_at_once(open_page: Open, pages: dict[Lang, str]) -> None:
    page = open_page(pages[Lang.EN], fragment="#s1")
    page.wait_for_selector("details.sw[open]")


@pytest.mark.parametrize("lang", list(Lang))
def test_without_scripts_every_finding_can_be_read(open_page: Open, small: ReportView, lang: Lang) -> None:
    page = open_page(as_html.render(small, lang), java_script_enabled=False)
    assert not page.locator("#search").is_visible()
    assert _names(page)
    page.locator("details.sw > summary").first.click()
    first = next(each for each in small.devices if each.name == "osa-acc-02")
    assert page.get_by_text(first.findings[0].summary.render(lang)).first.is_visible()


def _printed_pages(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def test_print_gives_a_summary_and_no_tool(page: Page) -> None:
    page.emulate_media(media="print")
    for hidden in ("nav", "#search", "#open-all", "#print", "#print-details", "#switches", "#details"):
        assert not page.locator(hidden).first.is_visible()
    assert page.locator("#c-dues").is_visible()
    assert page.locator(".cause").first.is_visible()
    assert _printed_pages(page) <= 2


def test_the_details_are_printed_on_demand_and_follow_the_filter(page: Page) -> None:
    page.check("#print-details")
    page.emulate_media(media="print")
    assert page.get_by_text("Host name resolution failed").last.is_visible()
    everything = _printed_pages(page)
    page.emulate_media(media="screen")
    page.fill("#search", "tyo-acc-03")
    page.emulate_media(media="print")
    assert page.locator("details.sw:visible").count() == 1
    assert _printed_pages(page) < everything


def test_the_details_are_printed_without_scripts_too(open_page: Open, pages: dict[Lang, str]) -> None:
    page = open_page(pages[Lang.EN], java_script_enabled=False)
    page.check("#print-details")
    page.emulate_media(media="print")
    assert page.locator("details.sw").first.is_visible()


@pytest.mark.parametrize("lang", list(Lang))
def test_a_thousand_faulty_switches_print_on_two_pages(
    open_page: Open, all_wrong: ReportView, lang: Lang
) -> None:
    page = open_page(as_html.render(all_wrong, lang))
    page.wait_for_selector("html[data-ready]")
    assert 1 <= _printed_pages(page) <= 2


def test_a_switch_is_found_by_serial_address_and_model(page: Page, small: ReportView) -> None:
    stack = next(each for each in small.devices if each.name == "tyo-core-01")
    serial = stack.units[1].sn
    assert serial is not None
    page.fill("#search", serial)
    assert "tyo-core-01" in _names(page)
    assert len(_names(page)) < len(small.devices)
    page.fill("#search", stack.host)
    assert _names(page) == ["tyo-core-01"]
    page.fill("#search", " \uff34\uff39\uff2f-core-01")  # as an input method may write it
    assert _names(page) == ["tyo-core-01"]
    assert stack.model is not None
    page.fill("#search", stack.model)
    assert "tyo-core-01" in _names(page)
    assert "nag-acc-01" not in _names(page)


def test_the_details_follow_the_filter_and_a_link_shows_a_hidden_one(page: Page) -> None:
    shown = page.locator("details.sw:visible > summary h3")
    assert shown.count() == 7
    page.select_option("#by-site", "osaka")
    assert sorted(shown.all_inner_texts()) == sorted(_names(page))
    assert "3" in page.locator("#details-shown").inner_text()
    page.click("#open-all")
    assert page.locator("details.sw[open]").count() == 3
    hidden = page.locator("details.sw[hidden] .body").first.get_attribute("id")
    page.evaluate("name => { location.hash = name; }", hidden)
    expect(page.locator(f"#{hidden}")).to_be_visible()
    assert len(_names(page)) == 7


def test_partly_read_and_not_read_differ_in_words_colour_and_shape(
    open_page: Open, small: ReportView
) -> None:
    devices = [
        replace(each, health=Health.UNCLEAR, root_causes=(), failure=None)
        if each.name == "tyo-acc-05"
        else each
        for each in small.devices
    ]
    view = fleet_view(small.run, devices, AuditOptions().knowledge, generated=small.generated)
    look = (
        "each => [each.textContent, getComputedStyle(each).color, getComputedStyle(each).borderTopStyle, "
        "getComputedStyle(each, '::before').content]"
    )
    for lang in Lang:
        page = open_page(as_html.render(view, lang))
        found = [page.locator(f".tile .badge.{kind}").evaluate(look) for kind in Health]
        kinds = dict(zip(Health, found, strict=True))
        unread, partial, short = (kinds[each] for each in (Health.UNREAD, Health.UNCLEAR, Health.NOT_ENOUGH))
        assert all(one != other for one, other in zip(unread, partial, strict=True))
        assert partial[3] != short[3]
        assert partial[1] != short[1]
        fill = "each => getComputedStyle(each).fill"
        fills = {
            page.locator(f".bars .f-{kind}").first.evaluate(fill) for kind in ("unread", "unclear", "fine")
        }
        assert len(fills) == 3


def test_a_finding_on_a_partly_read_switch_does_not_hide_that(page: Page) -> None:
    row = page.locator(_ROWS).filter(has_text="tyo-acc-05")
    assert row.locator(".badge.unclear").count() == 1
    page.select_option("#by-health", "partial")
    assert _names(page) == ["tyo-acc-05"]


@pytest.mark.parametrize("width", [390, 900, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_legible_and_fill_the_grid(
    open_page: Open, thousand: ReportView, width: int, scheme: str
) -> None:
    page = open_page(
        as_html.render(thousand, Lang.JA), viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page.wait_for_selector("html[data-ready]")
    # The height of a drawn letter, after any scaling of its picture.
    heights = page.evaluate(
        "[...document.querySelectorAll('.chart svg text')].map(each => each.getBoundingClientRect().height)"
    )
    assert min(height for height in heights if height) >= 11
    labels = page.evaluate(
        "[...document.querySelectorAll('svg.line text')].map(each => each.getBoundingClientRect())"
        ".filter(box => box.width).map(box => [box.left, box.right])"
    )
    assert all(right <= left for (_, right), (left, _) in itertools.pairwise(sorted(labels)))
    for grid in (".charts", ".tiles"):
        rows = page.evaluate(
            "grid => { const frame = document.querySelector(grid), rows = {};"
            " for (const each of frame.children) { const box = each.getBoundingClientRect();"
            " const top = Math.round(box.top);"
            " rows[top] = Math.max(rows[top] ?? 0, box.right); }"
            " return Object.values(rows).map(right => frame.getBoundingClientRect().right - right); }",
            grid,
        )
        assert all(abs(gap) <= 2 for gap in rows), grid
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    empty = page.locator("#list tbody :is(td, th)").evaluate_all(
        "all => all.filter(each => !each.textContent.trim()).length"
    )
    assert empty == 0


def test_dark_mode_is_dark_and_stays_so_in_print_only_on_screen(
    open_page: Open, pages: dict[Lang, str]
) -> None:
    page = open_page(pages[Lang.EN], color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(18, 22, 29)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_on_a_narrow_screen_only_tables_scroll_sideways(open_page: Open, pages: dict[Lang, str]) -> None:
    page = open_page(pages[Lang.JA], viewport={"width": 390, "height": 800})
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [360, 400, 1600])
def test_a_heading_that_a_link_leads_to_is_below_the_navigation(
    open_page: Open, pages: dict[Lang, str], width: int
) -> None:
    viewport = {"width": width, "height": 800}
    page = open_page(pages[Lang.EN], fragment="#switches", viewport=viewport)
    page.wait_for_selector("html[data-ready]")
    nav, heading = (
        page.evaluate(
            f"(box => [box.top, box.bottom])(document.querySelector('{each}').getBoundingClientRect())"
        )
        for each in ("nav", "#switches h2")
    )
    assert nav[1] <= heading[0] < 400


def test_a_screen_reader_finds_landmarks_headings_and_names(page: Page) -> None:
    for role in ("banner", "navigation", "main", "contentinfo", "search"):
        assert page.get_by_role(role).count() == 1, role
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5')].map(each => +each.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(here <= before + 1 for before, here in itertools.pairwise(levels))
    for control in page.locator("input, select, button").all():
        assert control.evaluate("each => (each.labels?.[0] ?? each).textContent.trim()")


def test_hostile_text_runs_nothing(open_page: Open, hostile: ReportView) -> None:
    for lang in Lang:
        page = open_page(as_html.render(hostile, lang))
        page.wait_for_selector("html[data-ready]")
        page.click("#open-all")
        assert page.title().startswith("Smart Licensing")
        assert page.locator("img").count() == 0
        assert page.get_by_text("{{7*7}}").first.is_visible()
        page.select_option("#by-site", index=1)
        assert _names(page)


def test_a_thousand_switches_fit_five_megabytes_and_take_four_times_as_long_as_a_quarter(
    open_page: Open, thousand: ReportView, quarter: ReportView, all_wrong: ReportView
) -> None:
    for lang in Lang:
        assert len(as_html.render(all_wrong, lang).encode()) <= 5_000_000, lang
    text = as_html.render(thousand, Lang.EN)
    assert len(text.encode()) <= 5_000_000

    def open_in_milliseconds(text: str) -> tuple[Page, float]:
        page = open_page(text)
        page.wait_for_selector("html[data-ready]")
        return page, page.evaluate("performance.getEntriesByName('table-ready')[0].startTime")

    usual = min(open_in_milliseconds(as_html.render(quarter, Lang.EN))[1] for _ in range(3))
    for _ in range(5):  # other work on the machine may be in the way of one
        page, took = open_in_milliseconds(text)
        if took < 10 * usual:  # sixteen times where each row looks at all others
            break
    assert took < 10 * usual
    page.fill("#search", "sw-0300")
    assert _names(page) == ["sw-0300"]
    page.fill("#search", "")
    before = page.evaluate("performance.now()")
    heading = page.locator("#list thead th").nth(6)
    heading.click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert page.evaluate("performance.now()") - before <= 2000
    assert len(_names(page)) == 1000
