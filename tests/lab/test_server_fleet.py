"""Many switches at once, and the command that starts them."""

from __future__ import annotations

import asyncio
import json
import resource
import shlex
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import asyncssh
import pytest
import yaml

from slp_ops.lab import demo, scenarios
from slp_ops.lab.fleet import default_fleet
from slp_ops.lab.journal import Journal, Mode
from slp_ops.lab.rack import Rack, healthy

if TYPE_CHECKING:
    from slp_ops.lab.hostkeys import HostKeys


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a folder of the test: the command writes an inventory there."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


ME = [sys.executable, "-c", "from slp_ops.cli.main import main; main()"]


def up(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*ME, "lab", "up", "--base-port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("Ctrl-C"):
            break
    return "".join(lines)


def test_a_frozen_switch_prints_the_same_bytes_each_time(lab_keys: HostKeys) -> None:
    shown = ("show clock", "show version", "show license all", "show logging", "show license tech support")
    clock = datetime(2026, 1, 15, 18, 0, tzinfo=timezone(timedelta(hours=9)))

    async def read(seconds: float) -> list[str]:
        rack = Rack(keys=lab_keys, clock=clock)
        rack.start(healthy(1, "dns-failure"), None)
        options = {"username": "netops", "password": "netops", "known_hosts": None, "client_keys": None}
        texts = []
        for command in shown:
            async with asyncssh.connect("127.0.0.1", rack["lab-0001"].port, **options) as conn:
                texts.append(str((await conn.run(command)).stdout))
            await asyncio.sleep(seconds)
        assert {entry.when for entry in rack.journal.entries} == {clock}
        rack.close()
        return texts

    first = asyncio.run(read(0))
    assert "18:00:00.000 JST Thu Jan 15 2026" in first[0]
    assert asyncio.run(read(0.05)) == first


def test_a_frozen_switch_comes_back_from_a_reload_later(lab_keys: HostKeys) -> None:
    async def run() -> None:
        rack = Rack(keys=lab_keys, scale=1000.0, clock=datetime(2026, 1, 15, 9, 0, tzinfo=UTC))
        rack.start(healthy(1), None)
        host = rack["lab-0001"].host
        before, port = host.switch.now(), host.port
        host.go_down(seconds := host.switch.reload())
        async with asyncio.timeout(60):
            while host.switch.is_down:
                await asyncio.sleep(0.01)
        assert host.port == port
        assert (host.switch.now() - before).total_seconds() == seconds
        rack.close()

    asyncio.run(run())


def test_the_command_freezes_the_clock_of_switches_and_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    inventory = tmp_path / "inv.yaml"
    process = up(
        "--size",
        "1",
        "--clock",
        "2026-01-15T09:00",
        "--journal",
        str(path),
        "--inventory-out",
        str(inventory),
    )
    try:
        ready(process)
        devices = yaml.safe_load(inventory.read_text())["sites"]["tokyo"]["devices"]

        async def read() -> str:
            options = {"username": "netops", "password": "netops", "known_hosts": None, "client_keys": None}
            async with asyncssh.connect("127.0.0.1", devices["lab-0001"]["port"], **options) as conn:
                return str((await conn.run("show clock")).stdout)

        assert "18:00:00.000 JST Thu Jan 15 2026" in asyncio.run(read())
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    assert {entry["when"] for entry in entries} == {"2026-01-15T09:00:00+00:00"}


def test_a_time_that_cannot_be_read_is_a_usage_error() -> None:
    process = up("--clock", "yesterday")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "2026-01-15T09:00:00Z" in said


def test_a_thousand_switches_listen_and_only_what_is_read_is_made(lab_keys: HostKeys) -> None:
    async def start() -> None:
        rack = Rack(keys=lab_keys)
        rack.start(healthy(1000), None)
        assert not any("switch" in vars(each.host) for each in rack.switches)
        options = {"username": "netops", "password": "netops", "known_hosts": None, "client_keys": None}
        async with asyncssh.connect("127.0.0.1", rack["lab-1000"].port, **options) as conn:
            assert "15" in str((await conn.run("show privilege")).stdout)
        assert sum("switch" in vars(each.host) for each in rack.switches) == 1
        rack.close()

    asyncio.run(start())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_up_says_where_they_are_and_ends_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    inventory, journal = tmp_path / "inventory.yaml", tmp_path / "journal.jsonl"
    with up("--size", "3", "--inventory-out", str(inventory), "--journal", str(journal)) as process:
        said = ready(process)
        devices = yaml.safe_load(inventory.read_text())["sites"]["tokyo"]["devices"]
        for name, device in devices.items():
            assert f"{name:<28} port {device['port']}" in said
        assert "User netops, password netops, enable password netops." in said
        asyncio.run(_show(devices["lab-0002"]["port"], "show privilege"))
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [(line["switch"], line["mode"], line["line"]) for line in lines] == [
        ("lab-0002", "login", "accepted netops"),
        ("lab-0002", "exec", "show privilege"),
    ]


async def _show(port: int, command: str) -> str:
    options = {"username": "netops", "password": "netops", "known_hosts": None, "client_keys": None}
    async with asyncssh.connect("127.0.0.1", port, **options) as conn:
        return str((await conn.run(command)).stdout)


def test_a_public_key_may_log_in(lab_keys: HostKeys, tmp_path: Path) -> None:
    mine, other = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    (tmp_path / "keys").write_bytes(mine.export_public_key())

    async def log_in(key: asyncssh.SSHKey) -> str:
        rack = Rack(keys=lab_keys, authorized_keys=tmp_path / "keys")
        rack.start(healthy(1), None)
        options = {"username": "netops", "known_hosts": None, "client_keys": [key], "password": None}
        try:
            async with asyncssh.connect("127.0.0.1", rack["lab-0001"].port, **options) as conn:
                return str((await conn.run("show privilege")).stdout)
        finally:
            rack.close()

    assert "level is 15" in asyncio.run(log_in(mine))
    with pytest.raises(asyncssh.PermissionDenied):
        asyncio.run(log_in(other))


def test_files_are_allowed_for_as_many_as_are_wanted() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with subprocess.Popen(
        [*ME, "lab", "up", "--base-port", "0", "--size", "100"],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (80, hard)),
    ) as process:
        assert "100 simulated switches listen" in ready(process)
        process.terminate()
    assert soft == resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_a_port_in_use_is_one_clear_error() -> None:
    with up("--size", "1") as process:
        port = ready(process).split("port ")[1].split()[0]
        second = subprocess.run(
            [*ME, "lab", "up", "--size", "2", "--base-port", str(int(port) - 1)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        process.terminate()
    assert second.returncode == 2
    assert second.stdout == ""
    assert "port" in second.stderr
    assert "--base-port" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--scenario", "no-such"], "healthy-stack"),
        (["--size", "1000", "--base-port", "65000"], "--base-port"),
        (["--size", "1", "--base-port", "0", "--journal", "/no-such-folder/j"], "/no-such-folder/j"),
        (["--size", "1", "--base-port", "0", "--inventory-out", "/no-such-folder/i"], "/no-such-folder/i"),
    ],
)
def test_wrong_options_are_one_clear_error(options: list[str], told: str) -> None:
    ended = subprocess.run(
        [*ME, "lab", "up", *options], capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_list_names_every_scenario() -> None:
    listed = subprocess.run([*ME, "lab", "list"], capture_output=True, text=True, timeout=120, check=True)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(scenarios.names())


def test_the_example_inventory_names_the_default_fleet() -> None:
    example = Path(__file__).parents[2] / "inventory.example.yaml"
    sites = yaml.safe_load(example.read_text(encoding="utf-8"))["sites"]
    there = {
        (site, name, device["port"], device.get("legacy_ssh", False))
        for site, content in sites.items()
        for name, device in content["devices"].items()
    }
    assert there == {
        (place.site, place.name, place.port(), scenarios.load(place.scenario).legacy_ssh)
        for place in default_fleet()
    }


@pytest.mark.parametrize(
    ("scenario", "status"),
    [("healthy", "ok"), ("aaa-denied", "partial"), ("drop", "partial"), ("refused-password", "failed")],
)
def test_what_the_demo_expects(scenario: str, status: str) -> None:
    assert demo.expected(scenario) == status


@pytest.mark.slow
def test_the_demo_ends_as_it_should_and_asks_nothing(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "slp_ops.lab.demo"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "tyo-acc-05: show running-config: denied" in ended.stdout
    assert list((tmp_path / "demo" / "runs").glob("*/tyo-core-01/show-version.txt"))


def test_a_journal_holds_no_password(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    journal.record("sw1", 1, Mode.EXEC, "enable")
    journal.record("sw1", 1, Mode.PASSWORD, "")
    journal.record("sw2", 2, Mode.EXEC, "show clock")
    journal.close()
    assert list(journal.lines("sw1")) == ["enable", ""]
    assert list(journal.lines(None, Mode.EXEC)) == ["enable", "show clock"]
    assert len((tmp_path / "j.jsonl").read_text().splitlines()) == 3


def test_an_inventory_is_written_where_there_is_none_and_the_next_command_works(tmp_path: Path) -> None:
    with up("--size", "1") as process:
        text = ready(process)
        lines = [line.strip() for line in text.split("\n")]
        export, command = lines[lines.index("Next, in another terminal:") + 1 :][:2]
        # The two lines as an operator pastes them.
        me = " ".join(map(shlex.quote, ME))
        done = subprocess.run(
            ["sh", "-c", f"{export}\n{command.replace('slp-ops', me, 1)} --ssh-config none"],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        process.terminate()

    assert "Inventory: inventory.yaml" in lines
    assert command == "slp-ops audit"
    assert done.returncode in (0, 3), done.stderr
    assert "lab-0001" in done.stdout


@pytest.mark.parametrize("content", ["version: 1\n", "", "\xff"])
def test_an_inventory_that_exists_is_kept(content: str) -> None:
    mine = Path("inventory.yaml")
    mine.write_bytes(content.encode("latin-1"))

    with up("--size", "1") as process:
        text = ready(process)
        process.terminate()

    assert mine.read_bytes() == content.encode("latin-1")
    assert "inventory.yaml exists and is kept" in text
    assert "slp-ops lab up --size 1 --base-port 0 --inventory-out lab.yaml" in text
    assert "slp-ops audit" not in text


def test_the_command_beside_an_inventory_that_is_kept_writes_another_one() -> None:
    mine = Path("inventory.yaml")
    mine.write_text("version: 1\n")
    with up("--scenario", "dns-failure", "--bastion", "1", "--lang", "ja") as process:
        text = ready(process)
        process.terminate()
    assert "inventory.yaml は既に存在するため、そのまま残します" in text

    (command,) = [line.split() for line in text.split("\n") if line.startswith("  slp-ops lab up")]
    with subprocess.Popen([*ME, *command[1:]], stdout=subprocess.PIPE, text=True) as process:
        again = ready(process)
        process.terminate()

    assert mine.read_text() == "version: 1\n"
    assert "  slp-ops audit -i lab.yaml\n" in again
    written = yaml.safe_load(Path("lab.yaml").read_text())
    assert [list(site["devices"]) for site in written["sites"].values()] == [["dns-failure-0001"]]
    assert len(written["defaults"]["jump"]) == 1


def test_an_inventory_of_these_switches_is_used_again(tmp_path: Path) -> None:
    ports: list[int] = []
    for base in ("0", ""):
        options = ("--size", "1", "--base-port", base or str(ports[0]))
        with up(*options) as process:
            text = ready(process)
            ports.append(int(text.split("port ")[1].split()[0]))
            process.terminate()
    assert "Inventory: inventory.yaml" in text
    assert "  slp-ops audit\n" in text


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    Path("inventory.yaml").symlink_to("/no-such-folder/inventory.yaml")

    with up("--size", "1") as process:
        text = ready(process)
        process.terminate()

    assert "Ctrl-C or SIGTERM ends them." in text
    assert not Path("/no-such-folder").exists()


def test_a_file_that_is_named_is_in_the_next_command(tmp_path: Path) -> None:
    with up("--size", "1", "--inventory-out", "my lab.yaml") as process:
        text = ready(process)
        process.terminate()

    assert "slp-ops audit -i 'my lab.yaml'" in text
    assert not Path("inventory.yaml").exists()
