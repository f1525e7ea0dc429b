"""Fixed releases: the table of the domain reference, forms of a release, and upgrade targets."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.errors import InvalidRelease
from slp_ops.model import Severity
from slp_ops.release import Release
from slp_ops.rules.fixed_releases import AdvisoryStatus, AffectedReleases, FirstFixed, upgrade_targets
from slp_ops.rules.loading import advisories, known_releases

A, F, NA = "affected", "fixed", "not_applicable"
NOT_LISTED = "affected, not listed"
COLUMNS = ("FN72323", "FN72578", "CSCwa11048", "CSCvy20345")
TABLE = {
    "16.12.5b": (A, NA, NA, NA),
    "17.3.3": (A, A, A, NOT_LISTED),
    "17.3.4": (F, A, A, NOT_LISTED),
    "17.4.1": (A, A, NOT_LISTED, NOT_LISTED),
    "17.4.2": (F, NOT_LISTED, NOT_LISTED, NOT_LISTED),
    "17.5.1": (F, A, NOT_LISTED, NOT_LISTED),
    "17.6.4": (F, A, F, A),
    "17.7.1": (F, A, NOT_LISTED, NOT_LISTED),
    "17.8.1": (F, NOT_LISTED, F, NOT_LISTED),
    "17.9.1": (F, F, F, A),
    "17.9.4a": (F, F, F, F),
    "17.12.1": (F, F, F, NOT_LISTED),
    "17.13.1": (F, F, F, F),
    "17.15.3": (F, F, F, F),
    "17.18.1": (F, F, F, F),
}
KNOWN = {advisory.id: advisory.releases for advisory in advisories()}
# A further advisory changes where to go; these cases do not depend on it.
THESE = tuple(each for each in advisories() if each.id in (*COLUMNS, "CSCwc77088", "CSCwa34749"))


@pytest.mark.parametrize(
    ("release", "advisory", "expected"),
    [
        (release, advisory, verdict)
        for release, row in TABLE.items()
        for advisory, verdict in zip(COLUMNS, row, strict=True)
    ],
)
def test_the_table(release: str, advisory: str, expected: str) -> None:
    judged = KNOWN[advisory].judge(Release.parse(release))
    said = str(judged.status)
    if judged.status is AdvisoryStatus.AFFECTED and not judged.listed:
        said += ", not listed"
    assert said == expected
    if judged.status in (AdvisoryStatus.AFFECTED, AdvisoryStatus.FIXED):
        assert judged.first_fixed is not None
    if judged.status is AdvisoryStatus.FIXED:
        assert judged.listed


@pytest.mark.parametrize("advisory", advisories(), ids=lambda advisory: advisory.id)
def test_each_advisory_judges_its_own_examples(advisory: object) -> None:
    from slp_ops.rules.fixed_releases import Advisory

    assert isinstance(advisory, Advisory)
    assert advisory.examples
    for status, texts in advisory.examples.items():
        for text in texts:
            assert advisory.releases.judge(Release.parse(text)).status is status, text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17.03.04", AdvisoryStatus.FIXED),
        ("Cisco IOS XE Software, Version 17.03.03", AdvisoryStatus.AFFECTED),
        ("cat9k_iosxe.17.03.04.SPA.bin", AdvisoryStatus.FIXED),
        ("17.3.2", AdvisoryStatus.AFFECTED),
        ("17.3.2a", AdvisoryStatus.AFFECTED),
        ("17.07.01prd16", AdvisoryStatus.FIXED),
        ("17.03.03 - SMU-PATCHED", AdvisoryStatus.UNKNOWN),
        ("17.03.04 - SMU-PATCHED", AdvisoryStatus.FIXED),
        ("Experimental Version 17.3.20210516:071512", AdvisoryStatus.UNKNOWN),
        ("Experimental Version 17.15.20240516:071512", AdvisoryStatus.UNKNOWN),
    ],
)
def test_every_way_of_writing_a_release(text: str, expected: AdvisoryStatus) -> None:
    assert KNOWN["FN72323"].judge(Release.parse(text)).status is expected


def test_a_text_that_names_no_release_is_unknown() -> None:
    with pytest.raises(InvalidRelease):
        Release.parse("S2C")
    assert KNOWN["FN72323"].judge(None).status is AdvisoryStatus.UNKNOWN


def test_a_build_before_the_first_fixed_release_is_not_fixed() -> None:
    assert KNOWN["CSCwa11048"].judge(Release.parse("17.03.05prd2")).status is AdvisoryStatus.AFFECTED


def test_slp_defects_begin_with_slp() -> None:
    for name in ("FN72578", "CSCwa11048", "CSCvy20345", "CSCwc77088"):
        assert KNOWN[name].judge(Release.parse("17.3.1a")).status is AdvisoryStatus.NOT_APPLICABLE
        assert KNOWN[name].judge(Release.parse("17.3.2a")).status is not AdvisoryStatus.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("release", "same_train", "next_em_train"),
    [
        ("17.3.3", "17.3.8a", "17.6.6a"),
        ("17.3.7", "17.3.8a", "17.6.6a"),
        ("17.4.1", None, "17.6.6a"),
        ("17.6.4", "17.6.6a", "17.9.4a"),
        ("17.6.6", "17.6.6a", "17.9.4a"),
        ("17.9.1", "17.9.4a", "17.12.1"),
        ("17.9.4", "17.9.4a", "17.12.1"),
        ("17.9.4a", "17.9.4a", None),  # nothing to clear
        ("17.9.5", "17.9.5", None),
        ("17.12.4", "17.12.4", None),  # a cosmetic bug is no reason for another train
        ("17.13.1", "17.13.1", None),
        ("17.18.1", "17.18.1", None),
        ("16.12.5b", "16.12.10a", "17.3.8a"),
        ("16.12.10", "16.12.10a", "17.3.8a"),
        ("17.06.04 - SMU-PATCHED", "17.6.6a", "17.9.4a"),
        ("Experimental Version 17.15.20240516:071512", "17.15.1", "17.18.1"),
    ],
)
def test_where_to_go(release: str, same_train: str | None, next_em_train: str | None) -> None:
    found = upgrade_targets(Release.parse(release), THESE, known_releases())
    assert (str(found.same_train) if found.same_train else None) == same_train
    assert (str(found.next_em_train) if found.next_em_train else None) == next_em_train


def test_data_on_targets_names_its_source_and_date() -> None:
    known = known_releases()
    origins = [(known.extended_source, known.extended_date)]
    origins += [(each.source, each.date) for each in known.critical]
    origins += [(each.source, each.date) for each in known.deferred]
    for source, day in origins:
        assert source.startswith("https://")
        assert date.fromisoformat(day) <= date.today()  # noqa: DTZ011 - a day, not a time
    (defect,) = known.critical
    assert set(map(str, defect.releases.fixed.values())) == {"16.12.10a", "17.3.8a", "17.6.6a", "17.9.4a"}
    assert list(map(str, defect.verified)) == ["17.9.4a"]
    assert not known.is_target(Release.parse("17.3.2"))


def test_no_release_has_no_target() -> None:
    found = upgrade_targets(None, advisories(), known_releases())
    assert found.same_train is None
    assert found.next_em_train is None


def test_a_notice_that_names_a_release_is_told_apart_from_our_inference() -> None:
    named = AffectedReleases(first=Release.parse("17.4.1"), last=Release.parse("17.4.1b"))
    notice = FirstFixed(fixed={(17, 6): Release.parse("17.6.2")}, affected=(named,))
    assert notice.judge(Release.parse("17.4.1a")).listed
    assert not notice.judge(Release.parse("17.5.1")).listed
    assert "assumed" in notice.judge(Release.parse("17.5.1")).because.en
    assert "17.6.2" in notice.judge(Release.parse("17.5.1")).because.ja


numbered = st.builds(
    Release,
    major=st.just(17),
    minor=st.integers(3, 20),
    maintenance=st.integers(1, 12),
    rebuild=st.sampled_from(["", "a", "b"]),
)


@given(numbered)
def test_a_target_is_never_older_and_clears_everything(release: Release) -> None:
    found = upgrade_targets(release, advisories(), known_releases())
    for target in (found.same_train, found.next_em_train):
        if target is None:
            continue
        assert target >= release
        assert not known_releases().defects_of(target)
        for advisory in advisories():
            if advisory.releases.fixed and advisory.severity is not Severity.INFO:
                assert advisory.releases.judge(target).status is not AdvisoryStatus.AFFECTED


@given(numbered, st.sampled_from(sorted(COLUMNS)))
def test_inside_a_train_fixed_stays_fixed(release: Release, advisory: str) -> None:
    if KNOWN[advisory].judge(release).status is AdvisoryStatus.FIXED:
        from dataclasses import replace

        later = replace(release, maintenance=(release.maintenance or 0) + 1)
        assert KNOWN[advisory].judge(later).status is AdvisoryStatus.FIXED
