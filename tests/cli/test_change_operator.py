"""Questions and lines of a change at a terminal, in the language of the operator."""

from __future__ import annotations

import pytest

from slp_ops.app.change.operator import NonInteractiveChange
from slp_ops.app.change.parameters import ask_missing
from slp_ops.cli.progress import Progress
from slp_ops.i18n import Lang, Sentence, Text
from slp_ops.messages import translate
from slp_ops.params import Bounds, ParameterKind, expected
from slp_ops.playbook import packaged


def test_the_reason_of_a_switch_that_ended_is_printed_in_its_own_translation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    why = Text("flash:ack.txt is not on the switch: copy it there", "flash:ack.txt がスイッチにありません")
    Progress("import", 1, Lang.JA).done("sw1", "waiting", Sentence(why))
    assert capsys.readouterr().err.rstrip().endswith("flash:ack.txt がスイッチにありません")


@pytest.mark.parametrize("kind", ParameterKind)
def test_a_wrong_value_is_explained_in_japanese(kind: ParameterKind) -> None:
    message = f"expected {expected(kind, Bounds())}"
    assert translate(message, Lang.JA) != message


class _Desk(NonInteractiveChange):
    """An operator who leaves every question unanswered."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def enter(self, question: Text, *, hidden: bool = False) -> str:
        self.asked.append(question.en)
        return ""


def test_a_parameter_is_asked_for_in_the_words_of_the_playbook_that_lacks_it() -> None:
    for name, words in (("transport-cslu", "URL of CSLU"), ("transport-on-prem", "as On-Prem shows it")):
        desk = _Desk()
        ask_missing(["url"], packaged(), desk, {name})
        (asked,) = desk.asked
        assert words in asked


@pytest.mark.parametrize(("risk", "words"), [("disruptive", "影響あり"), ("destructive", "復元不可")])
def test_a_risk_is_named_as_in_the_plan_beside_the_word_of_the_option(risk: str, words: str) -> None:
    for message in (
        f"a playbook of this plan is {risk}",
        f"sw1 is to be changed in a {risk} way, and its name was not confirmed",
    ):
        assert f"「{words}」({risk})" in translate(message, Lang.JA)
