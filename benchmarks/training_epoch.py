"""One training epoch: ours beside a plain Trainer loop as in transformers' `run_classification.py`.

All train the same network on the same rows. `plain` pads each batch of shuffled rows to its longest, trains every layer
and keeps the checkpoint's dropout; `plain_same_layers` trains the layers that ours trains, without dropout in attention. The clock
runs from the texts to the end of the epoch, evaluation and checkpoints left out. What ours computes once a run, the states
of the frozen layers, counts for the share that one of `max_epochs` epochs has in it.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import torch
from transformers import DataCollatorWithPadding, PreTrainedTokenizerFast, Trainer, TrainerCallback, TrainingArguments

from benchmarks.inputs import SEED, Setting, require, split_articles
from benchmarks.measure import alternate, spread, timed, times_faster
from training.inputs import PairEncoder
from training.models.fine_tune import fine_tune, tokenise
from training.models.folder import pad_token_id
from training.models.frozen import frozen_states
from training.models.network import MeanPoolClassifier, build_network
from training.models.tasks import TASKS, Example, Task
from training.params import TaskParams, load_params

DEFAULT_DROPOUT = 0.1
"""Of BERT's attention weights, which a checkpoint's config sets where nobody changes it."""
OURS = "mawaqif"
PEERS = ("plain", "plain_same_layers")


def run(setting: Setting) -> dict[str, Any]:
    """Seconds an epoch of each loop on a sample of either task, and how many times faster ours is."""
    encoder = require(setting.models / "encoder", "dvc repro encoder")
    articles = split_articles(setting, "train")
    return {
        name: _measured(task, task.examples(articles), encoder, getattr(load_params().train, name), setting)
        for name, task in TASKS.items()
    }


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """A line a task and loop."""
    for task, row in found.items():
        for name, seconds in row["epoch_seconds"].items():
            yield f"{task:<9}{name:<19}{seconds['median']:>8.2f} s an epoch of {row['n_rows']} rows, {row['n_tokens']} tokens"
        for name, ratio in row["times_faster_than"].items():
            yield f"{task:<9}{ratio['median']:.2f} times {name} ({ratio['low']}–{ratio['high']})"


def _measured(
    task: Task, examples: Sequence[Example], encoder: Path, params: TaskParams, setting: Setting
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="mawaqif-") as scratch:
        loops = _Loops(task, encoder, params, Path(scratch))
        rows, n_tokens = loops.sample(examples, setting.n_training_tokens)
        candidates: dict[str, Callable[[int], float]] = {
            OURS: lambda n: loops.ours(rows),
            "plain": lambda n: loops.plain(rows, frozen_layers=0, dropout=DEFAULT_DROPOUT),
            "plain_same_layers": lambda n: loops.plain(
                rows, frozen_layers=params.frozen_layers, dropout=params.attention_dropout
            ),
        }
        seconds = alternate(candidates, setting.n_rounds)
    return {
        "n_rows": len(rows),
        "n_tokens": n_tokens,
        "epoch_seconds": {name: spread(values).json() for name, values in seconds.items()},
        "times_faster_than": {peer: times_faster(seconds[OURS], seconds[peer]).json() for peer in PEERS},
    }


class _Loops:
    """Either loop, from the same pretrained weights each time."""

    def __init__(self, task: Task, encoder: Path, params: TaskParams, scratch: Path) -> None:
        self._task, self._folder, self._params, self._scratch = task, encoder, params, scratch
        self._pad_id = pad_token_id(encoder)
        self._pairs = PairEncoder(encoder / "tokenizer.json", params.max_tokens, params.tail_tokens)

    def sample(self, examples: Sequence[Example], n_tokens: int) -> tuple[Sequence[Example], int]:
        """Seeded rows of together about `n_tokens` tokens, at least two batches, and how many tokens that is."""
        generator = torch.Generator().manual_seed(SEED)
        shuffled = [examples[place] for place in torch.randperm(len(examples), generator=generator).tolist()]
        shuffled = shuffled[: max(2 * self._params.batch_size, n_tokens // 16)]
        lengths = [len(item.ids) for item in self._pairs.encode([example.pair for example in shuffled])]
        n_rows = max(2 * self._params.batch_size, sum(total <= n_tokens for total in accumulate(lengths)))
        return shuffled[:n_rows], sum(lengths[:n_rows])

    def ours(self, rows: Sequence[Example]) -> float:
        """The real loop, stopped after an epoch."""
        network, clock = self._network(self._params.frozen_layers, self._params.attention_dropout), _Clock()
        once = timed(lambda: self._states(network, rows)) if self._params.frozen_layers else 0.0
        checkpoints = self._scratch / "checkpoints"
        clock.start()
        fine_tune(
            network,
            self._task,
            train=rows,
            dev=rows[:1],
            encoder=self._pairs,
            pad_id=self._pad_id,
            params=self._params.model_copy(update={"max_epochs": 1}),
            checkpoints=checkpoints,
            on_metrics=lambda step, metrics: clock.stop() if "train_loss" in metrics else None,
        )
        shutil.rmtree(checkpoints)
        return clock.seconds - once * (1 - 1 / self._params.max_epochs)

    def plain(self, rows: Sequence[Example], *, frozen_layers: int, dropout: float) -> float:
        """A Trainer with nothing but the model, the batch size and the rows."""
        network, clock = self._network(frozen_layers, dropout), _Clock()
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(self._folder / "tokenizer.json"))
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(self._pad_id)
        loss = self._task.loss(rows)
        clock.start()
        trainer = Trainer(
            model=network,
            args=TrainingArguments(
                output_dir=str(self._scratch / "plain"),
                per_device_train_batch_size=self._params.batch_size,
                num_train_epochs=1,
                save_strategy="no",
                report_to="none",
                disable_tqdm=True,
                remove_unused_columns=False,
                label_names=["labels"],
                dataloader_pin_memory=False,
                seed=self._params.seed,
            ),
            train_dataset=tokenise(rows, self._pairs).remove_columns(["row", "length"]),
            data_collator=DataCollatorWithPadding(tokenizer),
            compute_loss_func=lambda outputs, labels, **_: loss(outputs.logits, labels),
            callbacks=[clock],
        )
        trainer.train()
        return clock.seconds

    def _network(self, frozen_layers: int, dropout: float) -> MeanPoolClassifier:
        torch.manual_seed(self._params.seed)
        changes = {"frozen_layers": frozen_layers, "attention_dropout": dropout}
        return build_network(self._folder, len(self._task.labels), self._params.model_copy(update=changes))

    def _states(self, network: MeanPoolClassifier, rows: Sequence[Example]) -> None:
        encoded = self._pairs.encode([row.pair for row in rows])
        frozen_states(network, [item.ids for item in encoded], [item.type_ids for item in encoded])


class _Clock(TrainerCallback):
    """Seconds from `start` to the end of the epoch."""

    def __init__(self) -> None:
        self.seconds = self._started = 0.0

    def start(self) -> None:
        """Begin."""
        self._started = time.perf_counter()

    def stop(self) -> None:
        """Note the time; the last stop counts."""
        self.seconds = time.perf_counter() - self._started

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Called by the plain Trainer."""
        self.stop()
