"""A playbook that does more than change a configuration is marked wherever it is recommended."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import openpyxl
import pytest
from click.testing import CliRunner

from slp_ops.app.change.plan_file import plan_document
from slp_ops.app.change.results import PlanResult
from slp_ops.cli.main import cli
from slp_ops.i18n import Lang
from slp_ops.json_documents import to_json
from slp_ops.planning.model import PlaybookChoice
from slp_ops.playbook import Risk, packaged
from slp_ops.report import as_excel, as_html, as_markdown
from slp_ops.report.terminal.plan import unplanned_lines
from slp_ops.rules.ruleset import packaged_ruleset

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.report.view import ReportView
    from slp_ops.runs.run_reader import StoredRun

RISKY = {book.id: book.risk for book in packaged() if book.risk is not Risk.CHANGE}
LABELS = {
    Lang.EN: {Risk.DISRUPTIVE: "disruptive", Risk.DESTRUCTIVE: "destructive"},
    Lang.JA: {Risk.DISRUPTIVE: "影響あり", Risk.DESTRUCTIVE: "復元不可"},
}


@pytest.fixture(scope="module")
def run(make_run: Callable[..., StoredRun]) -> StoredRun:
    return make_run((("sw1", "tokyo", "rum-backlog"), ("sw2", "tokyo", "polling-id-invalid")))


@pytest.fixture(scope="module")
def view(run: StoredRun, view_of: Callable[[StoredRun], ReportView]) -> ReportView:
    return view_of(run)


def _assert_marked(text: str, lang: Lang) -> None:
    """Each occurrence of a risky playbook's name is followed by its risk."""
    plain = re.sub(r"</?(code|span)[^>]*>|`", "", text)
    found = {name: [match.end() for match in re.finditer(rf"\b{name}\b", plain)] for name in RISKY}
    assert any(found.values())
    for name, places in found.items():
        for place in places:
            assert re.match(rf"[^;<]*\({LABELS[lang][RISKY[name]]}\)", plain[place:]), plain[
                place - 40 : place + 60
            ]


def test_there_are_such_playbooks() -> None:
    assert set(RISKY.values()) == {Risk.DISRUPTIVE, Risk.DESTRUCTIVE}


@pytest.mark.parametrize("lang", list(Lang))
def test_in_the_page(view: ReportView, lang: Lang) -> None:
    body = as_html.render(view, lang).partition("<body")[2].partition("<script")[0]
    lines = [line for line in body.split("\n") if any(f"<code>{name}</code>" in line for name in RISKY)]
    _assert_marked("\n".join(lines), lang)


@pytest.mark.parametrize("lang", list(Lang))
def test_in_markdown(view: ReportView, lang: Lang) -> None:
    lines = [line for line in as_markdown.render(view, lang).split("\n") if "`rum-manual" in line]
    lines += [line for line in as_markdown.render(view, lang).split("\n") if "`factory-reset`" in line]
    _assert_marked("\n".join(lines), lang)


@pytest.mark.parametrize("lang", list(Lang))
def test_in_the_workbook(view: ReportView, lang: Lang) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_excel.render(view, lang)))
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    _assert_marked("\n".join(cell for cell in cells if any(name in cell for name in RISKY)), lang)


@pytest.mark.parametrize("lang", list(Lang))
def test_in_the_text_of_an_audit(run: StoredRun, lang: Lang) -> None:
    words = ["audit", "--run", str(run.path), "--lang", lang.value]
    text = CliRunner().invoke(cli, words).stdout
    _assert_marked("\n".join(line for line in text.split("\n") if "factory-reset" in line), lang)


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize(
    "rule", [rule.id for rule in packaged_ruleset().rules if set(rule.playbooks) & set(RISKY)]
)
def test_in_an_explanation(rule: str, lang: Lang) -> None:
    text = CliRunner().invoke(cli, ["explain", rule, "--lang", lang.value]).stdout
    label = "Playbooks:" if lang is Lang.EN else "プレイブック:"
    _assert_marked(" ".join(text.partition(label)[2].split()).partition("Links")[0], lang)


PLANNED = PlanResult(
    run="",
    plans=(),
    choices=(("sw1", PlaybookChoice(rule="FN72578", playbooks=("usage-sync", "factory-reset"))),),
    mentioned=(("sw2", ("rum-manual-exchange", "our-reset")),),
)


@pytest.mark.parametrize("lang", list(Lang))
def test_in_a_plan_that_leaves_the_choice(lang: Lang) -> None:
    _assert_marked("\n".join(unplanned_lines(PLANNED, lang)), lang)


def test_a_plan_that_leaves_the_choice_names_a_command_that_makes_it() -> None:
    def example(*mentioned: str) -> str:
        planned = replace(PLANNED, choices=(), mentioned=(("sw2", mentioned),))
        return next((line for line in unplanned_lines(planned, Lang.EN) if "slp-ops" in line), "")

    command = "slp-ops remediate --dry-run --limit sw2 --playbook name-server"
    assert example("factory-reset", "name-server") == f"For example: {command}"
    assert not example("factory-reset", "rum-manual-exchange")  # none that disrupts is proposed by itself
    assert not any("slp-ops" in line for line in unplanned_lines(PLANNED, Lang.EN, findings=False))  # a flow


def test_a_plan_document_has_the_risk_of_each_playbook_that_it_leaves_to_the_operator() -> None:
    document = json.loads(to_json(plan_document(PLANNED)))

    assert [each["risk"] for each in document["choices"]] == [
        {"usage-sync": "change", "factory-reset": "destructive"}
    ]
    assert [each["risk"] for each in document["mentioned"]] == [
        {"rum-manual-exchange": "disruptive", "our-reset": None}
    ]
