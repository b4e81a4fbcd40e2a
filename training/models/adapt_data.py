"""Rows of the intermediate tasks as `Source`s of batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.inputs import PairEncoder, TextPair
from training.models.adapt import Source
from training.models.fine_tune import collate
from training.models.tagger_data import LabelledWindow, collate_windows
from training.models.tagger_network import IGNORED

MASKED_RATE = 0.15


def pairs_source(
    name: str, rows: Sequence[tuple[TextPair, Any]], encoder: PairEncoder, pad_id: int, epochs: float
) -> Source:
    """Text pairs with a class index, or with one 0/1 a label."""
    encoded = [
        {"input_ids": item.ids, "token_type_ids": item.type_ids, "labels": label}
        for item, (_, label) in zip(encoder.encode([pair for pair, _ in rows]), rows, strict=True)
    ]
    return Source(
        name,
        [len(row["input_ids"]) for row in encoded],
        lambda chosen, _: collate([encoded[index] for index in chosen], pad_id),
        epochs,
    )


def quotes_source(windows: Sequence[LabelledWindow], pad_id: int, epochs: float) -> Source:
    """Windows of annotated articles, for tags and links."""
    return Source(
        "quotes",
        [len(window.window.ids) for window in windows],
        lambda chosen, _: collate_windows([windows[index] for index in chosen], pad_id),
        epochs,
    )


def masked_source(
    texts: Sequence[str], encoder: PairEncoder, *, pad_id: int, mask_id: int, vocabulary_size: int, epochs: float
) -> Source:
    """The beginnings of raw texts, 15 % of their tokens hidden anew each time (80/10/10, Devlin et al. 2019)."""
    rows = [item.ids for item in encoder.encode([("", text) for text in texts])]

    def masked(chosen: Sequence[int], rng: np.random.Generator) -> dict[str, Tensor]:
        batch = collate(
            [{"input_ids": rows[i], "token_type_ids": [0] * len(rows[i]), "labels": 0} for i in chosen], pad_id
        )
        ids = batch["input_ids"].numpy()
        hidden = (rng.random(ids.shape) < MASKED_RATE) & (batch["attention_mask"].numpy() == 1)
        hidden[:, 0] = False
        draw = rng.random(ids.shape)
        replaced = np.where(draw < 0.8, mask_id, np.where(draw < 0.9, rng.integers(5, vocabulary_size, ids.shape), ids))
        labels = np.where(hidden, ids, IGNORED)
        return {
            **batch,
            "input_ids": torch.from_numpy(np.where(hidden, replaced, ids)),
            "labels": torch.from_numpy(labels),
        }

    return Source("masked", [len(row) for row in rows], masked, epochs)
