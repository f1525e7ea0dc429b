"""The reference pages say what the rules say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slp_ops.i18n import Lang
from slp_ops.report.playbook_marks import marks
from slp_ops.rules.loading import RuleFile
from slp_ops.rules.reference import EXAMPLES, anchor, render
from slp_ops.rules.ruleset import extended_ruleset, packaged_ruleset

DOCS = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("lang", list(Lang))
def test_the_page_on_disk_is_the_one_that_the_rules_make(lang: Lang) -> None:
    page = (DOCS / f"rules.{lang}.md").read_text(encoding="utf-8")
    assert page == render(packaged_ruleset(), lang, marks(lang)), (
        f"slp-ops rules list --markdown --lang {lang} > docs/reference/rules.{lang}.md"
    )


@pytest.mark.parametrize("lang", list(Lang))
def test_every_rule_has_its_section_and_every_link_inside_leads_somewhere(lang: Lang) -> None:
    page = render(packaged_ruleset(), lang, marks(lang))
    headings = re.findall(r"^#{1,4} (.+)$", page, re.MULTILINE)
    assert {rule.id for rule in packaged_ruleset().rules} <= set(headings)
    anchors = {anchor(heading) for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors


def test_no_template_is_left_unfilled() -> None:
    for lang in Lang:
        assert not re.search(r"\{[a-z_]+\}", render(packaged_ruleset(), lang, marks(lang)))


def test_the_examples_of_own_rules_work() -> None:
    sources = [RuleFile(path=f"{number}.yaml", text=text) for number, text in enumerate(EXAMPLES)]
    knowledge = extended_ruleset(sources)
    assert len(knowledge.rules) == len(packaged_ruleset().rules) + 3
    found = knowledge.catalogue.find_line("%ACME-3-RELAY_LOST: relay r1 gone")
    assert found is not None
    assert found.rule == "ACME-RELAY_LOST"
