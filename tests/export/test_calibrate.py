"""What is fitted on dev."""

import numpy as np
import pytest

from training.export.calibrate import best_thresholds, fit_temperature, probabilities, rule_confidence

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


def test_rule_confidence_is_precision_pulled_toward_the_whole() -> None:
    card = rule_confidence([("often", True)] * 90 + [("often", False)] * 10 + [("once", False)])
    assert card.n_dev_quotes == 101
    assert card.confidence["often"] == pytest.approx(0.9, abs=0.01)
    assert 0.3 < card.confidence["once"] < card.default
    assert 0 < rule_confidence([]).default < 1
