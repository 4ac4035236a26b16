"""How far two samples are apart, and how likely chance alone puts them there.

Population stability index: the sum over bins of (a - b) ln(a / b), a and b the shares of the two samples in a bin.
Lewis, *An Introduction to Credit Scoring* (1994), calls 0.1 a small and 0.25 a large change. An empty bin would make it
infinite, so half a row is added to every bin of both samples (as Haldane and Anscombe do for odds ratios).

Every p-value here is exact or conservative for small and tied samples, because drops are small and many columns are
counts: an approximation that errs the other way cries wolf in one of hundreds of columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import betabinom, chi2_contingency, fisher_exact, hypergeom, ks_2samp, kstwo

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

BINS = 10
_HALF_ROW = 0.5
# Cochran's rule: below this expected count the chi-square approximation is not to be trusted.
_EXPECTED = 5


def numeric_bins(before: Floats, now: Floats) -> tuple[Counts, Counts]:
    """Return how many values of each sample fall between the deciles of the first.

    Deciles that coincide make one bin: counts and flags have fewer than ten. A bin includes its upper edge; the outer
    ones are open, so values beyond the old range count in them. A constant has one bin for itself and one on each side.
    """
    edges = _edges(np.sort(before))

    def count(values: Floats) -> Counts:
        return np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)

    return count(before), count(now)


def _edges(ordered: Floats) -> Floats:
    # In whole numbers: a tenth is no binary fraction, and 0.3 of 1000 rows would be one row too many.
    places = [(len(ordered) * tenth + BINS - 1) // BINS - 1 for tenth in range(1, BINS)]
    edges, highest = np.unique(ordered[places]), ordered[-1]
    if edges[-1] < highest:
        return edges
    # So many values are the highest that a decile is: the last bin begins above the value next to it.
    lower = ordered[ordered < highest]
    if not len(lower):
        return np.array([np.nextafter(highest, -np.inf), highest])
    return np.unique(np.append(edges[:-1], lower[-1]))


def category_bins(before: Mapping[str, int], now: Mapping[str, int]) -> tuple[Counts, Counts]:
    """Return how many rows of each sample hold the most frequent values of the first; the last bin is all others."""
    frequent = sorted(before, key=lambda value: (-before[value], value))[: BINS - 1]

    def count(values: Mapping[str, int]) -> Counts:
        named = [values.get(value, 0) for value in frequent]
        return np.array([*named, sum(values.values()) - sum(named)], dtype=np.int64)

    return count(before), count(now)


def psi(before: Counts, now: Counts) -> float:
    """Return the population stability index of two samples counted in the same bins."""
    a, b = ((counts + _HALF_ROW) / (counts.sum() + _HALF_ROW * len(counts)) for counts in (now, before))
    return float(((a - b) * np.log(a / b)).sum())


def ks(before: Floats, now: Floats) -> tuple[float, float]:
    """Return the Kolmogorov-Smirnov distance of two samples and its exact p-value, conservative where values tie."""
    found = ks_2samp(before, now, method="exact")
    return float(found.statistic), float(np.clip(found.pvalue, 0, 1))


def total_variation(before: Counts, now: Counts) -> float:
    """Return the largest difference in the share of any set of bins, from 0 (the same) to 1 (nothing in common)."""
    return float(np.abs(before / before.sum() - now / now.sum()).sum() / 2)


def categories_test(before: Mapping[str, int], now: Mapping[str, int]) -> float:
    """Return the p-value that two samples of categories come from one population.

    The chi-square test where every expected count is at least five; otherwise the smallest of the exact
    (hypergeometric) p-values of the single categories, times their number.
    """
    names = sorted({*before, *now})
    table = np.array([[sample.get(name, 0) for name in names] for sample in (before, now)], dtype=np.int64)
    each, rows = table.sum(axis=0), table.sum(axis=1)
    if len(names) < 2:
        return 1.0
    if each.min() * rows.min() >= _EXPECTED * rows.sum():
        test: Any = chi2_contingency(table, correction=False)
        return float(test.pvalue)
    few = hypergeom.cdf(table[1], rows.sum(), each, rows[1])
    many = hypergeom.sf(table[1] - 1, rows.sum(), each, rows[1])
    return float(min(1.0, 2 * len(names) * np.minimum(few, many).min()))


def missing_test(before: tuple[int, int], now: tuple[int, int]) -> float:
    """Return Fisher's exact p-value that cells are missing as often as before.

    :param before: present and missing cells; so is ``now``.
    """
    return float(fisher_exact([before, now]).pvalue)


def outside_test(outside: int, now: int, before: int) -> float:
    """Return the p-value of so many new values beyond the range of the old ones.

    What lies outside the range of n values of a continuous population is Beta(2, n - 1) distributed, whatever the
    population (Wilks, 1941), so the count among new values is beta-binomial. Ties make it conservative.

    :param outside: new values below the old minimum or above the old maximum.
    :param now: all new values.
    :param before: all old values.
    """
    if not outside or before < 2:
        return 1.0
    return float(min(1.0, betabinom.pmf(np.arange(outside, now + 1), now, 2, before - 1).sum()))


def smallest_distance(before: int, now: int, level: float) -> float | None:
    """Return the KS distance that one column must show to be told from chance at a level.

    None: not even two samples that do not overlap can be.

    :param before: old values; ``now``: new ones.
    :param level: the p-value to reach: the false discovery rate divided by the number of tests.
    """
    if not before or not now or _smallest_p(before, now) > level:
        return None
    return float(kstwo.isf(level, max(1, round(before * now / (before + now)))))


def _smallest_p(before: int, now: int) -> float:
    """Return the p-value of two samples that do not overlap: two of all the orders their values can come in."""
    return float(2 * np.exp(gammaln(before + 1) + gammaln(now + 1) - gammaln(before + now + 1)))
