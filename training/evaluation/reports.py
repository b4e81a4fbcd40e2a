"""The metrics file of each evaluation: one system beside its baselines, every score with n and interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation.bootstrap import Counts, Estimate, estimate, f1_from_counts
from training.evaluation.calibration import expected_calibration_error
from training.evaluation.classification import ClassificationScores, multi_label_scores, single_label_scores
from training.evaluation.quote_scores import QuoteScores, quote_scores
from training.evaluation.selective import selective_scores
from training.evaluation.spans import ArticlePrediction, same_actor
from training.params import EvaluateParams
from training.schema import SECTIONS, STANCES, Quote, Stance

Labels = NDArray[np.int64]
Probabilities = NDArray[np.float64]
Report = dict[str, Any]


def section_report(
    gold: Labels, predicted: Labels, scores: Probabilities, baselines: Mapping[str, Labels], params: EvaluateParams
) -> Report:
    """Macro and micro F1 of the section model.

    *Shape:* every array (articles, sections).
    """
    ours = multi_label_scores(gold, predicted, SECTIONS, params)
    ids = [str(row) for row in np.repeat(np.arange(len(gold)), len(SECTIONS))]
    report = _classification(ours, "micro_f1")
    report["ece"] = expected_calibration_error(gold.ravel(), scores.ravel(), ids, params).as_dict()
    report["baselines"] = {
        name: _headline(multi_label_scores(gold, labels, SECTIONS, params), "micro_f1")
        for name, labels in baselines.items()
    }
    return report


def stance_report(
    gold: Labels,
    probabilities: Probabilities,
    article_ids: Sequence[str],
    abstained: Sequence[bool],
    baselines: Mapping[str, Labels],
    params: EvaluateParams,
) -> Report:
    """Macro F1 and accuracy of the stance model on gold quotes.

    *Shape:* gold (rows,), probabilities (rows, stances), baselines (rows,).
    """
    predicted = probabilities.argmax(axis=1)
    ids = list(article_ids)
    report = _classification(single_label_scores(gold, predicted, ids, STANCES, params), "accuracy")
    correct = (gold == predicted).astype(np.int64)
    report["ece"] = expected_calibration_error(correct, probabilities.max(axis=1), ids, params).as_dict()
    withheld = np.asarray(abstained, dtype=bool)
    report["abstained_rate"] = round(float(withheld.mean()), 4)
    report["selective"] = selective_scores(correct, probabilities.max(axis=1), withheld, ids, params)
    report["baselines"] = {
        name: _headline(single_label_scores(gold, labels, ids, STANCES, params), "accuracy")
        for name, labels in baselines.items()
    }
    return report


def quotes_report(
    ours: Sequence[ArticlePrediction], baselines: Mapping[str, Sequence[ArticlePrediction]], params: EvaluateParams
) -> Report:
    """Detection by kind, cue, speaker, attribution and actor scores of quote extraction (see `quote_scores`)."""
    report = _quotes(quote_scores(ours, params))
    report["baselines"] = {name: _quotes(quote_scores(rows, params)) for name, rows in baselines.items()}
    return report


@dataclass(frozen=True)
class ActorStances:
    """One article's actors with their stances toward its main target, gold and predicted."""

    gold: Mapping[str, str]
    predicted: Mapping[str, str]
    abstained: frozenset[str] = frozenset()
    """Predicted actors whose stance is marked as too unsure."""


def end_to_end_report(rows: Sequence[ActorStances], params: EvaluateParams) -> Report:
    """F1 of (actor, stance) pairs read from raw text, and of actors alone; the baseline calls every actor neutral."""
    return {
        "n_articles": len(rows),
        "n_gold_actors": sum(len(row.gold) for row in rows),
        "n_predicted_actors": sum(len(row.predicted) for row in rows),
        "actor_stance_f1": _pair_f1(rows, params).as_dict(),
        "answered": _answered(rows, params),
        "actor_f1": _pair_f1([_without_stance(row) for row in rows], params).as_dict(),
        "baselines": {"all_neutral": {"actor_stance_f1": _pair_f1([_neutral(row) for row in rows], params).as_dict()}},
    }


def _answered(rows: Sequence[ActorStances], params: EvaluateParams) -> Report:
    """How many predicted actors' stances are given, not abstained, and how many of these are right."""
    given = [
        replace(row, predicted={actor: side for actor, side in row.predicted.items() if actor not in row.abstained})
        for row in rows
    ]
    cells: Counts = np.array([_pair_counts(row) for row in given], dtype=np.float64)
    precision = estimate(cells, lambda c: c[..., 0] / np.maximum(c[..., 0] + c[..., 1], 1), params)
    return {"n_predicted_actors": sum(len(row.predicted) for row in given), "precision": precision.as_dict()}


def gold_actor_stances(quotes: Sequence[Quote], target: str | None) -> dict[str, str]:
    """Each gold actor's stance toward `target`: the side most of their quotes take, the later one on a tie."""
    by_actor: dict[str, list[str]] = {}
    for quote in quotes:
        labels = [stance.label for stance in quote.stances if stance.target == target]
        if quote.actor is not None:
            by_actor.setdefault(quote.actor, []).extend(labels)
    return {actor: _side(labels) for actor, labels in by_actor.items()}


def _side(labels: Sequence[str]) -> str:
    sides = [label for label in labels if label != Stance.NEUTRAL]
    counts = Counter(reversed(sides))
    return str(counts.most_common(1)[0][0]) if sides else str(Stance.NEUTRAL)


def _pair_f1(rows: Sequence[ActorStances], params: EvaluateParams) -> Estimate:
    cells: Counts = np.array([_pair_counts(row) for row in rows], dtype=np.float64)
    return estimate(cells, lambda c: f1_from_counts(c[..., 0], c[..., 1], c[..., 2]), params)


def _pair_counts(row: ActorStances) -> tuple[int, int, int]:
    hits = sum(
        any(same_actor(actor, other) and label == side for other, side in row.predicted.items())
        for actor, label in row.gold.items()
    )
    return hits, len(row.predicted) - hits, len(row.gold) - hits


def _without_stance(row: ActorStances) -> ActorStances:
    return ActorStances(dict.fromkeys(row.gold, ""), dict.fromkeys(row.predicted, ""))


def _neutral(row: ActorStances) -> ActorStances:
    return ActorStances(row.gold, dict.fromkeys(row.predicted, str(Stance.NEUTRAL)))


def _classification(scores: ClassificationScores, second: str) -> Report:
    return {
        "n": scores.n,
        "n_articles": scores.n_articles,
        **_headline(scores, second),
        "per_label": {
            label.label: {k: v for k, v in asdict(label).items() if k != "label"} for label in scores.per_label
        },
    }


def _headline(scores: ClassificationScores, second: str) -> Report:
    return {"macro_f1": scores.macro_f1.as_dict(), second: scores.second.as_dict()}


def _quotes(scores: QuoteScores) -> Report:
    values = {field.name: getattr(scores, field.name) for field in fields(scores)}
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Estimate):
        return value.as_dict()
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else value
