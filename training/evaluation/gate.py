"""The promotion rule: may a challenger replace the champion? Numbers in, verdict out.

A challenger must show that it is no worse (a paired bootstrap over articles), that no label paid for it, and that its
probabilities can be believed as before. On other articles than the champion's no such proof is possible: then it is
refused only when it is worse beyond chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from training.evaluation.bootstrap import Estimate
from training.params import RegisterParams

DIGITS = 4
"""Differences are compared as they are reported, at four decimals: a fall of exactly the limit passes."""


@dataclass(frozen=True)
class Slice:
    """F1 of both models on one label."""

    name: str
    n: int
    """Gold rows with this label."""
    champion: float
    challenger: float

    @property
    def fall(self) -> float:
        """How much lower the challenger is; negative where it is higher."""
        return round(self.champion - self.challenger, DIGITS)


@dataclass(frozen=True)
class Calibration:
    """Expected calibration error of both models in one evaluation."""

    name: str
    champion: float
    challenger: float

    @property
    def rise(self) -> float:
        """How much worse the challenger is calibrated; negative where it is better."""
        return round(self.challenger - self.champion, DIGITS)


@dataclass(frozen=True)
class Comparison:
    """What is known of a challenger beside the champion."""

    headline: str
    """Name of the score that is compared."""
    paired: bool
    """Whether both were scored on the same articles."""
    articles: str
    """Which articles these are, in words."""
    champion: float
    challenger: float
    difference: Estimate
    """Challenger minus champion, with its interval over articles."""
    slices: tuple[Slice, ...]
    calibration: tuple[Calibration, ...]


@dataclass(frozen=True)
class Verdict:
    """Whether the challenger becomes champion, and why (one line)."""

    promoted: bool
    reason: str


def decide(comparison: Comparison, params: RegisterParams) -> Verdict:
    """Promote unless a rule is broken; the reason names every broken rule."""
    faults = [*_score_faults(comparison, params), *_slice_faults(comparison, params)]
    faults += _calibration_faults(comparison, params)
    if faults:
        return Verdict(False, f"{_summary(comparison)}: {'; '.join(faults)}")
    return Verdict(True, _summary(comparison))


def _score_faults(comparison: Comparison, params: RegisterParams) -> Iterator[str]:
    low, high = comparison.difference.low, comparison.difference.high
    if low is None or high is None:
        yield "too few articles for an interval"
    elif comparison.paired and low < -params.tolerance:
        yield f"the lower bound is below -{params.tolerance}"
    elif not comparison.paired and high < 0:
        yield "worse beyond chance"


def _slice_faults(comparison: Comparison, params: RegisterParams) -> Iterator[str]:
    for part in comparison.slices:
        if part.n >= params.slice_rows and part.fall > params.slice_fall:
            yield f"{part.name} falls from {part.champion:.3f} to {part.challenger:.3f}, by more than {params.slice_fall}"


def _calibration_faults(comparison: Comparison, params: RegisterParams) -> Iterator[str]:
    for part in comparison.calibration:
        if part.rise > params.calibration_rise:
            yield (
                f"calibration error of {part.name} rises from {part.champion:.3f} to {part.challenger:.3f}, "
                f"by more than {params.calibration_rise}"
            )


def _summary(comparison: Comparison) -> str:
    change = comparison.difference
    bounds = "no interval" if change.low is None or change.high is None else f"{change.low:+.4f} to {change.high:+.4f}"
    return (
        f"{comparison.headline} {comparison.challenger:.4f} against {comparison.champion:.4f}, "
        f"{change.value:+.4f} ({bounds}) on {comparison.articles}"
    )
