"""Playbook files: read whole, or refused with file, line and key of every problem."""

from __future__ import annotations

import pytest

from slp_ops.errors import InputError
from slp_ops.playbook import ConfigTemplate, ExecTemplate, LineKind, Risk, load, packaged
from slp_ops.playbook.guards import GUARDS, PROOFS
from slp_ops.rules.ruleset import packaged_ruleset
from slp_ops.steps import Repeat

GOOD = """\
id: site-banner
title: {en: Name servers of the site, ja: 拠点の DNS サーバ}
remedies: [name-server-missing]
risk: change
params:
  servers: {kind: ip, many: true, title: {en: the servers, ja: サーバ}}
steps:
  - config:
      - ip name-server {servers}
      - in: call-home
        lines:
          - {set: contact-email-addr noc@example.net, of: contact-email-addr}
  - exec: license smart sync all
    done_when: report-sent
    repeat: safe
verify: [name-server-missing]
rollback: config
"""


def problems(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(InputError) as refused:
        load([("mine.yaml", text)], rules=[rule.id for rule in packaged_ruleset().rules])
    return [(each.line, each.key) for each in refused.value.problems]


def test_a_file_becomes_a_playbook() -> None:
    (made,) = load([("mine.yaml", GOOD)], rules=["name-server-missing"])
    config, execute = made.steps
    assert (made.id, made.risk, made.file) == ("site-banner", Risk.CHANGE, "mine.yaml")
    assert isinstance(config, ConfigTemplate)
    assert isinstance(execute, ExecTemplate)
    assert [(one.way, one.under) for one in config.settings] == [
        (LineKind.ADD, ()),
        (LineKind.SET, ("call-home",)),
    ]


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        (changed("risk: change", "risk: harmless"), 4, "risk"),
        (changed("remedies: [name-server-missing]", "remedies: [name-server-mising]"), 3, "remedies[0]"),
        (changed("verify: [name-server-missing]", "verify: [gone]"), 16, "verify[0]"),
        (changed("kind: ip", "kind: address"), 6, "params.servers.kind"),
        (changed("{servers}", "{server}"), 8, "steps[0]"),
        (changed("ip name-server {servers}", '"ip name-server {servers} ?"'), 9, "steps[0].config[0]"),
        (changed(", of: contact-email-addr", ""), 12, "steps[0].config[1].lines[0].of"),
        (changed("- ip name-server {servers}", "- do delete {servers}"), 9, "steps[0].config[0]"),
        (changed("- ip name-server {servers}", "- DO-EXEC reload {servers}"), 9, "steps[0].config[0]"),
        (changed("- ip name-server {servers}", "- {add: exi}"), 9, "steps[0].config[0].add"),
        (changed("- ip name-server {servers}", "- end"), 9, "steps[0].config[0]"),
        (changed("- ip name-server {servers}", "- banner motd ^"), 9, "steps[0].config[0]"),
        (changed("- ip name-server {servers}", "- '{servers} x'"), 9, "steps[0].config[0]"),
        (changed("risk: change", "risk: destructive\nrisk: change"), 5, "risk"),
        (changed("    repeat: safe", "    repeat: safe\n    repeat: safe"), 16, "steps[1].repeat"),
        (changed("done_when: report-sent", "done_when: report-send"), 14, "steps[1].done_when"),
        (changed("repeat: safe", "repeat: often"), 15, "steps[1].repeat"),
        (changed("repeat: safe", "cuts_access: true"), 15, "steps[1].cuts_access"),
        (changed("repeat: safe", "reads: servers"), 15, "steps[1].reads"),
        (changed("repeat: safe", "reads: file"), 13, "steps[1]"),
        (changed("verify: [", "  - manual: Upload {file} in CSSM.\nverify: ["), 16, "steps[2]"),
        (changed("rollback: config", "rollback: none"), 17, "rollback"),
        (
            changed("title: {en: Name servers of the site, ja: 拠点の DNS サーバ}", "title: {en: x}"),
            2,
            "title.ja",
        ),
        (changed("risk: change", "risk: change\nrequires: [clock-sett]"), 5, "requires[0]"),
        (changed("risk: change\n", ""), 1, "risk"),
        (changed("- exec: license smart sync all", "- config: []\n    exec: reload"), 13, "steps[1]"),
        (changed("risk: change", "risk: change\nsudo: true"), 5, "sudo"),
    ],
)
def test_every_mistake_is_told_with_its_line_and_key(text: str, line: int, key: str) -> None:
    assert (line, key) in problems(text)


def test_all_problems_of_all_files_are_told_at_once() -> None:
    with pytest.raises(InputError) as refused:
        load([("a.yaml", changed("risk: change", "risk: x")), ("b.yaml", changed("kind: ip", "kind: y"))])
    assert {each.path for each in refused.value.problems} == {"a.yaml", "b.yaml"}


def test_two_playbooks_of_one_id() -> None:
    with pytest.raises(InputError, match=r"site-banner is the id of a\.yaml too"):
        load([("a.yaml", GOOD), ("b.yaml", GOOD)])


def test_a_secret_has_no_value_in_a_file_and_no_place_in_the_configuration() -> None:
    secret = GOOD.replace("kind: ip, many: true", "kind: token, default: abc")
    assert (6, "params.servers") in problems(secret)
    assert (8, "steps[0]") in problems(secret)


def test_a_certificate_needs_its_fingerprint() -> None:
    assert (6, "params.servers.sha256") in problems(changed("kind: ip, many: true", "kind: certificate"))


# -- ours


def test_ours_and_the_rules_name_each_other() -> None:
    by_rule = {rule.id: set(rule.playbooks) for rule in packaged_ruleset().rules}
    by_playbook: dict[str, set[str]] = {rule: set() for rule in by_rule}
    for playbook in packaged():
        assert set(playbook.remedies) <= by_rule.keys(), playbook.id
        assert set(playbook.verify) <= by_rule.keys(), playbook.id
        for rule in playbook.remedies:
            by_playbook[rule].add(playbook.id)
    assert by_playbook == by_rule


@pytest.mark.parametrize("playbook", packaged(), ids=lambda each: each.id)
def test_ours_say_what_they_risk(playbook: object) -> None:
    from slp_ops.playbook import Playbook

    assert isinstance(playbook, Playbook)
    assert f"playbooks/{playbook.id}.yaml" == playbook.file
    for step in playbook.steps:
        if isinstance(step, ExecTemplate):
            # A command that cannot be repeated must be provable, or the operator is asked.
            assert (
                step.step.done_when in PROOFS
                or step.step.repeat == "safe"
                or step.command.text.endswith("factory reset")
            )
    if playbook.risk is not Risk.CHANGE:
        assert playbook.irreversible is not None
    assert not [name for name in playbook.requires if name not in GUARDS]


def test_the_factory_reset_names_its_bug_saves_usage_first_and_refuses_hseck9() -> None:
    (reset,) = [each for each in packaged() if each.id == "factory-reset"]
    assert reset.consent is not None
    assert "CSCwa34749" in reset.consent.en
    assert "CSCwa34749" in reset.consent.ja
    assert "hseck9-unused" in reset.requires
    first = reset.steps[0]
    assert isinstance(first, ExecTemplate)
    assert first.command.text.startswith("license smart save usage all")


def test_no_playbook_of_ours_touches_aaa_users_or_lines() -> None:
    for playbook in packaged():
        for step in playbook.steps:
            if isinstance(step, ConfigTemplate):
                for one in step.settings:
                    words = (*one.under, one.line.text)
                    assert not any(
                        text.startswith(("aaa", "username", "line", "enable", "tacacs", "radius"))
                        for text in words
                    )


def test_a_command_that_is_not_repeated_describes_what_sending_it_again_does() -> None:
    steps = [step.step for each in packaged() for step in each.steps if isinstance(step, ExecTemplate)]
    assert any(step.repeat is Repeat.NEVER for step in steps)
    assert not [step.command for step in steps if step.repeat is Repeat.NEVER and step.again is None]
