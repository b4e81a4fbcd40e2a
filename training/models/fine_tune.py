"""Fine-tune one task with the Hugging Face Trainer: resumable, deterministic, early-stopped on dev macro-F1."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import PartialState
from datasets import Dataset
from transformers import EarlyStoppingCallback, EvalPrediction, Trainer, TrainerCallback, TrainingArguments

from training.errors import ParamsError
from training.inputs import PairEncoder
from training.models.balance import SourceBalancedSampler
from training.models.frozen import frozen_states
from training.models.network import MeanPoolClassifier, parameter_groups
from training.models.tasks import Example, Task
from training.params import TaskParams
from training.processes import n_processes

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
    """Examples as the Trainer wants them: ids, segment ids, labels, number of the row, length."""
    encoded = encoder.encode([example.pair for example in examples])
    return Dataset.from_dict(
        {
            "input_ids": [item.ids for item in encoded],
            "token_type_ids": [item.type_ids for item in encoded],
            "labels": [example.label for example in examples],
            "row": range(len(examples)),
            "length": [len(item.ids) for item in encoded],
        }
    )


def fine_tune(
    network: MeanPoolClassifier,
    task: Task,
    *,
    train: Sequence[Example],
    dev: Sequence[Example],
    encoder: PairEncoder,
    pad_id: int,
    params: TaskParams,
    checkpoints: Path,
    on_metrics: OnMetrics,
) -> TrainingResult:
    """Train `network` in place and leave the weights of its best dev epoch in it.

    Continues from the newest complete checkpoint in `checkpoints`, which must belong to the same inputs. On one
    machine with one thread count, an interrupted and a straight run end with identical weights. Several processes
    share each batch, so that the number of steps does not depend on how many they are; each keeps all frozen states.
    Raises `ParamsError` when the batch cannot be shared evenly.
    """
    loss = task.loss(train)
    rows = tokenise([*train, *dev], encoder)
    states = frozen_states(network, rows["input_ids"], rows["token_type_ids"]) if params.frozen_layers else None
    trainer = _DiscriminativeTrainer(
        model=network,
        args=_arguments(params, checkpoints),
        params=params,
        sources=[example.source for example in train],
        train_dataset=rows.select(range(len(train))),
        eval_dataset=rows.select(range(len(train), len(rows))),
        data_collator=_Collator(pad_id, states),
        compute_loss_func=lambda outputs, labels, **_: loss(outputs.logits, labels),
        compute_metrics=lambda prediction: _dev_scores(task, prediction),
        callbacks=[EarlyStoppingCallback(params.patience), _LogEpochEnd(), _MarkComplete(), _Stream(on_metrics)],
    )
    resume_from = newest_complete(checkpoints)
    if resume_from is not None:
        logger.info("resuming %s from %s", task.name, resume_from.name)
    trainer.train(resume_from_checkpoint=str(resume_from) if resume_from else None)
    trainer.accelerator.wait_for_everyone()  # all have read the best weights: the caller may delete them
    return _result(trainer)


def newest_complete(checkpoints: Path) -> Path | None:
    """The checkpoint of the highest step that carries the completion marker."""
    complete = [marker.parent for marker in checkpoints.glob(f"checkpoint-*/{COMPLETE}")]
    return max(complete, key=lambda folder: int(folder.name.rpartition("-")[2]), default=None)


class _DiscriminativeTrainer(Trainer):
    """Encoder and head at their own learning rates; sources in equal shares where there are several.

    Several processes use our sampler also for one source: the Trainer's own draws from torch's global generator, which
    dropout on batches of other lengths moves apart, so that from the second epoch on they would disagree on the order.
    """

    def __init__(self, *args: Any, params: TaskParams, sources: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._params = params
        self._sources = sources

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        if len(set(self._sources)) == 1 and self.args.world_size == 1:
            return super()._get_train_sampler(train_dataset)
        lengths = self.train_dataset["length"]
        return SourceBalancedSampler(self._sources, lengths, self._params.batch_size, self._params.seed)

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """AdamW over `parameter_groups`."""
        network = self.model if model is None else model
        self.optimizer = torch.optim.AdamW(parameter_groups(network, self._params))
        return self.optimizer


class _Collator:
    """Pads a batch to its longest row: token ids, or the states of frozen layers where they are at hand."""

    def __init__(self, pad_id: int, states: Sequence[torch.Tensor] | None) -> None:
        self._pad_id = pad_id
        self._states = states

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        batch = {
            "attention_mask": _padded([torch.ones(len(row["input_ids"]), dtype=torch.long) for row in rows], 0),
            "labels": torch.tensor([row["labels"] for row in rows]),
        }
        if self._states is not None:
            return {**batch, "states": _padded([self._states[row["row"]] for row in rows], 0)}
        ids = _padded([torch.tensor(row["input_ids"]) for row in rows], self._pad_id)
        return {
            **batch,
            "input_ids": ids,
            "token_type_ids": _padded([torch.tensor(r["token_type_ids"]) for r in rows], 0),
        }


def _padded(rows: list[torch.Tensor], value: int) -> torch.Tensor:
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)


class _LogEpochEnd(TrainerCallback):
    """Empties the running loss at each epoch's end: a resumed run could not know what it held."""

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
        control.should_log = True
        return control


class _MarkComplete(TrainerCallback):
    """Marks a finished checkpoint, and only then deletes older ones, marker first: a kill costs one interval at most."""

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        PartialState().wait_for_everyone()  # each process writes its generator's state
        if not state.is_world_process_zero:
            return
        newest = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        (newest / COMPLETE).touch()
        kept = {newest.name, Path(state.best_model_checkpoint or newest).name}
        for older in Path(args.output_dir).glob("checkpoint-*"):
            if older.name not in kept:
                (older / COMPLETE).unlink(missing_ok=True)
                shutil.rmtree(older)


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
        per_device_train_batch_size=_rows_a_process(params.batch_size),
        per_device_eval_batch_size=2 * params.batch_size,
        num_train_epochs=params.max_epochs,
        warmup_steps=params.warmup_ratio,
        train_sampling_strategy="group_by_length",
        eval_strategy="epoch",
        save_strategy="epoch",
        logging_strategy="steps",
        logging_steps=10,
        load_best_model_at_end=True,
        metric_for_best_model="macro_f1",
        greater_is_better=True,
        restore_callback_states_from_checkpoint=True,
        remove_unused_columns=False,
        label_names=["labels"],
        average_tokens_across_devices=False,  # else the Trainer multiplies our mean losses by the number of processes
        dataloader_pin_memory=False,
        use_cpu=n_processes() > 1 and not torch.cuda.is_available(),  # unasked, accelerate leaves processors alone
        report_to="none",
        seed=params.seed,
        full_determinism=True,
    )


def _rows_a_process(batch_size: int) -> int:
    if batch_size % n_processes():
        raise ParamsError("params.yaml", "batch_size", f"{batch_size}", f"a multiple of {n_processes()} processes")
    return batch_size // n_processes()


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
