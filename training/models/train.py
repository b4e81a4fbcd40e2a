"""Train one task from articles to a finished model folder."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import set_seed

from training.files import sha256_folder
from training.inputs import PairEncoder
from training.models.fine_tune import OnMetrics, TrainingResult, fine_tune, pair_learner
from training.models.folder import FolderNetwork, TaskCard, copy_tokenizer, pad_token_id, save_model
from training.models.network import build_network
from training.models.tasks import Example, Task
from training.params import TaskParams
from training.schema import Article


@dataclass(frozen=True)
class TrainingInputs:
    """Where a training reads and writes, and how it trains; the articles come beside it."""

    encoder_folder: Path
    out: Path
    checkpoints: Path
    params: TaskParams
    on_metrics: OnMetrics

    @property
    def staging(self) -> Path:
        """Where the finished folder is put together."""
        return self.checkpoints / "model"


def train_task(task: Task, train: Sequence[Article], dev: Sequence[Article], inputs: TrainingInputs) -> TaskCard:
    """Fine-tune, and move the finished model to `out` in one step; `checkpoints` are deleted then."""
    params = inputs.params
    set_seed(params.seed)
    pairs = PairEncoder(copy_tokenizer(inputs.encoder_folder, inputs.staging), params.max_tokens, params.tail_tokens)
    pad_id = pad_token_id(inputs.encoder_folder)
    examples, dev_examples = task.examples(train), task.examples(dev)
    network = build_network(inputs.encoder_folder, len(task.labels), params)
    learner = pair_learner(task, examples, dev_examples, pairs, pad_id)
    result = fine_tune(network, learner, params, inputs.checkpoints, inputs.on_metrics)
    card = TaskCard(
        task=task.name,
        labels=task.labels,
        max_tokens=params.max_tokens,
        tail_tokens=params.tail_tokens,
        pad_id=pad_id,
        best_epoch=result.best_epoch,
        dev_macro_f1=result.best_macro_f1,
        n_train=len(examples),
        n_dev=len(dev_examples),
        dropped_token_rate=dropped_token_rate(pairs, examples),
    )
    finish(network, card, result, inputs)
    return card


def finish(network: FolderNetwork, card: TaskCard, result: TrainingResult, inputs: TrainingInputs) -> None:
    """Save the finished folder, move it to `out` in one step and delete the checkpoints."""
    save_model(network, card, result.curve, inputs.staging)
    shutil.rmtree(inputs.out, ignore_errors=True)
    inputs.out.parent.mkdir(parents=True, exist_ok=True)
    inputs.staging.rename(inputs.out)
    shutil.rmtree(inputs.checkpoints)


def dropped_token_rate(encoder: PairEncoder, examples: Sequence[Example]) -> float:
    """Share of tokens that do not fit into the model's input, in [0, 1]."""
    encoded = encoder.encode([example.pair for example in examples])
    dropped = sum(item.n_dropped for item in encoded)
    return round(dropped / max(1, dropped + sum(len(item.ids) for item in encoded)), 4)


def fingerprint(params: TaskParams, *folders: Path) -> str:
    """Names the checkpoints of one set of inputs, so that a run never resumes from another's."""
    parts = [json.dumps(params.model_dump(), sort_keys=True), *(sha256_folder(folder) for folder in folders)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
