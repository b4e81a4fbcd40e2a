"""Texts for people and grouped metric names, from invented reports."""

from __future__ import annotations

from dataclasses import replace

from tests.evaluation.test_page import REPORTS, STANCE_REPORT, estimate
from training.tracking.describe import (
    CHANGES_LIMIT,
    DESCRIPTION_LIMIT,
    NOTE_LIMIT,
    Link,
    Snapshot,
    changes_in,
    changes_since,
    grouped_metrics,
    metric_name,
    model_note,
    run_note,
    version_note,
)

REAL = {"n": 9, "n_articles": 2, "macro_f1": estimate(0.5, 0.4, 0.6), "note": "no number"}
BEFORE = Snapshot(
    params={"train.head_dropout": "0.2", "train.seed": "13"},
    tags={"git.commit": "a" * 40, "corpus.version": "480 articles", "encoder": "e5", "mlflow.user": "one"},
    metrics={"test/stance_macro_f1": 0.7, "test/stance_accuracy": 0.8},
    test_digest="t1",
)
NOW = Snapshot(
    params={"train.head_dropout": "0.3", "train.seed": "13"},
    tags={"git.commit": "b" * 40, "corpus.version": "480 articles", "encoder": "e5", "mlflow.user": "two"},
    metrics={"test/stance_macro_f1": 0.7512, "test/stance_accuracy": 0.79},
    test_digest="t1",
)


def test_metrics_are_grouped_for_the_charts() -> None:
    report = {
        "n": 30,
        "macro_f1": estimate(0.75, 0.6, None),
        "per_label": {"support": {"f1": 0.5, "support": 10}},
        "baselines": {"majority": {"macro_f1": estimate(0.2, 0.1, 0.3)}},
        "real": REAL,
    }
    assert grouped_metrics({"stance": report}) == {
        "test_details/stance_n": 30.0,
        "test/stance_macro_f1": 0.75,
        "test_intervals/stance_macro_f1_low": 0.6,
        "test_details/stance_per_label_support_f1": 0.5,
        "test_details/stance_per_label_support_support": 10.0,
        "test_baselines/stance_majority_macro_f1": 0.2,
        "test_baselines/stance_majority_macro_f1_low": 0.1,
        "test_baselines/stance_majority_macro_f1_high": 0.3,
        "real_details/stance_n": 9.0,
        "real_details/stance_n_articles": 2.0,
        "real/stance_macro_f1": 0.5,
        "real_intervals/stance_macro_f1_low": 0.4,
        "real_intervals/stance_macro_f1_high": 0.6,
    }


def test_scores_come_before_their_details() -> None:
    names = list(grouped_metrics({"section": REPORTS["section"], "stance": {**STANCE_REPORT, "real": REAL}}))
    scores = [name for name in names if name.startswith(("test/", "real/"))]
    assert names[: len(scores)] == scores
    assert {"test/section_macro_f1", "test/stance_macro_f1", "real/stance_macro_f1"} <= set(scores)


def test_real_articles_that_are_not_at_hand_leave_no_metric() -> None:
    absent = {"n_articles": 0, "note": "not at hand"}
    assert grouped_metrics({"stance": {"n": 3, "real": absent}}) == {"test_details/stance_n": 3.0}


def test_a_headline_has_the_name_it_is_logged_under() -> None:
    assert metric_name("stance", "macro_f1") in grouped_metrics({"stance": STANCE_REPORT})
    by_kind = {"f1_by_kind": {"direct": estimate(0.9)}}
    assert grouped_metrics({"quotes": by_kind}) == {metric_name("quotes", "f1_by_kind.direct"): 0.9}


def test_a_run_is_described_by_purpose_links_scores_and_changes() -> None:
    note = run_note("stance", REPORTS, "CHANGES", [Link("pipeline c0ffee · bundled encoder", "3", "abc")])
    assert note.startswith("**Stance model.** Where the speaker of an Arabic quote stands")
    assert "**Part of the pipeline training:** [pipeline c0ffee · bundled encoder](#/experiments/3/runs/abc)" in note
    assert "| stance | macro F1 | **0.751** | 0.600–0.810 | 0.650 (cue_lexicon) | – | 30 |" in note
    assert "macro F1 **0.751** (0.600–0.810); best baseline 0.650, +0.101, intervals overlap." in note
    assert note.endswith("CHANGES")


def test_the_comparison_can_be_read_back() -> None:
    changes = changes_since("4", BEFORE, NOW, "stance")
    assert changes_in(run_note("stance", REPORTS, changes, [])) == changes


def test_real_articles_have_a_column() -> None:
    reports = {"stance": {**STANCE_REPORT, "real": {**STANCE_REPORT, **REAL}}}
    assert "| 0.650 (cue_lexicon) | 0.500 (0.400–0.600) | 30 |" in version_note("stance", reports, "")


def test_a_model_is_described_by_its_champion_and_how_to_load_it() -> None:
    note = model_note("analyzer", REPORTS)
    assert 'mlflow.pyfunc.load_model("models:/mawaqif-analyzer@champion")' in note
    for evaluation in ("section", "stance", "quotes", "end_to_end"):
        assert f"| {evaluation} | " in note


def test_the_first_training_has_nothing_to_be_compared_with() -> None:
    assert changes_since(None, None, NOW, "stance") == "**Since the champion:** there was none; this is the first."


def test_what_changed_since_the_champion_is_told_apart() -> None:
    assert changes_since("4", BEFORE, NOW, "stance").splitlines() == [
        "**Since the champion, version 4:**",
        "",
        "| evaluation | metric | then | now | change |",
        "|---|---|---:|---:|---:|",
        "| stance | macro F1 | 0.700 | 0.751 | +0.051 |",
        "| stance | accuracy | 0.800 | 0.790 | -0.010 |",
        "",
        f"* code: {'a' * 40} → {'b' * 40}",
        "* `train.head_dropout`: 0.2 → 0.3",
    ]


def test_scores_on_another_test_split_are_not_subtracted() -> None:
    text = changes_since("4", BEFORE, replace(NOW, test_digest="t2"), "stance")
    assert "| stance | macro F1 | 0.700 | 0.751 | – |" in text
    assert "not comparable" in text


def test_without_any_difference_the_text_says_so() -> None:
    assert changes_since("4", BEFORE, BEFORE, "stance").endswith("* nothing else changed")


def test_texts_fit_into_the_database_and_end_at_a_whole_line() -> None:
    many = replace(NOW, params={f"train.{n}": "x" * 50 for n in range(300)})
    changes = changes_since("4", BEFORE, many, "stance")
    for text, limit in (
        (changes, CHANGES_LIMIT),
        (run_note("stance", REPORTS, changes * 3, []), NOTE_LIMIT),
        (version_note("stance", REPORTS, changes * 3), DESCRIPTION_LIMIT),
    ):
        assert len(text) <= limit
        assert text.endswith("… cut to what MLflow keeps; the run's artifacts have it all.")
        assert text.splitlines()[-3].endswith(("x" * 50, "b" * 40, "|", "–"))
