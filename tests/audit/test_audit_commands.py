"""audit, check-version, explain and rules on the command line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from slp_ops.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def slp(tmp_path: Path) -> Callable[..., Result]:
    """Run a verb with its runs below tmp_path."""

    def run(verb: str, *arguments: str) -> Result:
        runs = ("--runs-dir", str(tmp_path / "runs")) if verb in ("audit", "check-version") else ()
        return CliRunner().invoke(cli, [verb, *runs, *arguments])

    return run


def outcomes(done: Result) -> dict[tuple[str, str], dict[str, Any]]:
    return {(each["device"], each["rule"]): each for each in json.loads(done.stdout)["outcomes"]}


def test_a_saved_run_is_judged_without_any_switch(
    slp: Callable[..., Result], saved: Callable[..., str]
) -> None:
    run = saved(sw1="healthy", sw2="dns-failure")
    done = slp("audit", "--run", run, "--json")
    assert done.exit_code == 3
    record = json.loads(done.stdout)
    assert record["schema"] == "slp-ops/audit/1"
    assert record["run"] == run
    assert [set(each) for each in record["devices"]] == [
        {"name", "site", "release", "status", "state", "missing", "unjudged"}
    ] * 2
    assert [each["state"] for each in record["devices"]] == ["clean", "findings"]
    assert record["devices"][1]["release"] == "17.6.6"
    found = outcomes(done)
    failure = found["sw2", "dns-failure"]
    assert set(failure) == {
        "device",
        "rule",
        "verdict",
        "severity",
        "confidence",
        "summary",
        "cause",
        "remedy",
        "evidence",
        "links",
        "playbooks",
        "risk",
        "why",
        "root",
    }
    assert failure["verdict"] == "fail"
    assert failure["root"] is None
    assert failure["evidence"][0]["command"] == "show logging"
    assert "ERR 218" in failure["evidence"][0]["text"]
    assert failure["playbooks"] == ["name-server"]
    assert failure["risk"] == {"name-server": "change"}
    assert found["sw2", "comm-failing-now"]["root"] == "dns-failure"
    assert found["sw1", "dns-failure"]["verdict"] == "pass"


def test_each_switch_has_a_state_and_the_last_line_counts_the_states(
    slp: Callable[..., Result], saved: Callable[..., str]
) -> None:
    run = saved(fine="healthy", told="custom-policy", broken="dns-failure", away="unread")
    record = json.loads(slp("audit", "--run", run, "--json").stdout)
    states = {each["name"]: each["state"] for each in record["devices"]}
    assert states == {
        "fine": "clean",
        "told": "information",
        "broken": "findings",
        "away": "unread",
    }
    last = slp("audit", "--run", run, "--lang", "en").stdout.splitlines()[-1]
    counts = "1 with errors, 1 with information only, 1 clean, 1 not read"
    assert last.startswith(f"4 switches: {counts}; ")


@pytest.mark.parametrize(
    ("scenario", "fail_on", "code"),
    [
        ("healthy", "warning", 0),
        ("custom-policy", "warning", 0),
        ("custom-policy", "info", 3),
        ("member-without-trust", "warning", 3),
        ("member-without-trust", "error", 0),
        ("dns-failure", "error", 3),
        ("dns-failure", "critical", 0),
    ],
)
def test_the_threshold_decides_the_exit_code(
    slp: Callable[..., Result], saved: Callable[..., str], scenario: str, fail_on: str, code: int
) -> None:
    assert slp("audit", "--run", saved(sw1=scenario), "--fail-on", fail_on).exit_code == code


def test_a_switch_without_evidence_outranks_findings(
    slp: Callable[..., Result], saved: Callable[..., str]
) -> None:
    done = slp("audit", "--run", saved(sw1="dns-failure", sw2="unread"), "--json")
    assert done.exit_code == 4
    assert json.loads(done.stdout)["devices"][1]["status"] == "failed"
    assert json.loads(done.stdout)["devices"][1]["state"] == "unread"


def test_people_see_the_root_cause_its_evidence_and_what_to_do(
    slp: Callable[..., Result], saved: Callable[..., str]
) -> None:
    said = slp("audit", "--run", saved(sw1="name-server-missing", osa1="healthy"), "--lang", "en").output
    lines = said.split("\n")
    root = next(
        number for number, line in enumerate(lines) if "ERROR" in line and "name-server-missing" in line
    )
    below = lines[root:]
    assert any("so: dns-failure (error)" in line for line in below[:8])
    assert any("so: comm-failing-now (error)" in line for line in below[:8])
    assert "ip name-server ADDRESS" in said
    assert "Playbooks: name-server" in said
    assert "osa1" in said
    assert "nothing found" in said
    assert "2 switches: 1 with errors, 1 clean" in said


def test_japanese_is_spoken_where_it_is_asked_for_or_the_locale_says_so(
    slp: Callable[..., Result], saved: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = saved(sw1="name-server-missing")
    assert "DNS サーバが設定されていない" in slp("audit", "--run", run, "--lang", "ja").output
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert "DNS サーバが設定されていない" in slp("audit", "--run", run).output
    assert "No name server is configured" in slp("audit", "--run", run, "--lang", "en").output


def test_rules_can_be_selected_and_ignored(slp: Callable[..., Result], saved: Callable[..., str]) -> None:
    run = saved(sw1="dns-failure")
    only = outcomes(slp("audit", "--run", run, "--json", "--select", "comm-failing-now"))
    assert {rule for _, rule in only} == {"comm-failing-now"}
    assert only["sw1", "comm-failing-now"]["root"] is None
    without = outcomes(slp("audit", "--run", run, "--json", "--ignore", "dns-failure"))
    assert ("sw1", "dns-failure") not in without
    done = slp("audit", "--run", run, "--select", "dns-failur")
    assert done.exit_code == 2
    assert "did you mean dns-failure?" in done.output


def test_devices_of_a_run_can_be_selected(slp: Callable[..., Result], saved: Callable[..., str]) -> None:
    run = saved(tyo1="dns-failure", osa1="healthy")
    done = slp("audit", "--run", run, "--site", "osaka", "--json")
    assert done.exit_code == 0
    assert [each["name"] for each in json.loads(done.stdout)["devices"]] == ["osa1"]


def test_an_earlier_run_shows_what_is_new_and_what_is_gone(
    slp: Callable[..., Result], saved: Callable[..., str]
) -> None:
    before = saved(sw1="dns-failure", sw2="healthy")
    now = saved(sw1="firewall-drop", sw2="healthy")
    record = json.loads(slp("audit", "--run", now, "--against", before, "--json").stdout)
    assert {"device": "sw1", "rule": "http-timeout"} in record["new"]
    assert {"device": "sw1", "rule": "dns-failure"} in record["gone"]
    assert {"device": "sw1", "rule": "comm-failing-now"} in record["unchanged"]
    assert "gone  sw1: dns-failure" in slp("audit", "--run", now, "--against", before, "--lang", "en").output


def test_thresholds_can_be_set(slp: Callable[..., Result], saved: Callable[..., str]) -> None:
    run = saved(sw1="healthy")
    near = slp("audit", "--run", run, "--threshold", "ack-days=89", "--json")
    assert outcomes(near)["sw1", "ack-due-soon"]["verdict"] == "fail"
    assert slp("audit", "--run", run, "--threshold", "ack-days=soon").exit_code == 2
    assert slp("audit", "--run", run, "--threshold", "no-such=1").exit_code == 2


def test_a_pasted_text_is_judged_and_its_secrets_are_masked(
    slp: Callable[..., Result], tmp_path: Path
) -> None:
    paste = tmp_path / "paste.txt"
    paste.write_text(
        "core-1#show running-config\nhostname core-1\nsnmp-server community CANARYSECRET RO\n"
        "no ip domain lookup\nip host CANARYSECRET 192.0.2.1\nend\n"
        "core-1#show license status\n"
        "Smart Licensing Using Policy:\n  Status: ENABLED\n\nTransport:\n  Type: Smart\n"
        "  URL: https://smartreceiver.cisco.com/licservice/license\n\ncore-1#\n"
    )
    done = slp("audit", str(paste), "--json")
    assert done.exit_code == 3
    record = json.loads(done.stdout)
    assert record["run"] is None
    assert record["devices"][0]["name"] == "core-1"
    assert outcomes(done)["core-1", "domain-lookup-disabled"]["evidence"] == [
        {"command": "show running-config", "line": 4, "text": "no ip domain lookup"}
    ]


def test_a_folder_is_one_switch(slp: Callable[..., Result], tmp_path: Path) -> None:
    folder = tmp_path / "core-2"
    folder.mkdir()
    (folder / "a.txt").write_text("core-2#show clock\n*12:00:00.000 UTC Sat Jan 10 2026\n")
    (folder / "b.txt").write_text("core-2#show license status\nTransport:\n  Type: Callhome\n")
    record = json.loads(slp("audit", str(folder), "--json").stdout)
    assert [each["name"] for each in record["devices"]] == ["core-2"]
    failing = {each["rule"] for each in record["outcomes"] if each["verdict"] == "fail"}
    assert {"clock-not-trusted", "callhome-transport"} <= failing


def test_a_file_without_any_output_is_an_error(slp: Callable[..., Result], tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("dear colleague,\nthe switch is broken\n")
    done = slp("audit", str(note))
    assert done.exit_code != 0
    assert "contains no known show command" in str(done.exception) + done.output


def test_hostile_device_text_reaches_no_terminal(slp: Callable[..., Result], tmp_path: Path) -> None:
    paste = tmp_path / "evil.txt"
    paste.write_text(
        "sw#show license status\nTransport:\n  Type: Smart\n  URL: "
        "https://evil.example.net/\x1b]0;owned\x07\u202e\n"
    )
    said = slp("audit", str(paste)).output
    assert "\x1b]0" not in said
    assert "\x07" not in said
    assert "\u202e" not in said


def test_undecodable_and_hidden_characters_stay_valid_json(
    slp: Callable[..., Result], tmp_path: Path
) -> None:
    paste = tmp_path / "odd.txt"
    paste.write_bytes(
        b"sw#show license status\nTransport:\n  Type: Smart\n  URL: https://b\xff\xe2\x80\xaed.example.net/\n"
    )
    done = slp("audit", str(paste), "--json", "--lang", "ja")
    evidence = outcomes(done)["sw", "smart-url-unexpected"]["evidence"]
    assert evidence[1]["text"] == "  URL: https://b\udcff\u202ed.example.net/"
    assert "\u202e" not in done.stdout
    assert "送信先" in done.stdout


def test_operators_rules_take_part(
    slp: Callable[..., Result], saved: Callable[..., str], tmp_path: Path
) -> None:
    own = tmp_path / "own" / "notices"
    own.mkdir(parents=True)
    (own / "acme.yaml").write_text(
        "id: ACME-1\ntitle: House rule\nseverity: critical\ncause: We said so\nremedy: [Upgrade]\n"
        "releases: {fixed: [17.9.6]}\nexamples: {affected: [17.9.4a]}\n"
    )
    run = saved(sw1="healthy")
    done = slp("audit", "--run", run, "--rules", str(tmp_path / "own"), "--fail-on", "critical", "--json")
    assert done.exit_code == 3
    assert outcomes(done)["sw1", "ACME-1"]["severity"] == "critical"
    (own / "acme.yaml").write_text("id: ACME-1\n")
    done = slp("audit", "--run", run, "--rules", str(tmp_path / "own"))
    assert "acme.yaml:1" in str(done.exception)


def test_releases_are_judged_without_inventory_in_the_order_given(slp: Callable[..., Result]) -> None:
    texts = ["17.9.4a", "17.03.03 - SMU-PATCHED", "banana", "17.3.4"]
    given = [part for text in texts for part in ("--release", text)]
    done = slp("check-version", *given, "--json")
    assert done.exit_code == 4  # banana
    rows = json.loads(done.stdout)["releases"]
    assert [row["release"] for row in rows] == texts
    assert {row["device"] for row in rows} == {None}
    assert set(rows[0]) == {"device", "release", "advisories", "target"}
    by_id = [{each["id"]: each for each in row["advisories"]} for row in rows]
    assert set(by_id[0]["FN72323"]) == {"id", "verdict", "listed", "first_fixed", "because"}
    verdicts = [{name: each["verdict"] for name, each in row.items()} for row in by_id]
    assert verdicts[0]["FN72578"] == "fixed"
    assert verdicts[1]["FN72323"] == "unknown"
    assert set(verdicts[2].values()) == {"unknown"}
    assert (
        verdicts[3].items()
        >= {
            "FN72323": "fixed",
            "FN72578": "affected",
            "CSCvy20345": "affected",
            "CSCwa11048": "affected",
            "CSCwa34749": "unknown",
            "CSCwc77088": "unknown",
        }.items()
    )
    assert by_id[3]["CSCvy20345"]["listed"] is False
    assert by_id[3]["FN72578"]["first_fixed"] == "17.3.7"
    assert rows[3]["target"] == {"same_train": "17.3.8a", "next_em_train": "17.6.6a"}
    assert rows[2]["target"] == {"same_train": None, "next_em_train": None}


@pytest.mark.parametrize(
    ("release", "fail_on", "code"),
    [
        ("17.13.1", "warning", 0),
        ("17.9.4a", "info", 0),
        ("17.9.1", "warning", 0),  # CSCvy20345 alone, which is cosmetic
        ("17.9.1", "info", 3),
        ("17.12.4", "warning", 0),
        ("17.6.2", "error", 3),
        ("17.6.2", "critical", 0),
        ("banana", "info", 4),
    ],
)
def test_only_an_affected_release_exits_with_3(
    slp: Callable[..., Result], release: str, fail_on: str, code: int
) -> None:
    done = slp("check-version", "--release", release, "--fail-on", fail_on)
    assert done.exit_code == code
    assert release in done.output
    assert "not read from a switch" in done.output


def test_what_a_switch_shows_refines_the_verdict(
    slp: Callable[..., Result], saved: Callable[..., str]
) -> None:
    run = saved(root="quovadis", plain="healthy-17-3", clean="cosmetic-deadline", busy="rum-backlog-listed")
    done = slp("check-version", "--run", run, "--json")
    assert done.exit_code == 3
    rows = {
        row["device"]: {each["id"]: each for each in row["advisories"]}
        for row in json.loads(done.stdout)["releases"]
    }
    assert rows["root"]["FN72323"]["verdict"] == "affected"
    assert "IdenTrust" in rows["root"]["FN72323"]["because"]
    assert rows["clean"]["CSCvy20345"]["verdict"] == "affected"
    assert "signs" in rows["busy"]["FN72578"]["because"]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_fleet_begins_with_a_summary_and_healthy_switches_are_one_line(
    slp: Callable[..., Result], saved: Callable[..., str], lang: str
) -> None:
    names = [f"fine{number}" for number in range(1, 13)]
    run = saved(**dict.fromkeys(names, "healthy"), sick1="dns-failure", sick2="dns-failure", gone="unread")
    printed = slp("audit", "--run", run, "--lang", lang).output
    lines = printed.splitlines()
    words = {
        "en": ("12 switches with", "and 6 more", "the same on 1 more: sick2", "BY RULE", "nothing found")
    }
    words["ja"] = ("12 台", "ほか 6 台", "同じ結果 ほか 1 台: sick2", "ルール別", "検出なし")
    healthy, more, same, by_rule, found = words[lang]
    assert healthy in lines[0]
    assert f"fine1, fine2, fine3, fine4, fine5, fine6 {more}" in " ".join(printed.split())
    assert lines.index(by_rule) < lines.index(next(line for line in lines if line.startswith("sick1")))
    assert f"  {same}" in lines
    assert not any(line.startswith(("fine7", "sick2")) for line in lines)
    assert any(line.startswith("gone") for line in lines)
    assert len(re.findall(r"^  \S+ +dns-failure:", printed, re.MULTILINE)) == 1
    every = slp("audit", "--run", run, "--lang", lang, "--details").output
    assert len(re.findall(r"^  \S+ +dns-failure:", every, re.MULTILINE)) == 2
    assert len(re.findall(r"^fine\d+ ", every, re.MULTILINE)) == 12
    assert every.splitlines()[-1].split("(")[0].split(", in")[0] == lines[-1].split("(")[0].split(", in")[0]
    # One switch is printed in full, as before.
    alone = slp("audit", "--run", run, "--lang", lang, "--limit", "fine1").output
    assert alone.startswith("fine1  ")
    assert found in alone.splitlines()[0]
    document = json.loads(slp("audit", "--run", run, "--json").stdout)
    assert len(document["devices"]) == 15


def test_switches_with_other_words_in_a_finding_are_not_one_entry(
    slp: Callable[..., Result], saved: Callable[..., str]
) -> None:
    run = saved(sick1="dns-failure", sick2="name-server-missing", sick3="dns-failure without show clock")
    printed = slp("audit", "--run", run).output
    assert [name for name in ("sick1", "sick2", "sick3") if f"\n{name}  " in printed] == [
        "sick1", "sick2", "sick3",
    ]  # fmt: skip


def test_switches_with_the_same_release_and_verdicts_are_one_entry(
    slp: Callable[..., Result], saved: Callable[..., str]
) -> None:
    names = {f"sw{number}": "healthy" for number in range(1, 9)}
    run = saved(old="healthy-17-3", **names)
    printed = slp("check-version", "--run", run).output
    assert printed.count("nearest release of this train") == 2
    assert "17.09.04a  8 switches\n  sw1, sw2, sw3, sw4, sw5, sw6 and 2 more\n" in printed
    assert "old  17.03.08" in printed
    every = slp("check-version", "--run", run, "--details").output
    assert every.count("nearest release of this train") == 9
    assert all(f"{name}  17.09.04a" in every for name in names)
    japanese = slp("check-version", "--run", run, "--lang", "ja").output
    assert "17.09.04a  8 台\n" in japanese
    rows = json.loads(slp("check-version", "--run", run, "--json").stdout)
    assert set(rows) == {"schema", "releases"}
    assert rows["schema"] == "slp-ops/check-version/1"
    assert [row["device"] for row in rows["releases"]] == ["old", *names]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("cslu-address-missing", "license smart url cslu"),
        ("fn72323", "IdenTrust"),
        ("UNACK", "waits for CSSM"),
        ("flag E", "Transaction Message"),
        ("reporting frequency", "days after the last ACK"),
        ("on-prem", "8-202102"),
        ("cslu-initiated", "NETCONF"),
        ("ERR 207", "source-interface"),
        ("COMM_RESTORED", "succeeded"),
        ("%SMART_LIC-3-COMM_FAILED", 'last " : "'),
        (
            "*Nov 17 18:05:09.580: %SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart "
            "License "
            "Utility (CSLU) : Unable to resolve server hostname/domain name",
            "dns-failure",
        ),
        (
            "%CALL_HOME-5-SL_MESSAGE_FAILED: Fail to send out Smart Licensing message to: https://x (ERR "
            "205 : "
            "Request Aborted)",
            "http-aborted",
        ),
        ('{"token":["The token abc is not valid"]}', "token-invalid"),
        ("%LINK-3-UPDOWN: Interface Gi1/0/1, changed state to up", "nothing to do with licence"),
    ],
)
def test_explain_knows(slp: Callable[..., Result], asked: str, expected: str) -> None:
    done = slp("explain", asked, "--lang", "en")
    assert done.exit_code == 0, done.output
    assert expected in " ".join(done.output.split())


def test_explain_takes_a_line_without_quotes(slp: Callable[..., Result]) -> None:
    line = "%SMART_LIC-6-AGENT_READY: Smart Agent for Licensing is initialized"
    assert "Normal at boot" in slp("explain", "--lang", "en", "--", *line.split()).output


def test_explain_says_so_when_it_does_not_know(slp: Callable[..., Result]) -> None:
    done = slp("explain", "cslu-adress-missing")
    assert done.exit_code == 2
    assert "did you mean cslu-address-missing?" in done.output


def test_explain_as_json(slp: Callable[..., Result]) -> None:
    record = json.loads(slp("explain", "dns-failure", "--json", "--lang", "ja").stdout)
    assert record["rules"][0]["id"] == "dns-failure"
    assert "名前解決" in record["title"]


def test_rules_lists_everything_with_its_severity_and_the_version(slp: Callable[..., Result]) -> None:
    from slp_ops.rules.ruleset import packaged_ruleset

    record = json.loads(slp("rules", "--json").stdout)
    assert {each["id"] for each in record["rules"]} == {rule.id for rule in packaged_ruleset().rules}
    assert record["knowledge"] == packaged_ruleset().version
    said = slp("rules", "--lang", "en").output
    assert "cslu-address-missing" in said
    assert f"knowledge {packaged_ruleset().version}" in said


PROMISED = """
    cslu-address-missing callhome-profile-inactive callhome-transport smart-url-unexpected proxy-incomplete
    http-source-interface-missing http-source-interface-down vrf-mismatch transport-off pull-access-missing
    dns-failure name-server-missing domain-lookup-disabled pinned-host-entry http-timeout http-aborted
    comm-failing-now comm-flapping polling-id-invalid server-timeout-504 empty-response on-prem-too-old
    trust-missing trust-incomplete token-invalid product-instance-unknown insufficient-trust ack-overdue
    ack-due-soon never-acknowledged ack-deadline-cosmetic rum-error-flag rum-backlog offline-report-due
    policy-not-default not-in-use hseck9-not-authorized clock-not-trusted identrust-root-missing
    smart-agent-cpu smart-agent-memory stack-version-mismatch log-buffer-wrapped callhome-periodic-shows
    last-ack-cleared pre-slp-release sl-not-registered release-unreadable smu-patched command-denied
    product-instance-name intent-drift target-unresolved target-timed-out target-refused target-unreachable
    probe-not-permitted FN72323 FN72578 CSCwa11048 CSCvy20345 CSCwa34749 CSCwc77088"""


def test_every_promised_rule_is_there() -> None:
    from slp_ops.rules.ruleset import packaged_ruleset

    assert set(PROMISED.split()) <= {rule.id for rule in packaged_ruleset().rules}
