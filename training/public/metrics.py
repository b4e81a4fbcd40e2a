"""Scores from counts of true positives, false positives and false negatives, so that they can be resampled.

Every function takes counts of *shape* (…, slices, labels, 3) and gives values of shape (…).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluation.bootstrap import Counts, f1_from_counts

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Metric:
    """A score by its name for people."""

    name: str
    of: Callable[[Counts], Values]
    merged: tuple[int, ...] = ()
    """The number of the class that each label counts as; empty where every label is a class of its own."""

    @property
    def key(self) -> str:
        """The name for JSON and MLflow."""
        return "".join(letter if letter.isalnum() else "_" for letter in self.name.lower())


def label_counts(gold: NDArray[np.int64], predicted: NDArray[np.int64], n_labels: int) -> Counts:
    """True positives, false positives, false negatives of each row.

    *Shape:* (rows, labels, 3).
    """
    eye = np.eye(n_labels)
    is_gold, is_predicted = eye[gold], eye[predicted]
    return np.stack([is_gold * is_predicted, (1 - is_gold) * is_predicted, is_gold * (1 - is_predicted)], axis=-1)


def _f1(counts: Counts) -> Values:
    return f1_from_counts(counts[..., 0], counts[..., 1], counts[..., 2])


def _share(part: Values, whole: Values) -> Values:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def macro_f1() -> Metric:
    """F1 averaged over all labels, slices pooled."""
    return Metric("macro F1", lambda counts: _f1(counts.sum(axis=-3)).mean(axis=-1))


def merged_macro_f1(classes: tuple[int, ...], name: str) -> Metric:
    """F1 averaged over classes that several labels make up: a label taken for another of its class is right."""
    return Metric(name, macro_f1().of, classes)


def accuracy() -> Metric:
    """Share of rows whose label is right."""
    return Metric(
        "accuracy",
        lambda counts: _share(counts[..., 0].sum((-1, -2)), (counts[..., 0] + counts[..., 2]).sum((-1, -2))),
    )


def f1_of(index: int, name: str) -> Metric:
    """F1 of one label, slices pooled."""
    return Metric(f"{name} F1", lambda counts: _f1(counts.sum(axis=-3))[..., index])


def recall_of(index: int, name: str) -> Metric:
    """Recall of one label, slices pooled."""
    return Metric(f"{name} recall", lambda counts: _recall(counts.sum(axis=-3)[..., index, :]))


def precision_of(index: int, name: str) -> Metric:
    """Precision of one label, slices pooled."""
    return Metric(f"{name} precision", lambda counts: _precision(counts.sum(axis=-3)[..., index, :]))


def mean_f1_of(indices: tuple[int, ...], name: str) -> Metric:
    """F1 averaged over some labels, slices pooled."""
    return Metric(name, lambda counts: _f1(counts.sum(axis=-3))[..., list(indices)].mean(axis=-1))


def mean_f1_by_slice(indices: tuple[int, ...], name: str) -> Metric:
    """F1 averaged over some labels inside each slice, then over slices, as StanceEval-2024 ranks systems."""
    return Metric(name, lambda counts: _f1(counts)[..., list(indices)].mean(axis=(-1, -2)))


def _recall(counts: Counts) -> Values:
    return _share(counts[..., 0], counts[..., 0] + counts[..., 2])


def _precision(counts: Counts) -> Values:
    return _share(counts[..., 0], counts[..., 0] + counts[..., 1])
