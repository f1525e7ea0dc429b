"""Plan ``slp-ops usage import``: the answer onto flash, checked there, imported, and Last ACK moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.planning import Action, PlanningResult, SkippedPlaybook, SwitchPlan, serials_of
from slp_ops.playbook import Risk
from slp_ops.steps import CheckFile, CheckSpace, ExecStep, ManualStep, Repeat, Upload
from slp_ops.usage.ackfile import Ack
from slp_ops.usage.matching import AckFile, is_acknowledged
from slp_ops.usage.switch import NOT_OFFLINE, ExchangeSwitch, automatic_transport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slp_ops.steps import Step

PLAYBOOK: Final = "usage-import"
SUCCESS: Final = "Import Data Successful"
IMPORT: Final = "license smart import"
_ROOM: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """Options of an import: ``clean`` removes the file from flash afterwards, ``by_hand`` has the operator
    copy it even where the switch serves SCP, ``waits`` waits for a file that the operator copies.
    """

    clean: bool = False
    by_hand: bool = False
    waits: bool = False

    @classmethod
    def of(cls, params: Mapping[str, str]) -> ImportOptions:
        """Build from the fields of a plan."""
        return cls(
            clean=params["clean"] == "yes",
            by_hand=params["by_hand"] == "yes",
            waits=params.get("waits") == "yes",
        )

    @property
    def params(self) -> dict[str, str]:
        """Return the fields for a plan."""
        waits = {"waits": "yes"} if self.waits else {}
        return {"clean": _yes(self.clean), "by_hand": _yes(self.by_hand), **waits}


def plan_import(seen: ExchangeSwitch, files: Sequence[AckFile], importing: ImportOptions) -> PlanningResult:
    """Plan the import of a switch's answers, or return the reason for none."""
    if not files:
        return PlanningResult(plan=None)
    if (why := seen.exclusion_reason) is not None:
        return PlanningResult(plan=None, skipped=(SkippedPlaybook(name=seen.name, site=seen.site, why=why),))
    open_ = [file for file in files if file.ack is None or not is_acknowledged(seen, file.ack)]
    if not open_:
        return PlanningResult(
            plan=None, skipped=(SkippedPlaybook(name=seen.name, site=seen.site, why=_NOTHING, needless=True),)
        )
    plan = SwitchPlan(
        name=seen.name,
        site=seen.site,
        serials=serials_of(seen.known),
        release=seen.version,
        actions=tuple(
            Action(
                playbook=PLAYBOOK,
                title=_TITLE.format(name=file.name),
                risk=Risk.CHANGE,
                because=(),
                # Two imports may fall into one second, and Last ACK shows no finer time: the last one proves.
                steps=tuple(_steps(seen, file, importing, prove=file is open_[-1])),
                params={**_params(file), **importing.params},
                no_rollback=_NO_ROLLBACK,
                irreversible=_IRREVERSIBLE,
                notes=tuple(_notes(seen)),
                save=False,
            )
            for file in open_
        ),
        fields=seen.fields,
    )
    return PlanningResult(plan=plan)


def replan_import(seen: ExchangeSwitch, plan: SwitchPlan) -> PlanningResult:
    """Plan the switch again, with the same answers."""
    params = [action.params for action in plan.actions]
    return plan_import(seen, [_file_of(each) for each in params], ImportOptions.of(params[0]))


def _steps(seen: ExchangeSwitch, file: AckFile, importing: ImportOptions, *, prove: bool) -> Iterator[Step]:
    path = file.on_flash
    yield CheckSpace(system="flash:", bytes=_ROOM + 2 * file.size)
    by_hand = importing.by_hand or not seen.serves_scp
    if by_hand:
        yield ManualStep(text=_COPY.format(file=file.name, path=path))
    else:
        yield Upload(path=path, name=file.name, sha256=file.sha256, size=file.size)
    yield CheckFile(path=path, md5=file.md5, waits=True if by_hand and importing.waits else None)
    yield ExecStep(
        command=f"{IMPORT} {path}",
        expects=(SUCCESS,),
        done_when="ack-received" if prove else "",
        repeat=Repeat.NEVER,
        seconds=600,
        again=_AGAIN,
    )
    if importing.clean:
        yield ExecStep(command=f"delete /force {path}", repeat=Repeat.SAFE, removes=path)


def _notes(seen: ExchangeSwitch) -> Iterator[Text]:
    if (transport := automatic_transport(seen.known)) is not None:
        yield NOT_OFFLINE.format(transport=transport)


def _params(file: AckFile) -> dict[str, str]:
    reports = frozenset() if file.ack is None else file.ack.reports
    return {
        "file": file.name,
        "sha256": file.sha256,
        "md5": file.md5,
        "size": str(file.size),
        "reports": ",".join(map(str, sorted(reports))),
    }


def _file_of(params: Mapping[str, str]) -> AckFile:
    reports = frozenset(int(number) for number in params["reports"].split(",") if number)
    return AckFile(
        path=params["file"],
        name=params["file"],
        sha256=params["sha256"],
        md5=params["md5"],
        size=int(params["size"]),
        ack=Ack(units=(), reports=reports),
    )


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


_TITLE: Final = Text("Import the acknowledgement {name}", "確認応答 {name} を取り込む")
_NO_ROLLBACK: Final = Text(
    "an acknowledgement that was imported stays; nothing is lost by it",
    "取り込んだ確認応答は取り消せません。失われるものはありません",
)
_IRREVERSIBLE: Final = Text(
    "the switch may purge the reports that it acknowledges; the file may also bring a policy or a trust code",
    "確認応答済みのレポートはスイッチから削除されることがあります。ファイルにはポリシーや信頼コードも含まれる"
    "場合があります",
)
_NOTHING: Final = Text(
    "what its files acknowledge is acknowledged already", "該当レポートはすでに確認応答済みです"
)
_COPY: Final = Text(
    "copy {file} to this switch as {path}, for instance from a server that it reaches: "
    "copy scp://USER@SERVER/PATH/{file} {path}",
    "{file} をこのスイッチに {path} としてコピーしてください。例 (スイッチから到達できるサーバから): "
    "copy scp://USER@SERVER/PATH/{file} {path}",
)
_AGAIN: Final = Text(
    "Last ACK received in show license status tells whether the file was imported; no harm of importing the "
    "same file again is known (unverified).",
    "取り込みの成否は show license status の Last ACK received で確認できます。"
    "同じファイルを再度取り込んでも影響は知られていません (未検証)。",
)
