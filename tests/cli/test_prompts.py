"""Questions are repeated, with the reason, until the answer is valid."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from slp_ops.cli import prompts
from slp_ops.cli.language_choice import choose
from slp_ops.i18n import Lang

if TYPE_CHECKING:
    from collections.abc import Callable


def _asked(question: Callable[[], object], answers: str, lang: Lang) -> tuple[str, str]:
    """Return the answer that was accepted, and what was printed on standard error."""

    @click.command()
    def command() -> None:
        choose(lang)
        try:
            click.echo(question())
        finally:
            choose(None)

    done = CliRunner().invoke(command, input=answers)
    return done.stdout, done.stderr


@pytest.mark.parametrize(
    ("lang", "reason"), [(Lang.EN, "error: answer y or n"), (Lang.JA, "エラー: y または n で答えてください")]
)
def test_a_question_with_yes_or_no(lang: Lang, reason: str) -> None:
    for answers, agreed in (("y", True), ("YES", True), ("n", False), ("", False)):
        found, printed = _asked(lambda: prompts.confirm("Apply?"), f"{answers}\n", lang)
        assert (found, reason in printed) == (f"{agreed}\n", False)

    found, printed = _asked(lambda: prompts.confirm("Apply?"), "maybe\ny\n", lang)
    assert found == "True\n"
    assert printed.count("Apply? [y/N]: ") == 2
    assert f"{reason}\n" in printed
    assert "Error" not in printed


@pytest.mark.parametrize(
    ("lang", "reason"),
    [
        (Lang.EN, "error: answer one of: done, again, unknown"),
        (Lang.JA, "エラー: 次のいずれかで答えてください: done, again, unknown"),
    ],
)
def test_a_question_with_choices(lang: Lang, reason: str) -> None:
    def question() -> str:
        return prompts.choose("Carried out?", ["done", "again", "unknown"], default="unknown")

    assert _asked(question, "\n", lang)[0] == "unknown\n"
    found, printed = _asked(question, "yes\nAgain\n", lang)
    assert found == "again\n"
    assert printed.count("Carried out? [unknown]: ") == 2
    assert f"{reason}\n" in printed


def test_a_wrong_path_of_a_bundle_question_is_asked_for_again() -> None:
    def check(answer: str) -> str:
        if answer != "good":
            raise click.UsageError("there are no runs yet")
        return answer

    found, printed = _asked(lambda: prompts.ask("実行", check), "bad\ngood\n", Lang.JA)
    assert found == "good\n"
    assert "エラー: 実行はまだありません\n" in printed


@pytest.mark.parametrize(
    ("typed", "answer"), [("detach\n", "detach"), ("\n", "cancel"), ("leave\nDETACH\n", "detach"), ("", None)]
)
def test_a_question_while_work_continues(
    typed: str, answer: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing typed: the question is withdrawn when the work ends."""
    master, slave = os.openpty()
    done = []

    async def ask_and_work() -> str | None:
        question = prompts.choose_meanwhile("Leave?", ["detach", "cancel"], default="cancel")
        asked = asyncio.create_task(question)
        for line in typed.splitlines(keepends=True):
            await asyncio.sleep(0.02)
            os.write(master, line.encode())
            done.append(line)  # the loop is free meanwhile
        try:
            async with asyncio.timeout(60 if typed else 0.05):
                return await asked
        except TimeoutError:
            return None

    with os.fdopen(slave, "r") as terminal:
        monkeypatch.setattr("sys.stdin", terminal)
        assert asyncio.run(ask_and_work()) == answer
    os.close(master)
    printed = capsys.readouterr().err
    assert printed.count("Leave? [cancel]: ") == max(1, len(done))
    assert ("answer one of: detach, cancel" in printed) is (len(done) > 1)
    assert printed.endswith("\n") is (answer is None)
