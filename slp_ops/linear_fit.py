"""Linear fit through counts, and the time at which it reaches a limit, with its confidence interval.

Pure arithmetic: x are days, y are counts. ``rules.derived.growth`` applies it to counts of RUM reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import sqrt
from statistics import NormalDist, fmean
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE: Final = 0.90
MIN_POINTS: Final = 4  # three points leave one degree of freedom, too few for an interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Time at which the line reaches a limit, in days on the x axis.

    ``latest`` is None when a line within the interval never reaches it.
    """

    estimate: float
    earliest: float
    latest: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Fitted line. ``margin`` is the half-width of the slope's 90 % interval."""

    slope: float
    margin: float
    mean_x: float
    mean_y: float
    variance: float  # of one count about the line
    count: int
    sum_sq_x: float  # sum of the squared distances of x from their mean

    @property
    def rises(self) -> bool:
        """Return whether the line rises significantly."""
        return self.slope - self.margin > 0

    def at(self, x: float) -> float:
        """Return the value of the line at x."""
        return self.mean_y + self.slope * (x - self.mean_x)

    def reaches(self, limit: float) -> Crossing | None:
        """Return the time at which a rising line reaches a limit; None for a line that does not rise.

        The interval is Fieller's: both the slope and the height of the line are uncertain.
        """
        if self.slope <= 0:
            return None
        away = limit - self.mean_y
        estimate = self.mean_x + away / self.slope
        scale = _quantile(self.count - 2) ** 2 * self.variance
        by_slope, by_height = scale / self.sum_sq_x, scale / self.count
        rest = self.slope**2 - by_slope
        root = sqrt(max(0.0, self.slope**2 * by_height + by_slope * away**2 - by_slope * by_height))
        if rest <= 0:
            # The line may be flat; the steepest one within the interval gives the earliest time.
            steepest = self.slope + sqrt(by_slope)
            return Crossing(estimate=estimate, earliest=self.mean_x + away / steepest, latest=None)
        ends = [(self.slope * away + sign * root) / rest for sign in (-1, 1)]
        return Crossing(estimate=estimate, earliest=self.mean_x + min(ends), latest=self.mean_x + max(ends))


def fit(points: Sequence[tuple[float, float]], *, batch: float = 1.0) -> Trend | None:
    """Fit the least-squares line; None for too few points, or all at one x.

    Counts change in steps of one, and in steps of what ``batch`` days add: the interval is never narrower
    than such a step.
    """
    if len(points) < MIN_POINTS:
        return None
    mean_x, mean_y = fmean(x for x, _ in points), fmean(y for _, y in points)
    sum_sq_x = sum((x - mean_x) ** 2 for x, _ in points)
    if sum_sq_x == 0:
        return None
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum_sq_x
    residual = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points) / (len(points) - 2)
    step = max(1.0, abs(slope) * batch)
    variance = max(residual, step**2 / 12)  # the variance of a rounding to whole steps
    return Trend(
        slope=slope,
        margin=_quantile(len(points) - 2) * sqrt(variance / sum_sq_x),
        mean_x=mean_x,
        mean_y=mean_y,
        variance=variance,
        count=len(points),
        sum_sq_x=sum_sq_x,
    )


@cache
def _quantile(freedom: int) -> float:
    """Return Student's t for the two-sided confidence, by Cornish and Fisher; within 1.3 % from 2 degrees
    on."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
