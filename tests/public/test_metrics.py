"""Metrics against scikit-learn and by hand; passages."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from training.public import metrics
from training.public.cells import Cell, ScoredPart
from training.public.passage import similar_passage
from training.public.results import group_counts

DRAW = np.random.default_rng(4)
GOLD, PREDICTED = DRAW.integers(0, 3, 80), DRAW.integers(0, 3, 80)
SLICES = DRAW.integers(0, 2, 80)


def counts() -> np.ndarray:
    rows = metrics.label_counts(GOLD, PREDICTED, 3)
    summed = np.zeros((2, 3, 3))
    np.add.at(summed, SLICES, rows)
    return summed


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (metrics.macro_f1(), f1_score(GOLD, PREDICTED, average="macro")),
        (metrics.accuracy(), accuracy_score(GOLD, PREDICTED)),
        (metrics.f1_of(1, "x"), f1_score(GOLD == 1, PREDICTED == 1)),
        (metrics.recall_of(2, "x"), recall_score(GOLD == 2, PREDICTED == 2)),
        (metrics.precision_of(0, "x"), precision_score(GOLD == 0, PREDICTED == 0)),
        (metrics.mean_f1_of((0, 1), "x"), f1_score(GOLD, PREDICTED, average=None)[:2].mean()),
        (
            metrics.mean_f1_by_slice((0, 1), "x"),
            np.mean([f1_score(GOLD[s == SLICES], PREDICTED[s == SLICES], average=None)[:2] for s in (0, 1)]),
        ),
    ],
)
def test_metrics_agree_with_scikit_learn(metric: metrics.Metric, expected: float) -> None:
    assert float(metric.of(counts())) == pytest.approx(expected)


def test_labels_of_one_class_are_taken_for_each_other_freely() -> None:
    classes = (0, 1, 0)
    merged = metrics.merged_macro_f1(classes, "x")
    cell = Cell("ans", "s", 1, "f", ["f"], ["a", "b", "c"], [""], {}, "", "", 1, 0.0, {}, {})
    part = ScoredPart([""] * 80, list(range(80)), [0] * 80, GOLD.tolist(), PREDICTED.tolist())
    found = group_counts([part], cell, merged.merged).sum(axis=0)
    expected = f1_score(np.isin(GOLD, (0, 2)), np.isin(PREDICTED, (0, 2)), average="macro")
    assert float(merged.of(found)) == pytest.approx(expected)


def test_nothing_predicted_is_zero_not_an_error() -> None:
    empty = np.zeros((1, 2, 3))
    for metric in (metrics.macro_f1(), metrics.accuracy(), metrics.recall_of(1, "x"), metrics.precision_of(1, "x")):
        assert float(metric.of(empty)) == 0.0


def test_keys_are_plain() -> None:
    assert metrics.f1_of(0, "international").key == "international_f1"


class TestPassage:
    ARTICLE = (
        "طقس جميل في كل مكان هذا اليوم . افتتحت المدينة جسرا جديدا فوق النهر . انتهت المباراة بالتعادل بين الفريقين"
    )

    def test_the_passage_most_like_the_claim_is_read(self) -> None:
        assert "جسرا جديدا" in similar_passage("افتتاح الجسر الجديد في المدينة", self.ARTICLE, 6)

    def test_a_short_article_is_read_whole(self) -> None:
        assert similar_passage("الجسر", self.ARTICLE, 60) == self.ARTICLE

    def test_an_article_without_letters_gives_its_beginning(self) -> None:
        assert similar_passage("!", ". " * 10, 4) == ". . . ."
