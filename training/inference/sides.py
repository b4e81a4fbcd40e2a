"""One speaker's quotes on one target, read together: within an article a speaker takes a side and keeps it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from training.export.bundle import SideCard


def read_together(
    likelihoods: NDArray[np.float64], speakers: Sequence[Hashable | None], card: SideCard
) -> NDArray[np.float64]:
    """Probabilities of each quote's stances in the light of what else its speaker says; a None speaker says no more.

    Each speaker's side is a latent class (Dawid & Skene 1979). `likelihoods` are probabilities of a model that learned
    with evenly weighted stances, and so proportional to how likely a stance makes the words.

    *Shape:* (quotes, stances), as many `speakers`; the same comes back.
    """
    sides, stances = np.array(card.speakers), np.array(card.quotes)
    answers = likelihoods.copy()
    for rows in _rows_by_speaker(speakers):
        joint = likelihoods[rows][:, None, :] * stances  # (quotes, sides, stances)
        of_side = joint.sum(axis=2)
        side = np.log(sides) + np.log(of_side).sum(axis=0)
        side = np.exp(side - side.max())
        answers[rows] = np.einsum("qas,a->qs", joint / of_side[:, :, None], side / side.sum())
    return answers


def _rows_by_speaker(speakers: Sequence[Hashable | None]) -> list[list[int]]:
    rows: dict[Hashable, list[int]] = {}
    for row, speaker in enumerate(speakers):
        rows.setdefault(("alone", row) if speaker is None else ("speaker", speaker), []).append(row)
    return list(rows.values())
