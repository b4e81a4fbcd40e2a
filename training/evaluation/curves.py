"""What the plots show, as plain rows: the PNGs are drawn from them and `dvc plots` reads them as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve, roc_curve

from training.evaluation.bootstrap import f1_from_counts
from training.evaluation.calibration import N_BINS
from training.evaluation.classification import binary_counts
from training.evaluation.selective import risk_coverage
from training.evaluation.spans import ArticlePrediction, same_actor
from training.files import write_bytes
from training.schema import SECTIONS

Pair = tuple[str, str]
"""What gold says, what the prediction says."""
Labels = NDArray[np.int64]
Scores = NDArray[np.float64]

MISSED, EXTRA = "missed", "extra"
"""Stand in for a prediction that is not there, and for a gold answer that is not there."""
GRID = np.linspace(0.0, 1.0, 101)
"""Common x values of curves, so that one file holds those of all labels."""
THRESHOLDS = np.linspace(0.05, 0.95, 37)


def section_pairs(gold: Labels, predicted: Labels) -> Iterator[Pair]:
    """Desks of gold against desks given, article by article.

    A desk that was missed stands against each wrong one the article got instead, or against `MISSED` where it got
    none; a wrong one beside complete right ones stands against `EXTRA`.

    *Shape:* (articles, labels), 0/1.
    """
    for truth, answer in zip(gold, predicted, strict=True):
        right, missed, added = (_names(mask) for mask in (truth & answer, truth & ~answer & 1, answer & ~truth & 1))
        yield from ((label, label) for label in right)
        yield from ((label, other) for label in missed for other in added or [MISSED])
        yield from ((EXTRA, other) for other in added if not missed)


def quote_pairs(predictions: Sequence[ArticlePrediction]) -> Iterator[Pair]:
    """Kinds of matched quotes, `MISSED` and `EXTRA` ones among them."""
    for prediction in predictions:
        for match in prediction.matches:
            gold = None if match.gold is None else prediction.article.quotes[match.gold]
            found = None if match.predicted is None else prediction.predicted[match.predicted]
            yield str(gold.kind) if gold else EXTRA, str(found.kind) if found else MISSED


def actor_pairs(gold: Mapping[str, str], predicted: Mapping[str, str]) -> Iterator[Pair]:
    """Stances of one article's actors, `MISSED` and `EXTRA` actors among them."""
    for actor, label in gold.items():
        found = [side for other, side in predicted.items() if same_actor(actor, other)]
        yield label, (label if label in found else found[0]) if found else MISSED
    for actor, side in predicted.items():
        if not any(same_actor(actor, other) for other in gold):
            yield EXTRA, side


def pair_rows(pairs: Iterable[Pair]) -> list[dict[str, Any]]:
    """A row a pair, as the `confusion` template of `dvc plots` counts them."""
    return [{"gold": gold, "predicted": predicted} for gold, predicted in pairs]


def precision_recall_rows(gold: Labels, scores: Scores, labels: Sequence[str]) -> list[dict[str, Any]]:
    """The best precision at each recall of `GRID` or beyond, a column a label that occurs.

    *Shape:* gold and scores (rows, labels).
    """
    columns = {}
    for label, truth, score in zip(labels, gold.T, scores.T, strict=True):
        if truth.any():
            precision, recall, _ = precision_recall_curve(truth, score)
            columns[label] = [float(precision[recall >= level - 1e-9].max()) for level in GRID]
    return _rows("recall", GRID, columns)


def roc_rows(gold: Labels, scores: Scores, labels: Sequence[str]) -> list[dict[str, Any]]:
    """True positive rate at each false positive rate of `GRID`, a column a label that occurs but not everywhere.

    *Shape:* gold and scores (rows, labels).
    """
    columns = {}
    for label, truth, score in zip(labels, gold.T, scores.T, strict=True):
        if 0 < truth.sum() < len(truth):
            wrong, right, _ = roc_curve(truth, score)
            columns[label] = np.interp(GRID, wrong, right).tolist()
    return _rows("false_positive_rate", GRID, columns)


def reliability_rows(correct: Labels, confidence: Scores) -> list[dict[str, Any]]:
    """Mean probability, observed share and size of each bin that holds a row; ten bins of equal width.

    *Shape:* inputs (rows,).
    """
    bins = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    return [
        {
            "predicted": round(float(confidence[inside].mean()), 4),
            "observed": round(float(correct[inside].mean()), 4),
            "n": int(inside.sum()),
        }
        for inside in (bins == number for number in range(N_BINS))
        if inside.any()
    ]


def risk_coverage_rows(correct: Labels, confidence: Scores) -> list[dict[str, Any]]:
    """Share of wrong answers at a hundred shares of rows answered, or at every one where there are fewer rows.

    *Shape:* inputs (rows,).
    """
    coverage, risk = risk_coverage(correct, confidence)
    at = np.unique(np.linspace(0, len(coverage) - 1, min(100, len(coverage))).round().astype(int))
    return [{"coverage": round(float(coverage[n]), 4), "risk": round(float(risk[n]), 4)} for n in at]


def threshold_rows(gold: Labels, scores: Scores, labels: Sequence[str]) -> list[dict[str, Any]]:
    """F1 of each label that occurs if it were assigned from one threshold on, and their mean.

    *Shape:* gold and scores (rows, labels).
    """
    present: NDArray[np.bool_] = np.any(gold, axis=0, keepdims=True)[0]
    names = [label for label, there in zip(labels, present, strict=True) if there]
    f1 = []
    for threshold in THRESHOLDS:
        counts = binary_counts(gold, (scores >= threshold).astype(np.int64)).sum(axis=0)[present]
        f1.append(f1_from_counts(counts[..., 0], counts[..., 1], counts[..., 2]))
    table = np.array(f1)
    columns = {name: column.tolist() for name, column in zip(names, table.T, strict=True)}
    return _rows("threshold", THRESHOLDS, {"mean": table.mean(axis=1).tolist(), **columns})


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Replace `path` by a CSV file, in UTF-8, with the keys of the first row as its heading."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_bytes(path, text.getvalue().encode())


def _names(mask: Labels) -> list[str]:
    return [label for label, there in zip(SECTIONS, mask, strict=True) if there]


def _rows(x: str, values: Scores, columns: Mapping[str, Sequence[float]]) -> list[dict[str, Any]]:
    return [
        {x: round(float(value), 4), **{name: round(column[number], 4) for name, column in columns.items()}}
        for number, value in enumerate(values)
    ]
