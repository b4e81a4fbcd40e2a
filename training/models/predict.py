"""What a network says about encoded pairs, without gradients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from training.inputs import EncodedPair
from training.models.network import MeanPoolClassifier


@torch.no_grad()
def predict(
    network: MeanPoolClassifier, encoded: Sequence[EncodedPair], pad_id: int, batch_size: int
) -> NDArray[np.float32]:
    """Logits of each row, in order; batches hold rows of like length.

    *Shape:* (rows, labels); (0, 0) where there are no rows.
    """
    network.eval()
    device = next(network.parameters()).device
    order = np.argsort([len(item.ids) for item in encoded], kind="stable")
    found: dict[int, NDArray[np.float32]] = {}
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        batch = [encoded[index] for index in chosen]
        logits = network(
            input_ids=_padded([item.ids for item in batch], pad_id).to(device),
            attention_mask=_padded([[1] * len(item.ids) for item in batch], 0).to(device),
            token_type_ids=_padded([item.type_ids for item in batch], 0).to(device),
        ).logits
        found |= dict(zip(chosen.tolist(), logits.cpu().numpy(), strict=True))
    return np.stack([found[index] for index in range(len(encoded))]) if found else np.zeros((0, 0), dtype=np.float32)


def _padded(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    return pad_sequence([torch.tensor(row, dtype=torch.long) for row in rows], batch_first=True, padding_value=value)
