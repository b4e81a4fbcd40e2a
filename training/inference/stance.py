"""Stances of quotes from the exported stance model, and of actors from their quotes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from training.inference.scorer import Scorer
from training.inference.sides import read_together
from training.inputs import stance_pair
from training.schema import STANCES, Quote, Stance


@dataclass(frozen=True)
class StanceInput:
    """One question to the stance model, which does not read `actor`: who speaks must change nothing."""

    quote: str
    target: str
    actor: str | None = None
    cue: str | None = None
    article: Hashable | None = None
    """Quotes of one actor in one article on one target are read together; None: this one alone."""

    @classmethod
    def of(cls, quote: Quote, target: str, article: Hashable) -> StanceInput:
        """The question where the speaker of `quote` stands on `target`."""
        return cls(quote.words, target, quote.actor, quote.cue.text if quote.cue else None, article)

    @property
    def speaker(self) -> Hashable | None:
        """Equal for the questions that are answered together."""
        return None if self.article is None or self.actor is None else (self.article, self.actor, self.target)


@dataclass(frozen=True)
class StanceScore:
    """Calibrated probabilities of the three stances; `abstained` when the best is not sure enough."""

    probabilities: dict[str, float]
    abstained: bool

    @property
    def label(self) -> str:
        """The most probable stance; of equals the first in schema order."""
        return max(self.probabilities, key=lambda label: self.probabilities[label])

    @property
    def probability(self) -> float:
        """Of `label`."""
        return self.probabilities[self.label]


def score_stances(scorer: Scorer, questions: Sequence[StanceInput]) -> list[StanceScore]:
    """Answer every question, in order."""
    return begin_stances(scorer, questions)()


def begin_stances(scorer: Scorer, questions: Sequence[StanceInput]) -> Callable[[], list[StanceScore]]:
    """Begin to answer; the call that is returned waits, then gives what `score_stances` gives."""
    encoded = scorer.encode([stance_pair(q.target, q.quote, q.cue) for q in questions])
    logits = scorer.begin(encoded)
    speakers = [q.speaker for q in questions]

    def scores() -> list[StanceScore]:
        probabilities = scorer.probabilities(logits())
        if scorer.card.sides is not None:
            probabilities = read_together(probabilities, speakers, scorer.card.sides)
        return [_score(row, scorer) for row in probabilities]

    return scores


def actor_stance(scores: Sequence[StanceScore]) -> StanceScore:
    """An actor's stance from the stances of their quotes on one target.

    Quotes that take a side decide; neutral and abstained ones say nothing about the side. Probabilities are the
    means over the deciding quotes, or over all quotes when none takes a side.
    """
    deciding = [score for score in scores if score.label != Stance.NEUTRAL and not score.abstained] or list(scores)
    means = {label: round(fmean(score.probabilities[label] for score in deciding), 4) for label in STANCES}
    return StanceScore(means, all(score.abstained for score in deciding))


def _score(probabilities: NDArray[np.float64], scorer: Scorer) -> StanceScore:
    rounded = {label: round(float(p), 4) for label, p in zip(scorer.card.labels, probabilities, strict=True)}
    return StanceScore(rounded, bool(probabilities.max() < scorer.card.abstain_below))
