"""Judge releases against field notices and bugs, and name the upgrade."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.audit_task import RulesInTask
from slp_ops.app.fleet import is_complete
from slp_ops.app.inputs import DeviceInput, from_run, open_run
from slp_ops.app.live_run import read_switches
from slp_ops.app.sessions import SessionOptions, transport_for
from slp_ops.app.version_task import VERSION, VersionTask, judge_advisories, judge_facts
from slp_ops.errors import InvalidRelease, OptionError
from slp_ops.model import Severity
from slp_ops.parsing import Facts
from slp_ops.release import Release
from slp_ops.rules.fixed_releases import AdvisoryStatus
from slp_ops.rules.settings import Intent
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from slp_ops.app.operator import Operator
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import OpenTransport
    from slp_ops.app.version_task import JudgedRelease
    from slp_ops.rules.fixed_releases import Advisory, CriticalDefect, UpgradeTargets
    from slp_ops.rules.ruleset import Ruleset
    from slp_ops.rules.symptoms import Symptom

_VERB: Final = "check-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseVerdict:
    """One release, as given or as a switch printed it, judged against every advisory."""

    device: str | None
    release: str
    judged: tuple[tuple[Advisory, Symptom], ...]
    target: UpgradeTargets
    defects: tuple[CriticalDefect, ...] = ()  # of the release itself, which a rebuild fixes

    def is_decided(self, threshold: Severity) -> bool:
        """Return whether no advisory of this severity or above is undetermined, or another affects it.

        An advisory without a fixed release does not depend on the release.
        """
        return self.reaches(threshold) or not any(
            sign.judged.status is AdvisoryStatus.UNKNOWN
            and advisory.releases.fixed
            and advisory.severity.rank >= threshold.rank
            for advisory, sign in self.judged
        )

    @property
    def affected(self) -> bool:
        """Return whether at least one advisory affects it."""
        return self.reaches(Severity.INFO)

    def reaches(self, threshold: Severity) -> bool:
        """Return whether an advisory of this severity or above affects it."""
        return any(
            sign.judged.status is AdvisoryStatus.AFFECTED and advisory.severity.rank >= threshold.rank
            for advisory, sign in self.judged
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasesRequest:
    """Request: ``releases`` as texts, the switches of a saved ``run``, or those of the target."""

    target: DeviceSelection
    connecting: SessionOptions = field(default_factory=SessionOptions)
    runs_dir: Path = Path("runs")
    releases: tuple[str, ...] = ()
    run: str | None = None
    audit_options: AuditOptions = field(default_factory=AuditOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasesResult:
    """The judged releases. ``complete``: every device could be read."""

    rows: tuple[ReleaseVerdict, ...]
    knowledge: Ruleset
    complete: bool = True

    @property
    def affected(self) -> bool:
        """Return whether an advisory affects at least one release."""
        return any(row.affected for row in self.rows)

    def reaches(self, threshold: Severity) -> bool:
        """Return whether an advisory of this severity or above affects at least one release."""
        return any(row.reaches(threshold) for row in self.rows)

    def is_decided(self, threshold: Severity) -> bool:
        """Return whether each release is determined for the advisories of this severity or above."""
        return all(row.is_decided(threshold) for row in self.rows)


def run(
    request: ReleasesRequest, operator: Operator, *, opening: OpenTransport = transport_for
) -> ReleasesResult:
    """Judge the releases that the request names. Switches are read into a run of their own.

    Raises InputError, CredentialError, StoreError, Interrupted.
    """
    if request.releases and request.run is not None:
        raise OptionError("--release and --run exclude each other")
    audit_options = request.audit_options

    if request.releases:
        rows = [judge_release(text, audit_options=audit_options) for text in request.releases]
        return ReleasesResult(rows=tuple(rows), knowledge=audit_options.knowledge)
    if request.run is not None:
        stored = open_run(Runs(request.runs_dir), request.run, operator, also=frozenset({_VERB}))
        complete = True
        rows = []
        for found in from_run(stored, request.target.selection):
            complete = complete and is_complete((found.result,))
            rows.append(facts_verdict(found, audit_options))
    else:
        rules = RulesInTask.of(audit_options, over_hub=request.connecting.hub is not None)
        done = read_switches(
            _VERB,
            VERSION,
            lambda device, earlier: VersionTask(device=device, rules=rules, earlier=earlier),
            target=request.target,
            connecting=request.connecting,
            runs_dir=request.runs_dir,
            operator=operator,
            opening=opening,
        )
        complete = is_complete(done.results)
        rows = [
            _verdict(result.name, answer.judged, audit_options.knowledge)
            if (answer := done.answers.get(result.name)) is not None
            else facts_verdict(DeviceInput(result=result, facts=None, intent=Intent()), audit_options)
            for result in done.results
        ]
    return ReleasesResult(rows=tuple(rows), knowledge=audit_options.knowledge, complete=complete)


def judge_release(text: str, *, audit_options: AuditOptions) -> ReleaseVerdict:
    """Judge a release from text; a text without a release is unknown."""
    try:
        release = Release.parse(text)
    except InvalidRelease:
        release = None
    judged = judge_advisories(text, release, Facts.of(), audit_options, Intent())
    return _verdict(None, judged, audit_options.knowledge)


def facts_verdict(found: DeviceInput, audit_options: AuditOptions) -> ReleaseVerdict:
    """Judge the release of a switch by it and by what its facts show; unknown where nothing was read."""
    facts = Facts.of() if found.facts is None else found.facts
    judged = judge_facts(facts, audit_options, found.intent)
    return _verdict(found.result.name, judged, audit_options.knowledge)


def _verdict(device: str | None, judged: JudgedRelease, knowledge: Ruleset) -> ReleaseVerdict:
    known = {advisory.id: advisory for advisory in knowledge.advisories}
    return ReleaseVerdict(
        device=device,
        release=judged.text,
        judged=tuple((known[name], symptom) for name, symptom in judged.advisories),
        target=knowledge.upgrade_targets(judged.release),
        defects=() if judged.release is None else knowledge.releases.defects_of(judged.release),
    )
