"""``slp-ops usage status``: each switch's part in the exchange, as a table and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.app.inputs import Gathered, from_switches
from slp_ops.app.read_device import How
from slp_ops.cli.exchanged import before_in, imported_in
from slp_ops.cli.exchanging import commands_to_read, unread_record
from slp_ops.cli.exits import exit_code
from slp_ops.cli.importing import AckFiles
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.i18n import Lang, Text
from slp_ops.json_documents import to_json
from slp_ops.report.terminal.layout import table
from slp_ops.rules.needs import Known
from slp_ops.safetext import one_line
from slp_ops.usage.matching import Matched, match
from slp_ops.usage.standing import Before, Next, Standing, standing
from slp_ops.usage.switch import Seen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slp_ops.app.selection import Target
    from slp_ops.app.sessions import Connecting
    from slp_ops.cli.exits import Exit
    from slp_ops.facts import DeviceTime

SCHEMA: Final = "slp-ops/usage-status/1"
_HEADER: Final = (
    Text("DEVICE", "スイッチ"),
    Text("LAST SAVE", "最終保存"),
    Text("LAST ACK", "最終 ACK"),
    Text("DEADLINE", "期限"),
    Text("DAYS", "残日数"),
    Text("UNREPORTED", "未報告"),
    Text("UNACKED", "未確認"),
    Text("NEXT", "次の作業"),
)
_NEXT: Final = {
    Next.IMPORT: Text("import", "取り込み"),
    Next.UPLOAD: Text("upload, then import", "アップロード後に取り込み"),
    Next.SAVE: Text("save", "保存"),
    Next.NOTHING: Text("nothing", "なし"),
    Next.ITSELF: Text("nothing", "なし"),
    Next.UNFIT: Text("-", "-"),
}
_UNREAD: Final = Text("Not read:", "読み取れなかったスイッチ:")
_LEFT_OUT: Final = Text("Not to be imported:", "取り込み対象外:")
_COSMETIC: Final = Text(" (without effect, CSCvy20345)", " (影響なし、CSCvy20345)")


def show_standing(
    paths: Sequence[Path],
    *,
    target: Target,
    connecting: Connecting,
    runs_dir: Path,
    lang: Lang,
    as_json: bool,
) -> Exit:
    """Read the switches and show where each stands; ``paths`` are answers of CSSM."""
    acks = AckFiles.read(paths) if paths else AckFiles()
    before, imported = before_in(runs_dir), imported_in(runs_dir)

    def look(gathered: Gathered) -> Seen | None:
        if gathered.facts is None:
            return None
        result = gathered.result
        return Seen(name=result.name, site=result.site, known=Known(gathered.facts), running=None)

    run, results, seen = from_switches(
        "usage-status",
        look,
        target=target,
        connecting=connecting,
        runs_dir=runs_dir,
        commands=[each for each in commands_to_read() if each.command != "show running-config"],
        how=How(),
        operator=TerminalOperator(),
    )
    read = [each for each in seen if each is not None]
    matched = match(acks.files, read, assigned={}, imported=imported) if acks.files else Matched()
    standings = [
        standing(
            each,
            before.get(each.name, Before()),
            tuple(file.path for file in matched.files.get(each.name, ())),
        )
        for each in read
    ]
    names = {each.name for each in read}
    record = {
        "schema": SCHEMA,
        "run": run,
        "devices": [each.record for each in standings],
        "left_out": [
            {"path": each.path, "reason": each.out.value, "why": {"en": each.why.en, "ja": each.why.ja}}
            for each in matched.left_out
        ],
        "unread": unread_record([result for result in results if result.name not in names]),
    }
    if as_json:
        click.echo(to_json(record, ascii_only=False))
    else:
        _print(standings, record, lang)
    return exit_code(results)


def _print(standings: Sequence[Standing], record: dict[str, Any], lang: Lang) -> None:
    if standings:
        click.echo(table([word.said(lang) for word in _HEADER], [_row(each, lang) for each in standings]))
    for each in standings:
        if each.next in (Next.IMPORT, Next.UPLOAD, Next.SAVE, Next.UNFIT):
            click.echo(one_line(f"{each.name}: {each.why.said(lang)}"))
    for left in record["left_out"]:
        click.echo(one_line(f"{_LEFT_OUT.said(lang)} {left['path']}: {left['why'][lang.value]}"))
    for unread in record["unread"]:
        click.echo(one_line(f"{_UNREAD.said(lang)} {unread['name']}: {unread['why']}"))


def _row(each: Standing, lang: Lang) -> tuple[str, ...]:
    deadline = _day(each.deadline) + (_COSMETIC.said(lang) if each.cosmetic else "")
    return (
        each.name,
        _day(each.last_save),
        _day(each.last_ack),
        deadline,
        "" if each.days_left is None else str(each.days_left),
        "" if each.unreported is None else str(each.unreported),
        "" if each.unacknowledged is None else str(each.unacknowledged),
        _NEXT[each.next].said(lang),
    )


def _day(time: DeviceTime | None) -> str:
    if time is None:
        return ""
    return time.text if time.at is None else f"{time.at:%Y-%m-%d %H:%M} {time.zone or ''}".strip()
