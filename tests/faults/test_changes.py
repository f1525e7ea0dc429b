"""Connections that fail while a switch is being changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.proxies import Fault, Kind, Stage
from tests.faults.trial import APPLIED, FACTORY_RESET, ONE_WAY

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("transport", "stage"), [("asyncssh", Stage.ACCEPT), ("netmiko", Stage.KEY_EXCHANGE)]
)
def test_a_switch_that_boots_may_reset_connections(bench: Any, transport: str, stage: Stage) -> None:
    running = bench({"sw1": "polling-id-invalid"}, transport=transport, scale=900.0)
    proxy = running.proxies["sw1"]
    running.when("reload", lambda: proxy.arm(Fault(kind=Kind.RESET, stage=stage, times=2)))
    ended = running.run("remediate", "-i", "inventory.yaml", *FACTORY_RESET)
    assert proxy.hits == 2
    assert ended.code in APPLIED, ended.text
    received = running.changing_lines("sw1")
    assert [line for line in ONE_WAY if sum(each.startswith(line) for each in received) > 1] == []
