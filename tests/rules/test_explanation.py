"""``explain`` takes what an operator pastes: tags, addresses, quotes, answers of CSSM, several lines."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from slp_ops.app.explain import ExplainRequest, run
from slp_ops.cli.main import cli
from slp_ops.errors import OptionError
from slp_ops.rules.explanation import Explanation, explain
from slp_ops.rules.ruleset import packaged_ruleset


def explained(text: str) -> Explanation:
    found = explain(text, packaged_ruleset())
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        "%SMART_LIC-3-COMM_FAILED.",
        '"%SMART_LIC-3-COMM_FAILED"',
        "`%SMART_LIC-3-COMM_FAILED`",
        "「%SMART_LIC-3-COMM_FAILED」",
        "%25SMART_LIC-3-COMM_FAILED",
        "%25SMART_LIC-3-COMM_FAILED%3A%20Communications%20failure",
        "SMART_LIC COMM_FAILED",
        "comm-failed",
        "tyo-acc-03 SMART_LIC-3-COMM_FAILED (12 times since 02:00)",
        "[ALERT] tyo-acc-03: %SMART_LIC-3-COMM_FAILED",
    ],
)
def test_a_tag_in_any_dress_is_the_same_message(text: str) -> None:
    assert [rule.id for rule in explained(text).rules] == ["comm-failing-now"]


def test_a_rule_with_other_punctuation_is_the_rule() -> None:
    assert [rule.id for rule in explained("comm_flapping").rules] == ["comm-flapping"]


def test_a_tag_of_the_agent_that_is_not_known_is_called_so() -> None:
    rules = explained("%SMART_LIC-5-NEVER_SEEN_SO_FAR").rules
    assert [rule.id for rule in rules] == ["unknown-agent-message"]


def test_a_tag_without_its_text_has_the_general_meaning() -> None:
    assert explained("%PKI-3-CERTIFICATE_INVALID_EXPIRED").title.en == "A certificate has expired"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('{"status":"COMPLETE","message_code":"NO_DATA_FOUND","message":"?"}', "serial number"),
        ('{"error":"invalid_client"}', "Client ID"),
        ("Not authorized because all counts are in use.", "HSECK9"),
        ('{"status":"FAILED","message":"Specified poll ID is not valid"}', "CSCwa11048"),
        ("INVALID_POLL_ID", "CSCwa11048"),
        ("UDI_NOT_FOUND", "show license udi"),
        ("UDI_IN_DIFFERENT_ACCOUNT", "another smart account"),
        ("UDI_LICENSES_RESERVED", "reservation"),
        ("ERR_403_DEVELOPER_OVER_QPS", "limit"),
        ("HTTP Error Code: 404", "path of the URL"),
    ],
)
def test_an_answer_of_cssm_is_explained(text: str, word: str) -> None:
    assert word in explained(text).meaning.en


def test_of_several_messages_the_first_is_explained_and_the_others_are_counted() -> None:
    lines = (
        "Nov 28 03:00:01: %SMART_LIC-3-COMM_FAILED: Communications failure : No detailed information given\n"
        "Nov 28 03:00:02: %SMART_LIC-3-COMM_FAILED: Communications failure : Unable to resolve server host\n"
    )
    assert "dns-failure" not in [rule.id for rule in explained(lines).rules]
    done = CliRunner().invoke(cli, ["explain", "--lang", "en", "-"], input=lines)
    assert done.exit_code == 0
    assert "only the first of 2 messages is explained" in done.stderr
    assert "slp-ops audit FILE" in done.stderr


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_text_is_called_empty(text: str) -> None:
    with pytest.raises(OptionError, match="the text to explain is empty"):
        run(ExplainRequest(words=text))
