"""``slp-ops usage save``: where its files go, and what it says of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from slp_ops.cli.exchanging import Exchange, unread_record
from slp_ops.cli.shown_exchange import print_ends
from slp_ops.errors import InputError
from slp_ops.i18n import Text
from slp_ops.report import upload
from slp_ops.safetext import one_line
from slp_ops.store.shelf import UPLOAD, Shelf
from slp_ops.usage.received import Received, received_in
from slp_ops.usage.saving import Saving, plan_save
from slp_ops.usage.udi import printed_in
from slp_ops.usecases.exchange import ReportShelf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from slp_ops import ports
    from slp_ops.cli.changing import Fleet
    from slp_ops.i18n import Lang
    from slp_ops.plan import Considered, SwitchPlan
    from slp_ops.plan.journalled import Journalled
    from slp_ops.store import Run
    from slp_ops.usage.switch import Seen

SCHEMA = "slp-ops/usage-save/1"


@dataclass(slots=True, kw_only=True)
class Save(Exchange):
    """One call of the verb."""

    verb: ClassVar[str] = "usage save"
    title: ClassVar[str] = "usage-save"

    saving: Saving
    to: Path | None
    _folder: Shelf = field(init=False)
    _earlier: list[list[str]] = field(default_factory=list)
    _came: dict[str, Received] = field(default_factory=dict)

    def prepare(self) -> None:
        """Nothing is saved for a folder that is somebody else's."""
        if self.to is not None:
            _rows_in(Shelf(self.to))

    def plan(self, seen: Sequence[Seen]) -> dict[str, Considered]:
        """See ``Exchange``."""
        return {each.name: plan_save(each, self.saving) for each in seen}

    def again(self, seen: Seen, plan: SwitchPlan) -> Considered:
        """See ``Exchange``."""
        return plan_save(seen, Saving.of(plan.actions[0].params))

    def begin(self, run: Run, plans: Sequence[SwitchPlan]) -> dict[str, Any]:
        """See ``Exchange``."""
        return {"to": str((self.to or run.path / UPLOAD).absolute())}

    def shelf(self, events: Sequence[Mapping[str, Any]], states: Mapping[str, Journalled]) -> ports.Shelf:
        """See ``Exchange``."""
        self._folder = Shelf(Path(events[0]["to"]))
        self._came = {each.file: each for each in received_in(events)}
        self._earlier = self._earlier_rows()
        if self._came:
            self._write_index()
        units = {
            name: tuple(printed_in("\n".join(state.plan.fields["show license all: product instance"])))
            for name, state in states.items()
        }
        return ReportShelf(self._folder, units, self._took)

    def result(self, fleet: Fleet, found: dict[str, Any]) -> dict[str, Any]:
        """See ``Exchange``."""
        files = {each.host: each for each in self._came.values()}
        for device in found["devices"]:
            each = files.get(device["name"])
            device["file"] = None if each is None else self._file(each)
        return {
            **found,
            "schema": SCHEMA,
            "folder": str(self._folder.path),
            "index": str(self._folder.path / upload.INDEX) if self._uploads else None,
            "files": [self._file(each) for each in self._uploads],
            "unread": unread_record(self.unread),
        }

    def print_result(self, found: dict[str, Any]) -> None:
        """See ``Exchange``."""
        print_ends(found, self.lang, self.verb, _details(self.lang))
        if self._uploads:
            words = _UPLOAD.of(count=len(self._uploads), folder=self._folder.path, text=upload.TEXT)
            click.echo(one_line(words.said(self.lang)))

    @property
    def _uploads(self) -> list[Received]:
        """What there is to upload."""
        return [each for each in self._came.values() if each.reports]

    def _file(self, each: Received) -> dict[str, Any]:
        path = str(self._folder.path / each.file) if each.reports else None
        return {**each.record, "path": path}

    def _took(self, each: Received) -> None:
        """A file is here: the index says so at once, so that a kill leaves it true."""
        self._came[each.file] = each
        if each.reports:
            self._write_index()

    def _write_index(self) -> None:
        rows = sorted(self._uploads, key=lambda each: (each.site, each.host))
        self._folder.write(upload.INDEX, upload.index(rows, self._earlier))
        count = len(rows) + len(self._earlier)
        self._folder.write(upload.TEXT, upload.what_to_do(count, self.lang))

    def _earlier_rows(self) -> list[list[str]]:
        """The rows of an index that stands there already, but those of our own files."""
        file = upload.COLUMNS.index("file")
        return [row for row in _rows_in(self._folder) if row[file] not in self._came]


def _rows_in(folder: Shelf) -> list[list[str]]:
    """The rows of the index that stands in a folder; raises InputError for another table of that name."""
    if not folder.has(upload.INDEX):
        return []
    rows = upload.rows_of(folder.take(upload.INDEX))
    if rows is None:
        raise InputError(
            f"{folder.path / upload.INDEX} is no index of slp-ops",
            hint="name another folder with --to, or move that file away",
        )
    return rows


def _details(lang: Lang) -> Callable[[dict[str, Any]], list[str]]:
    def details(device: dict[str, Any]) -> list[str]:
        each = device["file"]
        if each is None:
            return []
        if not each["reports"]:
            return [_EMPTY.said(lang)]
        words = _FILE.of(**{name: each[name] for name in ("file", "reports", "first", "last")})
        strange = [_STRANGE.of(units=", ".join(each["strange"])).said(lang)] if each["strange"] else []
        return [words.said(lang), *strange]

    return details


_FILE = Text(
    "{file}: {reports:report}, {first} to {last}", "{file}: レポート {reports} 件、{first} ～ {last}"
)
_EMPTY = Text(
    "the file holds no report: there is nothing to upload", "レポートがなく、アップロードの必要はありません"
)
_STRANGE = Text(
    "some of it is of units that are not in this switch: {units}",
    "このスイッチにない装置のレポートを含みます: {units}",
)
_UPLOAD = Text(
    "Upload to CSSM: {count:file} in {folder}; {text} there says how",
    "CSSM へアップロード: {folder} の {count} ファイル (手順は {text})",
)
