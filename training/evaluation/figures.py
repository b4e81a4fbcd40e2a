"""The folder of plots of each evaluation: PNG for people and, under the same name, CSV for `dvc plots`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.evaluation.curves import (
    Pair,
    pair_rows,
    precision_recall_rows,
    reliability_rows,
    risk_coverage_rows,
    roc_rows,
    section_pairs,
    threshold_rows,
    write_rows,
)
from training.evaluation.plots import (
    plot_confusion,
    plot_precision_recall,
    plot_reliability,
    plot_risk_coverage,
    plot_roc,
    plot_slices,
    plot_thresholds,
)
from training.evaluation.slices import Slice, slice_records
from training.schema import SECTIONS, STANCES

Labels = NDArray[np.int64]
Scores = NDArray[np.float64]


def section_figures(folder: Path, gold: Labels, predicted: Labels, scores: Scores, thresholds: Sequence[float]) -> None:
    """Confusion, curves a label, calibration and thresholds of the section model.

    *Shape:* gold, predicted and scores (articles, sections); one threshold a section.
    """
    confusion_figures(folder, list(section_pairs(gold, predicted)), SECTIONS)
    _label_figures(folder, gold, scores, SECTIONS)
    _reliability_figures(folder, gold.ravel(), scores.ravel())
    plot_thresholds(gold, scores, SECTIONS, thresholds, folder / "thresholds.png")
    write_rows(folder / "thresholds.csv", threshold_rows(gold, scores, SECTIONS))


def stance_figures(folder: Path, gold: Labels, scores: Scores, abstained: Sequence[bool]) -> None:
    """Confusion, curves a label, calibration, and risk against coverage of the stance model.

    *Shape:* gold and abstained (rows,), scores (rows, stances).
    """
    predicted = scores.argmax(axis=1)
    correct, confidence = (predicted == gold).astype(np.int64), scores.max(axis=1)
    pairs = [(STANCES[truth], STANCES[answer]) for truth, answer in zip(gold, predicted, strict=True)]
    confusion_figures(folder, pairs, STANCES)
    _label_figures(folder, np.eye(len(STANCES), dtype=np.int64)[gold], scores, STANCES)
    _reliability_figures(folder, correct, confidence)
    plot_risk_coverage(correct, confidence, 1.0 - float(np.mean(abstained)), folder / "risk_coverage.png")
    write_rows(folder / "risk_coverage.csv", risk_coverage_rows(correct, confidence))


def confusion_figures(folder: Path, pairs: Sequence[Pair], labels: Sequence[str]) -> None:
    """What was taken for what."""
    plot_confusion(pairs, labels, folder / "confusion.png")
    write_rows(folder / "confusion.csv", pair_rows(pairs))


def slice_figures(folder: Path, slices: Sequence[Slice], overall: Mapping[str, float]) -> None:
    """The headline scores by slice; `overall` is that of all rows, by metric, where the report has it."""
    plot_slices(slices, overall, folder / "slices.png")
    write_rows(folder / "slices.csv", slice_records(slices))


def _label_figures(folder: Path, gold: Labels, scores: Scores, labels: Sequence[str]) -> None:
    plot_precision_recall(gold, scores, labels, folder / "precision_recall.png")
    write_rows(folder / "precision_recall.csv", precision_recall_rows(gold, scores, labels))
    plot_roc(gold, scores, labels, folder / "roc.png")
    write_rows(folder / "roc.csv", roc_rows(gold, scores, labels))


def _reliability_figures(folder: Path, correct: Labels, confidence: Scores) -> None:
    plot_reliability(correct, confidence, folder / "reliability.png")
    write_rows(folder / "reliability.csv", reliability_rows(correct, confidence))
