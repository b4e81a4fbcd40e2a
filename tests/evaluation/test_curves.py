"""The rows behind the plots, on answers small enough to count by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from training.evaluation.curves import (
    EXTRA,
    GRID,
    MISSED,
    actor_pairs,
    pair_rows,
    precision_recall_rows,
    quote_pairs,
    reliability_rows,
    risk_coverage_rows,
    roc_rows,
    section_pairs,
    threshold_rows,
    write_rows,
)
from training.evaluation.spans import ArticlePrediction
from training.schema import SECTIONS, Article


def sections(*labels: str) -> list[int]:
    return [int(label in labels) for label in SECTIONS]


def test_a_missed_desk_stands_against_the_wrong_one_given_instead() -> None:
    gold = np.array([sections("economy", "politics"), sections("sports"), sections("science")])
    predicted = np.array([sections("economy", "society"), sections("sports", "culture"), sections()])
    assert list(section_pairs(gold, predicted)) == [
        ("economy", "economy"),
        ("politics", "society"),
        ("sports", "sports"),
        (EXTRA, "culture"),
        ("science", MISSED),
    ]


def test_quotes_without_a_partner_are_missed_or_extra(article: Article) -> None:
    first, _, third = article.quotes
    pairs = list(
        quote_pairs([ArticlePrediction(article, (first, third.model_copy(update={"content": first.content})))])
    )
    assert pairs == [("indirect", "indirect"), ("indirect", MISSED), ("direct", MISSED), (EXTRA, "direct")]


def test_an_actor_is_right_missed_or_extra() -> None:
    gold = {"سلمى": "support", "بدر": "oppose"}
    assert list(actor_pairs(gold, {"سلمى ": "neutral", "ليلى": "support"})) == [
        ("support", "neutral"),
        ("oppose", MISSED),
        (EXTRA, "support"),
    ]


GOLD = np.array([[1, 0], [1, 0], [0, 0], [0, 0]])
SCORES = np.array([[0.9, 0.1], [0.4, 0.1], [0.6, 0.1], [0.1, 0.1]])


def test_precision_never_rises_with_recall_and_absent_labels_have_no_column() -> None:
    rows = precision_recall_rows(GOLD, SCORES, ("there", "absent"))
    assert [row["recall"] for row in rows] == pytest.approx(GRID)
    assert [set(row) for row in rows[:1]] == [{"recall", "there"}]
    precision = [row["there"] for row in rows]
    assert precision == sorted(precision, reverse=True)
    assert (precision[0], precision[50], precision[51], precision[100]) == (1.0, 1.0, 0.6667, 0.6667)


def test_the_true_positive_rate_is_read_at_each_false_positive_rate() -> None:
    rows = roc_rows(GOLD, SCORES, ("there", "absent"))
    assert rows[100] == {"false_positive_rate": 1.0, "there": 1.0}
    assert rows[25]["there"] == 0.5


def test_bins_carry_their_size() -> None:
    rows = reliability_rows(np.array([1, 0, 1]), np.array([0.62, 0.68, 1.0]))
    assert rows == [{"predicted": 0.65, "observed": 0.5, "n": 2}, {"predicted": 1.0, "observed": 1.0, "n": 1}]


def test_risk_is_thinned_to_a_hundred_points_that_keep_both_ends() -> None:
    correct = np.array([1] * 150 + [0] * 50)
    rows = risk_coverage_rows(correct, np.linspace(1, 0, 200))
    assert len(rows) == 100
    assert (rows[0], rows[-1]) == ({"coverage": 0.005, "risk": 0.0}, {"coverage": 1.0, "risk": 0.25})
    assert len(risk_coverage_rows(np.array([1]), np.array([0.5]))) == 1


def test_the_mean_over_thresholds_leaves_absent_labels_out() -> None:
    rows = threshold_rows(GOLD, SCORES, ("there", "absent"))
    at_half = next(row for row in rows if row["threshold"] == 0.5)
    assert at_half == {"threshold": 0.5, "mean": 0.5, "there": 0.5}


def test_files_are_utf8_csv_with_a_heading(tmp_path: Path) -> None:
    write_rows(tmp_path / "confusion.csv", pair_rows([("دولي", "a,b")]))
    with (tmp_path / "confusion.csv").open(encoding="utf-8", newline="") as handle:
        assert list(csv.DictReader(handle)) == [{"gold": "دولي", "predicted": "a,b"}]
