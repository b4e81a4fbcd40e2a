"""What is fitted on dev."""

import numpy as np
import pytest

from training.export.calibrate import (
    MIN_ANSWERED,
    abstention,
    best_thresholds,
    fit_temperature,
    pairs_of_quotes,
    probabilities,
    rule_confidence,
)

RANDOM = np.random.default_rng(3)


def test_temperature_undoes_overconfidence() -> None:
    honest = RANDOM.normal(0, 1.5, (4000, 3))
    shares = probabilities(honest, 1.0, multi_label=False)
    gold = np.array([RANDOM.choice(3, p=row) for row in shares])
    assert fit_temperature(honest, gold) == pytest.approx(1.0, abs=0.1)
    assert fit_temperature(3 * honest, gold) == pytest.approx(3.0, abs=0.3)


def test_temperature_of_several_labels() -> None:
    honest = RANDOM.normal(0, 1.5, (3000, 4))
    gold = (RANDOM.random((3000, 4)) < probabilities(honest, 1.0, multi_label=True)).astype(np.int64)
    assert fit_temperature(2 * honest, gold) == pytest.approx(2.0, abs=0.2)


def test_thresholds_separate_and_ties_go_to_the_middle() -> None:
    scores = np.array([[0.9, 0.1, 0.2], [0.8, 0.2, 0.3], [0.1, 0.05, 0.4], [0.2, 0.01, 0.1]])
    gold = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 0], [0, 0, 0]])
    first, second, third = best_thresholds(scores, gold)
    assert first == 0.5
    assert second == pytest.approx(0.1)
    assert third == 0.5


def test_as_many_rows_are_answered_as_reach_the_accuracy_asked() -> None:
    confidence = np.linspace(0.99, 0.4, 100)
    correct = np.array([1] * 60 + [0] * 40)
    found = abstention(confidence, correct, 0.75)
    assert (found.coverage, found.accuracy) == (0.8, 0.75)
    assert (confidence >= found.threshold).sum() == 80
    assert abstention(confidence, correct, 0.6).coverage == 1.0


def test_where_no_threshold_is_accurate_enough_the_most_accurate_is_taken() -> None:
    found = abstention(np.linspace(0.9, 0.5, 100), np.array([1, 0] * 20 + [0] * 60), 0.9)
    assert found.accuracy == pytest.approx(16 / 31, abs=1e-4)
    assert found.coverage == pytest.approx((MIN_ANSWERED + 1) / 100)


def test_rows_of_equal_confidence_are_answered_together() -> None:
    found = abstention(np.full(40, 0.6), np.array([1] * 35 + [0] * 5), 1.0)
    assert (found.threshold, found.coverage, found.accuracy) == (0.6, 1.0, 0.875)


def test_pairs_of_quotes_count_both_orders_and_no_neutral_quote() -> None:
    support, oppose, neutral = range(3)
    assert pairs_of_quotes([[support, support, neutral], [support, oppose, oppose], [oppose]]) == (2 + 6, 4)
    assert pairs_of_quotes([]) == (0, 0)


def test_rule_confidence_is_precision_pulled_toward_the_whole() -> None:
    card = rule_confidence([("often", True)] * 90 + [("often", False)] * 10 + [("once", False)])
    assert card.n_dev_quotes == 101
    assert card.confidence["often"] == pytest.approx(0.9, abs=0.01)
    assert 0.3 < card.confidence["once"] < card.default
    assert 0 < rule_confidence([]).default < 1
