"""A disk that fills up while switches are changed or read. Only a small file system of its own is filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.trial import APPLIED, FACTORY_RESET, NAME_SERVER, ONE_WAY, in_turn, named

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
# A transport writes nothing to a disk but host keys, and both do that by the same code.
_MOMENTS = {
    "ip name-server": ("name-server-missing", NAME_SERVER),
    "write memory": ("name-server-missing", NAME_SERVER),
    "license smart factory reset": ("polling-id-invalid", FACTORY_RESET),
    "reload": ("polling-id-invalid", FACTORY_RESET),
    "license smart trust": ("polling-id-invalid", FACTORY_RESET),
}


@pytest.mark.parametrize(("moment", "transport"), in_turn(_MOMENTS))
def test_a_full_disk_during_a_change_leads_to_resume(
    bench: Any, small_disk: Any, moment: str, transport: str
) -> None:
    scenario, options = _MOMENTS[moment]
    running = bench(
        {"sw1": scenario},
        transport=transport,
        scale=900.0,
        defaults={"params": {"name_servers": "10.10.0.53"}} if "name" in scenario else {},
    )
    runs = small_disk.folder / "runs"
    running.when(moment, small_disk.fill)
    ended = running.run("remediate", "-i", "inventory.yaml", "--runs-dir", runs, *options)
    if ended.code in APPLIED:
        # The journal had its room, and nothing else was left to be written.
        small_disk.free()
        assert "done" in ended.out
        again = running.run("remediate", "-i", "inventory.yaml", "--runs-dir", runs, *options)
        assert again.code in APPLIED, again.text
        return
    assert ended.code == 5, ended.text
    assert "nothing was sent" not in ended.text
    assert "Traceback" not in ended.err
    assert "never retrieved" not in ended.err
    way_on = named(ended)
    assert way_on is not None, ended.text
    assert way_on[0] == "--resume"
    small_disk.free()
    # An operator who starts again without reading the message must not change the switch twice.
    sent = running.changing_lines("sw1")
    again = running.run("remediate", "-i", "inventory.yaml", "--runs-dir", runs, *options)
    assert again.code != 0, again.text
    assert running.changing_lines("sw1") == sent
    assert named(again) == way_on
    more = ("--settle", "sw1=done") if "reset" in moment else ()
    done = running.run(
        "remediate",
        "-i",
        "inventory.yaml",
        "--runs-dir",
        runs,
        *way_on,
        *more,
        "--manual-done",
        "--wait",
        "30",
    )
    assert done.code in APPLIED, done.text
    received = running.changing_lines("sw1")
    assert [line for line in ONE_WAY if sum(each.startswith(line) for each in received) > 1] == []
    assert "write memory" in received or scenario == "polling-id-invalid"


@pytest.mark.parametrize(
    ("words", "transport"),
    in_turn(("collect", "audit", "check-reachability", "collect --processes 2", "audit --processes 2")),
)
def test_a_full_disk_while_reading_ends_one_device_first(
    bench: Any, small_disk: Any, words: str, transport: str
) -> None:
    verb = words.split()
    running = bench({f"sw{number}": "healthy" for number in range(1, 7)}, transport=transport)
    running.when("telnet" if "check-reachability" in verb else "show license all", small_disk.fill)
    ended = running.run(
        *verb, "-i", "inventory.yaml", "--runs-dir", small_disk.folder / "runs", "--workers", "2"
    )
    assert ended.code == 4, ended.text
    assert "No space left" in ended.text
    for wrong in ("Traceback", "never retrieved", "a defect of slp-ops"):
        assert wrong not in ended.err
    assert "not tried" in ended.text
    assert all(f"sw{number}" in ended.text for number in range(1, 7))
    small_disk.free()
    if "collect" not in verb:
        return
    kept = running.run("runs", "show", "last", "--runs-dir", small_disk.folder / "runs")
    assert kept.code == 0, kept.text
    again = running.run(
        *verb, "-i", "inventory.yaml", "--runs-dir", small_disk.folder / "runs", "--resume", "last"
    )
    assert again.code == 0, again.text


@pytest.mark.parametrize(("left", "transport"), in_turn((0, 1, 50, 200)))
def test_a_full_disk_tears_no_host_key_file(bench: Any, tmp_path: Path, left: int, transport: str) -> None:
    running = bench({f"sw{number}": "healthy" for number in range(1, 4)}, transport=transport)
    keys = tmp_path / "known_hosts"
    # So large that nothing else that is written comes near it.
    keys.write_text("# a comment of a line\n" * 40_000)
    before = keys.read_bytes()
    running.run(
        "collect",
        "-i",
        "inventory.yaml",
        "--known-hosts",
        keys,
        "--workers",
        "1",
        largest_file=len(before) + left,
    )
    after = keys.read_bytes()
    is_appended, added = after.startswith(before), after[len(before) :]
    assert is_appended
    assert not added or added.endswith(b"\n"), added
    again = running.run("collect", "-i", "inventory.yaml", "--known-hosts", keys)
    assert again.code == 0, again.text


@pytest.mark.parametrize(
    ("torn", "transport"),
    in_turn(("[127.0.0.1]:2", "[127.0.0.1]:{port} ssh-rsa", "[127.0.0.1]:{port} ssh-rsa AAAAB3NzaC1yc2EA")),
)
def test_a_torn_last_line_of_known_hosts_is_ignored_with_a_notice(
    bench: Any, tmp_path: Path, torn: str, transport: str
) -> None:
    running = bench({"sw1": "healthy", "sw2": "healthy"}, transport=transport)
    keys = tmp_path / "known_hosts"
    keys.write_text(torn.format(port=running.proxies["sw1"].port))
    for _ in range(2):
        ended = running.run("collect", "-i", "inventory.yaml", "--known-hosts", keys)
        assert ended.code == 0, ended.text
    assert "known_hosts" in running.calls[0].err
