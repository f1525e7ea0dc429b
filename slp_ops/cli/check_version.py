"""``slp-ops check-version``: which field notices and bugs concern a release, and where to upgrade to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from slp_ops.cli.calling import call
from slp_ops.cli.connecting import connecting_options
from slp_ops.cli.exits import Exit, read_code, worst
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
    from slp_ops.app.selection import Target
    from slp_ops.app.sessions import Connecting
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
    from slp_ops.app.check_version import ReleasesRequest, run
    from slp_ops.app.rule_options import audit_options

    request = ReleasesRequest(
        target=target,
        connecting=connecting,
        runs_dir=runs_dir,
        releases=releases,
        run=run_ref,
        asked=audit_options(rules_dir=rules_dir),
    )
    result = call(run, request, TerminalOperator())
    if as_json:
        click.echo(json_text([as_record(row, lang) for row in result.rows]))
    else:
        _show(result.rows, result.knowledge, lang)
    code = read_code(complete=result.complete, defect=result.defect)
    raise click.exceptions.Exit(worst(code, Exit.FINDINGS if result.affected else Exit.FINE))


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
