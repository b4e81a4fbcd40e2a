"""What is fitted after training: temperatures, section thresholds and the confidence of quote rules on dev, sides on train."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, softmax
from sklearn.metrics import f1_score, log_loss

from training.export.bundle import RuleCard, SideCard

Array = NDArray[np.float64]

TEMPERATURE_BOUNDS = (0.25, 8.0)
MIN_ANSWERED = 30
"""Fewer answers say too little about their accuracy."""
THRESHOLDS = np.linspace(0.1, 0.9, 33)
EM_ROUNDS = 200


def fit_temperature(logits: Array, gold: NDArray[np.int64]) -> float:
    """The divisor of the logits that makes dev log-loss least (Guo et al. 2017), within `TEMPERATURE_BOUNDS`.

    *Shape:* logits (rows, labels); gold (rows,) class indices, or (rows, labels) 0/1 for several labels a row.
    """

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        if gold.ndim == 1:
            return float(-log_softmax(scaled, axis=1)[np.arange(len(gold)), gold].mean())
        return float(log_loss(gold.ravel(), expit(scaled).ravel(), labels=[0, 1]))

    return float(round(minimize_scalar(loss, bounds=TEMPERATURE_BOUNDS, method="bounded").x, 4))


def probabilities(logits: Array, temperature: float, *, multi_label: bool) -> Array:
    """Calibrated probabilities: sigmoid for several labels a row, softmax for one. Same shape as the logits."""
    scaled = logits / temperature
    return np.asarray(expit(scaled) if multi_label else softmax(scaled, axis=1))


def best_thresholds(scores: Array, gold: NDArray[np.int64]) -> tuple[float, ...]:
    """For each label the threshold with the best dev F1; of equal ones the one nearest 0.5.

    *Shape:* both (rows, labels). A label without a dev example keeps 0.5.
    """
    chosen = []
    for column, truth in zip(scores.T, gold.T, strict=True):
        f1 = np.array([f1_score(truth, column >= threshold, zero_division=0.0) for threshold in THRESHOLDS])
        tied = THRESHOLDS[f1 >= f1.max() - 1e-9] if truth.any() else np.array([0.5])
        chosen.append(round(float(tied[np.abs(tied - 0.5).argmin()]), 4))
    return tuple(chosen)


@dataclass(frozen=True)
class Abstention:
    """From which confidence on answers are given, and what that gave on dev."""

    threshold: float
    coverage: float
    """Share of rows answered, in [0, 1]."""
    accuracy: float
    """Of the rows answered, in [0, 1]."""


def abstention(confidence: Array, correct: NDArray[np.int64], asked: float) -> Abstention:
    """The threshold that answers most rows at an accuracy of at least `asked` (selective classification, Geifman 2017).

    *Shape:* both (rows,). Where no threshold that answers `MIN_ANSWERED` rows is accurate enough, the most accurate
    one is taken: compare `accuracy` with what was asked.
    """
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(order) + 1)
    accuracy = np.cumsum(correct[order]) / answered
    ends = np.append(np.diff(confidence[order]) < 0, True)  # rows of equal confidence are answered together
    allowed = ends & (answered >= min(MIN_ANSWERED, len(order)))
    reached = np.flatnonzero(allowed & (accuracy >= asked))
    last = reached[-1] if len(reached) else np.flatnonzero(allowed)[accuracy[allowed].argmax()]
    threshold = float(np.floor(confidence[order][last] * 1e4) / 1e4)
    return Abstention(threshold, round(float(answered[last] / len(order)), 4), round(float(accuracy[last]), 4))


def fit_sides(speakers: Iterable[Sequence[int]]) -> SideCard:
    """The two sides of speakers, from the stances that annotators gave each speaker's quotes on one target.

    Expectation maximisation with the side as latent class (Dawid & Skene 1979), for who speaks neutrally may have one all
    the same; every count is smoothed by half a quote. A third class, of speakers without a side, comes out as a copy of
    the first: the data know no such speakers.
    """
    groups = [list(stances) for stances in speakers]
    of_speakers, of_quotes = np.array([0.5, 0.5]), np.array([[0.5, 0.01, 0.49], [0.01, 0.5, 0.49]])
    for _ in range(EM_ROUNDS):
        n_speakers, n_quotes = np.full(2, 0.5), np.full(of_quotes.shape, 0.5)
        for group in groups:
            side = of_speakers * of_quotes[:, group].prod(axis=1)
            side /= side.sum()
            n_speakers += side
            np.add.at(n_quotes.T, group, side)
        of_speakers, of_quotes = n_speakers / n_speakers.sum(), n_quotes / n_quotes.sum(axis=1, keepdims=True)
    for_target, against = of_quotes.round(4).tolist()
    return SideCard(speakers=tuple(of_speakers.round(4).tolist()), quotes=(tuple(for_target), tuple(against)))


def pairs_of_quotes(speakers: Iterable[Sequence[int]]) -> tuple[int, int]:
    """Ordered pairs of quotes of one speaker that both take a side, and those of them that take different sides.

    What `fit_sides` rests on: the second number must be small beside the first.
    """
    both = apart = 0
    for stances in speakers:
        counts = np.bincount(np.asarray(stances, dtype=np.int64), minlength=3)[:2]
        both += int(counts.sum() * (counts.sum() - 1))
        apart += int(2 * counts.prod())
    return both, apart


def rule_confidence(outcomes: Iterable[tuple[str, bool]]) -> RuleCard:
    """Precision of each extraction rule from (rule, right) pairs, pulled toward the overall precision.

    The pull counts as two quotes, so that a rule seen once does not claim certainty (Laplace; m-estimate).
    """
    seen = list(outcomes)
    totals, right = Counter(rule for rule, _ in seen), Counter(rule for rule, good in seen if good)
    overall = (sum(right.values()) + 1) / (len(seen) + 2)
    confidence = {rule: round((right[rule] + 2 * overall) / (n + 2), 4) for rule, n in sorted(totals.items())}
    return RuleCard(confidence=confidence, default=round(overall, 4), n_dev_quotes=len(seen))
