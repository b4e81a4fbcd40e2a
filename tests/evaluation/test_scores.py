"""Numbers against hand-worked examples and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from training.evaluation.bootstrap import estimate, f1_from_counts
from training.evaluation.calibration import expected_calibration_error
from training.evaluation.classification import multi_label_scores, single_label_scores
from training.evaluation.reports import ActorStances, end_to_end_report, gold_actor_stances
from training.params import EvaluateParams
from training.schema import STANCES, Article

PARAMS = EvaluateParams(resamples=200, confidence=0.95, seed=1)
LABELS = ("a", "b", "c", "d")
RANDOM = np.random.default_rng(0)


def test_multi_label_scores_equal_scikit_learns() -> None:
    gold = RANDOM.integers(0, 2, (40, 4))
    predicted = np.where(RANDOM.random((40, 4)) < 0.8, gold, 1 - gold)
    scores = multi_label_scores(gold, predicted, LABELS, PARAMS)
    assert scores.macro_f1.value == pytest.approx(f1_score(gold, predicted, average="macro"), abs=1e-4)
    assert scores.second.value == pytest.approx(f1_score(gold, predicted, average="micro"), abs=1e-4)
    assert scores.macro_f1.low < scores.macro_f1.value < scores.macro_f1.high
    assert [label.support for label in scores.per_label] == gold.sum(axis=0).tolist()


def test_a_label_that_never_occurs_does_not_pull_the_macro_score_down() -> None:
    gold = np.array([[1, 0], [1, 0], [0, 0]])
    assert multi_label_scores(gold, gold, ("a", "b"), PARAMS).macro_f1.value == 1.0


def test_single_label_scores_equal_scikit_learns() -> None:
    gold = RANDOM.integers(0, 3, 60)
    predicted = np.where(RANDOM.random(60) < 0.7, gold, RANDOM.integers(0, 3, 60))
    ids = [str(n // 4) for n in range(60)]
    scores = single_label_scores(gold, predicted, ids, STANCES, PARAMS)
    assert scores.macro_f1.value == pytest.approx(f1_score(gold, predicted, average="macro"), abs=1e-4)
    assert scores.second.value == pytest.approx(accuracy_score(gold, predicted), abs=1e-4)
    assert (scores.n, scores.n_articles) == (60, 15)


def test_intervals_are_wider_when_rows_hang_together() -> None:
    right = np.repeat(RANDOM.integers(0, 2, 20), 10)
    gold, predicted = np.zeros(200, dtype=int), 1 - right
    together = single_label_scores(gold, predicted, [str(n // 10) for n in range(200)], STANCES, PARAMS).second
    apart = single_label_scores(gold, predicted, [str(n) for n in range(200)], STANCES, PARAMS).second
    assert together.value == apart.value
    assert together.high - together.low > 1.5 * (apart.high - apart.low)


def test_an_interval_has_its_coverage() -> None:
    hits = 0
    for seed in range(60):
        rows = np.random.default_rng(seed).random((50, 1)) < 0.7
        cells = np.concatenate([rows, np.ones((50, 1))], axis=1)
        interval = estimate(cells, lambda c: c[..., 0] / c[..., 1], PARAMS)
        hits += interval.low <= 0.7 <= interval.high
    assert hits >= 51


def test_a_perfect_score_and_one_article_have_honest_bounds() -> None:
    def ratio(cells: np.ndarray) -> np.ndarray:
        return cells[..., 0] / cells[..., 1]

    perfect = estimate(np.ones((10, 2)), ratio, PARAMS)
    assert (perfect.value, perfect.low, perfect.high) == (1.0, 1.0, 1.0)
    single = estimate(np.ones((1, 2)), ratio, PARAMS)
    assert (single.low, single.high) == (None, None)


def test_f1_without_predictions_and_gold_is_zero() -> None:
    zero = np.zeros(())
    assert f1_from_counts(zero, zero, zero) == 0.0


def test_calibration_error_of_honest_and_of_boastful_confidence() -> None:
    correct = (RANDOM.random(2000) < 0.7).astype(np.int64)
    ids = [str(n) for n in range(2000)]
    honest = expected_calibration_error(correct, np.full(2000, 0.7), ids, PARAMS)
    boastful = expected_calibration_error(correct, np.full(2000, 0.99), ids, PARAMS)
    assert honest.value < 0.03
    assert boastful.value == pytest.approx(0.29, abs=0.03)


def test_a_gold_actor_takes_the_side_of_most_quotes(article: Article) -> None:
    assert gold_actor_stances(article.quotes, article.target) == {"رحمة بن صالح": "oppose", "فتحي الجريبي": "support"}
    assert gold_actor_stances(article.quotes, "زيادة منح النقل") == {
        "رحمة بن صالح": "neutral",
        "فتحي الجريبي": "neutral",
    }


def test_end_to_end_counts_actors_with_their_stance() -> None:
    rows = [
        ActorStances({"أ": "support", "ب": "neutral"}, {"أ": "support", "ب": "oppose"}),
        ActorStances({"ج": "oppose"}, {}),
    ]
    report = end_to_end_report(rows, PARAMS)
    assert report["actor_stance_f1"]["value"] == pytest.approx(2 / 5)
    assert report["actor_f1"]["value"] == pytest.approx(4 / 5)
    assert report["baselines"]["all_neutral"]["actor_stance_f1"]["value"] == pytest.approx(2 / 5)
