"""Continue training an encoder on several intermediate tasks at once (Phang et al. 2018; Aghajanyan et al. 2021)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR
from transformers import AutoConfig, AutoModel, set_seed

from training.adapt.network import AdaptNetwork
from training.models.network import freeze_lower_layers
from training.params import AdaptParams

logger = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True)
class Source:
    """Rows of one intermediate task. `lengths` are in tokens; `collate` turns row indices into a batch."""

    name: str
    lengths: Sequence[int]
    collate: Callable[[Sequence[int], np.random.Generator], dict[str, Tensor]]
    epochs: float


def adapt(
    encoder_folder: Path,
    families: dict[str, dict[str, int]],
    sources: Sequence[Source],
    params: AdaptParams,
    checkpoints: Path,
    on_step: Callable[[int, int, dict[str, float]], None],
) -> AdaptNetwork:
    """Train on batches of all sources in one shuffled order, one source a batch.

    `on_step` gets the step, all steps and the mean loss of each source since it was last called. Continues from
    `checkpoints` when a run was cut off; a straight and a resumed run see the same batches.
    """
    set_seed(params.seed)
    network = _build(encoder_folder, families, params)
    plan = list(_plan(sources, params))
    optimizer = torch.optim.AdamW(_groups(network, params))
    warmup = max(1, int(params.warmup_ratio * len(plan)))
    schedule = LambdaLR(optimizer, lambda step: min((step + 1) / warmup, (len(plan) - step) / (len(plan) - warmup + 1)))
    done = _resume(checkpoints / CHECKPOINT, network, optimizer, schedule)
    losses: dict[str, list[float]] = {}
    network.train()
    for step in range(done, len(plan)):
        number, rows = plan[step]
        source = sources[number]
        loss = network.loss(source.name, source.collate(rows, np.random.default_rng((params.seed, step))))
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.setdefault(source.name, []).append(loss.item())
        if (step + 1) % params.report_steps == 0 or step + 1 == len(plan):
            on_step(step + 1, len(plan), {f"loss_{name}": float(np.mean(values)) for name, values in losses.items()})
            losses = {}
            _save(checkpoints / CHECKPOINT, network, optimizer, schedule, step + 1)
    return network.eval()


def _build(encoder_folder: Path, families: dict[str, dict[str, int]], params: AdaptParams) -> AdaptNetwork:
    config = AutoConfig.from_pretrained(encoder_folder, local_files_only=True)
    config.attention_probs_dropout_prob = 0.0
    encoder = AutoModel.from_pretrained(encoder_folder, config=config, local_files_only=True, add_pooling_layer=False)
    freeze_lower_layers(encoder, params.frozen_layers)
    return AdaptNetwork(encoder, families, params.head_dropout)


def _plan(sources: Sequence[Source], params: AdaptParams) -> Iterator[tuple[int, list[int]]]:
    """Batches of at most `batch_tokens` padded tokens, rows of like length together, in seeded order."""
    rng = np.random.default_rng(params.seed)
    batches: list[tuple[int, list[int]]] = []
    for number, source in enumerate(sources):
        n_rows = round(source.epochs * len(source.lengths))
        order = np.concatenate([rng.permutation(len(source.lengths)) for _ in range(int(np.ceil(source.epochs)))])
        for start in range(0, n_rows, 512):
            chunk = sorted(order[start : min(start + 512, n_rows)], key=lambda row: source.lengths[row])
            batches += [(number, batch) for batch in _cut(chunk, source.lengths, params.batch_tokens)]
    yield from (batches[index] for index in rng.permutation(len(batches)))


def _cut(rows: Sequence[int], lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    batch: list[int] = []
    for row in rows:
        if batch and (len(batch) + 1) * lengths[row] > budget:
            yield batch
            batch = []
        batch.append(int(row))
    if batch:
        yield batch


def _groups(network: AdaptNetwork, params: AdaptParams) -> list[dict[str, Any]]:
    inner = {id(parameter) for parameter in network.encoder.parameters()}
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return [
        {"params": [p for p in trained if id(p) in inner], "lr": params.encoder_learning_rate, "weight_decay": 0.01},
        {"params": [p for p in trained if id(p) not in inner], "lr": params.head_learning_rate, "weight_decay": 0.01},
    ]


def _save(file: Path, network: AdaptNetwork, optimizer: Any, schedule: Any, step: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
    torch.save({**state, "schedule": schedule.state_dict(), "torch": torch.get_rng_state()}, partial)
    partial.replace(file)


def _resume(file: Path, network: AdaptNetwork, optimizer: Any, schedule: Any) -> int:
    if not file.exists():
        return 0
    state = torch.load(file, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    torch.set_rng_state(state["torch"])
    logger.info("resuming at step %d", state["step"])
    return int(state["step"])
