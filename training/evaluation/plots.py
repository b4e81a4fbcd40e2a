"""The pictures of a training, each with axes named, the number of rows and a line to compare with. ASCII file names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from training.evaluation.curves import EXTRA, MISSED, Pair, reliability_rows, threshold_rows
from training.evaluation.selective import risk_coverage
from training.evaluation.slices import Slice

DPI = 120
OURS, REFERENCE, CHOSEN = "#1f5fa8", "#6d6d6d", "#b5651d"

Labels = NDArray[np.int64]
Scores = NDArray[np.float64]


def plot_learning_curve(curve: Sequence[Mapping[str, float]], path: Path) -> None:
    """Losses above, dev macro-F1 below, over epochs; a line at the epoch whose weights were kept."""
    figure = _figure(7.2, 6.0)
    losses, score = figure.subplots(2, 1, sharex=True)
    epochs = [row["epoch"] for row in curve]
    best = max(curve, key=lambda row: row["dev_macro_f1"])
    losses.plot(epochs, [row["train_loss"] for row in curve], "o--", color=REFERENCE, label="train loss")
    losses.plot(epochs, [row["dev_loss"] for row in curve], "o-", color=CHOSEN, label="dev loss")
    losses.set_ylabel("loss")
    losses.legend()
    score.plot(epochs, [row["dev_macro_f1"] for row in curve], "o-", color=OURS, label="dev macro F1")
    kept = f"kept: epoch {best['epoch']:g}, {best['dev_macro_f1']:.3f}"
    score.axvline(best["epoch"], ls=":", color=REFERENCE, label=kept)
    score.set_xlabel("epoch")
    score.xaxis.set_major_locator(MaxNLocator(integer=True))
    score.set_ylabel("dev macro F1")
    score.set_ylim(0, 1)
    score.legend(loc="lower right")
    for axes in (losses, score):
        axes.grid(alpha=0.25)
    _save(figure, path)


def plot_confusion(pairs: Sequence[Pair], labels: Sequence[str], path: Path) -> None:
    """Gold against prediction: counts on the left, each gold row's shares on the right."""
    rows = [*labels, *([EXTRA] if any(gold == EXTRA for gold, _ in pairs) else [])]
    columns = [*labels, *([MISSED] if any(found == MISSED for _, found in pairs) else [])]
    counts = Counter(pairs)
    table = np.array([[counts[row, column] for column in columns] for row in rows])
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    size = 2.0 + 0.5 * len(columns)
    figure = _figure(2 * size, 2.4 + 0.5 * len(rows))
    for axes, title, texts in zip(
        figure.subplots(1, 2),
        (f"counts (n {len(pairs)})", "shares of the gold row"),
        (table.astype(str), np.array([[f"{share:.0%}" for share in row] for row in shares])),
        strict=True,
    ):
        _heat_map(axes, shares, texts, rows, columns)
        axes.set_title(title, fontsize=10)
    _save(figure, path)


def plot_precision_recall(gold: Labels, scores: Scores, labels: Sequence[str], path: Path) -> None:
    """One curve a label with its average precision and support; dotted, the precision of answering at random.

    *Shape:* gold and scores (rows, labels).
    """
    figure = _figure(8.4, 5.0)
    axes = figure.subplots()
    for label, truth, score in zip(labels, gold.T, scores.T, strict=True):
        if truth.any():
            precision, recall, _ = precision_recall_curve(truth, score)
            name = f"{label}: AP {average_precision_score(truth, score):.2f}, n {truth.sum()}"
            (line,) = axes.step(recall, precision, where="post", label=name)
            axes.axhline(truth.mean(), ls=":", lw=1, color=line.get_color())
    _unit_axes(axes, "recall", "precision")
    _legend_beside(axes, f"{len(gold)} rows\ndotted: at random")
    _save(figure, path)


def plot_roc(gold: Labels, scores: Scores, labels: Sequence[str], path: Path) -> None:
    """One curve a label with the area under it; the diagonal is answering at random.

    *Shape:* gold and scores (rows, labels).
    """
    figure = _figure(8.4, 5.0)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], ":", color=REFERENCE)
    for label, truth, score in zip(labels, gold.T, scores.T, strict=True):
        if 0 < truth.sum() < len(truth):
            wrong, right, _ = roc_curve(truth, score)
            name = f"{label}: AUC {roc_auc_score(truth, score):.2f}, n {truth.sum()}"
            axes.step(wrong, right, where="post", label=name)
    _unit_axes(axes, "false positive rate", "true positive rate (recall)")
    _legend_beside(axes, f"{len(gold)} rows\ndotted: at random")
    _save(figure, path)


def plot_reliability(correct: Labels, confidence: Scores, path: Path) -> None:
    """Observed share against predicted probability in ten equal-width bins, and how many rows each bin holds."""
    figure = _figure(6.4, 6.4)
    shares, sizes = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    rows = reliability_rows(correct, confidence)
    predicted = [row["predicted"] for row in rows]
    shares.plot([0, 1], [0, 1], ":", color=REFERENCE, label="perfect")
    shares.plot(predicted, [row["observed"] for row in rows], "o-", color=OURS, label=f"n {len(correct)}")
    _unit_axes(shares, "", "observed share")
    shares.legend(loc="upper left")
    sizes.bar(predicted, [row["n"] for row in rows], width=0.06, color=OURS)
    sizes.set_xlabel("predicted probability")
    sizes.set_ylabel("rows")
    sizes.grid(alpha=0.25)
    _save(figure, path)


def plot_risk_coverage(correct: Labels, confidence: Scores, answered: float, path: Path) -> None:
    """Share of wrong answers against the share of rows answered; a line at the `answered` share of the bundle."""
    figure = _figure(7.2, 5.0)
    axes = figure.subplots()
    coverage, risk = risk_coverage(correct, confidence)
    axes.plot(coverage, risk, color=OURS, label=f"area {risk.mean():.3f}, n {len(correct)}")
    axes.axhline(risk[-1], ls=":", color=REFERENCE, label=f"all rows: {risk[-1]:.2f}")
    axes.axvline(answered, ls="--", color=CHOSEN, label=f"answered: {answered:.0%}")
    axes.set_xlabel("share of rows answered (coverage)")
    axes.set_ylabel("share of answers that are wrong (risk)")
    axes.set_xlim(0, 1.01)
    axes.set_ylim(0, max(0.05, float(risk.max()) * 1.05))
    axes.grid(alpha=0.25)
    axes.legend()
    _save(figure, path)


def plot_thresholds(gold: Labels, scores: Scores, labels: Sequence[str], chosen: Sequence[float], path: Path) -> None:
    """F1 of each label over thresholds; a dot where the bundle has the threshold that dev chose.

    *Shape:* gold and scores (rows, labels), `chosen` one a label.
    """
    figure = _figure(8.4, 5.0)
    axes = figure.subplots()
    rows = threshold_rows(gold, scores, labels)
    at = [row["threshold"] for row in rows]
    thresholds = dict(zip(labels, chosen, strict=True))
    axes.plot(at, [row["mean"] for row in rows], lw=2.5, color="black", label="mean of the labels")
    for label in (key for key in rows[0] if key in thresholds):
        f1 = [row[label] for row in rows]
        (line,) = axes.plot(at, f1, lw=1.2, label=f"{label}: {thresholds[label]:.2f}")
        axes.plot(thresholds[label], np.interp(thresholds[label], at, f1), "o", color=line.get_color())
    _unit_axes(axes, "threshold", "F1")
    _legend_beside(axes, f"{len(gold)} rows\ndot: chosen on dev")
    _save(figure, path)


def plot_slices(slices: Sequence[Slice], overall: Mapping[str, float], path: Path) -> None:
    """The score of every slice with its interval, a panel a metric; a line at the score of all rows, where given."""
    panels = [(metric, list(group)) for metric, group in groupby(slices, key=lambda one: one.metric)]
    figure = _figure(4.2 + 4.2 * len(panels), 1.6 + 0.3 * max(len(group) for _, group in panels))
    for axes, (metric, group) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _slice_panel(axes, group)
        axes.set_xlabel(metric)
        if metric in overall:
            axes.axvline(overall[metric], ls=":", color=REFERENCE, label=f"all rows: {overall[metric]:.3f}")
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False)
    _save(figure, path)


def _slice_panel(axes: Axes, slices: Sequence[Slice]) -> None:
    names = [f"{one.dimension}: {one.name}, n {one.n}" for one in slices]
    for row, one in enumerate(slices):
        if one.low is not None and one.high is not None:
            axes.plot([one.low, one.high], [row, row], color=OURS, lw=1.5)
        axes.plot(one.value, row, "o", color=OURS)
    for row, (one, following) in enumerate(pairwise(slices)):
        if one.dimension != following.dimension:
            axes.axhline(row + 0.5, color="#dddddd", lw=1)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(len(slices) - 0.5, -0.5)
    axes.set_xlim(0, 1.02)
    axes.grid(axis="x", alpha=0.25)


def _heat_map(axes: Axes, shares: Scores, texts: Any, rows: Sequence[str], columns: Sequence[str]) -> None:
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(shares.shape):
        shade = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, texts[row, column], ha="center", va="center", color=shade, fontsize=8)
    axes.set_xticks(range(len(columns)), columns, fontsize=8, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(rows)), rows, fontsize=8)
    axes.set_xlabel("predicted")
    axes.set_ylabel("gold")


def _unit_axes(axes: Axes, x: str, y: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_xlim(0, 1.01)
    axes.set_ylim(0, 1.02)
    axes.grid(alpha=0.25)


def _legend_beside(axes: Axes, title: str) -> None:
    if axes.get_legend_handles_labels()[0]:  # few articles may hold no label that can be drawn
        axes.legend(fontsize=8, title=title, title_fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))


def _figure(width: float, height: float) -> Figure:
    mpl.use("Agg")
    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
