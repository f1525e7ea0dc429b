from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.cli.facts import command
from slp_ops.model import CaptureStatus, Device, DeviceResult, DeviceStatus
from slp_ops.ports import CommandEnd

if TYPE_CHECKING:
    from slp_ops.runs import Runs


@pytest.fixture
def collected(runs: Runs) -> str:
    """A run of two switches; the second one denied its status."""
    devices = [Device(name=name, site="tokyo", host="192.0.2.11") for name in ("sw1", "sw2")]
    with runs.start("collect", devices) as run:
        for device in devices:
            captures = []
            for typed, text in (
                ("show clock", "*10:00:00.000 UTC Mon Jan 1 2024\n"),
                ("show license status", "Transport:\n  Type: cslu\n  Cslu address: <empty>\n"),
            ):
                denied = device.name == "sw2" and "status" in typed
                writer = run.device(device).open(typed)
                writer.write("Command authorization failed.\n" if denied else text)
                captures.append(
                    writer.commit(CommandEnd(status=CaptureStatus.DENIED if denied else CaptureStatus.OK))
                )
            run.finish_device(
                DeviceResult(
                    name=device.name, site=device.site, status=DeviceStatus.OK, captures=tuple(captures)
                )
            )
    return str(run.path.parent)


def test_facts_of_a_run_device_by_device(collected: str) -> None:
    result = CliRunner().invoke(command, ["--runs-dir", collected, "last", "--json"])
    assert result.exit_code == 0, result.output
    first, second = json.loads(result.stdout)["devices"]
    assert first["name"] == "sw1"
    assert first["facts"]["Clock"]["trust"] == "not_authoritative"
    assert first["facts"]["Topology"] == {
        "kind": "cslu",
        "confidence": "low",
        "because": "transport type cslu without an address: the factory default",
    }
    assert first["lines"] == {"total": 4, "read": 4}
    assert "LicenseTransport" not in second["facts"]
    assert [each["status"] for each in second["captures"]] == ["ok", "denied"]


def test_one_device_for_people(collected: str) -> None:
    result = CliRunner().invoke(command, ["--runs-dir", collected, "--device", "sw2"])
    assert result.exit_code == 0
    assert "sw1" not in result.stdout
    assert "10:00:00.000 UTC Mon Jan 1 2024" in result.stdout
    assert "show license status: denied, nothing read" in result.stdout


def test_a_device_that_is_not_in_the_run_is_a_usage_error(collected: str) -> None:
    result = CliRunner().invoke(command, ["--runs-dir", collected, "--device", "sw9"])
    assert result.exit_code == 2
    assert "it has sw1, sw2" in result.stderr
