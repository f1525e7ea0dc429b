"""The reasons of RUM reports with flag E: show commands that are known once the reports are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.commands import ad_hoc
from slp_ops.facts import RumReports, Software
from slp_ops.release import Release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.commands import ShowCommand
    from slp_ops.parsing import Facts

_DETAILS_SINCE: Final = Release.parse("17.7.1")
_MOST_DETAILS: Final = 10


def flagged_reports(facts: Facts) -> Sequence[ShowCommand]:
    """Return the commands with the reasons of reports with flag E, at most ten."""
    software, listed = facts.get(Software), facts.get(RumReports)
    release = None if software is None else software.release
    if listed is None or release is None or release < _DETAILS_SINCE:
        return ()
    flagged = [report for report in listed.reports if report.has_error][:_MOST_DETAILS]
    return [ad_hoc(f"show license rum id {report.id} detail") for report in flagged]
