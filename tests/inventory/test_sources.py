"""What every inventory source has to hold."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slp_ops import inventory
from slp_ops.errors import InputError
from slp_ops.inventory.sources import sources

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = sorted(sources())


def test_every_module_of_sources_is_found_by_its_suffixes() -> None:
    assert {".yaml", ".yml", ".csv"} <= set(SUFFIXES)
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in SUFFIXES)


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=50)
@given(content=st.text(max_size=200))
def test_any_text_is_an_inventory_or_an_input_error(suffix: str, content: str) -> None:
    with suppress(InputError):
        assert isinstance(sources()[suffix](content, "x"), inventory.Inventory)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_file_is_refused_with_its_path(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"empty{suffix}"
    path.write_text("")
    with pytest.raises(InputError, match="is empty"):
        inventory.load(path)
