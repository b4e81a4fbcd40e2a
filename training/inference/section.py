"""Sections of articles from the exported section model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.inference.scorer import Scorer
from training.inputs import EncodedPair, section_pair


@dataclass(frozen=True)
class SectionScore:
    """One desk with its calibrated probability and whether the article goes there."""

    label: str
    probability: float
    assigned: bool


@dataclass(frozen=True)
class SectionResult:
    """Every desk in schema order, and the share of the article's tokens the model did not read."""

    scores: tuple[SectionScore, ...]
    dropped_rate: float

    @property
    def assigned(self) -> list[str]:
        """The labels given, in schema order; never empty."""
        return [score.label for score in self.scores if score.assigned]


def score_sections(scorer: Scorer, articles: Sequence[tuple[str, str]]) -> list[SectionResult]:
    """Sections of (title, text) pairs, in order.

    A label is assigned from its threshold on; when none reaches its own, the one nearest to it is, because every
    article belongs to a desk.
    """
    return begin_sections(scorer, articles)()


def begin_sections(scorer: Scorer, articles: Sequence[tuple[str, str]]) -> Callable[[], list[SectionResult]]:
    """Begin to score; the call that is returned waits, then gives what `score_sections` gives."""
    encoded = scorer.encode([section_pair(title, text) for title, text in articles])
    logits = scorer.begin(encoded)
    return lambda: _results(scorer, encoded, logits())


def _results(scorer: Scorer, encoded: Sequence[EncodedPair], logits: NDArray[np.float64]) -> list[SectionResult]:
    thresholds = np.asarray(scorer.card.thresholds)
    results = []
    for item, row in zip(encoded, scorer.probabilities(logits), strict=True):
        assigned = row >= thresholds
        if not assigned.any():
            assigned[(row - thresholds).argmax()] = True
        scores = tuple(
            SectionScore(label, round(float(p), 4), bool(yes))
            for label, p, yes in zip(scorer.card.labels, row, assigned, strict=True)
        )
        results.append(SectionResult(scores, item.n_dropped / max(1, item.n_dropped + len(item.ids))))
    return results
