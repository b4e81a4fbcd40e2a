"""Labels that deserve a second look, and whether anything can be learnt from shuffled ones.

Confident learning (Northcutt, Jiang and Chuang 2021) on out-of-sample probabilities of a cheap model: TF-IDF of words
and pairs of words with logistic regression by stochastic gradient descent, whole articles held out. The model is
weak, so the list is one to read, not one to delete.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline

from training.params import LabelsParams

Labels = NDArray[np.int64]
Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """Texts with one label each, as its index, and the article each is from.

    *Shape:* every field (rows,).
    """

    texts: Sequence[str]
    labels: Labels
    article_ids: Sequence[str]


@dataclass(frozen=True)
class Suspicion:
    """A row whose label the other articles speak against; `margin` < 0 is how much less probable it is."""

    row: int
    suggested: int
    margin: float


@dataclass(frozen=True)
class PermutationTest:
    """Macro-F1 on dev after training on train's labels as they are, and shuffled."""

    macro_f1: float
    shuffled_macro_f1: float
    """The mean over the shuffles."""
    chance_macro_f1: float
    """What the same predictions score on dev labels that are shuffled too: they cannot know anything of these."""
    at_chance: bool

    def as_dict(self) -> dict[str, Any]:
        """For a report."""
        return asdict(self)


def out_of_sample(rows: Labelled, params: LabelsParams) -> Probabilities:
    """Cross-validated probabilities, whole articles held out; the columns are the labels that occur, ascending.

    *Shape:* (rows, labels).
    """
    folds = GroupKFold(params.folds, shuffle=True, random_state=params.seed)
    found = cross_val_predict(
        _classifier(params.seed), list(rows.texts), rows.labels, groups=rows.article_ids, cv=folds, method="predict_proba"
    )
    return np.asarray(found, dtype=np.float64)


def suspicions(labels: Labels, probabilities: Probabilities) -> list[Suspicion]:
    """Rows that another label claims with more than that label's usual confidence, the least probable first.

    Columns of `probabilities` are the labels that occur, ascending. A label's usual confidence is the mean of its
    probability over the rows that carry it.
    """
    known = np.unique(labels)
    own = probabilities[np.arange(len(labels)), np.searchsorted(known, labels)]
    usual = np.array([probabilities[labels == label, column].mean() for column, label in enumerate(known)])
    claimed = np.where(probabilities >= usual, probabilities, 0.0)
    best = claimed.argmax(axis=1)
    rows = np.flatnonzero((claimed.max(axis=1) > 0) & (known[best] != labels) & (claimed.max(axis=1) > own))
    found = [Suspicion(int(row), int(known[best[row]]), round(float(own[row] - claimed[row].max()), 4)) for row in rows]
    return sorted(found, key=lambda one: (one.margin, one.row))


def permutation_test(train: Labelled, dev: Labelled, params: LabelsParams) -> PermutationTest:
    """Does the cheap model learn from real labels only? `at_chance`: shuffled ones give it no more than chance.

    A score above chance after shuffling would mean that dev labels leak into what is trained or scored.
    """
    rng = np.random.default_rng(params.seed)

    def predict(labels: Labels) -> Labels:
        model = _classifier(params.seed).fit(list(train.texts), labels)
        return np.asarray(model.predict(list(dev.texts)))

    shuffled, chance = [], []
    for _ in range(params.shuffles):
        predicted = predict(rng.permutation(train.labels))
        shuffled.append(_macro_f1(dev.labels, predicted))
        chance += [_macro_f1(rng.permutation(dev.labels), predicted) for _ in range(params.shuffles)]
    mean, floor = float(np.mean(shuffled)), float(np.mean(chance))
    return PermutationTest(
        macro_f1=round(_macro_f1(dev.labels, predict(train.labels)), 4),
        shuffled_macro_f1=round(mean, 4),
        chance_macro_f1=round(floor, 4),
        at_chance=mean - floor <= params.chance_gap,
    )


def cross_validated_macro_f1(labels: Labels, probabilities: Probabilities) -> float:
    """How good the model behind the suspicions is."""
    return round(_macro_f1(labels, np.unique(labels)[probabilities.argmax(axis=1)]), 4)


def _macro_f1(gold: Labels, predicted: Labels) -> float:
    return float(f1_score(gold, predicted, average="macro", zero_division=0.0))


def _classifier(seed: int) -> Pipeline:
    features = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = SGDClassifier(loss="log_loss", alpha=1e-4, class_weight="balanced", random_state=seed)
    return make_pipeline(features, model)
