"""The reference pages say what the rules say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slp_ops.i18n import Lang
from slp_ops.rules.knowledge import ours, with_operators
from slp_ops.rules.loading import Source
from slp_ops.rules.reference import EXAMPLES, anchor, render

DOCS = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("lang", list(Lang))
def test_the_page_on_disk_is_the_one_that_the_rules_make(lang: Lang) -> None:
    page = (DOCS / f"rules.{lang}.md").read_text(encoding="utf-8")
    assert page == render(ours(), lang), (
        f"slp-ops rules --markdown --lang {lang} > docs/reference/rules.{lang}.md"
    )


@pytest.mark.parametrize("lang", list(Lang))
def test_every_rule_has_its_section_and_every_link_inside_leads_somewhere(lang: Lang) -> None:
    page = render(ours(), lang)
    headings = re.findall(r"^#{1,4} (.+)$", page, re.MULTILINE)
    assert {rule.id for rule in ours().rules} <= set(headings)
    anchors = {anchor(heading) for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors


def test_no_template_is_left_unfilled() -> None:
    for lang in Lang:
        assert not re.search(r"\{[a-z_]+\}", render(ours(), lang))


def test_the_examples_of_own_rules_work() -> None:
    sources = [Source(path=f"{number}.yaml", text=text) for number, text in enumerate(EXAMPLES)]
    knowledge = with_operators(sources)
    assert len(knowledge.rules) == len(ours().rules) + 2
    found = knowledge.catalogue.find_line("%ACME-3-RELAY_LOST: relay r1 gone")
    assert found is not None
    assert found.rule == "ACME-RELAY_LOST"
