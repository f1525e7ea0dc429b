"""The page of the inventory lists every key, and its examples are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from docs.inventory_keys import EXAMPLE, TABLE_EXAMPLE, TABLES, WORDS, page
from slp_ops.inventory import load
from slp_ops.inventory.schema import SETTINGS
from slp_ops.inventory.sources import csv_source, yaml_source

if TYPE_CHECKING:
    from pathlib import Path


def test_every_key_is_listed_with_its_value() -> None:
    rows = [line for line in page("") if line.startswith("| `")]

    for name, (_, readers) in TABLES.items():
        for key in readers:
            if name not in ("site", "source") or key not in SETTINGS:
                (row, *_) = (
                    row for row in rows if row.endswith(f"| {WORDS[f'{name}.{key}']} |".replace("<", "&lt;"))
                )
                assert row.startswith(f"| `{key}` | ")
                assert row.split(" | ")[1].strip()
    assert len(rows) == len(WORDS)


def test_every_level_and_column_is_named() -> None:
    text = "\n".join(page(""))

    for name in (*yaml_source._TOP, *csv_source._COLUMNS):
        assert f"`{name}`" in text


@pytest.mark.parametrize(("name", "content"), [("i.yaml", EXAMPLE), ("i.csv", TABLE_EXAMPLE)])
def test_the_examples_are_read(name: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content)

    assert [device.name for device in load(path).devices] == ["tyo-core-01", "tyo-acc-01"]
