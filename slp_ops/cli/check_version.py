"""``slp-ops check-version``: which field notices and bugs concern a release, and where to upgrade to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from slp_ops.app.rule_options import knowledge_of
from slp_ops.cli.connecting import connecting_options
from slp_ops.cli.exits import Exit, worst
from slp_ops.cli.jsontext import json_text
from slp_ops.cli.judging import rules_option
from slp_ops.cli.lang import lang_option
from slp_ops.cli.options import json_option, runs_dir_option
from slp_ops.cli.target import target_options
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.rules.fixed import Standing
from slp_ops.rules.text import Lang

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slp_ops.app.check_version import Row
    from slp_ops.app.inputs import Gathered
    from slp_ops.app.selection import Target
    from slp_ops.app.sessions import Connecting
    from slp_ops.commands import ShowCommand
    from slp_ops.reading import Facts
    from slp_ops.rules.fixed import Judged
    from slp_ops.rules.knowledge import Knowledge


@click.command(name="check-version")
@target_options
@connecting_options
@runs_dir_option
@click.option(
    "--release",
    "releases",
    multiple=True,
    envvar="SLP_OPS_RELEASE",
    metavar="RELEASE",
    help="Judge this release, such as 17.3.4 or '17.03.03 - SMU-PATCHED'; repeat it for several. No "
    "switch and no inventory is needed.",
)
@click.option(
    "--run",
    "run_ref",
    metavar="RUN|last",
    envvar="SLP_OPS_RUN",
    help="Judge a saved run; no switch is asked.",
)
@rules_option
@lang_option
@json_option
def command(
    *,
    target: Target,
    connecting: Connecting,
    runs_dir: Path,
    releases: tuple[str, ...],
    run_ref: str | None,
    rules_dir: Path | None,
    lang: Lang,
    as_json: bool,
) -> None:
    """Judge releases against every field notice and bug that we know, and name where to upgrade to.

    Without --release and --run the selected switches are asked; what they show refines the verdict by
    release. Exit code 3 when something is affected, 4 when some switches could not be read.
    """
    from slp_ops.app.audit_device import Asked
    from slp_ops.app.check_version import of_device, of_text
    from slp_ops.app.inputs import from_run, from_switches
    from slp_ops.reading import Facts
    from slp_ops.rules.settings import Intent
    from slp_ops.store import Runs

    if releases and run_ref is not None:
        raise click.UsageError("--release and --run exclude each other")
    asked = Asked(knowledge=knowledge_of(rules_dir))

    def judge(found: Gathered) -> Row:
        if found.facts is None:
            return of_device(found.result.name, Facts.of(), asked=asked, intent=Intent())
        return of_device(found.result.name, found.facts, asked=asked, intent=found.intent)

    read_code = Exit.FINE
    if releases:
        rows = [of_text(text, asked=asked) for text in releases]
    elif run_ref is not None:
        rows = list(map(judge, from_run(Runs(runs_dir).open(run_ref), target.selection)))
    else:
        from slp_ops.app.read_device import How
        from slp_ops.cli.exits import exit_code

        _, results, rows = from_switches(
            "check-version",
            judge,
            target=target,
            connecting=connecting,
            runs_dir=runs_dir,
            commands=_needed(),
            how=How(),
            operator=TerminalOperator(),
            further=_further,
        )
        read_code = exit_code(results)
    if as_json:
        click.echo(json_text([as_record(row, lang) for row in rows]))
    else:
        _show(rows, asked.knowledge, lang)
    affected = any(row.affected for row in rows)
    raise click.exceptions.Exit(worst(read_code, Exit.FINDINGS if affected else Exit.FINE))


def _needed() -> list[ShowCommand]:
    """What the advisories look at, but for the statistics."""
    from slp_ops.commands import registry

    wanted = (
        "show clock",
        "show version",
        "show license status",
        "show license usage",
        "show license all",
        "show crypto pki trustpool",
        "show processes cpu sorted",
        "show processes memory sorted",
        "show logging",
        "show license rum id all",
    )
    return [known for known in registry() if known.command.split(" | ")[0] in wanted]


def _further(facts: Facts) -> Sequence[ShowCommand]:
    """The heavy command with the statistics, only where the release has the bug that shows in them."""
    from slp_ops.commands import registry
    from slp_ops.facts import CpuLoad, Software
    from slp_ops.rules.loading import advisories

    software = facts.get(Software)
    (bug,) = (each for each in advisories() if each.id == "CSCwa11048")
    judged = bug.releases.judge(None if software is None else software.release)
    if judged.standing is not Standing.AFFECTED:
        return ()
    # The load is read again, since it decides whether the heavy command may be sent.
    return [
        known
        for known in registry()
        if known.command == "show license tech support"
        or (CpuLoad in known.provides and "baseline" in known.sets)
    ]


def as_record(row: Row, lang: Lang) -> dict[str, Any]:
    """A row as JSON."""
    return {
        "device": row.device,
        "release": row.release,
        "advisories": [
            {
                "id": advisory.id,
                "verdict": sign.judged.standing.value,
                "listed": sign.judged.listed,
                "first_fixed": None if sign.judged.first_fixed is None else str(sign.judged.first_fixed),
                "because": sign.judged.because.said(lang),
            }
            for advisory, sign in row.judged
        ],
        "target": {
            "same_train": None if row.target.same_train is None else str(row.target.same_train),
            "next_em_train": None if row.target.next_em_train is None else str(row.target.next_em_train),
        },
    }


def _show(rows: Sequence[Row], knowledge: Knowledge, lang: Lang) -> None:
    from slp_ops.cli.wrapping import wrapped
    from slp_ops.rules.fixed import name

    for row in rows:
        _print_row(row, lang)
    if len(rows) > 1:
        _print_matrix(rows, knowledge, lang)
    words = _WORDS[lang]
    trains = ", ".join(name(train) for train in knowledge.extended)
    for line in (*wrapped(words["listed"], ""), *wrapped(words["trains"].format(trains=trains), "")):
        click.echo(click.style(line, dim=True))


def _print_row(row: Row, lang: Lang) -> None:
    from slp_ops.cli.wrapping import wrapped
    from slp_ops.safetext import one_line

    head = "  ".join(part for part in (row.device, row.release or "?") if part)
    click.echo(click.style(one_line(head), bold=True))
    for advisory, sign in row.judged:
        for line in wrapped(
            sign.judged.because.said(lang), f"  {advisory.id:<11} {_standing(sign.judged):<15} "
        ):
            click.echo(click.style(line, fg=_COLOURS.get(sign.judged.standing)))
    words = _WORDS[lang]
    for key, target in (("same", row.target.same_train), ("later", row.target.next_em_train)):
        click.echo(f"  {words[key]}: {target if target is not None else words['none']}")
    if row.target.same_train is None and row.serious.same_train is not None:
        click.echo(f"  {words['serious']}: {row.serious.same_train}")
    click.echo()


def _print_matrix(rows: Sequence[Row], knowledge: Knowledge, lang: Lang) -> None:
    """All releases side by side."""
    from slp_ops.cli.table import table

    words = _WORDS[lang]
    ids = [advisory.id for advisory in knowledge.advisories if advisory.releases.fixed]
    lines = []
    for row in rows:
        judged = {advisory.id: sign.judged for advisory, sign in row.judged}
        target = row.target
        lines.append(
            (
                row.device or "",
                row.release,
                *(_standing(judged[each]) for each in ids),
                str(target.same_train or ""),
                str(target.next_em_train or ""),
            )
        )
    click.echo(table((words["device"], words["release"], *ids, words["train"], words["em"]), lines))
    click.echo()


def _standing(judged: Judged) -> str:
    inferred = judged.standing is Standing.AFFECTED and not judged.listed
    return f"{judged.standing}{'*' if inferred else ''}"


_COLOURS = {Standing.AFFECTED: "red", Standing.UNKNOWN: "yellow"}
_WORDS = {
    Lang.EN: {
        "same": "nearest release of this train that clears all of them",
        "later": "first one of the next extended-maintenance train that does",
        "serious": "leaving aside what is information only, this train's",
        "none": "none that we know",
        "device": "DEVICE",
        "release": "RELEASE",
        "train": "SAME TRAIN",
        "em": "NEXT EM TRAIN",
        "listed": "* not listed by the notice: no fixed release of that train is named, so it is "
        "assumed affected",
        "trains": "Extended-maintenance trains as slp-ops knows them, not read from a switch: {trains}",
    },
    Lang.JA: {
        "same": "同じトレインで全件が修正される最も近いリリース",
        "later": "次の長期保守 (EM) トレインで全件が修正される最初のリリース",
        "serious": "情報レベルの項目を除く場合の同トレインのリリース",
        "none": "該当情報なし",
        "device": "スイッチ",
        "release": "リリース",
        "train": "同じトレイン",
        "em": "次の EM トレイン",
        "listed": "* 通知に記載なし: そのトレインの修正リリースが示されていないため、該当とみなしています",
        "trains": "長期保守 (EM) トレインは slp-ops の保有情報であり、"
        "装置から取得したものではありません: {trains}",
    },
}
