"""Stances of quotes from the exported stance model, and of actors from their quotes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from math import prod

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
    likelihoods = _begin(scorer, questions)
    return lambda: read_stances(scorer, likelihoods(), [question.speaker for question in questions])


def stance_likelihoods(scorer: Scorer, questions: Sequence[StanceInput]) -> NDArray[np.float64]:
    """What the model says of each quote by itself.

    *Shape:* (questions, stances).
    """
    return _begin(scorer, questions)()


def read_stances(
    scorer: Scorer, likelihoods: NDArray[np.float64], speakers: Sequence[Hashable | None]
) -> list[StanceScore]:
    """Stances from what the model says of each quote, those of one speaker together; a None speaker says no more.

    *Shape:* likelihoods (quotes, stances), as many `speakers`.
    """
    if scorer.card.sides is not None:
        likelihoods = read_together(likelihoods, speakers, scorer.card.sides)
    return [_score(row, scorer) for row in likelihoods]


def actor_stance(scores: Sequence[StanceScore]) -> StanceScore:
    """An actor's stance from the stances of their quotes on one target: who takes a side in one quote has taken it.

    Neutral if all quotes are, a side if at least one takes it (a noisy or, Pearl 1988), in proportion. `abstained` unless a
    quote that is answered says the same.
    """
    weights = {side: 1 - prod(1 - score.probabilities[side] for score in scores) for side in STANCES}
    weights[Stance.NEUTRAL] = prod(score.probabilities[Stance.NEUTRAL] for score in scores)
    total = sum(weights.values())
    found = StanceScore({label: round(weights[label] / total, 4) for label in STANCES}, abstained=False)
    return replace(found, abstained=all(score.abstained or score.label != found.label for score in scores))


def _begin(scorer: Scorer, questions: Sequence[StanceInput]) -> Callable[[], NDArray[np.float64]]:
    logits = scorer.begin(scorer.encode([stance_pair(q.target, q.quote, q.cue) for q in questions]))
    return lambda: scorer.probabilities(logits())


def _score(probabilities: NDArray[np.float64], scorer: Scorer) -> StanceScore:
    rounded = {label: round(float(p), 4) for label, p in zip(scorer.card.labels, probabilities, strict=True)}
    return StanceScore(rounded, bool(probabilities.max() < scorer.card.abstain_below))
