"""Train one task from articles to a finished model folder."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from transformers import set_seed

from training.corpus.public_storage import PublicRows
from training.errors import EncoderError
from training.files import read_json, sha256_folder
from training.inputs import PairEncoder
from training.models.fine_tune import OnMetrics, fine_tune
from training.models.folder import SourceScore, TaskCard, copy_tokenizer, pad_token_id, save_model
from training.models.network import build_network
from training.models.predict import predict
from training.models.tasks import Example, Task
from training.params import TaskParams
from training.processes import process_rank
from training.schema import Article

NO_PUBLIC_ROWS = PublicRows()
ADAPTATION_RECORD = "adapted.json"
"""In an encoder folder: what it was adapted on."""


def train_task(
    task: Task,
    *,
    train: Sequence[Article],
    dev: Sequence[Article],
    public: PublicRows = NO_PUBLIC_ROWS,
    encoder_folder: Path,
    out: Path,
    checkpoints: Path,
    params: TaskParams,
    on_metrics: OnMetrics,
) -> TaskCard:
    """Fine-tune, and move the finished model to `out` in one step; `checkpoints` are deleted then.

    Public rows train beside the articles, in equal shares by source; the articles of `dev` alone choose the epoch.
    Of several processes all train and the first alone writes `out`.
    """
    set_seed(params.seed)
    staging = checkpoints / f"model-{process_rank()}"
    pairs = PairEncoder(copy_tokenizer(encoder_folder, staging), params.max_tokens, params.tail_tokens)
    examples, dev_examples = task.examples(train), task.examples(dev)
    public_examples = task.public_examples(public, "train")
    network = build_network(encoder_folder, len(task.labels), params)
    result = fine_tune(
        network,
        task,
        train=[*examples, *public_examples],
        dev=dev_examples,
        encoder=pairs,
        pad_id=pad_token_id(encoder_folder),
        params=params,
        checkpoints=checkpoints,
        on_metrics=on_metrics,
    )
    held_out = task.public_examples(public, "dev")
    logits = predict(
        network, pairs.encode([row.pair for row in held_out]), pad_token_id(encoder_folder), 2 * params.batch_size
    )
    card = TaskCard(
        task=task.name,
        labels=task.labels,
        max_tokens=params.max_tokens,
        tail_tokens=params.tail_tokens,
        pad_id=pad_token_id(encoder_folder),
        best_epoch=result.best_epoch,
        dev_macro_f1=result.best_macro_f1,
        n_train=len(examples),
        n_dev=len(dev_examples),
        dropped_token_rate=dropped_token_rate(pairs, examples),
        public_sources=source_scores(task, public_examples, held_out, logits),
    )
    if process_rank() == 0:
        save_model(network, card, result.curve, staging)
        _move_in(staging, out)
        shutil.rmtree(checkpoints)
    return card


def check_unseen(encoder_folder: Path, held_out: Mapping[str, Set[str]]) -> None:
    """Raise `EncoderError` when the encoder was adapted on articles that are held out now."""
    record = encoder_folder / ADAPTATION_RECORD
    seen = set(read_json(record)["articles"]) if record.exists() else set()
    for part, ids in held_out.items():
        if both := sorted(seen & ids):
            raise EncoderError(
                f"{record}: {len(both)} articles of {part} were trained on, such as {both[0]}; expected none; adapt it "
                "again with these splits (docs/own-encoder.md), or set encoder.source: bundled"
            )


def dropped_token_rate(encoder: PairEncoder, examples: Sequence[Example]) -> float:
    """Share of tokens that do not fit into the model's input, in [0, 1]."""
    encoded = encoder.encode([example.pair for example in examples])
    dropped = sum(item.n_dropped for item in encoded)
    return round(dropped / max(1, dropped + sum(len(item.ids) for item in encoded)), 4)


def source_scores(
    task: Task, train: Sequence[Example], held_out: Sequence[Example], logits: NDArray[np.float32]
) -> dict[str, SourceScore]:
    """Dev macro-F1 of each public source on its own held-out rows.

    *Shape:* logits (held-out rows, labels).
    """
    n_train = Counter(row.source for row in train)
    numbers = {source: [n for n, row in enumerate(held_out) if row.source == source] for source in n_train}
    return {
        source: SourceScore(
            n_train=n_train[source],
            n_dev=len(own),
            dev_macro_f1=round(task.scores(logits[own], _labels(held_out, own))["macro_f1"], 4),
        )
        for source, own in numbers.items()
    }


def _labels(rows: Sequence[Example], numbers: Sequence[int]) -> NDArray[np.float64]:
    return np.asarray([rows[number].label for number in numbers], dtype=np.float64)


def fingerprint(params: TaskParams, *folders: Path, code: str = "") -> str:
    """Names the checkpoints of one set of inputs and one state of the `code`, so that none resumes from another's."""
    parts = [code, json.dumps(params.model_dump(), sort_keys=True), *(sha256_folder(folder) for folder in folders)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _move_in(staging: Path, out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging.rename(out)
