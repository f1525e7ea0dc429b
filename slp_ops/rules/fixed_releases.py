"""Field notices and bugs as their YAML files describe them, and whether a release is affected.

Fixes are numbered inside their train, so that a larger number proves nothing: "fixed in 17.3.7, 17.6.5,
17.9.1 and later" leaves 17.8.1 open. Intermediate trains have no fix of their own: they are assumed affected,
and marked as such.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from slp_ops.i18n import Text
from slp_ops.json_documents import JsonValue, json_document, json_field
from slp_ops.model import Severity
from slp_ops.release import Release
from slp_ops.rules.texts import texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from slp_ops.model import Confidence


TEXTS = texts_of(__name__)


Train: TypeAlias = tuple[int, int]


def release_parts(release: Release | None) -> JsonValue:
    """Encode a release so that it is read back without loss."""
    return None if release is None else asdict(release)


class AdvisoryStatus(StrEnum):
    """Status of a release for an advisory."""

    AFFECTED = "affected"
    FIXED = "fixed"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


@json_document
class AdvisoryVerdict:
    """Verdict on a release. ``listed``: stated by the notice; otherwise inferred."""

    status: AdvisoryStatus
    because: Text
    listed: bool = False
    first_fixed: Release | None = json_field(default=None, encoder=release_parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedReleases:
    """Releases that a notice lists as affected: one, or a range."""

    first: Release
    last: Release

    def holds(self, release: Release) -> bool:
        """Return whether it contains this release."""
        return self.first <= release <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFixed:
    """Releases of a notice: the first fixed one of each train, and those listed as affected.

    ``introduced`` is the first release that can have the defect. Without any fix a release
    cannot be judged: the notice then does not depend on it.
    """

    fixed: Mapping[Train, Release] = field(default_factory=dict)
    introduced: Release | None = None
    affected: tuple[AffectedReleases, ...] = ()

    def judge(self, release: Release | None) -> AdvisoryVerdict:
        """Judge a release; None is a text without a release."""
        if release is None:
            return AdvisoryVerdict(status=AdvisoryStatus.UNKNOWN, because=TEXTS["unreadable"])
        fix = self.first_fix(release.train)
        if release.is_engineering:
            return AdvisoryVerdict(
                status=AdvisoryStatus.UNKNOWN, because=TEXTS["engineering"], first_fixed=fix
            )
        if self.introduced is not None and release < self.introduced:
            return AdvisoryVerdict(
                status=AdvisoryStatus.NOT_APPLICABLE,
                because=TEXTS["before"].format(introduced=self.introduced),
            )
        if not self.fixed:
            return AdvisoryVerdict(status=AdvisoryStatus.UNKNOWN, because=TEXTS["no-fix"])
        judged = self._by_train(release, fix)
        if release.smu and judged.status is AdvisoryStatus.AFFECTED:
            return replace(
                judged,
                status=AdvisoryStatus.UNKNOWN,
                because=TEXTS["smu"].format(fix=fix or TEXTS["none"]),
                listed=False,
            )
        return judged

    def first_fix(self, train: Train) -> Release | None:
        """Return the first fixed release of this train; without one, the nearest of a later train or the
        last."""
        if not self.fixed:
            return None
        return self.fixed[min((known for known in self.fixed if known >= train), default=max(self.fixed))]

    def _by_train(self, release: Release, fix: Release | None) -> AdvisoryVerdict:
        own = self.fixed.get(release.train)
        if own is not None and release >= own:
            return AdvisoryVerdict(
                status=AdvisoryStatus.FIXED,
                because=TEXTS["fixed-in"].format(fix=own),
                listed=True,
                first_fixed=own,
            )
        if own is not None:
            return AdvisoryVerdict(
                status=AdvisoryStatus.AFFECTED,
                because=TEXTS["below"].format(fix=own),
                listed=True,
                first_fixed=own,
            )
        if release.train > max(self.fixed):
            return AdvisoryVerdict(
                status=AdvisoryStatus.FIXED,
                because=TEXTS["and-later"].format(fix=fix),
                listed=True,
                first_fixed=fix,
            )
        listed = any(named.holds(release) for named in self.affected)
        return AdvisoryVerdict(
            status=AdvisoryStatus.AFFECTED,
            because=(TEXTS["named"] if listed else TEXTS["assumed"]).format(
                train=name(release.train), fix=fix
            ),
            listed=listed,
            first_fixed=fix,
        )


def name(train: Train) -> str:
    """Format a train, such as 17.9."""
    return f"{train[0]}.{train[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalDefect:
    """A critical defect that rebuilds fix. ``verified`` are the fixes that were read from the source."""

    ids: tuple[str, ...]
    title: Text
    releases: FirstFixed
    source: str
    date: str
    verified: tuple[Release, ...] = ()

    def holds(self, release: Release) -> bool:
        """Return whether a rebuild of the release's own train fixes it, and the release is older."""
        fix = self.releases.fixed.get(release.train)
        return fix is not None and release < fix


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredRelease:
    """A withdrawn release and its replacement."""

    release: Release
    instead: Release
    source: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseKnowledge:
    """Packaged data on upgrade targets: trains with extended maintenance, and releases that are no target."""

    extended: tuple[Train, ...] = ()
    extended_source: str = ""
    extended_date: str = ""
    critical: tuple[CriticalDefect, ...] = ()
    deferred: tuple[DeferredRelease, ...] = ()

    def defects_of(self, release: Release) -> tuple[CriticalDefect, ...]:
        """Return the critical defects of a release that a rebuild fixes."""
        return tuple(each for each in self.critical if each.holds(release))

    def is_target(self, release: Release) -> bool:
        """Return whether the release may be recommended."""
        return not self.defects_of(release) and release not in {each.release for each in self.deferred}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeTargets:
    """Upgrade targets. None without such a release. ``stays``: there is nothing to clear."""

    same_train: Release | None = None
    next_em_train: Release | None = None
    stays: bool = False


def upgrade_targets(
    release: Release | None, advisories: Iterable[Advisory], known: ReleaseKnowledge
) -> UpgradeTargets:
    """Return the nearest release of its own train, and the first of the next extended-maintenance train.

    Both clear every advisory that is more than information, and have no critical defect that a rebuild fixes.
    A release with nothing to clear has no target in another train. Advisories without any fix cannot be
    cleared by an upgrade and do not count.
    """
    if release is None:
        return UpgradeTargets()
    fixes = [
        each.releases for each in advisories if each.releases.fixed and each.severity is not Severity.INFO
    ]
    own = None if release.is_engineering else replace(release, smu=False)
    stays = _is_clear(release, fixes) and known.is_target(release)
    later = (
        _first_clear(_candidates(train, None, fixes, known), fixes, known)
        for train in sorted(known.extended)
        if train > release.train and not stays
    )
    return UpgradeTargets(
        same_train=_first_clear(_candidates(release.train, own, fixes, known), fixes, known),
        next_em_train=next((found for found in later if found is not None), None),
        stays=stays,
    )


def _candidates(
    train: Train, at_least: Release | None, advisories: list[FirstFixed], known: ReleaseKnowledge
) -> Iterator[Release]:
    """Return the releases of a train that certainly exist: its first, and those with a fix."""
    yield at_least or Release(major=train[0], minor=train[1], maintenance=1)
    for advisory in (*advisories, *(each.releases for each in known.critical)):
        fix = advisory.fixed.get(train)
        if fix is not None and (at_least is None or fix >= at_least):
            yield fix


def _first_clear(
    candidates: Iterable[Release], advisories: list[FirstFixed], known: ReleaseKnowledge
) -> Release | None:
    clear = (each for each in candidates if _is_clear(each, advisories) and known.is_target(each))
    return min(clear, default=None)


def _is_clear(release: Release, advisories: list[FirstFixed]) -> bool:
    return all(
        advisory.judge(release).status in (AdvisoryStatus.FIXED, AdvisoryStatus.NOT_APPLICABLE)
        for advisory in advisories
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """Advisory. ``examples`` are releases with their expected verdict, run as tests.

    ``since`` is the day from which it concerns each server, where it depends on the server.
    """

    id: str
    title: Text
    severity: Severity
    confidence: Confidence
    cause: Text
    remedy: tuple[Text, ...]
    releases: FirstFixed
    examples: Mapping[AdvisoryStatus, tuple[str, ...]]
    links: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()
    bugs: tuple[str, ...] = ()
    explains: tuple[str, ...] = field(default=())
    since: Mapping[str, date] = field(default_factory=dict)
