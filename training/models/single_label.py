"""Fine-tune the project's network on any task with one label a row, and predict: for corpora that are not ours."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import set_seed

from training.inputs import PairEncoder, TextPair
from training.models.fine_tune import fine_tune
from training.models.folder import copy_tokenizer, pad_token_id
from training.models.network import build_network
from training.models.predict import predict
from training.models.tasks import Example, Loss, Task, stance_scores
from training.params import TaskParams


@dataclass(frozen=True)
class Predictions:
    """Label indices of the scored rows, and the epoch that was kept by its macro-F1 on the selection rows."""

    predicted: NDArray[np.int64]
    best_epoch: float
    selection_macro_f1: float


def single_label_task(name: str, labels: Sequence[str]) -> Task:
    """A task whose examples are given, not read from articles; classes weigh by the inverse of their share."""
    return Task(name, tuple(labels), _nothing, _nothing, lambda train: balanced_loss(train, len(labels)), stance_scores)


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
    logits = predict(network, encoder.encode(scored), pad_token_id(encoder_folder), 2 * params.batch_size)
    shutil.rmtree(checkpoints)
    return Predictions(logits.argmax(axis=1), result.best_epoch, result.best_macro_f1)


def _nothing(*_: object) -> list[Example]:
    return []
