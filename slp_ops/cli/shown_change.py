"""What became of each switch, before and after: for people and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.cli.exits import Exit, worst
from slp_ops.i18n import Lang, Text, counted
from slp_ops.plan.journalled import End
from slp_ops.safetext import one_line
from slp_ops.usecases.comparing import report

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slp_ops.usecases.apply import Applied

SCHEMA: Final = "slp-ops/remediate/1"
_COLOURS: Final = {
    End.DONE: "green",
    End.NOTHING: "green",
    End.ROLLED_BACK: "yellow",
    End.STOPPED: "yellow",
    End.WAITING: "yellow",
}
_HINTS: Final = {
    End.UNSETTLED: Text(
        "look at the switch, then: slp-ops remediate --resume {journal}",
        "装置の状態を確認のうえ: slp-ops remediate --resume {journal}",
    ),
    End.UNVERIFIED: Text(
        "look again with --resume {journal}, or give the earlier lines back with --rollback {journal}",
        "--resume {journal} で再確認するか、--rollback {journal} で元の設定に戻してください",
    ),
    End.FAILED: Text(
        "give the earlier configuration back: slp-ops remediate --rollback {journal}",
        "元の設定に戻すには: slp-ops remediate --rollback {journal}",
    ),
    End.WAITING: Text(
        "when it is done: slp-ops remediate --resume {journal}",
        "作業後: slp-ops remediate --resume {journal}",
    ),
    End.STOPPED: Text(
        "go on with: slp-ops remediate --resume {journal}", "続行: slp-ops remediate --resume {journal}"
    ),
    End.STALE: Text(
        "plan again: slp-ops remediate --dry-run", "プランを作り直してください: slp-ops remediate --dry-run"
    ),
    End.NOT_ROLLED_BACK: Text(
        "look at the switch; the journal holds the earlier lines: {journal}",
        "装置を確認してください。元の設定行はジャーナルにあります: {journal}",
    ),
}
_NOT_BEGUN: Final = Text("Not begun:", "未着手:")


def as_record(
    ended: Sequence[Applied], not_begun: Iterable[str], *, run: str, path: str, journal: str
) -> dict[str, Any]:
    """The result as JSON."""
    totals = Counter(each.end.value for each in ended)
    return {
        "schema": SCHEMA,
        "run": {"id": run, "path": path},
        "journal": journal,
        "devices": [
            {
                "name": each.name,
                "site": each.site,
                "end": each.end.value,
                "why": None if each.why is None else {"en": each.why.en, "ja": each.why.ja},
                "steps_done": each.steps_done,
                "steps": each.steps,
                "regressed": list(each.regressed),
                **report(each.before, each.after),
            }
            for each in ended
        ],
        "not_begun": list(not_begun),
        "totals": {end.value: totals[end.value] for end in End if totals[end.value]},
    }


def print_result(record: dict[str, Any], ended: Sequence[Applied], lang: Lang) -> None:
    """Show it on the terminal."""
    for applied, shown in zip(ended, record["devices"], strict=True):
        why = "" if applied.why is None else f" - {applied.why.said(lang)}"
        line = f"{applied.name} ({applied.site}): {applied.end.words}{why}"
        click.echo(click.style(one_line(line), fg=_COLOURS.get(applied.end, "red")))
        for text in _details(shown, lang):
            click.echo(f"  {one_line(text)}")
        hint = _HINTS.get(applied.end)
        if hint is not None:
            click.echo(f"  hint: {one_line(hint.of(journal=record['journal']).said(lang))}")
    if record["not_begun"]:
        click.echo(f"{_NOT_BEGUN.said(lang)} {', '.join(record['not_begun'])}")
    ends = ", ".join(f"{count} {End(end).words}" for end, count in record["totals"].items())
    click.echo(f"\n{counted(len(ended), 'switch')}: {ends}")
    click.echo(f"Evidence: {record['run']['path']}")
    click.echo(f"Journal: {record['journal']}")


def exit_code(ended: Sequence[Applied], *, stopped: bool, back: bool) -> Exit:
    """5 when a change failed or could not be verified, 4 when a switch could not be read.

    ``back`` says that rolling back was what was asked for.
    """
    codes = [Exit.FINE]
    for applied in ended:
        match applied.end:
            case End.DONE | End.NOTHING:
                continue
            case End.ROLLED_BACK if back:
                continue
            case End.UNREAD:
                codes.append(Exit.UNREAD)
            case End.STOPPED:
                codes.append(Exit.INTERRUPTED)
            case _:
                codes.append(Exit.CHANGE_FAILED)
    if stopped:
        codes.append(Exit.INTERRUPTED)
    return worst(*codes)


def _details(shown: dict[str, Any], lang: Lang) -> list[str]:
    lines = []
    for mark, key in (("-", "gone"), ("+", "new"), ("=", "still")):
        for finding in (shown["findings"] or {}).get(key, ()):
            summary = finding["summary"]
            words = "" if summary is None else f": {summary[lang.value]}"
            lines.append(f"{mark} {finding['rule']}{words}")
    for mark, key in (("-", "removed"), ("+", "added")):
        lines += [f"{mark} {line}" for line in (shown["configuration"] or {}).get(key, ())]
    if licence := shown["licence"]:
        for name, before in licence["before"].items():
            after = licence["after"][name]
            if before != after:
                lines.append(f"{name}: {before} -> {after}")
    return lines
