"""The command line on the switches of a lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import yaml
from click.testing import CliRunner, Result

from slp_ops.cli.main import cli

if TYPE_CHECKING:
    from pathlib import Path

Slp: TypeAlias = Callable[..., Result]


@pytest.fixture
def slp(tmp_path: Path) -> Slp:
    """``slp(running, "audit", "-q")`` runs a verb on the switches of a lab."""

    def run(
        running: Any,
        *words: str,
        transport: str = "netmiko",
        params: dict[str, str] | None = None,
        **environment: str | None,
    ) -> Result:
        devices = {name: {"host": "127.0.0.1", "port": running.rack[name].port} for name in running.names}
        inventory = tmp_path / "inventory.yaml"
        inventory.write_text(
            yaml.safe_dump(
                {
                    "version": 1,
                    "defaults": {"username": "netops", "transport": transport, "params": params or {}},
                    "sites": {"tokyo": {"devices": devices}},
                }
            )
        )
        return CliRunner().invoke(
            cli,
            [*words, "-i", str(inventory), "--runs-dir", str(tmp_path / "runs")],
            env={
                "SLP_OPS_PASSWORD": "netops",
                "SLP_OPS_ENABLE": "netops",
                "SLP_OPS_KNOWN_HOSTS": str(tmp_path / "known_hosts"),
                "SLP_OPS_SSH_CONFIG": "none",
                "SLP_OPS_LOGIN_RATE": "0",
                **environment,
            },
        )

    return run
