"""The how-to page on playbooks: its example is valid, and it lists every guard, proof and parameter kind."""

from __future__ import annotations

import re
from pathlib import Path

from slp_ops.params import ParameterKind
from slp_ops.playbook.guards import GUARDS, PROOFS
from slp_ops.playbook.loading import load
from slp_ops.playbook.model import Risk
from slp_ops.rules.ruleset import packaged_ruleset

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "own-playbooks.en.md").read_text(encoding="utf-8")


def test_the_example_is_a_playbook() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (book,) = load([("example.yaml", example)], rules=[rule.id for rule in packaged_ruleset().rules])
    assert book.risk is Risk.CHANGE
    assert [param.name for param in book.params] == ["servers", "vrf"]


def test_every_guard_proof_and_kind_is_named() -> None:
    for name in (*GUARDS, *PROOFS, *(kind.value for kind in ParameterKind)):
        assert f"`{name}`" in PAGE, name
