"""Stage `evaluate`: the exported bundle on the test split; one matrix item a kind of score. Nothing else reads test."""

from argparse import Namespace
from collections.abc import Callable
from typing import Any

import numpy as np

from training.corpus.storage import load_splits, to_articles
from training.evaluation.classification import confusion
from training.evaluation.plots import plot_confusion, plot_precision_recall, plot_reliability
from training.evaluation.reports import (
    ActorStances,
    end_to_end_report,
    gold_actor_stances,
    quotes_report,
    section_report,
    stance_report,
)
from training.evaluation.spans import ArticlePrediction
from training.files import write_json
from training.inference.analyzer import Analyzer
from training.inference.section import score_sections
from training.inference.stance import StanceInput, StanceScore, score_stances
from training.jsonl import write_jsonl
from training.models.baselines import majority, tfidf_logistic
from training.models.tasks import SECTION, STANCE
from training.params import EvaluateParams, load_params
from training.quotes import Lexicon
from training.quotes.baselines import cue_stance, marked_quotes
from training.schema import SECTIONS, STANCES, Article
from training.stages.entry import run_stage

Parts = dict[str, list[Article]]
Evaluation = Callable[[Analyzer, Parts, EvaluateParams, Namespace], dict[str, Any]]


def evaluate_section(analyzer: Analyzer, parts: Parts, params: EvaluateParams, paths: Namespace) -> dict[str, Any]:
    """Sections of whole articles."""
    test = parts["test"]
    results = score_sections(analyzer.section, [(article.title, article.text) for article in test])
    gold = np.array([[int(label in article.sections) for label in SECTIONS] for article in test])
    scores = np.array([[score.probability for score in result.scores] for result in results])
    predicted = np.array([[int(score.assigned) for score in result.scores] for result in results])
    train, rows = SECTION.examples(parts["train"] + parts["dev"]), SECTION.examples(test)
    baselines = {"majority": majority(train, rows), "tfidf_logistic": tfidf_logistic(train, rows)}
    plot_precision_recall(gold, scores, SECTIONS, paths.plots / "precision_recall.png")
    plot_reliability(gold.ravel(), scores.ravel(), paths.plots / "reliability.png")
    write_jsonl(
        paths.predictions,
        (
            {"id": article.id, "title": article.title, "gold": article.sections, "predicted": result.assigned}
            for article, result in zip(test, results, strict=True)
        ),
    )
    return section_report(gold, predicted, scores, baselines, params)


def evaluate_stance(analyzer: Analyzer, parts: Parts, params: EvaluateParams, paths: Namespace) -> dict[str, Any]:
    """Stances of gold quotes toward gold targets."""
    rows = [(a, q, s) for a in parts["test"] for q in a.quotes for s in q.stances]
    questions = [StanceInput(q.words, s.target, q.actor, q.cue.text if q.cue else None) for _, q, s in rows]
    results = score_stances(analyzer.stance, questions)
    gold = np.array([STANCES.index(stance.label) for _, _, stance in rows])
    scores = np.array([[result.probabilities[label] for label in STANCES] for result in results])
    train, test = STANCE.examples(parts["train"] + parts["dev"]), STANCE.examples(parts["test"])
    baselines = {
        "majority": majority(train, test),
        "cue_lexicon": _cue_lexicon(questions, Lexicon.load(paths.bundle / "lexicon")),
        "tfidf_logistic": tfidf_logistic(train, test),
    }
    plot_confusion(confusion(gold, scores.argmax(axis=1), 3), STANCES, paths.plots / "confusion.png")
    plot_precision_recall(np.eye(3, dtype=int)[gold], scores, STANCES, paths.plots / "precision_recall.png")
    plot_reliability((scores.argmax(axis=1) == gold).astype(int), scores.max(axis=1), paths.plots / "reliability.png")
    write_jsonl(paths.predictions, map(_stance_row, rows, results))
    ids, abstained = [article.id for article, _, _ in rows], [result.abstained for result in results]
    return stance_report(gold, scores, ids, abstained, baselines, params)


def evaluate_quotes(analyzer: Analyzer, parts: Parts, params: EvaluateParams, paths: Namespace) -> dict[str, Any]:
    """Quotes, cues and actors read from raw text."""
    ours = [
        ArticlePrediction(article, tuple(found.quote for found in analyzer.extract(article.text)))
        for article in parts["test"]
    ]
    marks = [ArticlePrediction(article, marked_quotes(article.text)) for article in parts["test"]]
    write_jsonl(paths.predictions, map(_quotes_row, ours))
    return quotes_report(ours, {"marks_only": marks}, params)


def evaluate_end_to_end(analyzer: Analyzer, parts: Parts, params: EvaluateParams, paths: Namespace) -> dict[str, Any]:
    """Actors and their stances toward the gold target, read from raw text."""
    test = [article for article in parts["test"] if article.target]
    results = analyzer.analyze({"id": a.id, "text": a.text, "title": a.title, "target": a.target} for a in test)
    rows = [
        ActorStances(
            gold_actor_stances(article.quotes, article.target),
            {actor["actor"]: actor["label"] for actor in result["actors"]},
        )
        for article, result in zip(test, results, strict=True)
    ]
    write_jsonl(paths.predictions, ({"id": a.id, **vars(row)} for a, row in zip(test, rows, strict=True)))
    return end_to_end_report(rows, params)


EVALUATIONS: dict[str, Evaluation] = {
    "section": evaluate_section,
    "stance": evaluate_stance,
    "quotes": evaluate_quotes,
    "end_to_end": evaluate_end_to_end,
}


def main(paths: Namespace) -> None:
    """Score one kind and write its metrics, plots and predictions."""
    splits = load_splits(paths.splits)
    parts = {name: list(to_articles(splits[name])) for name in splits}
    paths.plots.mkdir(parents=True, exist_ok=True)
    report = EVALUATIONS[paths.task](Analyzer(paths.bundle), parts, load_params().evaluate, paths)
    write_json(paths.metrics, report)


def _cue_lexicon(questions: list[StanceInput], lexicon: Lexicon) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([STANCES.index(cue_stance(question.cue, lexicon)) for question in questions])


def _stance_row(row: tuple[Article, Any, Any], result: StanceScore) -> dict[str, Any]:
    article, quote, stance = row
    return {
        "id": article.id,
        "quote": quote.id,
        "actor": quote.actor,
        "cue": quote.cue.text if quote.cue else None,
        "words": quote.words,
        "target": stance.target,
        "gold": stance.label,
        "predicted": result.label,
        "probabilities": result.probabilities,
    }


def _quotes_row(prediction: ArticlePrediction) -> dict[str, Any]:
    return {
        "id": prediction.article.id,
        "gold": [quote.model_dump(mode="json") for quote in prediction.article.quotes],
        "predicted": [quote.model_dump(mode="json") for quote in prediction.predicted],
        "matches": [vars(match) for match in prediction.matches],
    }


if __name__ == "__main__":
    run_stage("evaluate", main, "bundle", "splits", "metrics", "plots", "predictions", task=True)
