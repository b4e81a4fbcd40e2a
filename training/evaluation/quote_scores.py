"""Scores of quote extraction: what was found, by which cue, and who was said to speak.

Counting rules, where `spans.match_quotes` says which quotes match:

* A quote is *found* when a predicted quote of any kind matches it. By kind, recall is the share of the gold quotes
  of that kind that were found, precision the share of the quotes *predicted* as that kind that match any gold
  quote, F1 their harmonic mean. The kind does not decide a hit, as the type does not in nervaluate's `exact` and
  `partial` scenarios; how often it is right is `kind_accuracy`, on matched quotes.
* *Exact* asks a matched pair for equal content offsets, every span of an interrupted quote included.
* Cues and speakers are counted as spans of the article, each once, whatever quotes they belong to (after citron);
  *overlap* counts a span that shares a character with any span of the other side.
* Accuracies of attribution and actor are taken on matched quotes. `explicit` and `inherited` go by gold's
  attribution; `anonymous` are those with an unnamed gold actor, which the other two count as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluation.bootstrap import Counts, Estimate, estimate
from training.evaluation.coreference import b_cubed
from training.evaluation.spans import ArticlePrediction, QuotePair, actor_key, offsets, same_actor
from training.params import EvaluateParams
from training.schema import ActorType, Attribution, Quote, QuoteKind

ATTRIBUTIONS = ("explicit", "inherited", "anonymous")
_ROLES = ("cue", "speaker")
_Offsets = set[tuple[int, int]]


@dataclass(frozen=True)
class QuoteScores:
    """One system's extraction scores; dictionaries hold the kinds and attributions that occur."""

    n_articles: int
    n_gold: int
    n_predicted: int
    n_matched: int
    precision: Estimate
    recall: Estimate
    f1: Estimate
    exact_f1: Estimate
    support_by_kind: dict[str, int]
    n_predicted_by_kind: dict[str, int]
    precision_by_kind: dict[str, Estimate]
    recall_by_kind: dict[str, Estimate]
    f1_by_kind: dict[str, Estimate]
    exact_f1_by_kind: dict[str, Estimate]
    kind_accuracy: Estimate
    n_gold_cues: int
    n_predicted_cues: int
    cue_f1: Estimate
    cue_overlap_f1: Estimate
    n_gold_speakers: int
    n_predicted_speakers: int
    speaker_f1: Estimate
    speaker_overlap_f1: Estimate
    attribution_accuracy: Estimate
    actor_accuracy: Estimate
    support_by_attribution: dict[str, int]
    actor_accuracy_by_attribution: dict[str, Estimate]
    actor_b3_precision: Estimate
    actor_b3_recall: Estimate
    actor_b3_f1: Estimate


def quote_scores(predictions: Sequence[ArticlePrediction], params: EvaluateParams) -> QuoteScores:
    """Score one system on at least one article; intervals resample articles."""
    table = _Table([_article_counts(prediction) for prediction in predictions], params)
    kinds = [kind for kind in QuoteKind if table.n(f"gold {kind}") or table.n(f"predicted {kind}")]
    groups = [group for group in ATTRIBUTIONS if table.n(f"matched {group}")]
    return QuoteScores(
        n_articles=len(predictions),
        n_gold=table.n("gold"),
        n_predicted=table.n("predicted"),
        n_matched=table.n("matched"),
        precision=table.rate("matched", "predicted"),
        recall=table.rate("matched", "gold"),
        f1=table.f1("matched", "matched"),
        exact_f1=table.f1("exact", "exact"),
        support_by_kind={kind: table.n(f"gold {kind}") for kind in kinds},
        n_predicted_by_kind={kind: table.n(f"predicted {kind}") for kind in kinds},
        precision_by_kind={kind: table.rate(f"matched predicted {kind}", f"predicted {kind}") for kind in kinds},
        recall_by_kind={kind: table.rate(f"matched gold {kind}", f"gold {kind}") for kind in kinds},
        f1_by_kind={kind: table.f1(f"matched gold {kind}", f"matched predicted {kind}", f" {kind}") for kind in kinds},
        exact_f1_by_kind={
            kind: table.f1(f"exact gold {kind}", f"exact predicted {kind}", f" {kind}") for kind in kinds
        },
        kind_accuracy=table.rate("kind", "matched"),
        n_gold_cues=table.n("gold cue"),
        n_predicted_cues=table.n("predicted cue"),
        cue_f1=table.f1("exact cue", "exact cue", " cue"),
        cue_overlap_f1=table.f1("overlap gold cue", "overlap predicted cue", " cue"),
        n_gold_speakers=table.n("gold speaker"),
        n_predicted_speakers=table.n("predicted speaker"),
        speaker_f1=table.f1("exact speaker", "exact speaker", " speaker"),
        speaker_overlap_f1=table.f1("overlap gold speaker", "overlap predicted speaker", " speaker"),
        attribution_accuracy=table.rate("attribution", "matched"),
        actor_accuracy=table.rate("actor", "matched"),
        support_by_attribution={group: table.n(f"matched {group}") for group in groups},
        actor_accuracy_by_attribution={group: table.rate(f"actor {group}", f"matched {group}") for group in groups},
        actor_b3_precision=table.rate("b3 precision", "matched"),
        actor_b3_recall=table.rate("b3 recall", "matched"),
        actor_b3_f1=table.harmonic("b3 recall", "matched", "b3 precision", "matched"),
    )


class _Table:
    """What each article adds to every sum, and the scores made of them."""

    def __init__(self, rows: Sequence[dict[str, float]], params: EvaluateParams) -> None:
        self._columns = {name: np.array([row[name] for row in rows], dtype=np.float64) for name in rows[0]}
        self._params = params

    def n(self, name: str) -> int:
        return int(self._columns[name].sum())

    def rate(self, hits: str, total: str) -> Estimate:
        return estimate(self._stack(hits, total), _ratio, self._params)

    def f1(self, hits_of_gold: str, hits_of_predicted: str, suffix: str = "") -> Estimate:
        return self.harmonic(hits_of_gold, f"gold{suffix}", hits_of_predicted, f"predicted{suffix}")

    def harmonic(self, *names: str) -> Estimate:
        return estimate(self._stack(*names), _harmonic_mean, self._params)

    def _stack(self, *names: str) -> Counts:
        return np.stack([self._columns[name] for name in names], axis=-1)


def _ratio(cells: Counts) -> NDArray[np.float64]:
    return np.divide(cells[..., 0], cells[..., 1], out=np.zeros_like(cells[..., 0]), where=cells[..., 1] > 0)


def _harmonic_mean(cells: Counts) -> NDArray[np.float64]:
    """Of recall (columns 0 over 1) and precision (2 over 3)."""
    recall, precision = _ratio(cells[..., :2]), _ratio(cells[..., 2:])
    both = recall + precision
    return np.divide(2 * recall * precision, both, out=np.zeros_like(both), where=both > 0)


def _article_counts(prediction: ArticlePrediction) -> dict[str, float]:
    gold, predicted, pairs = prediction.article.quotes, prediction.predicted, prediction.pairs
    clusters = b_cubed([actor_key(p.gold.actor) for p in pairs], [actor_key(p.predicted.actor) for p in pairs])
    return {
        "gold": len(gold),
        "predicted": len(predicted),
        "matched": len(pairs),
        "exact": sum(map(_is_exact, pairs)),
        "kind": sum(p.gold.kind == p.predicted.kind for p in pairs),
        "attribution": sum(p.gold.attribution == p.predicted.attribution for p in pairs),
        "actor": sum(map(_is_actor, pairs)),
        "b3 precision": clusters.precision_sum,
        "b3 recall": clusters.recall_sum,
        **dict(_kind_counts(gold, predicted, pairs)),
        **dict(_actor_counts(pairs)),
        **{name: n for role in _ROLES for name, n in _span_counts(role, gold, predicted)},
    }


def _is_exact(pair: QuotePair) -> bool:
    return offsets(*pair.gold.content) == offsets(*pair.predicted.content)


def _is_actor(pair: QuotePair) -> bool:
    return same_actor(pair.gold.actor, pair.predicted.actor)


def _kind_counts(
    gold: Sequence[Quote], predicted: Sequence[Quote], pairs: Sequence[QuotePair]
) -> Iterator[tuple[str, int]]:
    for kind in QuoteKind:
        for side, quotes, of in (
            ("gold", gold, [(p.gold, p) for p in pairs]),
            ("predicted", predicted, [(p.predicted, p) for p in pairs]),
        ):
            matched = [pair for quote, pair in of if quote.kind == kind]
            yield f"{side} {kind}", sum(quote.kind == kind for quote in quotes)
            yield f"matched {side} {kind}", len(matched)
            yield f"exact {side} {kind}", sum(map(_is_exact, matched))


def _actor_counts(pairs: Sequence[QuotePair]) -> Iterator[tuple[str, int]]:
    for group in ATTRIBUTIONS:
        inside = [pair for pair in pairs if group in _groups(pair.gold)]
        yield f"matched {group}", len(inside)
        yield f"actor {group}", sum(map(_is_actor, inside))


def _groups(gold: Quote) -> tuple[str, ...]:
    unnamed = ("anonymous",) if gold.actor_type is ActorType.ANONYMOUS else ()
    return unnamed if gold.attribution is Attribution.NONE else (gold.attribution, *unnamed)


def _span_counts(role: str, gold: Sequence[Quote], predicted: Sequence[Quote]) -> Iterator[tuple[str, int]]:
    ours, theirs = (set(offsets(*(getattr(quote, role) for quote in quotes))) for quotes in (gold, predicted))
    yield f"gold {role}", len(ours)
    yield f"predicted {role}", len(theirs)
    yield f"exact {role}", len(ours & theirs)
    yield f"overlap gold {role}", _overlapping(ours, theirs)
    yield f"overlap predicted {role}", _overlapping(theirs, ours)


def _overlapping(spans: _Offsets, others: _Offsets) -> int:
    return sum(any(start < end_ and start_ < end for start_, end_ in others) for start, end in spans)
