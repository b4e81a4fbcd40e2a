"""Two models side by side: the scores are those of the reports, pairs are the same articles, the rest is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from training.evaluation.bootstrap import Estimate, estimate_difference
from training.evaluation.paired import Evidence, compare
from training.evaluation.reports import ActorStances, end_to_end_report, section_report, stance_report
from training.params import EvaluateParams
from training.schema import SECTIONS, STANCES

PARAMS = EvaluateParams(resamples=200, confidence=0.95, seed=1)
N = 24


def section_rows(wrong: int = 0, *, text: str = "t", n: int = N) -> list[dict[str, Any]]:
    """Articles of two sections by turns; the first `wrong` of them are called `sports`."""
    labels = [["politics", "economy"][k % 2] for k in range(n)]
    return [
        {
            "id": str(k),
            "text_sha256": f"{text}{k}",
            "gold": [label],
            "predicted": ["sports"] if k < wrong else [label],
        }
        for k, label in enumerate(labels)
    ]


def stance_rows(wrong: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "id": str(k // 3),
            "text_sha256": f"t{k // 3}",
            "quote": f"q{k % 3}",
            "target": "هدف",
            "gold": STANCES[k % 3],
            "predicted": STANCES[(k + (k < wrong)) % 3],
        }
        for k in range(3 * N)
    ]


def pair_rows(wrong: int = 0) -> list[dict[str, Any]]:
    gold = {"رحمة بن صالح": "support", "فتحي الجريبي": "oppose"}
    return [
        {
            "id": str(k),
            "text_sha256": f"t{k}",
            "gold": gold,
            "predicted": {"رحمة بن صالح": "neutral" if k < wrong else "support", "سامر النجار": "oppose"},
        }
        for k in range(N)
    ]


ROWS = {"section": section_rows, "stance": stance_rows, "end_to_end": pair_rows}


def evidence(rows: list[dict[str, Any]], **calibration: float) -> Evidence:
    return Evidence(rows, calibration)


@pytest.mark.parametrize("evaluation", ROWS)
def test_equal_predictions_differ_by_nothing(evaluation: str) -> None:
    rows = ROWS[evaluation](5)
    found = compare(evaluation, evidence(rows, stance=0.1), evidence(rows, stance=0.2), PARAMS)
    assert found.paired
    assert found.articles == f"the same {N} articles"
    assert found.difference == Estimate(0.0, 0.0, 0.0)
    assert found.champion == found.challenger
    assert all(part.fall == 0 for part in found.slices)
    assert [(part.name, part.champion, part.challenger) for part in found.calibration] == [("stance", 0.2, 0.1)]


@pytest.mark.parametrize("evaluation", ROWS)
def test_a_better_challenger_is_better_in_value_and_bound(evaluation: str) -> None:
    better, worse = ROWS[evaluation](0), ROWS[evaluation](16)
    found = compare(evaluation, evidence(better), evidence(worse), PARAMS)
    assert found.challenger > found.champion
    assert found.difference.value == pytest.approx(found.challenger - found.champion, abs=1e-3)
    assert found.difference.low is not None
    assert 0 < found.difference.low < found.difference.value
    assert any(part.fall < 0 for part in found.slices)
    turned = compare(evaluation, evidence(worse), evidence(better), PARAMS)
    assert turned.difference.value == -found.difference.value
    assert any(part.fall > 0 for part in turned.slices)


def test_the_scores_are_those_of_the_section_report() -> None:
    rows = section_rows(5)
    gold, predicted = (
        np.array([[int(label in row[key]) for label in SECTIONS] for row in rows]) for key in ("gold", "predicted")
    )
    report = section_report(gold, predicted, predicted.astype(float), {}, PARAMS)
    found = compare("section", evidence(rows), evidence(rows), PARAMS)
    assert found.headline == "macro F1"
    assert found.champion == report["macro_f1"]["value"]
    for part in found.slices:
        label = report["per_label"][part.name]
        assert (part.challenger, part.n) == (label["f1"], label["support"])


def test_the_scores_are_those_of_the_stance_report() -> None:
    rows = stance_rows(20)
    gold = np.array([STANCES.index(row["gold"]) for row in rows])
    probabilities = np.eye(3)[[STANCES.index(row["predicted"]) for row in rows]]
    report = stance_report(gold, probabilities, [row["id"] for row in rows], [False] * len(rows), {}, PARAMS)
    found = compare("stance", evidence(rows), evidence(rows), PARAMS)
    assert found.champion == report["macro_f1"]["value"]
    assert {part.name: part.champion for part in found.slices} == {
        name: label["f1"] for name, label in report["per_label"].items()
    }
    assert [part.n for part in found.slices] == [N, N, N]


def test_the_scores_are_those_of_the_end_to_end_report() -> None:
    rows = pair_rows(5)
    report = end_to_end_report([ActorStances(row["gold"], row["predicted"]) for row in rows], PARAMS)
    found = compare("end_to_end", evidence(rows), evidence(rows), PARAMS)
    assert found.headline == "(actor, stance) F1"
    assert found.champion == report["actor_stance_f1"]["value"]
    assert {part.name: part.n for part in found.slices} == {"support": N, "oppose": N, "neutral": 0}


def test_half_of_the_articles_shared_is_enough_for_a_paired_test() -> None:
    champion = section_rows(4)
    for row in champion[N // 2 :]:
        row["text_sha256"] = "another"
    found = compare("section", evidence(section_rows(0)), evidence(champion), PARAMS)
    assert found.paired
    assert found.articles == f"{N // 2} shared articles of {N}"
    champion[0]["text_sha256"] = "another"
    found = compare("section", evidence(section_rows(0)), evidence(champion), PARAMS)
    assert not found.paired
    assert found.articles == f"different articles ({N // 2 - 1} shared of {N}): no paired test"
    assert found.slices == ()


def test_the_larger_set_counts() -> None:
    found = compare("section", evidence(section_rows(n=11)), evidence(section_rows(n=24)), PARAMS)
    assert not found.paired
    assert compare("section", evidence(section_rows(n=12)), evidence(section_rows(n=24)), PARAMS).paired


@pytest.mark.parametrize("change", [{"text_sha256": None}, {"gold": ["culture"]}])
def test_an_article_without_a_hash_or_with_other_labels_is_not_the_same(change: dict[str, Any]) -> None:
    champion = [{**row, **change} for row in section_rows()]
    challenger = champion if "text_sha256" in change else section_rows()
    assert not compare("section", evidence(challenger), evidence(champion), PARAMS).paired


def test_other_quotes_make_another_article() -> None:
    challenger = [{**row, "quote": f"new-{row['quote']}"} for row in stance_rows()]
    assert not compare("stance", evidence(challenger), evidence(stance_rows()), PARAMS).paired


def test_unpaired_scores_are_each_model_s_own() -> None:
    found = compare("section", evidence(section_rows(0, text="a")), evidence(section_rows(12, text="b")), PARAMS)
    assert found.challenger == 1.0
    assert found.champion < 1.0
    assert found.difference.value == round(1.0 - found.champion, 4)
    assert found.difference.low is not None
    assert 0 < found.difference.low < found.difference.value


def test_a_calibration_error_that_one_of_them_lacks_is_not_compared() -> None:
    rows = section_rows()
    found = compare("section", evidence(rows, section=0.1, stance=0.1), evidence(rows, section=0.1), PARAMS)
    assert [part.name for part in found.calibration] == ["section"]


def test_one_article_gives_no_interval() -> None:
    found = compare("section", evidence(section_rows(n=1)), evidence(section_rows(n=1)), PARAMS)
    assert (found.difference.low, found.difference.high) == (None, None)


class TestEstimateDifference:
    def mean(self, counts: Any) -> Any:
        return counts[..., 0] / counts[..., 1]

    def sample(self, *values: float) -> Any:
        return (np.array([[value, 1.0] for value in values]), self.mean)

    def test_the_interval_holds_the_difference_and_is_the_same_again(self) -> None:
        first, second = self.sample(*[1.0, 0.0, 1.0, 1.0] * 5), self.sample(*[0.0, 1.0] * 10)
        found = estimate_difference(first, second, PARAMS)
        assert found.value == 0.25
        assert found.low is not None
        assert found.high is not None
        assert -0.1 < found.low < 0.05 < 0.45 < found.high < 0.6
        assert found == estimate_difference(first, second, PARAMS)

    def test_a_higher_confidence_gives_a_wider_interval(self) -> None:
        samples = self.sample(*[1.0, 0.0] * 10), self.sample(*[0.0, 1.0] * 10)
        narrow = estimate_difference(*samples, PARAMS.model_copy(update={"confidence": 0.5}))
        wide = estimate_difference(*samples, PARAMS)
        assert wide.low is not None
        assert narrow.low is not None
        assert wide.high is not None
        assert narrow.high is not None
        assert wide.low < narrow.low < 0 < narrow.high < wide.high

    @pytest.mark.parametrize(("n_first", "n_second"), [(1, 5), (5, 1)])
    def test_one_article_on_either_side_gives_no_interval(self, n_first: int, n_second: int) -> None:
        found = estimate_difference(self.sample(*[1.0] * n_first), self.sample(*[0.5] * n_second), PARAMS)
        assert found == Estimate(0.5, None, None)

    def test_two_articles_on_each_side_give_one(self) -> None:
        found = estimate_difference(self.sample(1.0, 1.0), self.sample(0.5, 0.5), PARAMS)
        assert found == Estimate(0.5, 0.5, 0.5)
