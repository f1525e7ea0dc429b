"""A finding names the playbooks that remedy it; a playbook names the rules. Both must say the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from slp_ops.rules.ruleset import packaged_ruleset

if TYPE_CHECKING:
    from slp_ops.rules.rule import Rule

FILES = sorted((Path(__file__).parents[2] / "playbooks").glob("*.yaml"))
REMEDIES = {
    found["id"]: set(found.get("remedies") or ())
    for found in (yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES)
}


@pytest.mark.parametrize("rule", packaged_ruleset().rules, ids=lambda rule: rule.id)
def test_rule_and_playbooks_agree(rule: Rule) -> None:
    assert set(rule.playbooks) == {name for name, rules in REMEDIES.items() if rule.id in rules}


def test_no_playbook_remedies_what_is_no_rule() -> None:
    names = {rule.id for rule in packaged_ruleset().rules}
    assert {rule for rules in REMEDIES.values() for rule in rules} <= names
