"""Plan ``slp-ops usage save``: room on flash, the reports into a file, the file to us, off flash again."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.planning import Action, PlanningResult, SkippedPlaybook, SwitchPlan, serials_of
from slp_ops.playbook import Risk
from slp_ops.steps import CheckSpace, Download, ExecStep, Repeat, Reply
from slp_ops.usage.switch import NOT_OFFLINE, ExchangeSwitch, automatic_transport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slp_ops.steps import Step

PLAYBOOK: Final = "usage-save"
STAMP: Final = "%Y%m%dT%H%M%SZ"
# A report takes about 2 KB in a file, and thousands of them have been seen (FN72578).
_ROOM: Final = 16 * 2**20
_LONGEST_NAME: Final = 50
_STAMP: Final = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_DAYS: Final = re.compile(r"days [1-9]\d{0,3}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveOptions:
    """Options of a save. ``which`` are the command's words: unreported, all, or ``days N``.

    ``stamp`` is the time in the names of the files; ``clean`` takes the file off flash once it is here,
    ``in_band`` reads it on the terminal even where the switch serves SCP.
    """

    stamp: str
    which: str = "unreported"
    clean: bool = False
    in_band: bool = False

    def __post_init__(self) -> None:
        if self.which not in ("unreported", "all") and not _DAYS.fullmatch(self.which):
            raise ValueError(f"no choice of reports: {self.which!r}")
        if not _STAMP.fullmatch(self.stamp):  # it is part of a command line
            raise ValueError(f"no time of a file's name: {self.stamp!r}")

    @classmethod
    def of(cls, params: Mapping[str, str]) -> SaveOptions:
        """Build from the fields of a plan."""
        return cls(
            stamp=params["stamp"],
            which=params["which"],
            clean=params["clean"] == "yes",
            in_band=params["in_band"] == "yes",
        )

    @property
    def made(self) -> datetime:
        """Return the time of the stamp."""
        return datetime.strptime(self.stamp, STAMP).replace(tzinfo=UTC)

    @property
    def params(self) -> dict[str, str]:
        """Return the fields for a plan."""
        return {
            "stamp": self.stamp,
            "which": self.which,
            "clean": "yes" if self.clean else "no",
            "in_band": "yes" if self.in_band else "no",
        }


def file_name(switch: str, stamp: str) -> str:
    """The file's name, on flash and here: a long name is cut, and stays one of its own."""
    if len(switch) > _LONGEST_NAME:
        digest = hashlib.sha256(switch.encode()).hexdigest()[:8]
        switch = f"{switch[: _LONGEST_NAME - 9]}-{digest}"
    return f"slp-ops_{switch}_{stamp}.txt"


def plan_save(seen: ExchangeSwitch, saving: SaveOptions) -> PlanningResult:
    """Plan a switch, or return the reason for no plan."""
    if (why := seen.exclusion_reason) is not None:
        return PlanningResult(plan=None, skipped=(SkippedPlaybook(name=seen.name, site=seen.site, why=why),))
    action = Action(
        playbook=PLAYBOOK,
        title=_TITLE,
        risk=Risk.CHANGE,
        because=(),
        steps=tuple(_steps(seen, saving)),
        params={**saving.params, **seen.account.params},
        no_rollback=_NO_ROLLBACK,
        notes=tuple(_notes(seen, saving)),
        save=False,
    )
    plan = SwitchPlan(
        name=seen.name,
        site=seen.site,
        serials=serials_of(seen.known),
        release=seen.version,
        actions=(action,),
        fields=seen.fields,
    )
    return PlanningResult(plan=plan)


def _steps(seen: ExchangeSwitch, saving: SaveOptions) -> Iterator[Step]:
    name = file_name(seen.name, saving.stamp)
    path = f"flash:{name}"
    yield CheckSpace(system="flash:", bytes=_ROOM)
    yield ExecStep(
        command=f"license smart save usage {saving.which} file {path}",
        # An existing file can only come from this plan, when it is resumed.
        dialogue=(Reply(asks="over write", answer=""), Reply(asks="overwrite", answer="")),
        repeat=Repeat.SAFE,
        seconds=600,
        makes=path,
    )
    yield Download(path=path, name=name, in_band=saving.in_band or not seen.serves_scp)
    if saving.clean:
        yield ExecStep(command=f"delete /force {path}", repeat=Repeat.SAFE, removes=path)


def _notes(seen: ExchangeSwitch, saving: SaveOptions) -> Iterator[Text]:
    if saving.in_band or not seen.serves_scp:
        if seen.running is None:
            yield _SCP_UNKNOWN
        else:
            yield _IN_BAND if seen.serves_scp else _NO_SCP
    if (transport := automatic_transport(seen.known)) is not None:
        yield NOT_OFFLINE.format(transport=transport)


_TITLE: Final = Text(
    "Save the usage reports into a file, and fetch it", "使用状況レポートをファイルに保存して取得する"
)
_NO_ROLLBACK: Final = Text(
    "nothing on the switch is changed but a file on flash; it stays there without --clean",
    "スイッチ上の変更は flash のファイルのみです。--clean を付けない場合は残ります",
)
_NO_SCP: Final = Text(
    "no 'ip scp server enable' is configured: the file is read in-band with 'more /binary', which was not "
    "verified on hardware; the MD5 must match in any case",
    "ip scp server enable が設定されていないため、more /binary で端末経由で読み取ります (実機では未検証)。"
    "MD5 の一致は必ず確認します",
)
_SCP_UNKNOWN: Final = Text(
    "the running configuration could not be read, so it is not known whether SCP is served: the file is read "
    "in-band with 'more /binary', which was not verified on hardware; the MD5 must match in any case",
    "running-config を読み取れず、SCP の可否が不明なため、more /binary で端末経由で読み取ります "
    "(実機では未検証)。MD5 の一致は必ず確認します",
)
_IN_BAND: Final = Text(
    "read in-band with 'more /binary', which was not verified on hardware; the MD5 must match in any case",
    "more /binary で端末経由で読み取ります (実機では未検証)。MD5 の一致は必ず確認します",
)
