"""Labels to review, and shuffled labels that must teach nothing; texts of two telling words among words that say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.label_review import (
    Labelled,
    cross_validated_macro_f1,
    out_of_sample,
    permutation_test,
    suspicions,
    text_features,
)
from training.params import LabelsParams

PARAMS = LabelsParams(folds=4, margin=0.3, shuffles=8, chance_gap=0.1, seed=13)
WORDS = (["ميناء", "رصيف", "سفينة", "حاوية"], ["مدرسة", "معلم", "تلميذ", "درس"])


def rows(n: int, seed: int) -> Labelled:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    noise = rng.integers(0, 60, (n, 8))
    texts = [
        " ".join([*rng.choice(WORDS[label], 2), *map("ك{}".format, noise[row])]) for row, label in enumerate(labels)
    ]
    return Labelled(text_features(texts), labels, [f"a{row // 2}" for row in range(n)])


def test_a_wrong_label_is_found_and_leads_the_list() -> None:
    clean = rows(80, 1)
    labels = clean.labels.copy()
    labels[7] = 1 - labels[7]
    probabilities = out_of_sample(Labelled(clean.features, labels, clean.article_ids), PARAMS)
    first = suspicions(labels, probabilities, PARAMS.margin)[0]
    assert (first.row, first.suggested) == (7, clean.labels[7])
    assert first.margin > 0.5
    assert cross_validated_macro_f1(labels, probabilities) == pytest.approx(1.0, abs=0.1)


def test_a_row_is_suspicious_only_above_the_other_label_s_usual_confidence() -> None:
    labels = np.array([0, 0, 1, 1, 0])
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.1, 0.9], [0.4, 0.6]])
    assert suspicions(labels, probabilities, 0.0) == []
    probabilities[4] = [0.05, 0.95]
    assert [one.row for one in suspicions(labels, probabilities, 0.0)] == [4]
    assert suspicions(labels, probabilities, 0.95) == []


def test_labels_that_do_not_occur_are_skipped() -> None:
    labels = np.array([0, 2, 0, 2])
    probabilities = np.array([[0.9, 0.1], [0.95, 0.05], [0.9, 0.1], [0.1, 0.9]])
    (found,) = suspicions(labels, probabilities, 0.0)
    assert (found.row, found.suggested) == (1, 0)


def test_real_labels_teach_and_shuffled_ones_do_not() -> None:
    together = rows(360, 1)
    found = permutation_test(together.take(0, 300), together.take(300, 360), PARAMS)
    assert found.macro_f1 > 0.95
    assert found.shuffled_macro_f1 < 0.6
    assert found.at_chance


def test_a_leak_of_the_dev_labels_into_the_shuffled_ones_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    dev = rows(60, 2)

    class Leaky:
        def fit(self, texts, labels):
            return self

        def predict(self, texts):
            return dev.labels

    monkeypatch.setattr("training.evaluation.label_review._classifier", lambda _: Leaky())
    assert not permutation_test(rows(120, 1), dev, PARAMS).at_chance
