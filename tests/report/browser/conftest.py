"""Debian's Chromium, headless, with a profile of its own; nothing is downloaded and nothing is reached."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from slp_ops.app.audit_device import AuditOptions
from slp_ops.i18n import Lang
from slp_ops.lab import scenarios
from slp_ops.report import as_html
from slp_ops.report.fleet import fleet_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from slp_ops.report.view import ReportView

    Open = Callable[..., Page]

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_PATIENCE = 120_000.0  # milliseconds, of a machine that is busy
_HEALTHY = ("healthy", "healthy-stack", "healthy-17-12", "cslu-healthy", "healthy-17-6", "on-prem-healthy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives the browser."""
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser; without one these tests are skipped, but fail where CI runs.

    Not for the session: as long as it is driven, its event loop counts as running in this thread, and a
    later test could not run one of its own.
    """
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no chromium: install Debian's package of that name")
        pytest.skip("there is no chromium here")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        expect.set_options(timeout=_PATIENCE)
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open a page from a file, and check that it reports no error and requests nothing."""
    contexts = []
    wrong: list[str] = []
    asked: list[str] = []

    def open_(text: str, *, fragment: str = "", **how: Any) -> Page:
        path = tmp_path / "report.html"
        path.write_text(text, encoding="utf-8")
        context = browser.new_context(**how)
        context.set_default_timeout(_PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{path.as_uri()}{fragment}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not wrong
    assert all(url.startswith("file:") for url in asked), asked


@pytest.fixture(scope="session")
def pages(small: ReportView) -> dict[Lang, str]:
    """The small run's page in both languages."""
    return {lang: as_html.render(small, lang) for lang in Lang}


@pytest.fixture(scope="session")
def thousand(make_run: Any, view_of: Callable[[Any], ReportView]) -> ReportView:
    """A thousand switches, every third of them with one of the lab's faults: those read, many times over."""
    faults = tuple(name for name in scenarios.names() if name != "bulky")
    kinds = tuple(dict.fromkeys((*_HEALTHY, *faults)))
    run = make_run([(kind, "lab", kind) for kind in kinds])
    view = view_of(run)
    by_kind = {each.name: each for each in view.devices}
    devices = (
        replace(
            by_kind[
                faults[number // 3 % len(faults)] if number % 3 == 0 else _HEALTHY[number % len(_HEALTHY)]
            ],
            name=f"sw-{number:04d}",
            site=f"site-{number % 12:02d}",
        )
        for number in range(1000)
    )
    return fleet_view(view.run, devices, AuditOptions().knowledge, generated=view.generated)


@pytest.fixture(scope="session")
def quarter(thousand: ReportView) -> ReportView:
    """The first 250 of the thousand switches."""
    return fleet_view(
        thousand.run, thousand.devices[:250], AuditOptions().knowledge, generated=thousand.generated
    )


@pytest.fixture(scope="session")
def all_wrong(thousand: ReportView) -> ReportView:
    """A thousand switches of which none is well."""
    kinds = [each for each in thousand.devices if each.health.severity is not None]
    devices = (
        replace(kinds[number % len(kinds)], name=f"sw-{number:04d}", site=f"site-{number % 12:02d}")
        for number in range(1000)
    )
    return fleet_view(thousand.run, devices, AuditOptions().knowledge, generated=thousand.generated)
