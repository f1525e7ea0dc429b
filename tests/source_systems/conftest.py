from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.inventory import InventoryRequest, show
from slp_ops.app.operator import NonInteractive
from slp_ops.app.selection import SourceOptions, is_location
from tests.source_systems.netbox_server import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slp_ops.inventory import Inventory


class Notices(NonInteractive):
    """An operator that keeps the notices."""

    def __init__(self) -> None:
        self.notices: list[str] = []

    def notice(self, text: str) -> None:
        self.notices.append(text)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SLP_OPS_NETBOX_TOKEN", TOKEN)


@pytest.fixture
def notices() -> Notices:
    return Notices()


@pytest.fixture
def load(tmp_path: Path, notices: Notices) -> Callable[..., Inventory]:
    """Load a location, or the text of an inventory file."""

    def load(source: str, **options: Any) -> Inventory:
        location: Path | str = source
        if not is_location(source):
            location = tmp_path / "inventory.yaml"
            location.write_text(source)
        request = InventoryRequest(
            path=location, ssh_config=tmp_path / "none-such", sources=SourceOptions(**options)
        )
        (tmp_path / "none-such").touch()
        return show(request, notices)

    return load
