"""Two models' predictions on test articles, side by side: what the promotion rule is decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation.bootstrap import Counts, Estimate, Metric, estimate, estimate_difference, f1_from_counts
from training.evaluation.classification import binary_counts
from training.evaluation.gate import Calibration, Comparison, Slice
from training.evaluation.spans import same_actor
from training.params import EvaluateParams
from training.schema import SECTIONS, STANCES

SHARED_RATE = 0.5
"""Share of each model's articles that must be the other's too for a paired test on those."""


@dataclass(frozen=True)
class Evidence:
    """One model's predictions in the headline evaluation, and its calibration errors by evaluation."""

    rows: Sequence[Mapping[str, Any]]
    """Of `predictions.jsonl`."""
    calibration: Mapping[str, float]


@dataclass(frozen=True)
class _Scored:
    """One article: what it was scored on, and what it adds to the counts."""

    text_sha256: str | None
    gold: Any
    counts: Counts
    """*Shape:* (labels, 3): true positives, false positives, false negatives."""


def compare(evaluation: str, challenger: Evidence, champion: Evidence, params: EvaluateParams) -> Comparison:
    """Set two models side by side in `section`, `stance` or `end_to_end`.

    Paired on the articles that both were scored on: the same id, text and gold labels. Where these are fewer than half
    of either's, the two are compared as independent samples and without slices.
    """
    new, old = _score(evaluation, challenger.rows), _score(evaluation, champion.rows)
    shared = [name for name in new if name in old and _same(new[name], old[name])]
    most = max(len(new), len(old))
    calibration = tuple(
        Calibration(name, champion.calibration[name], value)
        for name, value in challenger.calibration.items()
        if name in champion.calibration
    )
    paired = len(shared) >= SHARED_RATE * most
    if not paired:
        articles = f"different articles ({len(shared)} shared of {most}): no paired test"
    elif len(shared) == most:
        articles = f"the same {most} articles"
    else:
        articles = f"{len(shared)} shared articles of {most}"
    new_counts, old_counts = (_stack(scored, shared if paired else list(scored)) for scored in (new, old))
    new_metric, old_metric = _metric(evaluation, new_counts), _metric(evaluation, old_counts)
    return Comparison(
        headline=HEADLINE_NAMES[evaluation],
        paired=paired,
        articles=articles,
        champion=round(float(old_metric(old_counts.sum(axis=0))), 4),
        challenger=round(float(new_metric(new_counts.sum(axis=0))), 4),
        difference=_paired_difference(new_counts, old_counts, new_metric, params)
        if paired
        else estimate_difference((new_counts, new_metric), (old_counts, old_metric), params),
        slices=_slices(evaluation, new_counts, old_counts) if paired else (),
        calibration=calibration,
    )


def _paired_difference(new: Counts, old: Counts, metric: Metric, params: EvaluateParams) -> Estimate:
    """Both models have the same gold, and so one metric."""
    both = np.stack([new, old], axis=1)
    return estimate(both, lambda c: metric(c[..., 0, :, :]) - metric(c[..., 1, :, :]), params)


def _slices(evaluation: str, new: Counts, old: Counts) -> tuple[Slice, ...]:
    labels, new_sum, old_sum = _LABELS[evaluation], new.sum(axis=0), old.sum(axis=0)
    new_f1, old_f1 = _f1(new_sum), _f1(old_sum)
    return tuple(
        Slice(label, int(old_sum[k, 0] + old_sum[k, 2]), round(float(old_f1[k]), 4), round(float(new_f1[k]), 4))
        for k, label in enumerate(labels)
    )


def _metric(evaluation: str, counts: Counts) -> Metric:
    """The headline score: F1 of all pairs together end to end, else the mean F1 of the labels that occur in gold."""
    if evaluation == "end_to_end":
        return lambda c: _f1(c.sum(axis=-2))
    sums = counts.sum(axis=0)
    present = sums[:, 0] + sums[:, 2] > 0
    return lambda c: _f1(c[..., present, :]).mean(axis=-1)


def _f1(counts: Counts) -> NDArray[np.float64]:
    return f1_from_counts(counts[..., 0], counts[..., 1], counts[..., 2])


def _same(new: _Scored, old: _Scored) -> bool:
    return new.text_sha256 is not None and new.text_sha256 == old.text_sha256 and bool(new.gold == old.gold)


def _stack(scored: Mapping[str, _Scored], names: Sequence[str]) -> Counts:
    return np.stack([scored[name].counts for name in names])


def _score(evaluation: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, _Scored]:
    articles: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        articles.setdefault(str(row["id"]), []).append(row)
    return {name: _SCORERS[evaluation](own) for name, own in articles.items()}


def _score_section(rows: Sequence[Mapping[str, Any]]) -> _Scored:
    (row,) = rows
    gold, predicted = (np.array([[int(label in row[key]) for label in SECTIONS]]) for key in ("gold", "predicted"))
    return _Scored(row.get("text_sha256"), sorted(row["gold"]), binary_counts(gold, predicted)[0])


def _score_stance(rows: Sequence[Mapping[str, Any]]) -> _Scored:
    eye = np.eye(len(STANCES), dtype=np.int64)
    gold, predicted = (eye[[STANCES.index(row[key]) for row in rows]] for key in ("gold", "predicted"))
    asked = sorted((row["quote"], row["target"], row["gold"]) for row in rows)
    return _Scored(rows[0].get("text_sha256"), asked, binary_counts(gold, predicted).sum(axis=0))


def _score_end_to_end(rows: Sequence[Mapping[str, Any]]) -> _Scored:
    (row,) = rows
    counts = np.zeros((len(STANCES), 3))
    for actor, label in row["gold"].items():
        hit = any(label == side and same_actor(actor, other) for other, side in row["predicted"].items())
        counts[STANCES.index(label), 0 if hit else 2] += 1
    predicted = [STANCES.index(side) for side in row["predicted"].values()]
    counts[:, 1] = np.bincount(predicted, minlength=len(STANCES)) - counts[:, 0]
    return _Scored(row.get("text_sha256"), row["gold"], counts)


_SCORERS = {"section": _score_section, "stance": _score_stance, "end_to_end": _score_end_to_end}
_LABELS: dict[str, Sequence[str]] = {"section": SECTIONS, "stance": STANCES, "end_to_end": STANCES}
HEADLINE_NAMES = {"section": "macro F1", "stance": "macro F1", "end_to_end": "(actor, stance) F1"}
