"""What a score must be read against: the majority class, and TF-IDF with logistic regression."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from training.models.tasks import Example


def majority(train: Sequence[Example], test: Sequence[Example]) -> NDArray[np.int64]:
    """Predict the most frequent label for every row; for sections, each label's majority.

    *Shape:* (rows,) for one label a row, (rows, labels) for several.
    """
    labels = _labels(train)
    model = DummyClassifier(strategy="most_frequent").fit(np.zeros((len(train), 1)), labels)
    return np.asarray(model.predict(np.zeros((len(test), 1)))).astype(np.int64)


def tfidf_logistic(train: Sequence[Example], test: Sequence[Example]) -> NDArray[np.int64]:
    """Character 2- to 5-grams inside words, TF-IDF, logistic regression with balanced classes."""
    return fit_tfidf_logistic(train)(test)


def fit_tfidf_logistic(train: Sequence[Example]) -> Callable[[Sequence[Example]], NDArray[np.int64]]:
    """The trained half of `tfidf_logistic`, to predict more than once."""
    labels = _labels(train)
    model = _pipeline(multi_label=labels.ndim == 2)
    model.fit([_text(example) for example in train], labels)
    return lambda test: np.asarray(model.predict([_text(example) for example in test])).astype(np.int64)


def _pipeline(*, multi_label: bool) -> Pipeline:
    features = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=200_000)
    regression = LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000)
    return make_pipeline(features, OneVsRestClassifier(regression) if multi_label else regression)


def _labels(examples: Sequence[Example]) -> NDArray[np.int64]:
    return np.asarray([example.label for example in examples]).astype(np.int64)


def _text(example: Example) -> str:
    return "\n".join(example.pair)
