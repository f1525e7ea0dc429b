"""Questions and lines of a change at a terminal, in the language of the operator."""

from __future__ import annotations

import click
import pytest

from slp_ops.app.change.operator import NonInteractiveChange
from slp_ops.app.change.parameters import ask_missing, collect_secrets
from slp_ops.app.operator import NotGiven
from slp_ops.cli.change_operator import TerminalChangeOperator
from slp_ops.cli.progress import Progress
from slp_ops.i18n import Lang, Sentence, Text
from slp_ops.messages import translate
from slp_ops.params import Bounds, ParameterKind, expected
from slp_ops.planning.planner import _missing_parameters
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


class _AtTerminal(_Desk):
    @property
    def interactive(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("resumed", "words"), [(False, "nothing is sent"), (True, "the step stays open, and --resume asks again")]
)
def test_enter_alone_gives_no_token(resumed: bool, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLP_OPS_PARAM_TOKEN", raising=False)
    desk = _AtTerminal()
    with pytest.raises(NotGiven) as skipped:
        collect_secrets(["token"], (), packaged(), desk, resumed=resumed)
    assert "token" in skipped.value.text.ja
    (asked,) = desk.asked
    assert "(Enter: skip" in asked
    assert words in asked


@pytest.mark.parametrize("hidden", [True, False])
def test_enter_alone_is_an_answer(hidden: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter(["", "never read"])
    monkeypatch.setattr(click.termui, "hidden_prompt_func", lambda prompt: next(given))
    monkeypatch.setattr(click.termui, "visible_prompt_func", lambda prompt: next(given))
    operator = TerminalChangeOperator(Lang.EN, as_json=False)
    assert operator.enter(Text("token", "token"), hidden=hidden) == ""
    assert next(given) == "never read"


@pytest.mark.parametrize(
    ("playbook", "name", "example"),
    [
        ("transport-cslu", "url", "http://192.0.2.40:8182/cslu/v1/pi"),
        ("transport-on-prem", "url", "https://onprem.example.net/cslu/v1/pi/tenant-1"),
        ("proxy", "proxy_address", "proxy.example.com"),
        ("proxy", "proxy_port", "8080"),
        ("name-server", "name_servers", "192.0.2.53"),
    ],
)
def test_the_example_of_a_parameter_fits_its_playbook(playbook: str, name: str, example: str) -> None:
    (found,) = (each for each in packaged() if each.id == playbook)
    words = _missing_parameters(found, [name])
    for text in (words.en, words.ja):
        assert text.endswith(f"--param {name}={example}")
