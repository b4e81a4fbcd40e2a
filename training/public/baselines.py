"""The systems a fine-tuned encoder must beat: the majority class, and TF-IDF with a linear SVM."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from training.public.rows import Row

Predicted = NDArray[np.int64]

TFIDF = {"char_wb": (2, 5), "word": (1, 2)}
MAX_FEATURES = 200_000
SVM_COST = 1.0


def majority(train: Sequence[Row], scored: Sequence[Row]) -> Predicted:
    """The most frequent label of the training rows for every row; the first label wins a tie."""
    counts = Counter(row.label for row in train)
    most = min(counts, key=lambda label: (-counts[label], label))
    return np.full(len(scored), most, dtype=np.int64)


def tfidf_svm(train: Sequence[Row], scored: Sequence[Row], *, pairs: bool) -> Predicted:
    """TF-IDF of character 2- to 5-grams inside words and of 1 and 2 words, linear SVM with balanced classes.

    For pairs: the features of either text side by side, and the cosine between the two.
    """
    features = _PairFeatures() if pairs else _TextFeatures()
    model = LinearSVC(C=SVM_COST, class_weight="balanced", random_state=0)
    model.fit(features.fit(train), [row.label for row in train])
    return np.asarray(model.predict(features.transform(scored))).astype(np.int64)


class _TextFeatures:
    """Title and text as one."""

    def __init__(self) -> None:
        self._union = _union()

    def fit(self, rows: Sequence[Row]) -> Any:
        return self._union.fit_transform(_both(rows))

    def transform(self, rows: Sequence[Row]) -> Any:
        return self._union.transform(_both(rows))


class _PairFeatures:
    """Both sides in one space, side by side, and the cosine between them."""

    def __init__(self) -> None:
        self._union = _union()

    def fit(self, rows: Sequence[Row]) -> Any:
        vectors = self._union.fit_transform(_sides(rows)).tocsr()
        return _side_by_side(vectors[: len(rows)], vectors[len(rows) :])

    def transform(self, rows: Sequence[Row]) -> Any:
        vectors = self._union.transform(_sides(rows)).tocsr()
        return _side_by_side(vectors[: len(rows)], vectors[len(rows) :])


def _sides(rows: Sequence[Row]) -> list[str]:
    return [row.first for row in rows] + [row.second for row in rows]


def _side_by_side(first: Any, second: Any) -> Any:
    return hstack([first, second, csr_matrix(_cosine(first, second))]).tocsr()


def _union() -> FeatureUnion:
    return FeatureUnion(
        [
            (name, TfidfVectorizer(analyzer=name, ngram_range=ngrams, sublinear_tf=True, max_features=MAX_FEATURES))
            for name, ngrams in TFIDF.items()
        ]
    )


def _cosine(first: Any, second: Any) -> NDArray[np.float64]:
    """*Shape:* (rows, 1). Either side consists of two vectors of length 1, hence the half."""
    products: NDArray[np.float64] = np.asarray(first.multiply(second).sum(axis=1), dtype=np.float64).reshape(-1, 1)
    return products / 2


def _both(rows: Sequence[Row]) -> list[str]:
    return [f"{row.first}\n{row.second}" for row in rows]
