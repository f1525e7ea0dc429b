"""A night of an operator: 40 switches, twelve faults, two repaired, and the same facts in every form.

Each form has a small reader of its own in ``forms.py``: the facts are counted again from what was printed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from slp_ops.cli.main import cli
from tests.night.forms import assert_forms_agree, of_audit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Slp = Callable[..., Result]

FAULTS = {
    "name-server": "name-server-missing",
    "lookup": "lookup-disabled",
    "dns": "dns-failure",
    "firewall": "firewall-drop",
    "roots": "quovadis",
    "gateway": "gateway-timeout",
    "vrf": "vrf-mismatch",
    "trust": "member-without-trust",
    "offline": "offline-overdue",
    "polling": "polling-id-invalid",
    "denied": "aaa-denied",
    "refused": "refused-password",
}
HEALTHY = ("healthy", "healthy-stack", "healthy-17-12", "healthy-17-15", "healthy-17-6", "netconf-healthy")
REPAIRS = {
    "name-server": ("name-server", "name-server-missing", ("--param", "name_servers=10.10.0.53")),
    "lookup": ("domain-lookup", "domain-lookup-disabled", ()),
}
SCENARIOS = {
    **{f"sw-{name}": scenario for name, scenario in FAULTS.items()},
    **{f"sw-{number:02}": HEALTHY[number % len(HEALTHY)] for number in range(1, 29)},
}

pytestmark = pytest.mark.slow


@pytest.fixture
def slp(tmp_path: Path) -> Slp:
    """``slp("audit", "--json")`` runs a verb of the night in its folder."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(
            cli,
            [*words],
            env={
                "SLP_OPS_PASSWORD": "netops",
                "SLP_OPS_ENABLE": "netops",
                "SLP_OPS_INVENTORY": str(tmp_path / "inventory.yaml"),
                "SLP_OPS_RUNS_DIR": str(tmp_path / "runs"),
                "SLP_OPS_KNOWN_HOSTS": str(tmp_path / "known_hosts"),
                "SLP_OPS_SSH_CONFIG": "none",
                "SLP_OPS_LOGIN_RATE": "0",
                "COLUMNS": "200",
            },
        )

    return run


def write_inventory(path: Path, running: Any) -> None:
    sites: dict[str, dict[str, Any]] = {"tokyo": {"devices": {}}, "osaka": {"devices": {}}}
    for number, name in enumerate(running.names):
        device = {"host": "127.0.0.1", "port": running.rack[name].port}
        sites["osaka" if number % 3 else "tokyo"]["devices"][name] = device
    # The refused switch must not lock the others out: its credential is its own.
    for site in sites.values():
        if "sw-refused" in site["devices"]:
            site["devices"]["sw-refused"]["username"] = "other"
    path.write_text(yaml.safe_dump({"version": 1, "defaults": {"username": "netops"}, "sites": sites}))


# -- the night


def test_the_same_facts_in_every_form(lab: Any, slp: Slp, tmp_path: Path) -> None:
    running = lab(scale=60.0, **SCENARIOS)
    assert len(SCENARIOS) == 40
    write_inventory(tmp_path / "inventory.yaml", running)

    # Audit.
    done = slp("audit", "--json", "-q")
    assert done.exit_code == 4, done.stderr  # one is not read, one not completely
    before = json.loads(done.stdout)
    first = before["run"]
    assert_forms_agree(slp, tmp_path, first, of_audit(before), switches=40)

    # Repair two.
    for name, (playbook, rule, params) in REPAIRS.items():
        assert (f"sw-{name}", rule) in of_audit(before)
        change = ("remediate", "--limit", f"sw-{name}", "--playbook", playbook, *params)
        assert slp(*change, "--dry-run", "-q").exit_code == 0
        done = slp(*change, "--yes", "--json", "-q")
        ended = json.loads(done.stdout)["devices"]
        assert [(each["name"], each["end"]) for each in ended] == [(f"sw-{name}", "done")], done.stderr

    # Prove.
    after = json.loads(slp("audit", "--json", "-q").stdout)
    last = after["run"]
    changed = json.loads(slp("diff", first, last, "--json").stdout)
    for name, (_, rule, _) in REPAIRS.items():
        assert (f"sw-{name}", rule) not in of_audit(after)
        assert rule in json.dumps(changed)
    others = {"sw-name-server", "sw-lookup"}
    assert {pair for pair in of_audit(before) if pair[0] not in others} == {
        pair for pair in of_audit(after) if pair[0] not in others
    }

    # Report, in both languages.
    assert_forms_agree(slp, tmp_path, last, of_audit(after), switches=40)

    # Bundle.
    done = slp("bundle", last, "-o", str(tmp_path / "case.zip"), "--no-ask", "-q")
    assert done.exit_code == 0, done.output
    done = slp("bundle", "--check", str(tmp_path / "case.zip"))
    assert done.exit_code == 0, done.output
    assert "files of 39 devices, complete" in done.stdout  # there is none of the unread switch
