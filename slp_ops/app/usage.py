"""``usage``: the offline exchange of usage reports and acknowledgements with CSSM.

``save`` and ``import_acks`` are changes of a fleet, with the plans, journal, consent and batches of
``remediate``; ``status`` reads only.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from slp_ops.app.ack_files import AckFiles
from slp_ops.app.change.operator import AssumeFilesCopied, ChangeOperator, Decisions, NonInteractiveChange
from slp_ops.app.change.options import ChangeOptions
from slp_ops.app.change.verb import ChangeVerb
from slp_ops.app.change_session import ChangeSession, FleetOptions
from slp_ops.app.change_task import IMPORT, ChangeTask
from slp_ops.app.collect_task import COLLECT, CollectTask
from slp_ops.app.commands import CommandList
from slp_ops.app.follow_up import journal_command
from slp_ops.app.inputs import facts_of
from slp_ops.app.live_run import read_switches
from slp_ops.app.past_exchanges import before_in, imported_in
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.usage_import_task import LARGEST_FILES, files_for, size_of_files
from slp_ops.app.usage_over_hub import save_over_hub
from slp_ops.app.usage_reports import (
    UsageReportStore,
    UsageSource,
    exchange_commands,
    observed_switch,
    replan_save,
)
from slp_ops.app.usage_save_task import SAVING
from slp_ops.errors import InputError, Problem
from slp_ops.i18n import Lang
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.rules.dependencies import FactContext
from slp_ops.runs import Runs
from slp_ops.runs.file_store import ACKS, UPLOAD, FolderFileStore
from slp_ops.runs.journal_lookup import resumable_journal as resumable_journal
from slp_ops.steps import ManualStep
from slp_ops.usage import upload
from slp_ops.usage.bundles import COLUMNS as BUNDLE_COLUMNS
from slp_ops.usage.bundles import (
    TABLE,
    Bundle,
    UnbundledFile,
    bundle_bytes,
    bundle_table,
    plan_bundles,
)
from slp_ops.usage.bundles import (
    BundleLimits as BundleLimits,
)
from slp_ops.usage.importing import ImportOptions as ImportOptions
from slp_ops.usage.importing import plan_import, replan_import
from slp_ops.usage.matching import MatchedFiles, SkippedFile, match
from slp_ops.usage.saving import STAMP, plan_save
from slp_ops.usage.saving import SaveOptions as SaveOptions
from slp_ops.usage.status import PreviousExchanges, UsageStatus, usage_status
from slp_ops.usage.switch import ExchangeSwitch
from slp_ops.usage.usage_files import UsageFile, received_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import ClassVar

    from slp_ops import ports
    from slp_ops.app.change.apply import DeviceChangeResult
    from slp_ops.app.change.at_worker import ChangeAtWorker
    from slp_ops.app.change.context import BufferedEvidence, StepDecision, StepOperator
    from slp_ops.app.change.results import ChangeResult, PlanResult
    from slp_ops.app.operator import Operator
    from slp_ops.commands import ShowCommand
    from slp_ops.i18n import Text
    from slp_ops.model import Device, DeviceResult
    from slp_ops.planning import PlanningResult, SwitchPlan
    from slp_ops.planning.journal_state import BeginEvent, RecordedChange, SwitchState
    from slp_ops.rules.values import Outcome
    from slp_ops.runs import Run
    from slp_ops.usage.udi import UnitId

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRequest:
    """Request: reports and destination; ``lang`` is the language of the instructions beside the files."""

    fleet: FleetOptions
    saving: SaveOptions
    to: Path | None = None
    limits: BundleLimits = field(default_factory=BundleLimits)
    options: ChangeOptions = field(default_factory=ChangeOptions)
    lang: Lang = Lang.EN
    document: Callable[[SaveResult], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveResult:
    """Result of each switch, with its files, and the bundles of them. ``index`` is None without a file."""

    change: ChangeResult
    folder: Path
    received: tuple[UsageFile, ...]
    bundles: tuple[Bundle, ...]
    unbundled: tuple[UnbundledFile, ...]
    unread: tuple[DeviceResult, ...]

    @property
    def uploads(self) -> tuple[UsageFile, ...]:
        """The files that are to be uploaded."""
        return tuple(each for each in self.received if each.reports)

    @property
    def index(self) -> Path | None:
        """The list of the files."""
        return self.folder / upload.INDEX if self.uploads else None

    def path(self, each: UsageFile) -> Path | None:
        """Return the path of a file; None for one without a report, which is not stored."""
        return self.folder / each.file if each.reports else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """The files of CSSM, or folders of them. ``assigned`` names the switch of a file that names no unit."""

    fleet: FleetOptions
    importing: ImportOptions
    acks: tuple[Path, ...] = ()
    assigned: Mapping[str, str] = field(default_factory=dict)
    options: ChangeOptions = field(default_factory=ChangeOptions)
    settled: Mapping[str, StepDecision] = field(default_factory=dict)
    document: Callable[[ImportResult], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """Result of each switch. ``copies`` are manual copies that a switch still needs."""

    change: ChangeResult
    copies: Mapping[str, tuple[Text, ...]]
    left_out: tuple[SkippedFile, ...]
    unread: tuple[DeviceResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePlan:
    """The plan of an exchange. ``unread`` are the switches of which too little could be read."""

    plan: PlanResult
    unread: tuple[DeviceResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusResult:
    """Exchange status of each switch, and the skipped files."""

    run: str
    statuses: tuple[UsageStatus, ...]
    left_out: tuple[SkippedFile, ...]
    unread: tuple[DeviceResult, ...]
    results: Sequence[DeviceResult]


def new_stamp() -> str:
    """Return the present time as it is put into the names of files."""
    return f"{datetime.now(UTC):{STAMP}}"


def save(
    request: SaveRequest, operator: ChangeOperator | None = None, *, dry_run: bool = False
) -> tuple[UsagePlan, SaveResult | None]:
    """Save the usage reports of each switch into a file, and fetch it."""
    return _exchange(_save_session(request, operator), dry_run=dry_run)


def resume_save(request: SaveRequest, journal: Path, operator: ChangeOperator | None = None) -> SaveResult:
    """Resume where an earlier call was interrupted."""
    return _save_session(request, operator).resume(journal)


def import_acks(
    request: ImportRequest, operator: ChangeOperator | None = None, *, dry_run: bool = False
) -> tuple[UsagePlan, ImportResult | None]:
    """Copy CSSM's acknowledgements to their switches and import them there."""
    return _exchange(_import_session(request, operator), dry_run=dry_run)


def resume_import(
    request: ImportRequest, journal: Path, operator: ChangeOperator | None = None
) -> ImportResult:
    """Resume where an earlier call was interrupted, with the files that it kept."""
    return _import_session(request, operator).resume(journal)


def status(fleet: FleetOptions, acks: Sequence[Path], operator: Operator) -> StatusResult:
    """Read the switches and determine their exchange status; ``acks`` are files of CSSM."""
    files = AckFiles.read(acks) if acks else AckFiles()
    before, imported = before_in(fleet.runs_dir), imported_in(fleet.runs_dir)

    commands = CommandList.of([each for each in exchange_commands() if each.command != "show running-config"])
    done = read_switches(
        "usage-status",
        COLLECT,
        lambda device, earlier: CollectTask(
            device=device, commands=commands, collect_options=CollectOptions(), earlier=earlier
        ),
        target=fleet.target,
        connecting=fleet.connecting,
        runs_dir=fleet.runs_dir,
        operator=operator,
    )
    stored = Runs(fleet.runs_dir).open(done.run_id)
    read = [
        ExchangeSwitch(
            name=result.name,
            site=result.site,
            known=FactContext(facts_of(stored, result.name)),
            running=None,
        )
        for result in done.results
        if result.captures
    ]
    matched = match(files.files, read, assigned={}, imported=imported) if files.files else MatchedFiles()
    names = {each.name for each in read}
    return StatusResult(
        run=done.run_id,
        statuses=tuple(
            usage_status(
                each,
                before.get(each.name, PreviousExchanges()),
                tuple(file.path for file in matched.files.get(each.name, ())),
            )
            for each in read
        ),
        left_out=matched.left_out,
        unread=tuple(result for result in done.results if result.name not in names),
        results=done.results,
    )


def _exchange(
    session: ChangeSession[ExchangeSwitch, Result], *, dry_run: bool
) -> tuple[UsagePlan, Result | None]:
    planned = session.plan()
    found = UsagePlan(plan=planned, unread=session.verb.unread)
    session.operator.show_plan(planned)
    if dry_run or not planned.plans:
        return found, None
    return found, session.apply(planned.plans)


def _save_session(
    request: SaveRequest, operator: ChangeOperator | None
) -> ChangeSession[ExchangeSwitch, SaveResult]:
    if request.to is not None:
        _rows_in(FolderFileStore(request.to))
    return ChangeSession(
        verb=SaveVerb(request),
        fleet=request.fleet,
        options=request.options,
        operator=operator or NonInteractiveChange(),
        document=request.document,
    )


def _import_session(
    request: ImportRequest, operator: ChangeOperator | None
) -> ChangeSession[ExchangeSwitch, ImportResult]:
    return ChangeSession(
        verb=ImportVerb(request),
        fleet=request.fleet,
        options=request.options,
        operator=operator or NonInteractiveChange(),
        document=request.document,
    )


class ExchangeVerb(ChangeVerb[ExchangeSwitch, Result]):
    """Common part of ``usage save`` and ``usage import``."""

    attachment: ClassVar[str] = "exchange.json"
    check: ClassVar[str] = "slp-ops usage status"
    needs_whole: ClassVar[bool] = True
    ascii_only: ClassVar[bool] = False

    @cached_property
    def commands(self) -> tuple[ShowCommand, ...]:
        """The commands that planning an exchange needs."""
        return exchange_commands()

    def observe(self, device: Device, memory: BufferedEvidence) -> ExchangeSwitch:
        """Return a switch as the exchange sees it."""
        return observed_switch(device, memory)

    def lacks_output(self, observation: ExchangeSwitch) -> bool:
        """Return whether too little was read; a switch with a hidden configuration can take part."""
        return observation.is_unread

    def replan(
        self, device: Device, plan: SwitchPlan, memory: BufferedEvidence, outcomes: tuple[Outcome, ...]
    ) -> PlanningResult:
        """Plan for the switch as it is now."""
        return self.replan_exchange(self.observe(device, memory), plan)

    def rebuild(
        self, observations: Mapping[str, ExchangeSwitch], plans: Mapping[str, SwitchPlan], *, resumed: bool
    ) -> Mapping[str, PlanningResult]:
        """Plan for each switch as its plan was made."""
        return {name: self.replan_exchange(seen, plans[name]) for name, seen in observations.items()}

    def check_rollback(self, plans: Iterable[SwitchPlan], journal: Path) -> Mapping[str, SwitchPlan]:
        """Refuse: an exchange of files has no rollback."""
        raise InputError(
            f"slp-ops {self.verb} has no rollback", hint=journal_command(self.verb, "--resume", journal)
        )

    def check_rebuild(self, file: Path, again: Callable[[], str]) -> None:
        """Refuse: the verb itself plans the same again."""
        raise InputError(
            f"{file} was not written by slp-ops of this user, or was changed since; nothing was sent",
            hint=f"plan again: {again()}",
        )

    @abstractmethod
    def replan_exchange(self, seen: ExchangeSwitch, plan: SwitchPlan) -> PlanningResult:
        """Plan for the switch as this plan was made."""


class SaveVerb(ExchangeVerb[SaveResult]):
    """Usage reports into a file on flash, and the file into a folder."""

    verb: ClassVar[str] = "usage save"
    title: ClassVar[str] = "usage-save"
    is_done_over_hub: ClassVar[bool] = True
    hub_work = SAVING

    def __init__(self, request: SaveRequest) -> None:
        self._request = request
        self._folder = FolderFileStore(request.to or Path(UPLOAD))
        self._earlier: list[list[str]] = []
        self._received: dict[str, UsageFile] = {}
        self._made = request.saving.made

    def plan(
        self, observations: Mapping[str, ExchangeSwitch], operator: ChangeOperator
    ) -> Mapping[str, PlanningResult]:
        """Plan for every switch."""
        return {name: plan_save(seen, self._request.saving) for name, seen in observations.items()}

    def replan_exchange(self, seen: ExchangeSwitch, plan: SwitchPlan) -> PlanningResult:
        """Plan with the names of the plan."""
        return replan_save(seen, plan)

    def again(self, plans: Sequence[tuple[SwitchPlan, Device]], file: Path) -> Sequence[str]:
        """Return the choice of reports, and the folder."""
        params = _params(plans)
        which = params.get("which", "unreported")
        words = [] if which == "unreported" else f"--{which}".split()
        words += _flags(params, "clean", "in_band")
        return words if self._request.to is None else [*words, "--to", str(self._request.to)]

    def begin(self, event: BeginEvent, run: Run) -> BeginEvent:
        """Note the folder of the files."""
        return replace(event, to=str((self._request.to or run.path / UPLOAD).absolute()))

    def files(self, recorded: RecordedChange) -> ports.FileStore:
        """Return the folder of the journal, with an index of what arrived so far."""
        self._folder = FolderFileStore(Path(str(recorded.begin.to)))
        self._received = {each.file: each for each in received_in(recorded.events)}
        file = upload.COLUMNS.index("file")
        self._earlier = [row for row in _rows_in(self._folder) if row[file] not in self._received]
        if self._received:
            self._write_index()
        plans = recorded.begin.plans
        self._made = SaveOptions.of(plans[0].actions[0].params).made
        sources = {plan.name: UsageSource.of(plan) for plan in plans}
        return UsageReportStore(self._folder, sources, self._keep)

    def step_operator(
        self, operator: ChangeOperator, *, resumed: Mapping[str, SwitchState] | None
    ) -> StepOperator:
        """Return the operator."""
        return (
            AssumeFilesCopied(operator=operator, settled=Decisions({}, {}))
            if resumed is not None
            else operator
        )

    async def change_over_hub(self, change: ChangeAtWorker) -> DeviceChangeResult:
        """Have the reports of a switch saved by a worker near it, and keep its file here."""
        return await save_over_hub(change)

    def result(self, change: ChangeResult) -> SaveResult:
        """Return the change with the files, and with the bundles, which are made now."""
        bundles, unbundled = self._write_bundles()
        return SaveResult(
            change=change,
            folder=self._folder.path,
            received=tuple(self._received.values()),
            bundles=bundles,
            unbundled=unbundled,
            unread=self.unread,
        )

    def _keep(self, each: UsageFile) -> None:
        """Add a file to the index at once, so that it is true after a kill."""
        self._received[each.file] = each
        if each.reports:
            self._write_index()

    @property
    def _uploads(self) -> list[UsageFile]:
        return [each for each in self._received.values() if each.reports]

    def _write_index(self) -> None:
        rows = sorted(self._uploads, key=lambda each: (each.site, each.host))
        self._folder.write(upload.INDEX, upload.index(rows, self._earlier))
        self._write_instructions((), ())

    def _write_instructions(self, bundles: tuple[Bundle, ...], unbundled: tuple[UnbundledFile, ...]) -> None:
        count = len(self._uploads) + len(self._earlier)
        text = upload.what_to_do(count, self._request.lang, bundles, unbundled)
        self._folder.write(upload.TEXT, text)

    def _write_bundles(self) -> tuple[tuple[Bundle, ...], tuple[UnbundledFile, ...]]:
        """Write the bundles of the files that arrived; a call that resumes writes them again."""
        bundles, unbundled = plan_bundles(self._uploads, self._made, self._request.limits)
        for bundle in bundles:
            data = bundle_bytes(bundle, self._made, lambda file: self._folder.load(file.file))
            self._folder.write(bundle.name, data)
        if bundles:
            names = {bundle.name for bundle in bundles}
            earlier = self._folder.load(TABLE) if self._folder.has(TABLE) else b""
            rows = upload.rows_of(earlier, BUNDLE_COLUMNS) or []
            kept = [row for row in rows if row[0] not in names]
            self._folder.write(TABLE, bundle_table(bundles, kept))
        if bundles or unbundled:
            self._write_instructions(bundles, unbundled)
        return bundles, unbundled


class ImportVerb(ExchangeVerb[ImportResult]):
    """CSSM's acknowledgements onto flash, checked there, and imported."""

    verb: ClassVar[str] = "usage import"
    title: ClassVar[str] = "usage-import"
    hub_work = IMPORT

    def __init__(self, request: ImportRequest) -> None:
        self._request = request
        self._kept = FolderFileStore(Path(ACKS))  # the files of the journal
        self._acks = AckFiles()
        self._refused: set[tuple[str, str]] = set()  # switches and SHA-256
        self._done: Mapping[UnitId, str] = {}  # the switches of these units have their answer
        self._matched: dict[str, bytes] = {}  # by the name that a file is kept under
        self._plans: dict[str, SwitchPlan] = {}
        self.left_out = ()
        if request.acks:
            self._acks = AckFiles.read(request.acks, request.assigned)
            if all(each.ack is None for each in self._acks.files):
                problems = [Problem(path=each.path, message=each.problem) for each in self._acks.files]
                raise InputError(tuple(problems), hint="nothing was sent to any switch")

    def plan(
        self, observations: Mapping[str, ExchangeSwitch], operator: ChangeOperator
    ) -> Mapping[str, PlanningResult]:
        """Match the files to the switches, and plan."""
        imported = imported_in(self._request.fleet.runs_dir)
        switches = list(observations.values())
        matched = match(
            self._acks.files,
            switches,
            assigned=self._request.assigned,
            imported=imported,
            refused=self._refused,
            done=self._done,
        )
        self.left_out = matched.left_out
        self._matched = {file.name: file.data for files in matched.files.values() for file in files}
        return {
            name: plan_import(seen, matched.files.get(name, ()), self._request.importing)
            for name, seen in observations.items()
        }

    def replan_exchange(self, seen: ExchangeSwitch, plan: SwitchPlan) -> PlanningResult:
        """Plan with the files of the plan."""
        return replan_import(seen, plan)

    def again(self, plans: Sequence[tuple[SwitchPlan, Device]], file: Path) -> Sequence[str]:
        """Return the files: those of the operator, or those beside the journal."""
        words = [str(path) for path in self._request.acks or (file.parent / ACKS,)]
        return [*words, *_flags(_params(plans), "clean", "by_hand")]

    def begin(self, event: BeginEvent, run: Run) -> BeginEvent:
        """Keep the files in the run, so that it can be resumed without them."""
        shelf = FolderFileStore(run.path / ACKS)
        names = dict.fromkeys(action.params["file"] for plan in event.plans for action in plan.actions)
        for name in names:
            shelf.write(name, self._matched[name])
        return replace(event, acks=str(shelf.path.absolute()))

    def files(self, recorded: RecordedChange) -> ports.FileStore:
        """Return the folder of the journal."""
        self._plans = {plan.name: plan for plan in recorded.begin.plans}
        self._kept = FolderFileStore(Path(str(recorded.begin.acks)))
        return self._kept

    def check_hub(self, plans: Iterable[SwitchPlan]) -> None:
        """Refuse files that are too large for a task."""
        large = [plan.name for plan in plans if size_of_files(plan) > LARGEST_FILES]
        if large:
            names = ",".join(large)
            raise InputError(
                f"{names}: more than {LARGEST_FILES} bytes of files do not go over a hub; nothing was sent",
                hint=f"on a computer at the site: SLP_OPS_HUB= slp-ops usage import ACK --limit {names}",
            )

    def hub_task(
        self, device: Device, state: SwitchState, change: str, options: ChangeOptions, *, back: bool
    ) -> ChangeTask:
        """Return the plan with its files.

        What the operator was asked to copy counts as copied: the switch's MD5 of it is verified next.
        """
        was_asked = any(
            isinstance(step, ManualStep) and number in state.steps
            for number, (_, step) in enumerate(state.plan.steps)
        )
        return replace(
            ChangeTask.of(device, state, change, options, back=back),
            manual_done=was_asked,
            decision=self._request.settled.get(device.name),
            files=files_for(state.plan, self._kept.load),
        )

    def step_operator(
        self, operator: ChangeOperator, *, resumed: Mapping[str, SwitchState] | None
    ) -> StepOperator:
        """Return the operator, who has copied the files where the change is resumed."""
        if resumed is None:
            return operator
        return AssumeFilesCopied(operator=operator, settled=Decisions(self._request.settled, resumed))

    def result(self, change: ChangeResult) -> ImportResult:
        """Return the change with what is to be copied by hand."""
        return ImportResult(
            change=change,
            copies={
                each.name: tuple(
                    step.text for _, step in self._plans[each.name].steps if isinstance(step, ManualStep)
                )
                for each in change.devices
                if each.end is ChangeOutcome.WAITING
            },
            left_out=self.left_out or (),
            unread=self.unread,
        )


def _params(plans: Sequence[tuple[SwitchPlan, Device]]) -> Mapping[str, str]:
    """Return the parameters of an exchange, the same on every switch; empty without a plan."""
    return next((action.params for plan, _ in plans for action in plan.actions), {})


def _flags(params: Mapping[str, str], *names: str) -> list[str]:
    return [f"--{name.replace('_', '-')}" for name in names if params.get(name) == "yes"]


def _rows_in(folder: FolderFileStore) -> list[list[str]]:
    """The rows of the index in a folder; raises InputError for another table of that name."""
    if not folder.has(upload.INDEX):
        return []
    rows = upload.rows_of(folder.load(upload.INDEX))
    if rows is None:
        raise InputError(
            f"{folder.path / upload.INDEX} is no index of slp-ops",
            hint="name another folder with --to, or move that file away",
        )
    return rows
