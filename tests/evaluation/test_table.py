"""Invented reports: what the results table shows of them."""

from typing import Any

from training.evaluation.table import ResultRow, format_table, results_table


def estimate(value: float, low: float | None = None, high: float | None = None) -> dict[str, float | None]:
    return {"value": value, "low": low, "high": high}


STANCE: dict[str, Any] = {
    "n": 30,
    "n_articles": 6,
    "macro_f1": estimate(0.7512, 0.6, 0.81),
    "accuracy": estimate(0.8, 0.7, 0.9),
    "baselines": {"majority": {"macro_f1": estimate(0.2, 0.15, 0.25), "accuracy": estimate(0.45)}},
}
END_TO_END: dict[str, Any] = {
    "n_articles": 6,
    "n_gold_actors": 14,
    "actor_stance_f1": estimate(0.5, 0.3, 0.6),
    "actor_f1": estimate(0.8),
    "baselines": {"all_neutral": {"actor_stance_f1": estimate(0.55, 0.4, 0.7)}},
}
QUOTES: dict[str, Any] = {
    "n_articles": 6,
    "n_gold": 30,
    "n_matched": 25,
    "f1": estimate(0.85, 0.8, 0.9),
    "f1_by_kind": {"direct": estimate(0.9)},
    "support_by_kind": {"direct": 12},
    "actor_accuracy": estimate(0.7),
    "baselines": {
        "marks": {
            "n_articles": 6,
            "n_gold": 30,
            "n_matched": 11,
            "f1": estimate(0.4),
            "f1_by_kind": {"direct": estimate(0.8)},
            "support_by_kind": {"direct": 12},
            "actor_accuracy": estimate(0.1),
        }
    },
}
REAL_STANCE: dict[str, Any] = {**STANCE, "n": 9, "n_articles": 2, "macro_f1": estimate(0.5, 0.4, 0.6)}
ABSENT = {"n_articles": 0, "note": "no real article at hand"}


def test_every_headline_metric_stands_before_its_baselines():
    assert results_table({"end_to_end": END_TO_END}) == [
        ResultRow("end_to_end", "ours", "(actor, stance) F1", 0.5, 0.3, 0.6, 14, 6),
        ResultRow("end_to_end", "all_neutral", "(actor, stance) F1", 0.55, 0.4, 0.7, 14, 6),
        ResultRow("end_to_end", "ours", "actor F1", 0.8, None, None, 14, 6),
    ]


def test_calibration_and_the_answers_that_are_given_stand_beside_the_scores():
    report = STANCE | {"ece": estimate(0.04, 0.02, 0.06), "selective": {"n_answered": 21, "accuracy": estimate(0.9)}}
    assert results_table({"stance": report})[-2:] == [
        ResultRow("stance", "ours", "accuracy, not abstained", 0.9, None, None, 21, 6),
        ResultRow("stance", "ours", "calibration error", 0.04, 0.02, 0.06, 30, 6),
    ]


def test_a_rate_over_found_quotes_carries_the_n_of_the_system_that_found_them():
    rows = [row for row in results_table({"quotes": QUOTES}) if row.metric == "actor of found quotes"]
    assert [(row.system, row.n) for row in rows] == [("ours", 25), ("marks", 11)]


def test_a_score_by_kind_carries_the_support_of_its_kind():
    rows = [row for row in results_table({"quotes": QUOTES}) if row.metric == "direct F1"]
    assert [(row.system, row.value, row.n) for row in rows] == [("ours", 0.9, 12), ("marks", 0.8, 12)]


def test_a_kind_that_does_not_occur_has_no_row():
    assert "mixed F1" not in {row.metric for row in results_table({"quotes": QUOTES})}


def test_without_real_articles_the_table_has_no_columns_for_them():
    reports = {"stance": {**STANCE, "real": ABSENT}, "end_to_end": END_TO_END}
    assert format_table(results_table(reports)).splitlines() == [
        "evaluation  metric              system       authored     interval   n  articles",
        "stance      macro F1            ours            0.751  0.600–0.810  30         6",
        "                                majority        0.200  0.150–0.250  30         6",
        "            accuracy            ours            0.800  0.700–0.900  30         6",
        "                                majority        0.450            –  30         6",
        "end_to_end  (actor, stance) F1  ours            0.500  0.300–0.600  14         6",
        "                                all_neutral     0.550  0.400–0.700  14         6",
        "            actor F1            ours            0.800            –  14         6",
    ]


def test_scores_on_real_articles_stand_beside_the_authored_ones():
    reports = {"stance": {**STANCE, "real": REAL_STANCE}, "end_to_end": {**END_TO_END, "real": ABSENT}}
    assert format_table(results_table(reports)).splitlines() == [
        "evaluation  metric              system       authored     interval   n  articles   real     interval  n  articles",
        "stance      macro F1            ours            0.751  0.600–0.810  30         6  0.500  0.400–0.600  9         2",
        "                                majority        0.200  0.150–0.250  30         6  0.200  0.150–0.250  9         2",
        "            accuracy            ours            0.800  0.700–0.900  30         6  0.800  0.700–0.900  9         2",
        "                                majority        0.450            –  30         6  0.450            –  9         2",
        "end_to_end  (actor, stance) F1  ours            0.500  0.300–0.600  14         6      –",
        "                                all_neutral     0.550  0.400–0.700  14         6      –",
        "            actor F1            ours            0.800            –  14         6      –",
    ]


def test_no_rows_give_the_heading_alone():
    assert format_table([]) == "evaluation  metric  system  authored  interval  n  articles"
