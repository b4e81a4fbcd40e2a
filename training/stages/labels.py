"""Stage `labels`: train and dev labels reviewed with a cheap model; the list to read, and the permutation test."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.corpus.storage import load_splits, to_articles
from training.evaluation.error_page import ErrorCard, Side, Stretch, error_records, render_errors
from training.evaluation.label_review import (
    Labelled,
    Suspicion,
    cross_validated_macro_f1,
    out_of_sample,
    permutation_test,
    suspicions,
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
    parts = {name: list(to_articles(splits[name])) for name in ("train", "dev")}
    tasks = {"stance": stance_questions, **{f"section {section}": _desk(section) for section in Section}}
    report: dict[str, Any] = {}
    cards: dict[str, list[ErrorCard]] = {}
    for task, ask in tasks.items():
        train, dev = (list(ask(parts[name])) for name in ("train", "dev"))
        report[task], cards[task] = review(train, dev, params)
    write_json(paths.report, report)
    write_jsonl(paths.suspicious, error_records([card for found in cards.values() for card in found], []))
    shown = [card for found in cards.values() for card in found[:SHOWN_A_TASK]]
    write_bytes(paths.page, render_errors("labels to review", shown, []).encode())
    for task, row in report.items():
        print(f"{task}: {row['n_suspicious']} of {row['n']} labels to review; {row['permutation']}")


def review(
    train: Sequence[Question], dev: Sequence[Question], params: LabelsParams
) -> tuple[dict[str, Any], list[ErrorCard]]:
    """One task's figures, and a card a suspicious label of either part."""
    both = [*train, *dev]
    rows = _labelled(both)
    probabilities = out_of_sample(rows, params)
    found = suspicions(rows.labels, probabilities)
    figures = {
        "n": len(both),
        "n_suspicious": len(found),
        "cross_validated_macro_f1": cross_validated_macro_f1(rows.labels, probabilities),
        "permutation": permutation_test(_labelled(train), _labelled(dev), params).as_dict(),
    }
    return figures, [_card(both[one.row], one) for one in found]


def stance_questions(articles: Sequence[Article]) -> Iterator[Question]:
    """One a labelled (quote, target), read as the stance model reads it."""
    for article in articles:
        for quote in article.quotes:
            for stance in quote.stances:
                pair = stance_pair(stance.target, quote.words, quote.actor, quote.cue.text if quote.cue else None)
                place, label = f"{quote.id} on {stance.target}", STANCES.index(stance.label)
                yield Question(article.id, "stance", place, "\n".join(pair), pair[1], STANCES, label)


def section_questions(articles: Sequence[Article], section: Section) -> Iterator[Question]:
    """One an article: does it belong to the desk?"""
    for article in articles:
        text = "\n".join(section_pair(article.title, article.text))
        given = int(section in article.sections)
        yield Question(article.id, section, section, text, article.title, (f"not {section}", str(section)), given)


def _desk(section: Section) -> Any:
    return lambda articles: section_questions(articles, section)


def _labelled(questions: Sequence[Question]) -> Labelled:
    return Labelled(
        [question.text for question in questions],
        np.array([question.label for question in questions], dtype=np.int64),
        [question.article_id for question in questions],
    )


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
