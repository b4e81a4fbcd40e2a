"""Scores of the section task (several labels a row) and the stance task (one label a row)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluation.bootstrap import Counts, Estimate, estimate, f1_from_counts
from training.params import EvaluateParams

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class LabelScore:
    """Precision, recall and F1 of one label with its support (gold rows)."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class ClassificationScores:
    """One system's scores on one set of rows."""

    n: int
    n_articles: int
    macro_f1: Estimate
    second: Estimate
    """Micro F1 for several labels a row, accuracy for one."""
    per_label: list[LabelScore]


def multi_label_scores(
    gold: Labels, predicted: Labels, labels: Sequence[str], params: EvaluateParams
) -> ClassificationScores:
    """Macro and micro F1 over labels that occur in gold.

    *Shape:* gold and predicted (articles, labels), 0/1.
    """
    present = gold.any(axis=0)
    cells = binary_counts(gold[:, present], predicted[:, present])
    return ClassificationScores(
        n=len(gold),
        n_articles=len(gold),
        macro_f1=estimate(cells, lambda c: f1_from_counts(c[..., 0], c[..., 1], c[..., 2]).mean(axis=-1), params),
        second=estimate(cells, _micro_f1, params),
        per_label=_label_scores(binary_counts(gold, predicted).sum(axis=0), labels),
    )


def single_label_scores(
    gold: Labels, predicted: Labels, article_ids: Sequence[str], labels: Sequence[str], params: EvaluateParams
) -> ClassificationScores:
    """Macro F1 and accuracy; intervals resample articles.

    *Shape:* gold, predicted and article_ids (rows,); labels are indices.
    """
    eye = np.eye(len(labels), dtype=np.int64)
    rows = binary_counts(eye[gold], eye[predicted])
    groups, inverse = np.unique(np.asarray(article_ids), return_inverse=True)
    cells = np.zeros((len(groups), *rows.shape[1:]))
    np.add.at(cells, inverse, rows)
    return ClassificationScores(
        n=len(gold),
        n_articles=len(groups),
        macro_f1=estimate(cells, lambda c: f1_from_counts(c[..., 0], c[..., 1], c[..., 2]).mean(axis=-1), params),
        second=estimate(cells, lambda c: c[..., 0].sum(-1) / (c[..., 0] + c[..., 2]).sum(-1), params),
        per_label=_label_scores(rows.sum(axis=0), labels),
    )


def binary_counts(gold: Labels, predicted: Labels) -> Counts:
    """True positives, false positives, false negatives, of 0/1 arrays.

    *Shape:* inputs (…, labels); result (…, labels, 3).
    """
    return np.stack([gold * predicted, (1 - gold) * predicted, gold * (1 - predicted)], axis=-1).astype(np.float64)


def _micro_f1(cells: Counts) -> NDArray[np.float64]:
    sums = cells.sum(axis=-2)
    return f1_from_counts(sums[..., 0], sums[..., 1], sums[..., 2])


def _label_scores(sums: Counts, labels: Sequence[str]) -> list[LabelScore]:
    scores = []
    for label, (hit, wrong, missed) in zip(labels, sums, strict=True):
        scores.append(
            LabelScore(
                label=label,
                precision=round(hit / max(1.0, hit + wrong), 4),
                recall=round(hit / max(1.0, hit + missed), 4),
                f1=round(2 * hit / max(1.0, 2 * hit + wrong + missed), 4),
                support=int(hit + missed),
            )
        )
    return scores
