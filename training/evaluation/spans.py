"""Scores of quote extraction: which gold quotes were found, by whom they were said to be spoken, and every error.

Counting rules (after nervaluate and citron): a predicted quote matches a gold quote when the character sets of
their contents overlap with IoU ≥ 0.5; pairs are matched one to one by the assignment with the greatest total IoU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from training.evaluation.bootstrap import Counts, Estimate, estimate, f1_from_counts
from training.params import EvaluateParams
from training.schema import Article, Quote, QuoteKind, Span

MATCH_IOU = 0.5


@dataclass(frozen=True)
class QuoteMatch:
    """A gold quote with the predicted quote it was matched to, by index; None on the side that has none."""

    gold: int | None
    predicted: int | None
    iou: float


@dataclass(frozen=True)
class ArticlePrediction:
    """One article's gold quotes and a system's quotes."""

    article: Article
    predicted: tuple[Quote, ...]

    @property
    def matches(self) -> list[QuoteMatch]:
        """Gold quotes in order, then predictions without a gold quote."""
        return match_quotes(self.article.quotes, self.predicted)


@dataclass(frozen=True)
class QuoteScores:
    """One system's extraction scores; rates over matched quotes carry their own n."""

    n_articles: int
    n_gold: int
    n_predicted: int
    precision: Estimate
    recall: Estimate
    f1: Estimate
    exact_f1: Estimate
    recall_by_kind: dict[str, Estimate]
    support_by_kind: dict[str, int]
    cue_accuracy: Estimate
    attribution_accuracy: Estimate
    actor_accuracy: Estimate
    actor_accuracy_inherited: Estimate
    n_matched: int
    n_matched_inherited: int


def character_iou(first: Sequence[Span], second: Sequence[Span]) -> float:
    """Characters in both over characters in either, in [0, 1]."""
    one = {i for span in first for i in range(span.start, span.end)}
    two = {i for span in second for i in range(span.start, span.end)}
    return len(one & two) / len(one | two) if one | two else 0.0


def match_quotes(gold: Sequence[Quote], predicted: Sequence[Quote]) -> list[QuoteMatch]:
    """Match one to one by greatest total IoU, keeping pairs from `MATCH_IOU` on."""
    overlap = np.array([[character_iou(g.content, p.content) for p in predicted] for g in gold])
    paired: dict[int, tuple[int, float]] = {}
    if overlap.size:
        for g, p in zip(*linear_sum_assignment(-overlap), strict=True):
            if overlap[g, p] >= MATCH_IOU:
                paired[int(g)] = (int(p), float(overlap[g, p]))
    used = {p for p, _ in paired.values()}
    matches = [QuoteMatch(g, *paired.get(g, (None, 0.0))) for g in range(len(gold))]
    return matches + [QuoteMatch(None, p, 0.0) for p in range(len(predicted)) if p not in used]


def quote_scores(predictions: Sequence[ArticlePrediction], params: EvaluateParams) -> QuoteScores:
    """Score one system on all articles; intervals resample articles."""
    rows = [_article_counts(prediction) for prediction in predictions]
    table = {name: np.array([row[name] for row in rows], dtype=np.float64) for name in rows[0]}

    def rate(hit: str, total: str) -> Estimate:
        cells: Counts = np.stack([table[hit], table[total]], axis=-1)
        return estimate(cells, _ratio, params)

    def f1(hit: str) -> Estimate:
        cells = np.stack([table[hit], table["predicted"] - table[hit], table["gold"] - table[hit]], axis=-1)
        return estimate(cells, lambda c: f1_from_counts(c[..., 0], c[..., 1], c[..., 2]), params)

    return QuoteScores(
        n_articles=len(rows),
        n_gold=int(table["gold"].sum()),
        n_predicted=int(table["predicted"].sum()),
        precision=rate("matched", "predicted"),
        recall=rate("matched", "gold"),
        f1=f1("matched"),
        exact_f1=f1("exact"),
        recall_by_kind={kind: rate(f"matched_{kind}", f"gold_{kind}") for kind in QuoteKind},
        support_by_kind={kind: int(table[f"gold_{kind}"].sum()) for kind in QuoteKind},
        cue_accuracy=rate("cue", "matched"),
        attribution_accuracy=rate("attribution", "matched"),
        actor_accuracy=rate("actor", "matched"),
        actor_accuracy_inherited=rate("actor_inherited", "matched_inherited"),
        n_matched=int(table["matched"].sum()),
        n_matched_inherited=int(table["matched_inherited"].sum()),
    )


def same_actor(first: str | None, second: str | None) -> bool:
    """Whether two actor strings are one actor: equal after folding white space."""
    return (first and " ".join(first.split())) == (second and " ".join(second.split()))


def _article_counts(prediction: ArticlePrediction) -> dict[str, int]:
    gold, predicted = prediction.article.quotes, prediction.predicted
    pairs = [
        (gold[m.gold], predicted[m.predicted])
        for m in prediction.matches
        if m.gold is not None and m.predicted is not None
    ]
    inherited = [(g, p) for g, p in pairs if g.attribution == "inherited"]
    counts = {
        "gold": len(gold),
        "predicted": len(predicted),
        "matched": len(pairs),
        "matched_inherited": len(inherited),
        "exact": sum(_offsets(g.content) == _offsets(p.content) for g, p in pairs),
        "cue": sum(_offsets((g.cue,)) == _offsets((p.cue,)) for g, p in pairs),
        "attribution": sum(g.attribution == p.attribution for g, p in pairs),
        "actor": sum(same_actor(g.actor, p.actor) for g, p in pairs),
        "actor_inherited": sum(same_actor(g.actor, p.actor) for g, p in inherited),
    }
    for kind in QuoteKind:
        counts[f"gold_{kind}"] = sum(quote.kind == kind for quote in gold)
        counts[f"matched_{kind}"] = sum(g.kind == kind for g, _ in pairs)
    return counts


def _offsets(spans: Sequence[Span | None]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans if span is not None]


def _ratio(cells: Counts) -> Counts:
    return np.divide(cells[..., 0], cells[..., 1], out=np.zeros_like(cells[..., 0]), where=cells[..., 1] > 0)
