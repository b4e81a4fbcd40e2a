"""Train the quote tagger from labelled articles to a finished model folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from transformers import set_seed

from training.models.fine_tune import Learner, fine_tune
from training.models.folder import TaskCard, copy_tokenizer, pad_token_id
from training.models.network import load_encoder
from training.models.tagger_data import LabelledWindow, collate_windows, labelled_windows
from training.models.tagger_network import QuoteTagger
from training.models.train import TrainingInputs, finish
from training.word_inputs import BEGIN, INSIDE, ROLES, WordEncoder, WordLabels

QUOTES = "quotes"
"""The name of the task."""
LabelledArticle = tuple[str, Sequence[str], WordLabels]
"""Article id, words, labels."""


def train_tagger(train: Sequence[LabelledArticle], dev: Sequence[LabelledArticle], inputs: TrainingInputs) -> TaskCard:
    """Fine-tune, and move the finished model to `out` in one step; `checkpoints` are deleted then."""
    params = inputs.params
    set_seed(params.seed)
    encoder = WordEncoder(copy_tokenizer(inputs.encoder_folder, inputs.staging), params.max_tokens)
    pad_id = pad_token_id(inputs.encoder_folder)
    windows, dev_windows = (
        [window for article in part for window in labelled_windows(*article, encoder)] for part in (train, dev)
    )
    network = QuoteTagger(load_encoder(inputs.encoder_folder, params), params.head_dropout)
    learner = Learner(
        QUOTES,
        _rows(windows),
        _rows(dev_windows),
        lambda rows: collate_windows([row["window"] for row in rows], pad_id),
        score=lambda model: tagger_scores(model, dev_windows, pad_id, 2 * params.batch_size),
    )
    result = fine_tune(network, learner, params, inputs.checkpoints, inputs.on_metrics)
    card = TaskCard(
        task=QUOTES,
        labels=ROLES,
        max_tokens=params.max_tokens,
        tail_tokens=0,
        pad_id=pad_id,
        best_epoch=result.best_epoch,
        dev_macro_f1=result.best_macro_f1,
        n_train=len(windows),
        n_dev=len(dev_windows),
        dropped_token_rate=0.0,
    )
    finish(network, card, result, inputs)
    return card


def _rows(windows: Sequence[LabelledWindow]) -> list[dict[str, Any]]:
    """As the Trainer wants them: it groups rows by the length of `input_ids`."""
    return [{"input_ids": row.window.ids, "window": row} for row in windows]


def tagger_scores(
    model: nn.Module, windows: Sequence[LabelledWindow], pad_id: int, batch_size: int
) -> dict[str, float]:
    """F1 of exact spans a role, their mean as `macro_f1`, the share of right links between gold spans, and the loss."""
    found, gold, right = (dict.fromkeys(ROLES, 0) for _ in range(3))
    links, losses = [], []
    for start in range(0, len(windows), batch_size):
        rows = windows[start : start + batch_size]
        batch = collate_windows(rows, pad_id)
        with torch.inference_mode():
            output = model(**batch)
        losses.append(float(output.loss))
        links.append(_right_links(output.links, batch["questions"]))
        for row, tags in zip(rows, output.tags.argmax(dim=-1), strict=True):
            for number, role in enumerate(ROLES):
                ours = _spans(tags[: len(row.window.starts), number].tolist())
                theirs = _spans(row.labels.tags[number])
                found[role] += len(ours)
                gold[role] += len(theirs)
                right[role] += len(ours & theirs)
    f1 = {f"{role}_f1": 2 * right[role] / max(1, found[role] + gold[role]) for role in ROLES}
    return {
        "loss": sum(losses) / max(1, len(losses)),
        "macro_f1": sum(f1.values()) / len(ROLES),
        **f1,
        "link_accuracy": float(torch.cat(links).float().mean()) if links else 0.0,
    }


def _right_links(links: Tensor, questions: Tensor) -> Tensor:
    if not len(questions):
        return torch.zeros(0)
    cells = questions[:, 3:]
    scores = links[questions[:, 0], :, questions[:, 1]].flatten(1).masked_fill(cells < 0, float("-inf"))
    scores = torch.cat([torch.zeros_like(scores[:, :1]), scores], dim=1)
    right = torch.cat([questions[:, 2:3], cells], dim=1) == 1
    return right.gather(1, scores.argmax(dim=1, keepdim=True)).squeeze(1)


def _spans(tags: Iterable[int]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    start: int | None = None
    for word, tag in enumerate([*tags, 0]):
        if start is not None and tag != INSIDE:
            found.add((start, word))
            start = None
        if tag == BEGIN or (tag == INSIDE and start is None):
            start = word
    return found
