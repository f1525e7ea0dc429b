"""A task comes from elsewhere: a command that is not read-only opens no session."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NoReturn

import pytest

from slp_ops.app.collect_task import COLLECT
from slp_ops.app.device_outcome import outcome_of
from slp_ops.app.device_work import DeviceTools
from slp_ops.json_documents import decode
from slp_ops.runs.run_writer import RunEvidence

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.model import Device


class Untouched:
    """A transport that no task may use."""

    def read(self, device: Device) -> NoReturn:
        raise AssertionError(f"a session to {device.name} was asked for")

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("documented", "typed", "kind"),
    [
        ([], ["reload"], "not_read_only"),
        ([], ["show version\nreload"], "not_read_only"),
        ([], ["show running-config | redirect tftp://192.0.2.1/x"], "not_read_only"),
        ([], ["show version", "license smart factory reset"], "not_read_only"),
        ([], ["test license smart rum show"], "not_read_only"),
        (["license smart factory reset"], [], "input"),
    ],
)
def test_a_command_that_changes_anything_opens_no_session(
    tmp_path: Path, documented: list[str], typed: list[str], kind: str
) -> None:
    task = decode(
        COLLECT.task,
        {
            "schema": "slp-ops/collect-task/1",
            "device": {"name": "sw1", "site": "tokyo", "host": "192.0.2.1"},
            "commands": {"documented": documented, "typed": typed},
            "collect_options": {},
        },
    )
    evidence = RunEvidence(tmp_path, key=bytes(32)).folder("sw1")
    tools = DeviceTools(transport=Untouched(), evidence=evidence, on_event=lambda event: None)

    outcome = asyncio.run(outcome_of(COLLECT, task, tools))

    assert outcome.result is None
    assert outcome.failure is not None
    assert outcome.failure.kind == kind, outcome.failure
