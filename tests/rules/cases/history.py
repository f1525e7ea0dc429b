"""What only several runs tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from slp_ops.facts.rum import RumHistory, RumPoint

NOW = datetime(2026, 1, 10, 12, 0, 0)  # noqa: DTZ001 - a device's time is naive
LONG_AGO = NOW - timedelta(days=60)
LATELY = NOW - timedelta(days=9)


def daily(
    *backlogs: int,
    unacknowledged: int = 0,
    last_ack: datetime | None = LONG_AGO,
    late: bool | None = True,
    spacing: float = 1,
) -> RumHistory:
    """One run a day until now, each with this backlog."""
    days = [timedelta(days=spacing * (number - len(backlogs) + 1)) for number in range(len(backlogs))]
    return RumHistory(
        points=tuple(
            RumPoint(
                run=f"00000{number}",
                seen=(NOW + day).replace(tzinfo=UTC),
                at=NOW + day,
                backlog=backlog,
                unacknowledged=unacknowledged,
                last_ack=last_ack,
                late=late,
            )
            for number, (day, backlog) in enumerate(zip(days, backlogs, strict=True))
        )
    )


CASES = {
    "rum-unacknowledged-growing": {
        "pass": [
            [daily(412, 412, 412, 412)],
            [daily(412, 413, 411, 412, 412)],
            # They grow, but the ACK is not late: so does every healthy switch between two reports.
            [daily(10, 12, 14, 16, last_ack=LATELY, late=False)],
            [daily(10, 12, 14, 16, late=None)],
        ],
        "fail": [
            [daily(412, 414, 416, 418)],
            [daily(990, 993, 996, 999)],
            [daily(1180, 1190, 1200, 1210, 1220)],
            # Nothing comes back although it was sent, long before the ACK counts as late.
            [
                RumHistory(
                    points=tuple(
                        RumPoint(
                            run=each.run,
                            seen=each.seen,
                            at=each.at,
                            backlog=each.backlog,
                            unacknowledged=each.backlog,
                            last_ack=each.last_ack,
                            late=False,
                        )
                        for each in daily(40, 44, 48, 52).points
                    )
                )
            ],
        ],
        "unknown": [
            [RumHistory()],
            [daily(412)],
            [daily(412, 414, 416)],
            # All at one moment: no line can be drawn.
            [daily(412, 414, 416, 418, spacing=0)],
        ],
        "not_applicable": [[]],
    }
}
