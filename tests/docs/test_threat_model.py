"""The threat model names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_test_of_the_threat_model_exists() -> None:
    page = (ROOT / "docs/explanation/threat-model.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/.]+)`", page)

    assert len(named) >= 20
    assert [name for name in named if not (ROOT / name).exists()] == []
