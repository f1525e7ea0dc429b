"""Class 22: ``explain`` knows the words that licensing pages and cases use, and suggests near misses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from tests.field.judged import device, field_text, findings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("59-word-slac", ("authorization code", "HSECK9")),
        ("60-word-out-of-compliance", ("licences", "account")),
        ("61-word-cscwa85525", ("FN72578", "memory")),
        ("62-near-miss", ("domain-lookup-disabled",)),
    ],
)
def test_a_word_of_the_field(name: str, words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli, ["explain", "--lang", "en", "--", field_text(name).strip()])
    printed = f"{done.output} {done.exception}"  # a near miss is an error with a hint
    assert all(word in " ".join(printed.split()) for word in words), printed


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("https://bst.cisco.com/quickview/bug/CSCwa11048", "CSCwa11048"),
        ("see field-notices/725/fn72578.html", "FN72578"),
        ("TAC points to FN - 72323, is that us?", "FN72323"),
        ("1717000103          UNACK     E     network-advantage", "flag E"),
        ("1717000103          UNACK     N     network-advantage", "state UNACK"),
        ("Last Response: OK_POLL on Mar 01 02:00:00 2025 UTC", "OK_POLL"),
    ],
)
def test_what_a_line_or_an_address_names_is_explained(asked: str, words: str) -> None:
    done = CliRunner().invoke(cli, ["explain", "--lang", "en", "--", asked])
    assert done.exit_code == 0
    assert words in done.output


@pytest.mark.parametrize(
    ("asked", "english", "japanese"),
    [
        ("field notice 72578", "RUM", "RUM"),
        ("Field Notice: FN72323", "IdenTrust", "IdenTrust"),
        ("フィールドノーティス FN72578 は影響ありますか", "RUM", "RUM"),
        ("license smart trust idtoken TOKEN all force", "token", "トークン"),
        ("Switch#license smart sync local", "push", "レポート"),
        ("ip http client source-interface Vlan100", "interface", "インターフェ"),
        ("no service call-home", "tools.cisco.com", "tools.cisco.com"),
        ("NOT AUTHORIZED", "HSECK9", "HSECK9"),
        ("Last Response: OK_TRY_AGAIN on Mar 06 09:00:00 2025 UTC", "asks again later", "後で再度"),
        ("Last Response: NO DATA TO PROCESS", "nothing to send", "対象がありません"),
        ("Last Response: BUILD REQUEST ERROR", "could not build", "作成できず"),
    ],
)
def test_a_command_or_a_state_as_it_is_pasted(asked: str, english: str, japanese: str) -> None:
    for lang, word in (("en", english), ("ja", japanese)):
        done = CliRunner().invoke(cli, ["explain", "--lang", lang, "--", asked])
        assert done.exit_code == 0, done.exception
        assert word in " ".join(done.output.split())


def test_a_refused_configuration_of_the_field(tmp_path: Path) -> None:
    assert "command-denied" in findings(device(tmp_path, field_text("58-permission-denied-run")))
