"""The pictures of a training: learning curve, confusion, precision-recall, reliability. PNG files, ASCII names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, precision_recall_curve

from training.evaluation.selective import risk_coverage

SIZE = (7.2, 5.0)
DPI = 120


def plot_learning_curve(curve: Sequence[Mapping[str, float]], path: Path) -> None:
    """Losses on the left axis, dev macro-F1 on the right, over epochs."""
    figure, axes = _figure()
    epochs = [row["epoch"] for row in curve]
    axes.plot(epochs, [row["train_loss"] for row in curve], "--", color="#777777", label="train loss")
    axes.plot(epochs, [row["dev_loss"] for row in curve], color="#b5651d", label="dev loss")
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    right = axes.twinx()
    right.plot(epochs, [row["dev_macro_f1"] for row in curve], "o-", color="#1f5fa8", label="dev macro-F1")
    right.set_ylabel("macro-F1")
    right.set_ylim(0, 1)
    handles = [*axes.get_lines(), *right.get_lines()]
    axes.legend(handles, [str(line.get_label()) for line in handles], loc="center right")
    _save(figure, path)


def plot_confusion(table: NDArray[np.int64], labels: Sequence[str], path: Path) -> None:
    """Counts, shaded by the share of each gold row."""
    figure, axes = _figure()
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(table.shape):
        shade = "white" if shares[row, column] > 0.5 else "black"
        axes.text(
            column, row, f"{table[row, column]}\n{shares[row, column]:.0%}", ha="center", va="center", color=shade
        )
    axes.set_xticks(range(len(labels)), labels)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("predicted")
    axes.set_ylabel("gold")
    _save(figure, path)


def plot_precision_recall(
    gold: NDArray[np.int64], scores: NDArray[np.float64], labels: Sequence[str], path: Path
) -> None:
    """One curve a label with its average precision and support.

    *Shape:* gold and scores (rows, labels).
    """
    figure, axes = _figure()
    for label, truth, score in zip(labels, gold.T, scores.T, strict=True):
        if truth.any():
            precision, recall, _ = precision_recall_curve(truth, score)
            name = f"{label}: AP {average_precision_score(truth, score):.2f}, n {truth.sum()}"
            axes.step(recall, precision, where="post", label=name)
    axes.set_xlabel("recall")
    axes.set_ylabel("precision")
    axes.set_xlim(0, 1.01)
    axes.set_ylim(0, 1.02)
    axes.legend(fontsize=8, loc="lower left")
    _save(figure, path)


def plot_reliability(correct: NDArray[np.int64], confidence: NDArray[np.float64], path: Path) -> None:
    """Observed share against predicted probability in ten equal-width bins; the diagonal is perfect."""
    figure, axes = _figure()
    share, mean = calibration_curve(correct, confidence, n_bins=10)
    axes.plot([0, 1], [0, 1], ":", color="#777777", label="perfect")
    axes.plot(mean, share, "o-", color="#1f5fa8", label=f"n {len(correct)}")
    axes.set_xlabel("predicted probability")
    axes.set_ylabel("observed share")
    axes.legend()
    _save(figure, path)


def plot_risk_coverage(
    correct: NDArray[np.int64], confidence: NDArray[np.float64], answered: float, path: Path
) -> None:
    """Share of wrong answers against the share of rows answered; a line at the `answered` share of the bundle."""
    figure, axes = _figure()
    coverage, risk = risk_coverage(correct, confidence)
    axes.plot(coverage, risk, color="#1f5fa8", label=f"area {risk.mean():.3f}, n {len(correct)}")
    axes.axhline(risk[-1], ls=":", color="#777777", label=f"all rows: {risk[-1]:.2f}")
    axes.axvline(answered, ls="--", color="#b5651d", label=f"answered: {answered:.0%}")
    axes.set_xlabel("share of rows answered (coverage)")
    axes.set_ylabel("share of answers that are wrong (risk)")
    axes.set_xlim(0, 1.01)
    axes.set_ylim(0, max(0.05, float(risk.max()) * 1.05))
    axes.legend()
    _save(figure, path)


def _figure() -> tuple[Figure, Axes]:
    mpl.use("Agg")
    figure = Figure(figsize=SIZE, dpi=DPI, layout="constrained")
    return figure, figure.subplots()


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
