"""What is gained where a model may abstain: accuracy of the answered rows, and risk against coverage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation.bootstrap import Counts, estimate
from training.params import EvaluateParams

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


def risk_coverage(correct: NDArray[np.int64], confidence: NDArray[np.float64]) -> Curve:
    """Share of rows answered and share of wrong answers among them, most confident first (El-Yaniv and Wiener 2010).

    *Shape:* inputs (rows,); both results (rows,).
    """
    right = correct[np.argsort(-confidence, kind="stable")]
    answered = np.arange(1, len(right) + 1)
    return answered / len(right), 1.0 - np.cumsum(right) / answered


def selective_scores(
    correct: NDArray[np.int64],
    confidence: NDArray[np.float64],
    abstained: NDArray[np.bool_],
    article_ids: Sequence[str],
    params: EvaluateParams,
) -> dict[str, Any]:
    """Coverage and accuracy of the answered rows with intervals over articles, and the area under risk-coverage.

    *Shape:* all inputs (rows,). Accuracy is 0 where nothing is answered.
    """
    groups, inverse = np.unique(np.asarray(article_ids), return_inverse=True)
    cells: Counts = np.zeros((len(groups), 3))
    np.add.at(cells, inverse, np.stack([np.ones(len(correct)), ~abstained, correct * ~abstained], axis=-1))
    return {
        "n_answered": int((~abstained).sum()),
        "coverage": estimate(cells, lambda c: c[..., 1] / c[..., 0], params).as_dict(),
        "accuracy": estimate(cells, lambda c: c[..., 2] / np.maximum(c[..., 1], 1), params).as_dict(),
        "aurc": round(float(risk_coverage(correct, confidence)[1].mean()), 4),
    }
