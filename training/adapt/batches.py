"""Rows of the intermediate tasks as `Source`s of batches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from training.adapt.loop import Source
from training.adapt.network import IGNORED, MASKED
from training.inputs import EncodedPair, PairEncoder, TextPair

MASKED_RATE = 0.15
N_LEADING_SPECIALS = 4

Labelled = Sequence[tuple[TextPair, int | list[float]]]


def pairs_source(name: str, rows: Labelled, encoder: PairEncoder, pad_id: int, epochs: float) -> Source:
    """Text pairs with a class index, or with one 0/1 a label."""
    encoded = encoder.encode([pair for pair, _ in rows])

    def batch(chosen: Sequence[int], _: np.random.Generator) -> dict[str, Tensor]:
        return {**_inputs([encoded[n] for n in chosen], pad_id), "labels": torch.tensor([rows[n][1] for n in chosen])}

    return Source(name, [len(item.ids) for item in encoded], batch, epochs)


def masked_source(
    texts: Sequence[str], encoder: PairEncoder, *, pad_id: int, mask_id: int, vocabulary_size: int, epochs: float
) -> Source:
    """The beginnings of raw texts, 15 % of their tokens hidden anew each time (80/10/10, Devlin et al. 2019)."""
    encoded = encoder.encode([("", text) for text in texts])

    def masked(chosen: Sequence[int], rng: np.random.Generator) -> dict[str, Tensor]:
        batch = _inputs([encoded[n] for n in chosen], pad_id)
        ids = batch["input_ids"].numpy()
        hidden = (rng.random(ids.shape) < MASKED_RATE) & (batch["attention_mask"].numpy() == 1)
        hidden[:, 0] = False
        draw, others = rng.random(ids.shape), rng.integers(N_LEADING_SPECIALS + 1, vocabulary_size, ids.shape)
        replaced = np.where(draw < 0.8, mask_id, np.where(draw < 0.9, others, ids))
        return {
            **batch,
            "input_ids": torch.from_numpy(np.where(hidden, replaced, ids)),
            "labels": torch.from_numpy(np.where(hidden, ids, IGNORED)),
        }

    return Source(MASKED, [len(item.ids) for item in encoded], masked, epochs)


def _inputs(rows: Sequence[EncodedPair], pad_id: int) -> dict[str, Tensor]:
    return {
        "input_ids": _padded([row.ids for row in rows], pad_id),
        "attention_mask": _padded([[1] * len(row.ids) for row in rows], 0),
        "token_type_ids": _padded([row.type_ids for row in rows], 0),
    }


def _padded(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    return pad_sequence([torch.tensor(row, dtype=torch.long) for row in rows], batch_first=True, padding_value=value)
