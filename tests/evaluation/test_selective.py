"""Accuracy of the answered rows, and risk against coverage."""

import numpy as np
import pytest

from training.evaluation.reports import ActorStances, end_to_end_report, stance_report
from training.evaluation.selective import risk_coverage, selective_scores
from training.params import EvaluateParams

PARAMS = EvaluateParams(resamples=200, confidence=0.95, seed=1)
CORRECT = np.array([1, 0, 1, 1])
CONFIDENCE = np.array([0.9, 0.5, 0.8, 0.6])


def test_risk_grows_from_the_most_confident_answer_on() -> None:
    coverage, risk = risk_coverage(CORRECT, CONFIDENCE)
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == [0.0, 0.0, 0.0, 0.25]


def test_coverage_and_accuracy_of_the_answered_rows() -> None:
    scores = selective_scores(CORRECT, CONFIDENCE, CONFIDENCE < 0.55, ["a", "a", "b", "b"], PARAMS)
    assert scores["n_answered"] == 3
    assert scores["coverage"]["value"] == 0.75
    assert scores["coverage"]["low"] == 0.5
    assert scores["accuracy"]["value"] == 1.0
    assert scores["aurc"] == 0.0625


def test_a_model_that_abstains_everywhere_has_no_accuracy() -> None:
    scores = selective_scores(CORRECT, CONFIDENCE, np.ones(4, dtype=bool), list("abcd"), PARAMS)
    assert (scores["coverage"]["value"], scores["accuracy"]["value"]) == (0.0, 0.0)


def test_the_stance_report_scores_answers_apart_from_all() -> None:
    probabilities = np.array([[0.9, 0.05, 0.05], [0.4, 0.3, 0.3], [0.1, 0.8, 0.1]])
    report = stance_report(np.array([0, 1, 1]), probabilities, list("abc"), [False, True, False], {}, PARAMS)
    assert report["accuracy"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert report["selective"]["accuracy"]["value"] == 1.0
    assert report["abstained_rate"] == pytest.approx(1 / 3, abs=1e-4)


def test_abstained_actors_count_in_f1_but_not_in_the_precision_of_answers() -> None:
    rows = [ActorStances({"x": "support", "y": "oppose"}, {"x": "support", "y": "support"}, frozenset({"y"}))]
    report = end_to_end_report(rows, PARAMS)
    assert report["actor_stance_f1"]["value"] == 0.5
    assert report["answered"]["n_predicted_actors"] == 1
    assert report["answered"]["precision"]["value"] == 1.0
