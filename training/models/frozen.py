"""The states that frozen layers give do not change while the others train: they are computed once a run."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from training.models.network import MeanPoolClassifier

TOKENS_A_BATCH = 4096


def frozen_states(
    network: MeanPoolClassifier, rows: Sequence[Sequence[int]], types: Sequence[Sequence[int]]
) -> list[Tensor]:
    """What the frozen layers of `network` give for each row of token ids, without dropout.

    *Shape:* (tokens of the row, hidden size) each. Costs 4 bytes × hidden size a token of memory.
    """
    states: list[Tensor] = [torch.empty(0)] * len(rows)
    was_training = network.training
    network.eval()
    order = sorted(range(len(rows)), key=lambda n: len(rows[n]))
    with torch.no_grad():
        for batch in _batches(order, rows):
            ids, type_ids, mask = (torch.zeros((len(batch), len(rows[batch[-1]])), dtype=torch.long) for _ in range(3))
            for line, n in enumerate(batch):
                ids[line, : len(rows[n])] = torch.tensor(rows[n])
                type_ids[line, : len(rows[n])] = torch.tensor(types[n])
                mask[line, : len(rows[n])] = 1
            found = network.lower(ids, mask, type_ids)
            for line, n in enumerate(batch):
                states[n] = found[line, : len(rows[n])].clone()
    network.train(was_training)
    return states


def _batches(order: Sequence[int], rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """Rows in ascending length, at most `TOKENS_A_BATCH` padded tokens together."""
    batches: list[list[int]] = []
    for n in order:
        if not batches or (len(batches[-1]) + 1) * len(rows[n]) > TOKENS_A_BATCH:
            batches.append([])
        batches[-1].append(n)
    return batches
