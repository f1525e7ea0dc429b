"""Rules of the operator over rows: the file, the verdict of each form of condition, and the evidence."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.commands import choose_commands
from slp_ops.errors import InputError
from slp_ops.i18n import Lang
from slp_ops.model import CaptureStatus, Verdict
from slp_ops.parsing import read
from slp_ops.report.playbook_marks import marked
from slp_ops.rules.engine import judge
from slp_ops.rules.loading import RuleFile
from slp_ops.rules.row_schema import TemplateFile
from slp_ops.rules.ruleset import extended_ruleset
from slp_ops.rules.settings import Intent

if TYPE_CHECKING:
    from slp_ops.rules.values import Outcome

STATUS = """
Port         Name               Status       Vlan       Duplex  Speed Type
Te1/1/1      core               connected    trunk      a-half  a-100 10/100/1000BaseTX
Te1/1/2      core               connected    trunk        full   1000 10/100/1000BaseTX
Gi1/0/1                         notconnect   1            auto   auto 10/100/1000BaseTX
"""
RULE = """\
id: own
title: {en: An uplink is slow, ja: アップリンクが低速です}
severity: warning
cause: x
remedy: [y]
command: show interfaces status
parser: ntc
"""
TEMPLATE = r"""Value Required NAME (\w+)
Value NUMBER (\S+)
Value List FEATURE (\w+)

Start
  ^\w -> Continue.Record
  ^${NAME}:${NUMBER} -> Continue
  ^\S+ ${FEATURE} -> Continue
  ^\S+ \S+ ${FEATURE}
"""


def ruled(expect: str, *, rule: str = RULE, template: str = "") -> RuleFile:
    text = f"{rule}expect:\n{indent(dedent(expect).strip(), '  ')}\n"
    file = None if ":u" in rule else TemplateFile(text=template)
    return RuleFile(path="own.yaml", text=text, template=file)


def judged(file: RuleFile, *captures: tuple[str, CaptureStatus, str]) -> Outcome:
    knowledge = extended_ruleset([file])
    options = AuditOptions(knowledge=knowledge)
    facts = read(captures, keep=knowledge.row_commands)
    rule = knowledge.rule("own")
    assert rule is not None
    return judge(rule, options.known(facts, Intent()))


def of_status(expect: str, text: str = STATUS) -> Outcome:
    return judged(ruled(expect), ("show interfaces status", CaptureStatus.OK, text))


@pytest.mark.parametrize(
    ("expect", "verdict"),
    [
        ("no row: {duplex: {equals: a-half}}", "fail"),
        ("no row: {duplex: {equals: half}}", "pass"),
        ("no row: {port: {matches: ^Te}, duplex: {in: [half, a-half]}}", "fail"),
        ("no row: {port: {matches: ^Gi}, duplex: {in: [half, a-half]}}", "pass"),
        ("any row: {port: {equals: Te1/1/2}, status: {equals: connected}}", "pass"),
        ("any row: {port: {equals: Te1/1/2}, status: {equals: disabled}}", "fail"),
        ("every row: {status: {in: [connected, notconnect]}}", "pass"),
        ("every row: {status: {equals: connected}}", "fail"),
        # 'a-100' and 'auto' are no numbers: they decide nothing.
        ("any row: {speed: {at least: 1000}}", "pass"),
        ("any row: {speed: {at least: 1000.5}}", "unknown"),
        ("no row: {speed: {at most: 100}}", "unknown"),
        ("every row: {speed: {at least: 10, at most: 20}}", "fail"),
        # ... unless another condition of the row decides.
        ("no row: {port: {equals: Te1/1/2}, speed: {at most: 100}}", "pass"),
        ("no row: {vlan_id: {release before: 17.9.1}}", "unknown"),
        ("no row: {name: {equals: ''}}", "fail"),
    ],
)
def test_what_a_rule_expects(expect: str, verdict: str) -> None:
    assert of_status(expect).verdict == verdict


def test_the_finding_names_rows_and_cites_their_lines() -> None:
    outcome = of_status("every row: {status: {equals: connected}, duplex: {in: [full]}}")

    assert outcome.finding is not None
    assert outcome.finding.summary.en == (
        "An uplink is slow: port Te1/1/1, status connected, duplex a-half; port Gi1/0/1, status notconnect, "
        "duplex auto (2 of 3 rows of 'show interfaces status')"
    )
    assert outcome.finding.summary.ja.startswith("アップリンクが低速です: port Te1/1/1")
    lines = STATUS.split("\n")
    assert [(each.line, each.text) for each in outcome.finding.evidence] == [(3, lines[2]), (5, lines[4])]


def test_an_absence_is_evidence_too() -> None:
    outcome = of_status("any row: {duplex: {in: [a, b]}, speed: {at least: 7}, port: {matches: ^Te9}}")

    assert outcome.finding is not None
    (evidence,) = outcome.finding.evidence
    assert (evidence.line, evidence.text) == (None, "duplex in [a, b], speed at least 7, port matches ^Te9")


OK, LOST, DENIED = CaptureStatus.OK, CaptureStatus.LOST, CaptureStatus.DENIED


@pytest.mark.parametrize(
    ("captures", "why", "cut"),
    [
        ([], "needs 'show interfaces status': it was not collected", False),
        ([("show interfaces status | include half", OK, STATUS)], "it was not collected", False),
        ([("show interfaces Te1/1/2 status", OK, STATUS)], "it was not collected", False),
        ([("show interfaces status", LOST, STATUS)], "the session was lost", True),
        ([("show interfaces status", CaptureStatus.TIMEOUT, STATUS)], "it timed out", True),
        ([("show interfaces status", DENIED, "")], "AAA does not permit it", False),
        ([("sh int st", OK, STATUS + "surprise\n")], "does not know the line 'surprise'", False),
        ([("sh int st", OK, "")], "has no row", False),
        ([("sh int st", OK, "Port Name Status Vlan Duplex Speed Type\n")], "has no row", False),
    ],
)
@pytest.mark.parametrize("quantifier", ["any row", "every row", "no row"])
def test_what_was_not_read_is_unknown(
    captures: list[tuple[str, CaptureStatus, str]], why: str, cut: bool, quantifier: str
) -> None:
    outcome = judged(ruled(f"{quantifier}: {{duplex: {{equals: a-half}}}}"), *captures)

    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.incomplete is cut
    assert outcome.why is not None
    assert why in outcome.why.en
    assert outcome.why.ja != outcome.why.en


@pytest.mark.parametrize("verdict", ["pass", "fail", "unknown"])
def test_the_file_decides_about_an_output_without_rows(verdict: str) -> None:
    file = ruled("every row: {duplex: {equals: full}}", rule=f"{RULE}zero rows: {verdict}\n")
    assert judged(file, ("show interfaces status", OK, "\n")).verdict == verdict
    # A template that stops has read nothing, whatever the file says about an empty table.
    assert judged(file, ("show interfaces status", OK, "surprise\n")).verdict is Verdict.UNKNOWN


def test_the_latest_of_several_outputs_counts() -> None:
    file = ruled("no row: {duplex: {equals: a-half}}")
    good = ("show interfaces status", OK, STATUS.replace("a-half", "a-full"))
    bad = ("sh int st", OK, STATUS)
    assert judged(file, good, bad).verdict is Verdict.FAIL
    assert judged(file, bad, good).verdict is Verdict.PASS
    assert judged(file, good, ("sh int st", LOST, "")).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("expect", "verdict"),
    [
        # One that must not occur is enough, and each one that must occur is needed.
        ("no row: {feature: {equals: b}}", "fail"),
        ("no row: {feature: {equals: z}}", "pass"),
        ("any row: {feature: {matches: '^[ab]$'}}", "pass"),
        ("any row: {feature: {equals: b}}", "fail"),
        ("every row: {feature: {in: [a, b, c]}}", "fail"),  # the second row has none
        ("every row: {number: {at least: -2}}", "pass"),
        ("every row: {number: {at most: 1.5}}", "pass"),
        ("no row: {number: {release before: 1.0}}", "unknown"),
    ],
)
def test_columns_with_several_values(expect: str, verdict: str) -> None:
    if "release before" in expect:
        expect = expect.replace("1.0", "17.9.5")
    rule = RULE.replace("parser: ntc", "parser: textfsm:t").replace("interfaces status", "whatever")
    file = ruled(expect, rule=rule, template=TEMPLATE)
    assert judged(file, ("show whatever", OK, "x:-1 a b\ny:1.5\n")).verdict == verdict


@pytest.mark.parametrize(
    ("release", "verdict"),
    [
        ("17.09.04a", "pass"),
        ("17.09.03", "fail"),
        ("17.9.4", "fail"),
        ("17.12.1", "pass"),
        ("none", "unknown"),
    ],
)
def test_releases_are_compared_as_releases(release: str, verdict: str) -> None:
    template = "Value VERSION (\\S+)\n\nStart\n  ^v ${VERSION} -> Record\n"
    rule = RULE.replace("parser: ntc", "parser: textfsm:t")
    file = ruled("no row: {version: {release before: 17.9.4a}}", rule=rule, template=template)
    assert judged(file, ("show interfaces status", OK, f"v {release}\n")).verdict == verdict


TTP = """\
<group name="peers">
{{ mark | re("[*+]") }}~{{ peer | IP }} {{ stratum | DIGIT }}
{{ mark | _start_ | re("[*+]") }}~{{ peer | IP }}
</group>
"""


def test_a_column_that_a_row_lacks_is_unknown() -> None:
    rule = RULE.replace("parser: ntc", "parser: ttp:t").replace("interfaces status", "ntp associations")
    file = ruled("every row: {stratum: {at most: 3}}", rule=rule, template=TTP)
    output = "*~10.0.0.1 2\n+~10.0.0.2\n"
    outcome = judged(file, ("show ntp associations", OK, output))

    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.why is not None
    assert outcome.why.en == "row 2 of 'show ntp associations' has no column stratum"
    found = ruled("no row: {mark: {equals: +}}", rule=rule, template=TTP)
    assert judged(found, ("show ntp associations", OK, output)).verdict is Verdict.FAIL


def problems(file: RuleFile) -> list[tuple[int | None, str, str]]:
    with pytest.raises(InputError) as raised:
        extended_ruleset([file])
    return [(each.line, each.key, each.message) for each in raised.value.problems]


@pytest.mark.parametrize(
    ("rule", "expect", "line", "key", "message"),
    [
        (RULE, "no row: {dupex: {equals: a}}", 9, "expect", "has no column dupex; did you mean duplex?"),
        (RULE, "no row: {}", 9, "expect.no row", "has no condition"),
        (RULE, "some row: {duplex: {equals: a}}", 9, "expect.some...", "is not a known key"),
        (RULE, "no row: {duplex: half}", 9, "expect.no row.duplex", "is text"),
        (RULE, "no row: {duplex: {is: half}}", 9, "expect.no row.duplex.is", "is not a known key"),
        (RULE, "no row: {duplex: {at least: half}}", 9, "expect.no row.duplex.at least", "is half"),
        (RULE, "no row: {duplex: {at least: .inf}}", 9, "expect.no row.duplex.at least", "is .inf"),
        (
            RULE,
            "no row: {duplex: {release before: x}}",
            9,
            "expect.no row.duplex.release before",
            "no release",
        ),
        (
            RULE,
            "no row: {duplex: {matches: '(a'}}",
            9,
            "expect.no row.duplex.matches",
            "no regular expression",
        ),
        (RULE, "no row: {duplex: {in: []}}", 9, "expect.no row.duplex.in", "has 0 values"),
        (RULE, "no row: {duplex: {equals: }}", 9, "expect.no row.duplex.equals", "is nothing"),
        (RULE, "no row: {duplex: {equals: a}}\nany row: {duplex: {equals: b}}", 9, "expect", "has 2 of them"),
        (
            RULE.replace("show interfaces status", "clear line 1"),
            "no row: {a: {equals: b}}",
            6,
            "command",
            "refused",
        ),
        (
            RULE.replace("interfaces status", "lic all"),
            "no row: {a: {equals: b}}",
            6,
            "command",
            "licence family",
        ),
        (
            RULE.replace("interfaces status", "license | i x"),
            "no row: {a: {equals: b}}",
            6,
            "command",
            "licence",
        ),
        (RULE.replace("interfaces", "nonsense"), "no row: {a: {equals: b}}", 6, "command", "has no template"),
        (RULE.replace("ntc", "genie"), "no row: {a: {equals: b}}", 7, "parser", "is no parser"),
        (
            RULE.replace("ntc", "ttp:u"),
            "no row: {a: {equals: b}}",
            7,
            "parser",
            "names u: there is no such file",
        ),
        (RULE.replace("ntc", "textfsm:t"), "no row: {a: {equals: b}}", 7, "parser", "names no column"),
    ],
)
def test_every_problem_of_a_file_has_its_line_and_key(
    rule: str, expect: str, line: int, key: str, message: str
) -> None:
    found = problems(ruled(expect, rule=rule))
    assert [each for each in found if each[:2] == (line, key) and message in each[2]], found


@pytest.mark.parametrize(
    "line",
    [
        "<macro>",
        '<vars load="python">',
        '<lookup name="x" include="/etc/passwd">',
        '<output returner="file">',
        '<extend template="/etc/passwd"/>',
        '<group name="a" functions="macro(\'x\')">',
        '<!DOCTYPE a [<!ENTITY b "c">]>',
        '{{ a | macro("x") }}',
        '{{ a | lookup("x") }}',
        "{{ a | dns }}",
        '{{ a | re("x" + open("/etc/passwd").read()) }}',
        "{{ a | re(__import__('os').system('id')) }}",
        '{{ a | re("\\"), __import__("os").system("id"), ("") }}',
        '{{ a | re("&quot;, 1) }}',
        "{{ a | set(x) }}",
        "{{ a.b | WORD }}",
        "{{ a }",
        "<group>\n<group>\n{{ a }}\n</group>",
        "</group>",
    ],
)
def test_nothing_of_ttp_that_runs_code_or_reads_files(line: str) -> None:
    rule = RULE.replace("ntc", "ttp:t")
    found = problems(ruled("no row: {ok: {equals: b}}", rule=rule, template=f"{{{{ ok | WORD }}}}\n{line}\n"))
    assert {each[1] for each in found} == {"parser"}
    assert all(each[2].startswith("t, line") for each in found)


def test_a_command_is_sent_once_and_a_heavy_one_waits_for_the_cpu() -> None:
    plain = choose_commands("support")
    chosen = choose_commands(
        "support",
        ("sh ver", "show clock detail", "show interfaces status", "sh int status", "show tech-support"),
    )
    added = [each for each in chosen if each not in plain]
    assert [(each.command, each.heavy) for each in added] == [
        ("show clock detail", False),  # another output than that of show clock
        ("show interfaces status", False),
        ("show tech-support", True),
    ]


def test_rules_of_one_command_share_its_output_and_go_to_other_processes() -> None:
    first = ruled("no row: {duplex: {equals: a-half}}")
    second = ruled(
        "any row: {port: {matches: ^Te}}",
        rule=RULE.replace("id: own", "id: other").replace("interfaces", "int"),
    )
    knowledge = extended_ruleset([first, replace(second, path="b.yaml")])
    again = deepcopy(knowledge)
    assert again == knowledge
    assert [each.id for each in again.row_rules] == ["own", "other"]
    assert len(again.row_commands) == 1


def test_a_playbook_that_is_not_packaged_is_marked() -> None:
    assert marked("fix-duplex", Lang.EN) == "fix-duplex (your own; its file has the risk)"
    assert marked("transport-smart", Lang.EN) == "transport-smart"


@pytest.mark.parametrize(
    "value", ["\x1b[31m", "=cmd|calc", "<script>", "{0} {title} %s", "a" * 5000, "\u202eevil", "`|*_"]
)
def test_hostile_text_in_a_row_is_a_value(value: str) -> None:
    template = "Value NAME (.*)\n\nStart\n  ^n ${NAME}$$ -> Record\n"
    file = ruled("no row: {name: {matches: .}}", rule=RULE.replace("ntc", "textfsm:t"), template=template)
    outcome = judged(file, ("show interfaces status", OK, f"n {value}\n"))
    assert outcome.finding is not None
    assert value[:80] in outcome.finding.summary.en
    assert len(outcome.finding.summary.en) < 300
    assert [each.text for each in outcome.finding.evidence] in ([f"n {value}"], [])
