"""ntc-templates as an oracle: what it reads otherwise than our readers, on every real capture of both.

``ntc_disagreements.yaml`` says for each kind who is right, and why; any other disagreement fails.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from textfsm import TextFSM
from textfsm.parser import Error

from slp_ops.commands._ntc_templates import _folder
from tests.samples.test_parse_rate import (
    Disagreement,
    _explains,
    _spelled,
    facts_of,
    leaves,
    needs_samples,
    samples_present,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATES = {
    "show-version": "cisco_ios_show_version.textfsm",
    "show-inventory": "cisco_ios_show_inventory.textfsm",
    "show-ip-interface-brief": "cisco_ios_show_ip_interface_brief.textfsm",
    "show-switch": "cisco_ios_show_switch_detail.textfsm",
    "show-switch-detail": "cisco_ios_show_switch_detail.textfsm",
}
# Our list of the rows of each command.
LISTS = {
    "show-inventory": "parts",
    "show-ip-interface-brief": "interfaces",
    "show-switch": "members",
}


def rows_of(folder: str, text: str) -> list[dict[str, Any]]:
    with _folder().joinpath(TEMPLATES[folder]).open(encoding="utf-8") as template:
        machine = TextFSM(template)
    found = machine.ParseText(text)
    return [dict(zip(machine.header, row, strict=True)) for row in found]


def disagreements(folder: str) -> Iterator[Disagreement]:
    for name, text in texts(folder):
        facts = facts_of(folder, text)
        ours = {_spelled(leaf) for leaf in leaves(facts)}
        try:
            rows = rows_of(folder, text)
        except Error as error:
            yield Disagreement(folder, name, "template", str(error))
            continue
        for row in rows:
            for column, found in row.items():
                for value in found if isinstance(found, list) else [found]:
                    if value and _spelled(value) not in ours:
                        yield Disagreement(folder, name, column, str(value))
        listed = [len(fact[LISTS[folder]]) for fact in facts if LISTS.get(folder, "") in fact]
        if folder in LISTS and sum(listed) != len(rows):
            yield Disagreement(folder, name, "rows", f"{len(rows)} of {sum(listed)}")


def explained() -> list[dict[str, str]]:
    path = Path(__file__).with_name("ntc_disagreements.yaml")
    listed: list[dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return listed


@needs_samples
@pytest.mark.parametrize("folder", TEMPLATES)
def test_every_disagreement_is_explained(folder: str) -> None:
    assert samples_present()
    assert list(texts(folder))
    entries = explained()
    assert [
        each for each in disagreements(folder) if not any(_explains(entry, each) for entry in entries)
    ] == []


@needs_samples
def test_every_explanation_explains_something() -> None:
    found = [each for folder in TEMPLATES for each in disagreements(folder)]
    idle = [entry for entry in explained() if not any(_explains(entry, each) for each in found)]
    assert idle == []
    assert all(entry["right"] and entry["why"] for entry in explained())
