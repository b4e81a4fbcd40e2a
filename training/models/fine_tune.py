"""Fine-tune one task with the Hugging Face Trainer: resumable, deterministic, early-stopped on dev macro-F1."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from torch import nn
from transformers import EarlyStoppingCallback, EvalPrediction, Trainer, TrainerCallback, TrainingArguments

from training.inputs import PairEncoder
from training.models.network import parameter_groups
from training.models.tasks import Example, Task
from training.params import TaskParams

logger = logging.getLogger(__name__)

COMPLETE = "COMPLETE"
"""Marker written into a checkpoint after its last byte; a checkpoint without it is not resumed."""

OnMetrics = Callable[[int, dict[str, float]], None]


@dataclass(frozen=True)
class TrainingResult:
    """The learning curve (one row a dev evaluation) and the epoch whose weights were kept."""

    curve: list[dict[str, float]]
    best_epoch: float
    best_macro_f1: float


def tokenise(examples: Sequence[Example], encoder: PairEncoder) -> Dataset:
    """Examples as the Trainer wants them: ids, segment ids, labels, length."""
    encoded = encoder.encode([example.pair for example in examples])
    return Dataset.from_dict(
        {
            "input_ids": [item.ids for item in encoded],
            "token_type_ids": [item.type_ids for item in encoded],
            "labels": [example.label for example in examples],
            "length": [len(item.ids) for item in encoded],
        }
    )


@dataclass(frozen=True)
class Learner:
    """What `fine_tune` trains on, and how it judges: by `metrics` of dev predictions, or by `score` of the network."""

    name: str
    train: Any
    dev: Any
    collate: Callable[[Sequence[Any]], dict[str, torch.Tensor]]
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] | None = None
    """Of logits and labels; None where the network computes its own."""
    metrics: Callable[[EvalPrediction], dict[str, float]] | None = None
    score: Callable[[nn.Module], dict[str, float]] | None = None
    """Must give `macro_f1` and `loss`, as `metrics` and the dev loss do."""


def pair_learner(
    task: Task, train: Sequence[Example], dev: Sequence[Example], encoder: PairEncoder, pad_id: int
) -> Learner:
    """A classification task on text pairs."""
    return Learner(
        task.name,
        tokenise(train, encoder),
        tokenise(dev, encoder),
        lambda rows: collate(rows, pad_id),
        loss=task.loss(train),
        metrics=lambda prediction: _dev_scores(task, prediction),
    )


def fine_tune(
    network: nn.Module, learner: Learner, params: TaskParams, checkpoints: Path, on_metrics: OnMetrics
) -> TrainingResult:
    """Train `network` in place and leave the weights of its best dev epoch in it.

    Continues from the newest complete checkpoint in `checkpoints`, which must belong to the same inputs. On one
    machine with one thread count, an interrupted and a straight run end with identical weights.
    """
    loss = learner.loss
    trainer = _DiscriminativeTrainer(
        model=network,
        args=_arguments(params, checkpoints),
        params=params,
        score=learner.score,
        train_dataset=learner.train,
        eval_dataset=learner.dev,
        data_collator=learner.collate,
        compute_loss_func=(lambda outputs, labels, **_: loss(outputs.logits, labels)) if loss else None,
        compute_metrics=learner.metrics,
        callbacks=[EarlyStoppingCallback(params.patience), _LogEpochEnd(), _MarkComplete(), _Stream(on_metrics)],
    )
    resume_from = newest_complete(checkpoints)
    if resume_from is not None:
        logger.info("resuming %s from %s", learner.name, resume_from.name)
    trainer.train(resume_from_checkpoint=str(resume_from) if resume_from else None)
    return _result(trainer)


def newest_complete(checkpoints: Path) -> Path | None:
    """The checkpoint of the highest step that carries the completion marker."""
    complete = [marker.parent for marker in checkpoints.glob(f"checkpoint-*/{COMPLETE}")]
    return max(complete, key=lambda folder: int(folder.name.rpartition("-")[2]), default=None)


class _DiscriminativeTrainer(Trainer):
    """Encoder and head at their own learning rates; dev judged by `score` where one is given."""

    def __init__(
        self, *args: Any, params: TaskParams, score: Callable[[nn.Module], dict[str, float]] | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._params = params
        self._score = score

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """The Trainer's evaluation, or `score` reported the same way."""
        if self._score is None:
            return dict(super().evaluate(*args, **kwargs))
        assert self.model is not None
        self.model.eval()
        metrics = {f"eval_{name}": value for name, value in self._score(self.model).items()}
        self.log(metrics)
        self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """AdamW over `parameter_groups`."""
        network = self.model if model is None else model
        self.optimizer = torch.optim.AdamW(parameter_groups(network, self._params))
        return self.optimizer


def collate(rows: Sequence[dict[str, Any]], pad_id: int) -> dict[str, torch.Tensor]:
    """Tokenised rows as one batch, padded to the longest row.

    *Shape:* input_ids, token_type_ids, attention_mask (rows, tokens); labels (rows,) or (rows, labels).
    """
    shape = (len(rows), max(len(row["input_ids"]) for row in rows))
    ids = torch.full(shape, pad_id, dtype=torch.long)
    type_ids, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    for number, row in enumerate(rows):
        length = len(row["input_ids"])
        ids[number, :length] = torch.tensor(row["input_ids"])
        type_ids[number, :length] = torch.tensor(row["token_type_ids"])
        mask[number, :length] = 1
    labels = torch.tensor([row["labels"] for row in rows])
    return {"input_ids": ids, "token_type_ids": type_ids, "attention_mask": mask, "labels": labels}


class _LogEpochEnd(TrainerCallback):
    """Empties the running loss at each epoch's end: a resumed run could not know what it held."""

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
        control.should_log = True
        return control


class _MarkComplete(TrainerCallback):
    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        (Path(args.output_dir) / f"checkpoint-{state.global_step}" / COMPLETE).touch()


class _Stream(TrainerCallback):
    def __init__(self, on_metrics: OnMetrics) -> None:
        self._on_metrics = on_metrics

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        names = {"loss": "train_loss", "eval_loss": "dev_loss", "learning_rate": "learning_rate", "epoch": "epoch"}
        names |= {key: key.replace("eval_", "dev_") for key in (logs or {}) if key.endswith(("_f1", "_accuracy"))}
        self._on_metrics(state.global_step, {names[k]: float(v) for k, v in (logs or {}).items() if k in names})


def _arguments(params: TaskParams, checkpoints: Path) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(checkpoints),
        per_device_train_batch_size=params.batch_size,
        per_device_eval_batch_size=2 * params.batch_size,
        num_train_epochs=params.max_epochs,
        warmup_steps=params.warmup_ratio,
        train_sampling_strategy="group_by_length",
        eval_strategy="epoch",
        save_strategy="epoch",
        logging_strategy="steps",
        logging_steps=10,
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="macro_f1",
        greater_is_better=True,
        restore_callback_states_from_checkpoint=True,
        remove_unused_columns=False,
        label_names=["labels"],
        dataloader_pin_memory=False,
        report_to="none",
        seed=params.seed,
        full_determinism=True,
    )


def _dev_scores(task: Task, prediction: EvalPrediction) -> dict[str, float]:
    return task.scores(np.asarray(prediction.predictions), np.asarray(prediction.label_ids, dtype=np.float64))


def _result(trainer: Trainer) -> TrainingResult:
    curve: list[dict[str, float]] = []
    losses: list[float] = []
    for entry in trainer.state.log_history:
        if "loss" in entry:
            losses.append(entry["loss"])
        elif "eval_loss" in entry:
            scores = {
                key.replace("eval_", "dev_"): entry[key] for key in sorted(entry) if key.endswith(("_f1", "_accuracy"))
            }
            curve.append(
                {
                    "epoch": entry["epoch"],
                    "train_loss": float(np.mean(losses)) if losses else float("nan"),
                    "dev_loss": entry["eval_loss"],
                    **scores,
                }
            )
            losses = []
    best = max(curve, key=lambda row: row["dev_macro_f1"])
    return TrainingResult(curve, best["epoch"], best["dev_macro_f1"])
