"""``slp-ops rules test``, and the files of own rules on the disk."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from slp_ops.cli.main import cli
from slp_ops.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

RULE = """\
id: own-1
title: x
severity: warning
cause: x
remedy: [y]
command: show whatever
parser: textfsm:t.textfsm
expect:
  no row:
    name: {equals: bad}
examples:
  fail: [bad]
  pass: [good]
"""
TEMPLATE = "Value NAME (\\S+)\n\nStart\n  ^${NAME}$$ -> Record\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "own.yaml").write_text(RULE)
    (folder / "t.textfsm").write_text(TEMPLATE)
    return folder


def slp(*words: str) -> Result:
    return CliRunner().invoke(cli, ["rules", *words])


def refused(*words: str) -> str:
    """Return the message of the error of a verb, which ends with exit code 2."""
    error = slp(*words).exception
    assert isinstance(error, InputError)
    return error.message


def test_proven_rules(rules: Path) -> None:
    done = slp("test", str(rules))
    assert (done.exit_code, done.output.splitlines()[-1]) == (
        0,
        "1 rule over rows, 2 examples: 0 not proven; 0 other rules checked",
    )
    document = json.loads(slp("test", str(rules), "--json").stdout)
    assert document["proven"]
    assert [each["verdict"] for each in document["rules"][0]["examples"]] == ["fail", "pass"]


def test_an_example_that_is_judged_otherwise_names_its_line(rules: Path) -> None:
    (rules / "own.yaml").write_text(RULE.replace("pass: [good]", "pass: [good, bad]"))
    done = slp("test", str(rules))
    assert done.exit_code == 3
    assert f"{rules}/own.yaml:13: own-1: is judged fail (expected pass)" in done.output
    assert "x: name bad (1 of 1 row of 'show whatever')" in done.output
    japanese = slp("test", str(rules), "--lang", "ja").output
    assert "判定は fail です (期待する判定: pass)" in japanese
    assert not json.loads(slp("test", str(rules), "--json").stdout)["proven"]


def test_a_rule_without_both_kinds_of_examples_is_not_proven(rules: Path) -> None:
    (rules / "own.yaml").write_text(RULE.replace("  pass: [good]\n", ""))
    done = slp("test", str(rules))
    assert done.exit_code == 3
    assert "has no example with the verdict pass" in done.output


def test_a_file_with_problems(rules: Path) -> None:
    (rules / "own.yaml").write_text(
        RULE.replace("name:", "nome:").replace("severity: warning", "severity: loud")
    )
    assert "own.yaml:3: severity:" in refused("test", str(rules))
    document = json.loads(slp("test", str(rules), "--json").stdout)
    assert not document["proven"]
    assert [(each["line"], each["key"]) for each in document["problems"]] == [(3, "severity")]
    (rules / "own.yaml").write_text(RULE.replace("name:", "nome:"))
    (problem,) = json.loads(slp("test", str(rules), "--json").stdout)["problems"]
    assert (problem["line"], problem["key"], problem["expected"]) == (10, "expect", "one of name")
    assert problem["message"] == "the template has no column nome; did you mean name?"


def _link(folder: Path) -> None:
    (folder / "t.textfsm").unlink()
    (folder / "t.textfsm").symlink_to("/etc/hostname")


def _above(folder: Path) -> None:
    (folder.parent / "t.textfsm").write_text(TEMPLATE)
    (folder / "own.yaml").write_text(RULE.replace("textfsm:t", "textfsm:../t"))


def _pipe(folder: Path) -> None:
    (folder / "t.textfsm").unlink()
    os.mkfifo(folder / "t.textfsm")


def _large(folder: Path) -> None:
    (folder / "t.textfsm").write_text(TEMPLATE + "#" * 70_000)


def _binary(folder: Path) -> None:
    (folder / "t.textfsm").write_bytes(b"\xff\xfe")


def _absolute(folder: Path) -> None:
    (folder / "own.yaml").write_text(RULE.replace("textfsm:t", "textfsm:/etc/hostname"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: (folder / "t.textfsm").unlink(), "there is no such file"),
        (_link, "it is outside the folder of the rule"),
        (_above, "it is outside the folder of the rule"),
        (_absolute, "it is outside the folder of the rule"),
        (_pipe, "cannot be read: it is a named pipe"),
        (_large, "cannot be read: it is larger than 64 KB"),
        (_binary, "it is not text in UTF-8"),
    ],
)
def test_a_template_that_is_not_read(rules: Path, change: object, message: str) -> None:
    assert callable(change)
    change(rules)
    said = refused("test", str(rules))
    assert "own.yaml:7: parser: names" in said
    assert message in said


@pytest.mark.parametrize(
    "template", ["Value NAME (((\n\nStart\n  ^${NAME}\n", TEMPLATE.replace("{NAME}", "{X}")]
)
def test_a_template_that_is_none(rules: Path, template: str) -> None:
    (rules / "t.textfsm").write_text(template)
    assert f"{rules}/t.textfsm: is no template:" in refused("test", str(rules))


def test_a_template_in_a_folder_below_the_rule(rules: Path) -> None:
    (rules / "templates").mkdir()
    (rules / "t.textfsm").rename(rules / "templates" / "t.textfsm")
    (rules / "own.yaml").write_text(RULE.replace("textfsm:t", "textfsm:templates/t"))
    assert slp("test", str(rules)).exit_code == 0


def test_the_list_has_own_rules(rules: Path) -> None:
    done = slp("--rules", str(rules))
    assert done.exit_code == 0
    assert "own-1" in done.output
    assert (
        "Reads: show whatever" in CliRunner().invoke(cli, ["explain", "own-1", "--rules", str(rules)]).output
    )


def test_without_ttp_the_error_names_what_to_install(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (rules / "own.yaml").write_text(RULE.replace("textfsm:t.textfsm", "ttp:t.ttp"))
    (rules / "t.ttp").write_text("{{ name | WORD }}\n")
    assert slp("test", str(rules)).exit_code == 0
    monkeypatch.setattr("slp_ops.app.rule_options.find_spec", lambda name: None)
    error = slp("test", str(rules)).exception
    assert isinstance(error, InputError)
    assert "the library ttp is not installed" in error.message
    assert error.hint == "python -m pip install 'slp-ops[ttp]'"


def test_a_line_that_is_piped_in_is_explained_however_it_was_wrapped() -> None:
    line = (
        "%SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco\n Smart License Utility (CSLU) : \n"
    )
    piped = CliRunner().invoke(cli, ["explain", "-"], input=line)
    typed = CliRunner().invoke(cli, ["explain", " ".join(line.split())])
    assert piped.exit_code == 0, piped.output
    assert piped.output == typed.output
    large = CliRunner().invoke(cli, ["explain", "-"], input="x" * 70_000)
    assert isinstance(large.exception, InputError)
    assert "larger than 64 KB" in large.exception.problems[0].message


def test_a_folder_of_rules_that_is_missing_or_empty(tmp_path: Path) -> None:
    for folder, why in ((tmp_path, "contains no .yaml file"), (tmp_path / "x", "there is no such folder")):
        with pytest.raises(InputError, match=why):
            CliRunner().invoke(cli, ["rules", "--rules", str(folder)], catch_exceptions=False)
