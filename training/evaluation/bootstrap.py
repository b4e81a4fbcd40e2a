"""Confidence intervals by resampling articles, not rows: quotes of one article are not independent."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap

from training.params import EvaluateParams

Counts = NDArray[np.float64]
Metric = Callable[[Counts], NDArray[np.float64]]
"""Turns summed counts of shape (…, *cell shape) into values of shape (…)."""


@dataclass(frozen=True)
class Estimate:
    """A score with its confidence interval; the bounds are None when every resample gives one value."""

    value: float
    low: float | None
    high: float | None

    def as_dict(self) -> dict[str, float | None]:
        """For a report."""
        return {"value": self.value, "low": self.low, "high": self.high}


def estimate(counts: Counts, metric: Metric, params: EvaluateParams) -> Estimate:
    """The metric on all articles, with a bias-corrected accelerated interval (BCa, Efron 1987).

    *Shape:* counts (articles, …): what each article adds to the sums the metric is made of. Falls back to the
    percentile interval where BCa is undefined (a score at its bound).
    """
    value = float(metric(counts.sum(axis=0)))
    if len(counts) < 2:
        return Estimate(round(value, 4), None, None)

    def statistic(rows: NDArray[np.int64], axis: int = -1) -> NDArray[np.float64]:
        return metric(counts[rows].sum(axis=rows.ndim - 1 if axis == -1 else axis))

    for method in ("BCa", "percentile"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a degenerate BCa warns and returns NaN; handled below
            interval = bootstrap(
                (np.arange(len(counts)),),
                statistic,
                n_resamples=params.resamples,
                batch=200,
                confidence_level=params.confidence,
                method=method,
                rng=np.random.default_rng(params.seed),
            ).confidence_interval
        if np.isfinite([interval.low, interval.high]).all():
            return Estimate(round(value, 4), round(float(interval.low), 4), round(float(interval.high), 4))
    return Estimate(round(value, 4), None, None)


def estimate_difference(
    first: tuple[Counts, Metric], second: tuple[Counts, Metric], params: EvaluateParams
) -> Estimate:
    """The metric on one sample of articles minus that on another, with a percentile interval.

    *Shape:* counts (articles, …), the two drawn independently of each other.
    """
    rng = np.random.default_rng(params.seed)
    value = float(first[1](first[0].sum(axis=0)) - second[1](second[0].sum(axis=0)))
    if min(len(first[0]), len(second[0])) < 2:
        return Estimate(round(value, 4), None, None)
    draws = _redraw(first, params, rng) - _redraw(second, params, rng)
    low, high = np.quantile(draws, [(1 - params.confidence) / 2, (1 + params.confidence) / 2])
    return Estimate(round(value, 4), round(float(low), 4), round(float(high), 4))


def _redraw(sample: tuple[Counts, Metric], params: EvaluateParams, rng: np.random.Generator) -> NDArray[np.float64]:
    counts, metric = sample
    rows = rng.integers(len(counts), size=(params.resamples, len(counts)))
    return metric(np.stack([counts[chosen].sum(axis=0) for chosen in rows]))


def f1_from_counts(true_positive: Counts, false_positive: Counts, false_negative: Counts) -> NDArray[np.float64]:
    """F1 from counts, 0 where there is neither prediction nor gold."""
    denominator = 2 * true_positive + false_positive + false_negative
    return np.divide(2 * true_positive, denominator, out=np.zeros_like(denominator), where=denominator > 0)
