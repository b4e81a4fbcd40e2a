"""Stage `labels`: train and dev labels reviewed with a cheap model; the list to read, and the permutation test."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from training.corpus.storage import load_splits, to_articles
from training.evaluation.error_page import ErrorCard, Side, Stretch, error_records, render_errors
from training.evaluation.label_review import (
    Labelled,
    Suspicion,
    cross_validated_macro_f1,
    out_of_sample,
    permutation_test,
    suspicions,
    text_features,
)
from training.files import write_bytes, write_json
from training.inputs import section_pair, stance_pair
from training.jsonl import write_jsonl
from training.params import LabelsParams, load_params
from training.schema import STANCES, Article, Section
from training.stages.entry import run_stage

SHOWN_A_TASK = 60
"""Cards on the page; `suspicious.jsonl` has all."""


@dataclass(frozen=True)
class Question:
    """One labelled decision: `labels` are the names to choose from, `label` is the index of the one given."""

    article_id: str
    task: str
    place: str
    """The quote's id and target, or the desk."""
    text: str
    words: str
    labels: tuple[str, ...]
    label: int


def main(paths: Namespace) -> None:
    """Review every task; write counts, list and page."""
    params = load_params().labels
    splits = load_splits(paths.splits)
    parts = [list(to_articles(splits[name])) for name in ("train", "dev")]
    report: dict[str, Any] = {}
    cards: list[ErrorCard] = []
    shown: list[ErrorCard] = []
    for task, (train, dev), features in _tasks(parts):
        if not _is_common([*train, *dev], params.folds):
            continue
        report[task], found = review(train, dev, features, params)
        cards += found
        shown += found[:SHOWN_A_TASK]
    write_json(paths.report, report)
    write_jsonl(paths.suspicious, error_records(cards, []))
    write_bytes(paths.page, render_errors("labels to review", shown, []).encode())
    for task, row in report.items():
        print(f"{task}: {row['n_suspicious']} of {row['n']} labels to review; {row['permutation']}")


def _tasks(parts: Sequence[Sequence[Article]]) -> Iterator[tuple[str, list[list[Question]], csr_matrix]]:
    """Each task's questions of train and dev, and the features of them all; desks share theirs."""
    stances = [list(stance_questions(articles)) for articles in parts]
    yield "stance", stances, text_features([question.text for part in stances for question in part])
    features = text_features([_article_text(article) for part in parts for article in part])
    for section in Section:
        yield f"section {section}", [list(section_questions(part, section)) for part in parts], features


def _is_common(questions: Sequence[Question], folds: int) -> bool:
    """Whether every label occurs often enough to stand in each fold; a desk with fewer articles is not reviewed."""
    counts = Counter(question.label for question in questions)
    return len(counts) > 1 and min(counts.values()) >= 2 * folds


def review(
    train: Sequence[Question], dev: Sequence[Question], features: csr_matrix, params: LabelsParams
) -> tuple[dict[str, Any], list[ErrorCard]]:
    """One task's figures, and a card a suspicious label of either part.

    *Shape:* features (train and then dev questions, words).
    """
    both = [*train, *dev]
    labels = np.array([question.label for question in both], dtype=np.int64)
    rows = Labelled(features, labels, [question.article_id for question in both])
    probabilities = out_of_sample(rows, params)
    found = suspicions(labels, probabilities, params.margin)
    permuted = permutation_test(rows.take(0, len(train)), rows.take(len(train), len(both)), params)
    figures = {
        "n": len(both),
        "n_suspicious": len(found),
        "cross_validated_macro_f1": cross_validated_macro_f1(labels, probabilities),
        "permutation": permuted.as_dict(),
    }
    return figures, [_card(both[one.row], one) for one in found]


def stance_questions(articles: Sequence[Article]) -> Iterator[Question]:
    """One a labelled (quote, target), read as the stance model reads it."""
    for article in articles:
        for quote in article.quotes:
            for stance in quote.stances:
                pair = stance_pair(stance.target, quote.words, quote.cue.text if quote.cue else None)
                place, label = f"{quote.id} on {stance.target}", STANCES.index(stance.label)
                yield Question(article.id, "stance", place, "\n".join(pair), pair[1], STANCES, label)


def section_questions(articles: Sequence[Article], section: Section) -> Iterator[Question]:
    """One an article: does it belong to the desk?"""
    for article in articles:
        given = int(section in article.sections)
        names = (f"not {section}", str(section))
        yield Question(article.id, "section", section, _article_text(article), article.title, names, given)


def _article_text(article: Article) -> str:
    return "\n".join(section_pair(article.title, article.text))


def _card(question: Question, one: Suspicion) -> ErrorCard:
    words = (Stretch(question.words),)
    given, suggested = question.labels[question.label], question.labels[one.suggested]
    return ErrorCard(
        question.article_id,
        f"{question.task}: {given}, perhaps {suggested}",
        given,
        {"place": question.place, "margin": one.margin},
        Side(words, {"label": given, "of": question.place}),
        Side(words, {"suggested": suggested, "margin": f"{one.margin:.2f}"}),
    )


if __name__ == "__main__":
    run_stage("labels", main, "splits", "report", "suspicious", "page")
