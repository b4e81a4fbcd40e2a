"""The two learned tasks: which inputs they read, which labels they predict, how loss and dev score are computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score
from torch import Tensor
from torch.nn import functional

from training.corpus.public_storage import Part, PublicArticle, PublicRows
from training.inputs import TextPair, section_pair, stance_pair
from training.params import AUTHORED
from training.schema import SECTIONS, STANCES, Article, Section

UNKNOWN = -1.0
"""A section label nobody has judged: it adds nothing to the loss."""

Loss = Callable[[Tensor, Tensor], Tensor]
Scores = Callable[[NDArray[np.float32], NDArray[np.float64]], dict[str, float]]


@dataclass(frozen=True)
class Example:
    """One training row: a text pair and its label (one number a section, or the index of a stance)."""

    article_id: str
    pair: TextPair
    label: list[float] | int
    source: str = AUTHORED
    speaker: tuple[str, str, str] | None = None
    """Of a quote whose actor is known: the article, the actor and the target."""


@dataclass(frozen=True)
class Task:
    """What `fine_tune` must know about a task."""

    name: str
    labels: tuple[str, ...]
    examples: Callable[[Iterable[Article]], list[Example]]
    public_examples: Callable[[PublicRows, Part], list[Example]]
    loss: Callable[[Sequence[Example]], Loss]
    scores: Scores


def section_examples(articles: Iterable[Article]) -> list[Example]:
    """One row an article; the label is 1 for each of its sections, else 0."""
    return [
        Example(
            article.id,
            section_pair(article.title, article.text),
            [float(section in article.sections) for section in SECTIONS],
        )
        for article in articles
    ]


def stance_examples(articles: Iterable[Article]) -> list[Example]:
    """One row a labelled (quote, target)."""
    return [
        Example(
            article.id,
            stance_pair(stance.target, quote.words, quote.cue.text if quote.cue else None),
            STANCES.index(stance.label),
            speaker=(article.id, quote.actor, stance.target) if quote.actor is not None else None,
        )
        for article in articles
        for quote in article.quotes
        for stance in quote.stances
    ]


def public_section_examples(rows: PublicRows, part: Part) -> list[Example]:
    """One row an article of `part`; sections that its desk says nothing about are `UNKNOWN`."""
    return [
        Example(row.document, section_pair(row.title, row.text), _known_sections(row), row.source)
        for row in rows.section
        if row.part == part
    ]


def public_stance_examples(rows: PublicRows, part: Part) -> list[Example]:
    """One row a (text, target) of `part`."""
    return [
        Example(row.document, stance_pair(row.target, row.text), STANCES.index(row.label), row.source)
        for row in rows.stance
        if row.part == part
    ]


def _known_sections(row: PublicArticle) -> list[float]:
    known = dict.fromkeys(row.present, 1.0) | dict.fromkeys(row.absent, 0.0)
    return [known.get(section, UNKNOWN) for section in Section]


def section_loss(_: Sequence[Example]) -> Loss:
    """Binary cross-entropy a label, labels marked `UNKNOWN` left out."""

    def loss(logits: Tensor, labels: Tensor) -> Tensor:
        known = labels != UNKNOWN
        each = functional.binary_cross_entropy_with_logits(logits, labels.clamp(min=0.0), reduction="none")
        return (each * known).sum() / known.sum().clamp(min=1)

    return loss


def stance_loss(examples: Sequence[Example]) -> Loss:
    """Cross-entropy with each class weighted by the inverse of its share of the training rows."""
    counts = np.bincount([int(example.label) for example in examples if isinstance(example.label, int)], minlength=3)
    weights = torch.tensor(len(examples) / (len(STANCES) * np.maximum(counts, 1)), dtype=torch.float32)

    def loss(logits: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(logits, labels, weight=weights.to(logits.device))

    return loss


def section_scores(logits: NDArray[np.float32], labels: NDArray[np.float64]) -> dict[str, float]:
    """Macro and micro F1 at probability 0.5, over labels that occur; what is `UNKNOWN` does not count."""
    predicted, gold = (logits > 0.0) & (labels != UNKNOWN), labels == 1.0
    per_label = f1_score(gold, predicted, average=None, zero_division=0.0)
    return {
        "macro_f1": float(per_label[gold.any(axis=0)].mean()),
        "micro_f1": float(f1_score(gold, predicted, average="micro", zero_division=0.0)),
    }


def stance_scores(logits: NDArray[np.float32], labels: NDArray[np.float64]) -> dict[str, float]:
    """Macro F1 over the three stances, and accuracy."""
    predicted = logits.argmax(axis=1)
    return {
        "macro_f1": float(f1_score(labels, predicted, average="macro", zero_division=0.0)),
        "accuracy": float(accuracy_score(labels, predicted)),
    }


SECTION = Task("section", SECTIONS, section_examples, public_section_examples, section_loss, section_scores)
STANCE = Task("stance", STANCES, stance_examples, public_stance_examples, stance_loss, stance_scores)
TASKS: dict[str, Task] = {task.name: task for task in (SECTION, STANCE)}
