"""How far probabilities can be believed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.evaluation.bootstrap import Estimate, estimate
from training.params import EvaluateParams

N_BINS = 10


def expected_calibration_error(
    correct: NDArray[np.int64], confidence: NDArray[np.float64], article_ids: list[str], params: EvaluateParams
) -> Estimate:
    """Mean gap between confidence and accuracy over ten equal-width bins, weighted by size (Naeini et al. 2015).

    *Shape:* all inputs (rows,). The interval resamples articles.
    """
    groups, inverse = np.unique(np.asarray(article_ids), return_inverse=True)
    bins = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    cells = np.zeros((len(groups), N_BINS, 3))
    np.add.at(cells, (inverse, bins), np.stack([np.ones_like(confidence), confidence, correct], axis=-1))
    return estimate(
        cells, lambda c: np.abs(c[..., 1] - c[..., 2]).sum(axis=-1) / np.maximum(c[..., 0].sum(axis=-1), 1), params
    )
