"""Judge releases against field notices and bugs, and name the upgrade."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.fleet import is_complete
from slp_ops.app.inputs import from_live_switches, from_run, open_run
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.sessions import SessionOptions, transport_for
from slp_ops.commands import registry
from slp_ops.errors import InvalidRelease, OptionError
from slp_ops.facts import CpuLoad, Software
from slp_ops.model import Severity
from slp_ops.parsing import Facts
from slp_ops.release import Release
from slp_ops.rules.advisories import judge_advisory
from slp_ops.rules.fixed_releases import AdvisoryStatus
from slp_ops.rules.loading import advisories
from slp_ops.rules.settings import Intent
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.inputs import DeviceInput
    from slp_ops.app.operator import Operator
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import OpenTransport
    from slp_ops.commands import ShowCommand
    from slp_ops.rules.dependencies import FactContext
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

    def judge(found: DeviceInput) -> ReleaseVerdict:
        if found.facts is None:
            return judge_device_release(
                found.result.name, Facts.of(), audit_options=audit_options, intent=Intent()
            )
        return judge_device_release(
            found.result.name, found.facts, audit_options=audit_options, intent=found.intent
        )

    complete = True
    if request.releases:
        rows = [judge_release(text, audit_options=audit_options) for text in request.releases]
    elif request.run is not None:
        stored = open_run(Runs(request.runs_dir), request.run, operator, also=frozenset({_VERB}))
        saved = list(from_run(stored, request.target.selection))
        rows = list(map(judge, saved))
        complete = is_complete([each.result for each in saved])
    else:
        _, results, rows = from_live_switches(
            _VERB,
            judge,
            target=request.target,
            connecting=request.connecting,
            runs_dir=request.runs_dir,
            commands=_advisory_commands(),
            collect_options=CollectOptions(),
            follow_up_commands=_further,
            operator=operator,
            opening=opening,
        )
        complete = is_complete(results)
    return ReleasesResult(rows=tuple(rows), knowledge=audit_options.knowledge, complete=complete)


def judge_release(text: str, *, audit_options: AuditOptions) -> ReleaseVerdict:
    """Judge a release from text; a text without a release is unknown."""
    try:
        release = Release.parse(text)
    except InvalidRelease:
        release = None
    return _row(None, text, release, audit_options.known(Facts.of(), Intent()), audit_options.knowledge)


def judge_device_release(
    name: str, facts: Facts, *, audit_options: AuditOptions, intent: Intent
) -> ReleaseVerdict:
    """The release of a switch, judged by it and by what its facts show. None of it read: unknown."""
    software = facts.get(Software)
    release = software.release if software is not None else None
    printed = software.version if software is not None else None
    return _row(
        name,
        printed or str(release or ""),
        release,
        audit_options.known(facts, intent),
        audit_options.knowledge,
    )


def _row(
    device: str | None, text: str, release: Release | None, known: FactContext, knowledge: Ruleset
) -> ReleaseVerdict:
    return ReleaseVerdict(
        device=device,
        release=text,
        judged=tuple(
            (advisory, judge_advisory(advisory, release, known)) for advisory in knowledge.advisories
        ),
        target=knowledge.upgrade_targets(release),
        defects=() if release is None else knowledge.releases.defects_of(release),
    )


def _advisory_commands() -> list[ShowCommand]:
    """Return the commands that the advisories need, but for the statistics."""
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
    """Return the heavy command with the statistics, only for a release with the bug that shows in them."""
    software = facts.get(Software)
    (bug,) = (each for each in advisories() if each.id == "CSCwa11048")
    judged = bug.releases.judge(None if software is None else software.release)
    if judged.status is not AdvisoryStatus.AFFECTED:
        return ()
    # The load is read again, since it decides whether the heavy command may be sent.
    return [
        known
        for known in registry()
        if known.command == "show license tech support"
        or (CpuLoad in known.provides and "baseline" in known.sets)
    ]
