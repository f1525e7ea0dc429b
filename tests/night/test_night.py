"""A night of an operator: 40 switches, twelve faults, two repaired, and the same facts in every form.

Each form has a small reader of its own in ``forms.py``: the facts are counted again from what was printed.
"""

from __future__ import annotations

import json
import re
import shlex
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from slp_ops.cli.main import cli
from tests.night.forms import assert_forms_agree, of_audit
from tests.report.test_japanese import english_sentences

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
    "name-server": ("name-server", "name-server-missing", ("--param", "name_servers=10.10.0.53"), "en"),
    "lookup": ("domain-lookup", "domain-lookup-disabled", (), "ja"),
}
DONE = {"en": "done", "ja": "完了"}
REMAINING = {"en": "Findings that remain:", "ja": "残っている検出事項:"}
CHECK = {"en": "Check the result", "ja": "結果の確認"}
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

    # Repair two, one of them in Japanese.
    for name, (playbook, rule, params, lang) in REPAIRS.items():
        assert (f"sw-{name}", rule) in of_audit(before)
        change = ("remediate", "--limit", f"sw-{name}", "--playbook", playbook, *params, "--lang", lang)
        planned = slp(*change, "--dry-run")
        assert planned.exit_code == 0, planned.stderr
        done = slp(*change, "--yes")
        # A switch may have reported by itself meanwhile. What remains is named, and only then it is 3.
        assert done.exit_code == (3 if REMAINING[lang] in done.stdout else 0), done.stderr
        assert f"sw-{name}" in planned.stdout
        for printed in (planned.stdout, done.stdout + done.stderr):
            assert bool(english_sentences(printed)) is (lang == "en"), printed
        assert re.search(rf"^sw-{name} \(\w+\): {DONE[lang]}$", done.stdout, re.MULTILINE), done.stdout
        check = re.search(rf"^{CHECK[lang]}: slp-ops (.*)$", done.stdout, re.MULTILINE)
        assert check is not None, done.stdout
        proof = slp(*shlex.split(check[1]), "--json")
        assert (f"sw-{name}", rule) not in of_audit(json.loads(proof.stdout))

    # Prove.
    after = json.loads(slp("audit", "--json", "-q").stdout)
    last = after["run"]
    changed = json.loads(slp("diff", first, last, "--json").stdout)
    shown = {lang: slp("diff", first, last, "--lang", lang).stdout for lang in ("en", "ja")}
    assert not english_sentences(shown["ja"]), shown["ja"]
    for name, (_, rule, _, _) in REPAIRS.items():
        assert (f"sw-{name}", rule) not in of_audit(after)
        assert rule in json.dumps(changed)
        assert all(rule in text for text in shown.values())
    others = {"sw-name-server", "sw-lookup"}
    assert {pair for pair in of_audit(before) if pair[0] not in others} == {
        pair for pair in of_audit(after) if pair[0] not in others
    }

    # Report, in both languages.
    assert_forms_agree(slp, tmp_path, last, of_audit(after), switches=40)

    # Bundle, in both languages: the same captures, masked in the same way.
    captures = []
    for lang, complete in (("en", "files of 39 devices, complete"), ("ja", "39 台")):
        file = tmp_path / f"case-{lang}.zip"
        made = slp("bundle", last, "-o", str(file), "--no-ask", "--lang", lang)
        checked = slp("bundle", "--check", str(file), "--lang", lang)
        assert (made.exit_code, checked.exit_code) == (0, 0), made.output + checked.output
        assert complete in checked.stdout  # there is none of the unread switch
        with zipfile.ZipFile(file) as content:
            names = [name for name in content.namelist() if "/show-" in name]
            captures.append({name: content.read(name) for name in names})
            readme = content.read(next(name for name in content.namelist() if name.endswith("README.txt")))
        for printed in (made.output, checked.output, readme.decode()):
            assert bool(english_sentences(printed)) is (lang == "en"), printed
    assert captures[0] == captures[1] != {}
