"""The catalogue of messages: each sample finds its own entry and no other."""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from slp_ops.rules.explanation import explain
from slp_ops.rules.message_catalog import named_server, reason_of
from slp_ops.rules.ruleset import packaged_ruleset

if TYPE_CHECKING:
    from slp_ops.rules.message_catalog import Message, Reason

CATALOGUE = packaged_ruleset().catalogue
SAMPLES = Path(os.environ.get("SLP_OPS_SAMPLES", Path(__file__).parents[3] / "shared" / "samples"))


@pytest.mark.parametrize("entry", CATALOGUE.messages, ids=lambda entry: entry.id)
def test_a_messages_sample_is_matched_by_it_alone(entry: Message) -> None:
    found = CATALOGUE.find_line(entry.sample)
    assert found is not None
    assert found.entry is entry
    text = entry.sample.split(": ", 1)[1]
    others = [
        each
        for each in CATALOGUE.messages
        if each is not entry and each.message == entry.message and each.pattern and each.fits(text)
    ]
    assert not others


@pytest.mark.parametrize("reason", CATALOGUE.reasons, ids=lambda reason: reason.id)
def test_a_reasons_sample_is_matched_by_it_alone(reason: Reason) -> None:
    text, server = reason_of(reason.sample), named_server(reason.sample)
    hits = [each for each in CATALOGUE.reasons if each.fits(text, server)]
    assert hits[0] == reason
    # Behind an entry for one server there may be the one for all others.
    assert len(hits) == 1 or (len(hits) == 2 and reason.servers and not hits[1].servers)
    if reason.sample.startswith("%"):
        found = CATALOGUE.find_line(reason.sample)
        assert found is not None
        assert found.reason is reason
        assert found.rule == reason.rule


@pytest.mark.parametrize("entry", [*CATALOGUE.messages, *CATALOGUE.reasons], ids=lambda entry: entry.id)
def test_what_it_is_evidence_for_exists_and_both_languages_speak(entry: Message | Reason) -> None:
    if entry.rule is not None:
        assert packaged_ruleset().rule(entry.rule) is not None
    assert re.search(r"[ぁ-んァ-ヶ一-龠]", entry.title.ja + entry.meaning.ja)
    assert not re.search(r"[ぁ-んァ-ヶ一-龠]", entry.title.en + entry.meaning.en)


@pytest.mark.parametrize(
    "line",
    [
        "*Nov 17 18:05:09.580: {}",
        ".Mar 24 20:17:03.508: {}",
        "*Mar  7 2026 23:37:02.667: {}",
        "*Nov 13 15:53:49.926 PDT: {}",
        "022701: Jun 19 03:02:31: {}",
        "Jun 19 03:02:31: Switch 1 R0/0: smart: {}",
        "{}",
    ],
)
def test_a_line_is_found_however_the_log_begins_it(line: str) -> None:
    for digit in "2356":
        message = (
            f"%SMART_LIC-{digit}-COMM_FAILED: Communications failure with the Cisco Smart License Utility "
            "(CSLU) : Unable to resolve server hostname/domain name"
        )
        found = CATALOGUE.find_line(line.format(message))
        assert found is not None
        assert found.rule == "dns-failure"


def test_another_systems_message_is_not_ours() -> None:
    assert CATALOGUE.find_line("%LICENSE-SMART_LIC-3-COMM_FAILED : Communications failure") is None


def test_every_message_of_the_reference_is_known() -> None:
    wanted = {f"SMART_LIC-{name}" for name in _OF_THE_AGENT} | _OTHERS
    assert wanted <= CATALOGUE.names


_OF_THE_AGENT = (
    "COMM_FAILED",
    "COMM_RESTORED",
    "POLICY_INSTALL_FAILED",
    "AUTHORIZATION_INSTALL_FAILED",
    "TRUST_CODE_INSTALL_FAILED",
    "POLICY_REMOVED",
    "REPORTING_NOT_SUPPORTED",
    "REPORTING_REQUIRED",
    "POLICY_INSTALL_SUCCESS",
    "TRUST_CODE_INSTALL_SUCCESS",
    "AUTHORIZATION_INSTALL_SUCCESS",
    "AUTHORIZATION_REMOVED",
    "AGENT_READY",
    "AGENT_ENABLED",
    "EXPORT_CONTROLLED",
    "SYSTEM_CLOCK_CHANGED",
    "HA_ROLE_CHANGED",
    "HOSTNAME_MATCHED_UDI",
    "EVAL_START",
    "EVAL_EXPIRED",
    "OUT_OF_COMPLIANCE",
    "AUTH_RENEW_FAILED",
    "AGENT_REG_FAILED",
    "ID_CERT_RENEW_FAILED",
)
_OTHERS = {
    "CALL_HOME-SL_MESSAGE_FAILED",
    "CALL_HOME-CALL_HOME_ENABLED",
    "PKI-TRUSTPOINT_CREATE",
    "PKI-CONFIGAUTOSAVE",
    "PKI-AUTHORITATIVE_CLOCK",
    "PKI-NON_AUTHORITATIVE_CLOCK",
    "PKI-CERTIFICATE_INVALID_EXPIRED",
    "PKI-CERTIFICATE_INVALID_NOT_YET_VALID",
    "PKI-CRL_FETCH_FAIL",
    "SYS-CPUHOG",
}


def test_every_syslog_line_of_the_samples_is_matched_or_known_to_be_unrelated() -> None:
    if not SAMPLES.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{SAMPLES} is missing")
        pytest.skip(f"{SAMPLES} is missing")
    line = re.compile(rb"%[A-Z][A-Z0-9_]*(?:-[A-Z][A-Z0-9_]*)*-[0-7]-[A-Z0-9_]+:[^\r\n]*")
    unknown = set()
    seen = 0
    for path in SAMPLES.rglob("*.txt"):
        for found in line.findall(path.read_bytes()):
            text = found.decode("utf-8", "replace")
            seen += 1
            if CATALOGUE.find_line(text) is None and not CATALOGUE.is_unrelated(text):
                unknown.add(text[:80])
    assert seen
    assert not unknown


@pytest.mark.parametrize("width", [72, 80, 100])
@pytest.mark.parametrize(
    "sample",
    sorted(
        sample
        for sample in (
            *(entry.sample for entry in CATALOGUE.messages),
            *(reason.sample for reason in CATALOGUE.reasons),
        )
        if sample.startswith("%")
    ),
)
def test_a_line_that_a_mail_broke_is_the_same_message(sample: str, width: int) -> None:
    name, _, text = sample.partition(": ")
    facility, _, mnemonic = (part.strip("-") for part in re.split(r"(-\d-)", name.removeprefix("%")))
    first, *more = textwrap.wrap(text, width, break_on_hyphens=False)
    whole = CATALOGUE.find(f"{facility}-{mnemonic}", text)
    assert whole is not None
    assert CATALOGUE.find_wrapped(f"{facility}-{mnemonic}", first, tuple(more)) == whole


def test_what_follows_a_whole_line_does_not_change_it() -> None:
    text = "Communications failure with the Cisco Smart License Utility : Received empty response from server"
    found = CATALOGUE.find_wrapped("SMART_LIC-COMM_FAILED", text, ("Unable to resolve server hostname",))
    assert found is not None
    assert found.rule == "empty-response"


def test_a_quoted_and_broken_line_is_explained() -> None:
    line = (
        "> %SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart\n"
        "> Software Manager (CSSM) : Unable to resolve server\n"
        "> hostname/domain name"
    )
    found = explain(line, packaged_ruleset())
    assert found is not None
    assert [rule.id for rule in found.rules] == ["dns-failure"]


@pytest.mark.parametrize(
    ("state", "rule"),
    [
        ("Insufficient trust for direct communication", "insufficient-trust"),
        ("Overall State: Device configured for Offline transport", "transport-off"),
    ],
)
def test_an_overall_state_is_explained(state: str, rule: str) -> None:
    found = explain(state, packaged_ruleset())
    assert found is not None
    assert [each.id for each in found.rules] == [rule]
