"""Fine-tune the project's network on any task with one label a row, and predict: for corpora that are not ours."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from transformers import set_seed

from training.inputs import EncodedPair, PairEncoder, TextPair
from training.models.fine_tune import fine_tune
from training.models.folder import copy_tokenizer, pad_token_id
from training.models.network import MeanPoolClassifier, build_network
from training.models.tasks import Example, Loss, Task, stance_scores
from training.params import TaskParams
from training.schema import Article


@dataclass(frozen=True)
class Predictions:
    """Label indices of the scored rows, and the epoch that was kept by its macro-F1 on the selection rows."""

    predicted: NDArray[np.int64]
    best_epoch: float
    selection_macro_f1: float


def single_label_task(name: str, labels: Sequence[str]) -> Task:
    """A task whose examples are given, not read from articles; classes weigh by the inverse of their share."""
    return Task(name, tuple(labels), _no_articles, lambda train: balanced_loss(train, len(labels)), stance_scores)


def balanced_loss(examples: Sequence[Example], n_labels: int) -> Loss:
    """Cross-entropy with each class weighted by the inverse of its share of the training rows."""
    counts = np.bincount([int(example.label) for example in examples if isinstance(example.label, int)])
    padded = np.pad(counts, (0, n_labels - len(counts)))
    weights = torch.tensor(len(examples) / (n_labels * np.maximum(padded, 1)), dtype=torch.float32)

    def loss(logits: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(logits, labels, weight=weights.to(logits.device))

    return loss


def train_and_predict(
    task: Task,
    *,
    train: Sequence[Example],
    selection: Sequence[Example],
    scored: Sequence[TextPair],
    encoder_folder: Path,
    checkpoints: Path,
    params: TaskParams,
) -> Predictions:
    """Fine-tune, keep the epoch that is best on `selection`, label `scored`; `checkpoints` are deleted then.

    A killed run goes on from the newest complete checkpoint, as `fine_tune` says.
    """
    set_seed(params.seed)
    encoder = PairEncoder(copy_tokenizer(encoder_folder, checkpoints / "tokenizer"), params.max_tokens, 0)
    network = build_network(encoder_folder, len(task.labels), params)
    result = fine_tune(
        network,
        task,
        train=train,
        dev=selection,
        encoder=encoder,
        pad_id=pad_token_id(encoder_folder),
        params=params,
        checkpoints=checkpoints,
        on_metrics=lambda step, metrics: None,
    )
    predicted = predict(network, encoder.encode(scored), pad_token_id(encoder_folder), 2 * params.batch_size)
    shutil.rmtree(checkpoints)
    return Predictions(predicted, result.best_epoch, result.best_macro_f1)


@torch.no_grad()
def predict(
    network: MeanPoolClassifier, encoded: Sequence[EncodedPair], pad_id: int, batch_size: int
) -> NDArray[np.int64]:
    """The most probable label of each row, in order; batches hold rows of like length."""
    network.eval()
    device = next(network.parameters()).device
    order = np.argsort([len(item.ids) for item in encoded], kind="stable")
    predicted = np.zeros(len(encoded), dtype=np.int64)
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        batch = [encoded[index] for index in chosen]
        logits = network(
            input_ids=_padded([item.ids for item in batch], pad_id).to(device),
            attention_mask=_padded([[1] * len(item.ids) for item in batch], 0).to(device),
            token_type_ids=_padded([item.type_ids for item in batch], 0).to(device),
        ).logits
        predicted[chosen] = logits.argmax(dim=-1).cpu().numpy()
    return predicted


def _padded(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    return pad_sequence([torch.tensor(row, dtype=torch.long) for row in rows], batch_first=True, padding_value=value)


def _no_articles(_: Iterable[Article]) -> list[Example]:
    return []
