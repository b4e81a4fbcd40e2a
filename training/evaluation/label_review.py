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
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

from training.params import LabelsParams

Labels = NDArray[np.int64]
Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """Texts as `text_features` gives them, with one label each, as its index, and the article each is from.

    *Shape:* features (rows, words), the others (rows,).
    """

    features: csr_matrix
    labels: Labels
    article_ids: Sequence[str]

    def take(self, start: int, end: int) -> Labelled:
        """The rows `[start, end)`."""
        return Labelled(self.features[start:end], self.labels[start:end], self.article_ids[start:end])


@dataclass(frozen=True)
class Suspicion:
    """A row whose label the other articles speak against; `margin` is how much more probable the suggested one is."""

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


def text_features(texts: Sequence[str]) -> csr_matrix:
    """TF-IDF of words and pairs of words that occur twice.

    *Shape:* (texts, words). Nothing here knows a label, so one table serves every fold and every shuffle.
    """
    return csr_matrix(TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit_transform(texts))


def out_of_sample(rows: Labelled, params: LabelsParams) -> Probabilities:
    """Cross-validated probabilities, whole articles held out; the columns are the labels that occur, ascending.

    *Shape:* (rows, labels).
    """
    folds = StratifiedGroupKFold(params.folds, shuffle=True, random_state=params.seed)
    found = cross_val_predict(
        _classifier(params.seed),
        rows.features,
        rows.labels,
        groups=rows.article_ids,
        cv=folds,
        method="predict_proba",
    )
    return np.asarray(found, dtype=np.float64)


def suspicions(labels: Labels, probabilities: Probabilities, margin: float) -> list[Suspicion]:
    """Rows that another label claims with more than its usual confidence, more probable by `margin` at least.

    The clearest first. Columns of `probabilities` are the labels that occur, ascending. A label's usual confidence is the mean of its
    probability over the rows that carry it.
    """
    known = np.unique(labels)
    own = probabilities[np.arange(len(labels)), np.searchsorted(known, labels)]
    usual = np.array([probabilities[labels == label, column].mean() for column, label in enumerate(known)])
    claimed = np.where(probabilities >= usual, probabilities, 0.0)
    best = claimed.argmax(axis=1)
    rows = np.flatnonzero((claimed.max(axis=1) > 0) & (known[best] != labels) & (claimed.max(axis=1) >= own + margin))
    found = [Suspicion(int(row), int(known[best[row]]), round(float(claimed[row].max() - own[row]), 4)) for row in rows]
    return sorted(found, key=lambda one: (-one.margin, one.row))


def permutation_test(train: Labelled, dev: Labelled, params: LabelsParams) -> PermutationTest:
    """Does the cheap model learn from real labels only? `at_chance`: shuffled ones give it no more than chance.

    A score above chance after shuffling would mean that dev labels leak into what is trained or scored.
    """
    rng = np.random.default_rng(params.seed)

    def predict(labels: Labels) -> Labels:
        model = _classifier(params.seed).fit(train.features, labels)
        return np.asarray(model.predict(dev.features))

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


def _classifier(seed: int) -> SGDClassifier:
    return SGDClassifier(loss="log_loss", alpha=1e-5, class_weight="balanced", random_state=seed)
