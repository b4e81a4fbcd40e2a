"""Which gold quotes a system found: character overlap and the matching that every quote score rests on.

A predicted quote matches a gold quote when the character sets of their contents overlap with IoU ≥ 0.5, whatever
their kinds. Pairs below that never compete; the others are matched one to one by the greatest total IoU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linear_sum_assignment

from training.schema import Article, Quote, Span

MATCH_IOU = 0.5


@dataclass(frozen=True)
class QuoteMatch:
    """A gold quote with the predicted quote it was matched to, by index; None on the side that has none."""

    gold: int | None
    predicted: int | None
    iou: float


@dataclass(frozen=True)
class QuotePair:
    """A gold quote and the predicted quote matched to it; `iou` lies in [0.5, 1]."""

    gold: Quote
    predicted: Quote
    iou: float


@dataclass(frozen=True)
class ArticlePrediction:
    """One article's gold quotes and a system's quotes."""

    article: Article
    predicted: tuple[Quote, ...]

    @cached_property
    def matches(self) -> list[QuoteMatch]:
        """Gold quotes in order, then predictions without a gold quote."""
        return match_quotes(self.article.quotes, self.predicted)

    @property
    def pairs(self) -> list[QuotePair]:
        """The matched quotes, in gold order."""
        return [
            QuotePair(self.article.quotes[match.gold], self.predicted[match.predicted], match.iou)
            for match in self.matches
            if match.gold is not None and match.predicted is not None
        ]


def character_iou(first: Sequence[Span], second: Sequence[Span]) -> float:
    """Characters in both over characters in either, in [0, 1]."""
    one = {i for span in first for i in range(span.start, span.end)}
    two = {i for span in second for i in range(span.start, span.end)}
    return len(one & two) / len(one | two) if one | two else 0.0


def match_quotes(gold: Sequence[Quote], predicted: Sequence[Quote]) -> list[QuoteMatch]:
    """Match one to one by greatest total IoU among the pairs from `MATCH_IOU` on."""
    overlap = np.array([[character_iou(g.content, p.content) for p in predicted] for g in gold])
    paired: dict[int, tuple[int, float]] = {}
    if overlap.size:
        overlap[overlap < MATCH_IOU] = 0.0
        for g, p in zip(*linear_sum_assignment(-overlap), strict=True):
            if overlap[g, p]:
                paired[int(g)] = (int(p), float(overlap[g, p]))
    used = {p for p, _ in paired.values()}
    matches = [QuoteMatch(g, *paired.get(g, (None, 0.0))) for g in range(len(gold))]
    return matches + [QuoteMatch(None, p, 0.0) for p in range(len(predicted)) if p not in used]


def same_actor(first: str | None, second: str | None) -> bool:
    """Whether two actor strings are one actor: equal after folding white space."""
    return actor_key(first) == actor_key(second)


def actor_key(actor: str | None) -> str | None:
    """What two names of one actor share."""
    return " ".join(actor.split()) if actor else None


def offsets(*spans: Span | None) -> list[tuple[int, int]]:
    """Start and end of each span; None is left out."""
    return [(span.start, span.end) for span in spans if span is not None]
