from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from slp_ops.cli.facts import command
from slp_ops.cli.main import cli
from slp_ops.model import CaptureStatus, Device, DeviceResult, DeviceStatus
from slp_ops.ports import CommandEnd

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.fixture
def with_rows(runs: Runs) -> str:
    """A run of two switches with a command that has no reader."""
    devices = [Device(name=name, site="tokyo", host="192.0.2.11") for name in ("sw1", "sw2")]
    with runs.start("collect", devices) as run:
        for device in devices:
            writer = run.device(device).open("show interfaces status")
            writer.write(
                "\nPort         Name               Status       Vlan       Duplex  Speed Type\n"
                f"Gi1/0/1      =to-{device.name}           connected    trunk      a-half  a-100 1000BaseTX\n"
            )
            capture = writer.commit(CommandEnd(status=CaptureStatus.OK))
            run.finish_device(
                DeviceResult(name=device.name, site=device.site, status=DeviceStatus.OK, captures=(capture,))
            )
    return str(run.path.parent)


def test_rows_of_all_devices_as_one_table(with_rows: str) -> None:
    result = CliRunner().invoke(command, ["--runs-dir", with_rows, "--command", "sh int status", "--csv"])
    assert result.exit_code == 0, result.output
    heading, first, second = result.stdout.lstrip("\ufeff").splitlines()
    assert heading.startswith("device,port,name,status,vlan_id,duplex,speed,type")
    assert first.startswith("sw1,Gi1/0/1,'=to-sw1,connected")
    assert second.startswith("sw2,Gi1/0/1")


def test_rows_in_json_and_for_people(with_rows: str) -> None:
    document = json.loads(CliRunner().invoke(command, ["--runs-dir", with_rows, "--json"]).stdout)
    (capture,) = document["devices"][0]["captures"]
    assert (capture["parser"], capture["rows"][0]["duplex"]) == ("ntc-templates", "a-half")
    assert "1 row, read by ntc-templates" in CliRunner().invoke(command, ["--runs-dir", with_rows]).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [(["--csv"], "--csv needs --command"), (["--command", "show vlan"], "no capture of 'show vlan'")],
)
def test_what_facts_cannot_show(with_rows: str, words: list[str], message: str) -> None:
    result = CliRunner().invoke(command, ["--runs-dir", with_rows, *words])
    assert result.exit_code == 2
    assert message in result.output


def test_a_sheet_for_each_command_in_the_workbook(with_rows: str, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    ended = CliRunner().invoke(cli, ["report", "--runs-dir", with_rows, "--xlsx", str(path)])
    assert ended.exit_code in (0, 4), ended.output
    sheet = load_workbook(path)["show interfaces status"]
    rows = [[cell.value for cell in row][:5] for row in sheet.iter_rows()]
    assert rows[1] == ["sw1", "tokyo", "Gi1/0/1", "=to-sw1", "connected"]
    assert len(rows) == 3


def test_rows_in_json_and_in_a_file_of_their_own_beside_the_findings(with_rows: str, tmp_path: Path) -> None:
    words = [
        "report",
        "--runs-dir",
        with_rows,
        "--csv",
        str(tmp_path / "f.csv"),
        "--json",
        str(tmp_path / "f.json"),
    ]
    ended = CliRunner().invoke(cli, words)
    assert ended.exit_code == 0, ended.output
    table = (tmp_path / "f.show-interfaces-status.csv").read_text(encoding="utf-8-sig")
    assert table == CliRunner().invoke(
        command, ["--runs-dir", with_rows, "--command", "show interfaces status", "--csv"]
    ).stdout.lstrip("\ufeff")
    document = json.loads((tmp_path / "f.json").read_text())
    (capture,) = document["devices"][1]["captures"]
    assert (capture["parser"], capture["rows"][0]["name"]) == ("ntc-templates", "=to-sw2")
    assert capture["cited_lines"][0]["port"] == 3
    assert sorted(path.name for path in tmp_path.glob("f*")) == [
        "f.csv",
        "f.json",
        "f.show-interfaces-status.csv",
    ]
