"""Each command that a message names has the options by which this call found its inventory and runs."""

from __future__ import annotations

import re
import shlex
import sys
from typing import TYPE_CHECKING

import click
import pytest

from slp_ops.cli.language_choice import choose
from slp_ops.cli.main import cli
from slp_ops.cli.next_command import forget_call, with_options
from tests.docs.test_hints import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _no_call() -> Iterator[None]:
    forget_call()
    yield
    forget_call()
    choose(None)


def _parse(line: str) -> click.Context:
    """Parse a command line as the shell and click do; returns the context of its verb."""
    context = cli.make_context("slp-ops", shlex.split(line)[1:], resilient_parsing=False)
    while isinstance(context.command, click.Group):
        rest = [*context._protected_args, *context.args]
        name, command, rest = context.command.resolve_command(context, rest)
        assert name is not None
        assert command is not None
        context = command.make_context(name, rest, parent=context)
    return context


LAB = "-i 'the lab/sw.yaml' --runs-dir /tmp/r"


@pytest.mark.parametrize(
    ("call", "message", "completed"),
    [
        ("audit", "see: slp-ops runs list", "see: slp-ops runs list"),
        (f"audit {LAB}", "see: slp-ops runs list", "see: slp-ops runs list --runs-dir /tmp/r"),
        (
            f"audit {LAB} --site tokyo",
            "there are no runs yet; make one with: slp-ops collect",
            f"there are no runs yet; make one with: slp-ops collect {LAB} --site tokyo",
        ),
        (
            f"remediate {LAB} --hub h --site tokyo",
            "on a computer at the site: SLP_OPS_HUB= slp-ops remediate; here: slp-ops audit",
            f"on a computer at the site: SLP_OPS_HUB= slp-ops remediate {LAB} --site tokyo; "
            "here: slp-ops audit -i 'the lab/sw.yaml' --hub h --runs-dir /tmp/r --site tokyo",
        ),
        (
            f"usage import {LAB} --hub h ack.txt",
            "run it on a computer at the site: SLP_OPS_HUB= slp-ops usage import",
            f"run it on a computer at the site: SLP_OPS_HUB= slp-ops usage import {LAB}",
        ),
        (
            f"remediate {LAB} --limit sw1 --playbook ntp-servers --param servers=a",
            "resume: slp-ops remediate --resume j; or roll back: slp-ops remediate --rollback j",
            f"resume: slp-ops remediate {LAB} --resume j; or roll back: slp-ops remediate {LAB} --rollback j",
        ),
        (
            f"remediate {LAB} --site tokyo --playbook a --param b=c --yes --allow destructive",
            "save a new plan: slp-ops remediate --dry-run --out new-plan.json",
            f"save a new plan: slp-ops remediate {LAB} --site tokyo --playbook a --param b=c --dry-run "
            "--out new-plan.json",
        ),
        (
            f"remediate {LAB} --flow f --flows my --param a=b --wait 5 --batch 2 --max-fail 1 "
            "--revert-timer 7 --rollback-on-fail --yes --allow destructive --confirm sw1 --manual-done",
            "to continue: slp-ops remediate --resume j",
            f"to continue: slp-ops remediate {LAB} --flows my --batch 2 --max-fail 1 --wait 5.0 "
            "--rollback-on-fail --revert-timer 7 --resume j",
        ),
        (
            f"remediate {LAB} --resume j --playbook a --param b=c --answers usb",
            "to continue: slp-ops remediate --resume j",
            f"to continue: slp-ops remediate {LAB} --answers usb --playbook a --param b=c --resume j",
        ),
        (
            "--config ./c.yaml remediate --known-hosts k --transport asyncssh",
            "Check the result: slp-ops audit --limit sw1,sw2",
            "Check the result: slp-ops audit --config ./c.yaml --known-hosts k --transport asyncssh "
            "--limit sw1,sw2",
        ),
        (
            "remediate --config ./c.yaml --site tokyo",
            "Apply it with: slp-ops remediate --plan p.json",
            "Apply it with: slp-ops remediate --config ./c.yaml --plan p.json",
        ),
        (f"audit {LAB}", "判定: slp-ops audit --run r。", "判定: slp-ops audit --runs-dir /tmp/r --run r。"),
        (
            f"usage save {LAB} --days 3 --to d",
            "プランを作り直してください: slp-ops usage save --limit sw1 --dry-run",
            f"プランを作り直してください: slp-ops usage save {LAB} --days 3 --to d --limit sw1 --dry-run",
        ),
        (f"audit {LAB}", "see slp-ops inventory check", f"see slp-ops inventory check {LAB[:20]}"),
        (
            f"collect {LAB} --processes auto",
            "hint: slp-ops collect --resume r; slp-ops audit --run r judges what was read",
            f"hint: slp-ops collect {LAB[:20]} --processes auto --runs-dir /tmp/r --resume r; "
            "slp-ops audit --runs-dir /tmp/r --run r judges what was read",
        ),
        (f"collect {LAB[:20]} --processes 4", "slp-ops collect", f"slp-ops collect {LAB[:20]} --processes 4"),
        (f"audit {LAB} --rules my", "slp-ops explain x", "slp-ops explain --rules my x"),
        (f"audit {LAB}", "as files, see slp-ops usage", "as files, see slp-ops usage"),
        (f"audit {LAB}", "it was written by slp-ops of this user", "it was written by slp-ops of this user"),
        (f"audit {LAB}", "slp-ops audit -i other.yaml", "slp-ops audit --runs-dir /tmp/r -i other.yaml"),
    ],
)  # fmt: skip
def test_a_command_gets_the_options_of_the_call(call: str, message: str, completed: str) -> None:
    if "./c.yaml" in call:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("slp_ops.app.configuration.read_text_input", lambda *_: "{}")
            _parse(f"slp-ops {call}")
    else:
        _parse(f"slp-ops {call}")
    assert with_options(message) == completed


def test_a_value_of_the_environment_is_an_option_of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLP_OPS_INVENTORY", "lab.yaml")
    _parse("slp-ops collect")
    assert with_options("slp-ops collect --resume 2") == "slp-ops collect -i lab.yaml --resume 2"


def test_a_verb_that_cannot_be_imported_any_more_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a signal in an import, which leaves half a module."""
    _parse(f"slp-ops audit {LAB}")
    monkeypatch.setitem(sys.modules, "slp_ops.cli.runs", None)
    assert (
        with_options("see slp-ops runs list; slp-ops audit") == f"see slp-ops runs list; slp-ops audit {LAB}"
    )


def test_without_a_call_a_message_stays() -> None:
    assert with_options("see: slp-ops runs list") == "see: slp-ops runs list"


ALL = f"{LAB} --ssh-config none --offline --known-hosts k --host-key strict --transport asyncssh --limit x"
CALLS = (
    f"remediate {ALL} --site s --tag t --rules r --playbooks p --playbook a --param b=c --secret-file d=e",
    f"usage save {ALL} --days 3 --to t --in-band --clean",
    f"usage import a.txt {ALL} --for a.txt=sw1 --by-hand --clean",
    f"audit {ALL} --rules r --max-time 3 --max-output 4 --connect-timeout 5 --login-timeout 6",
    "runs show last --runs-dir r",
    "history sw1 --runs-dir r",
)


@pytest.mark.parametrize("call", CALLS)
def test_every_command_of_a_message_has_the_options_that_it_gets(call: str) -> None:
    _parse(f"slp-ops {call}")
    completed = [with_options(f"slp-ops {verb} {words}".rstrip()) for verb, words in COMMANDS]
    for line in completed:
        words = [re.sub("VALUE", "1", word) for word in shlex.split(line)]
        context: click.Command = cli
        for word in words[1:3]:
            if isinstance(context, click.Group):
                context = context.get_command(click.Context(cli), word) or context
        if isinstance(context, click.Group):
            continue
        known = {name for option in context.params for name in option.opts}
        typed = [word for word in words if re.fullmatch(r"-[a-z]|--[a-z-]+", word)]
        assert set(typed) <= known | {"--help"}, line
        assert typed.count("-i") < 2, line
