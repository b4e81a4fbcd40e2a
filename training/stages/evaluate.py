"""Stage `evaluate`: the exported bundle on the test split and on real articles; one matrix item a kind of score.

Nothing else reads a test split.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from training.corpus.storage import load_splits, to_articles
from training.evaluation.comparison import compare_article, read_quotes
from training.evaluation.curves import actor_pairs, quote_pairs
from training.evaluation.error_page import ErrorCard, error_records, render_errors
from training.evaluation.figures import confusion_figures, section_figures, slice_figures, stance_figures
from training.evaluation.label_errors import actor_cards, section_cards, stance_cards
from training.evaluation.quote_errors import quote_cards
from training.evaluation.reports import (
    ActorStances,
    Report,
    end_to_end_report,
    gold_actor_stances,
    quotes_report,
    section_report,
    stance_report,
)
from training.evaluation.slices import actor_slices, quote_slices, section_slices, stance_slices
from training.evaluation.spans import ArticlePrediction
from training.files import write_bytes, write_json
from training.inference.analyzer import Analyzer
from training.inference.section import SectionResult, score_sections
from training.inference.stance import StanceInput, StanceScore, read_stances, stance_likelihoods
from training.jsonl import write_jsonl
from training.models.baselines import majority, tfidf_logistic
from training.models.tasks import SECTION, STANCE
from training.params import EvaluateParams, load_params
from training.quotes import Lexicon
from training.quotes.baselines import cue_stance, indicator_quotes, marks_nearest_name
from training.schema import SECTIONS, STANCES, Article, Quote, QuoteKind, StanceLabel
from training.stages.entry import run_stage

NO_REAL_ARTICLES = (
    "no real article at hand; `mawaqif fetch` the public corpora, or set MAWAQIF_MIRROR to a folder that holds them, "
    "then `make repro`"
)


@dataclass(frozen=True)
class System:
    """What is scored, and what its baselines are made of."""

    analyzer: Analyzer
    lexicon: Lexicon
    seen: list[Article]
    """Train and dev, for the baselines that learn."""
    params: EvaluateParams


@dataclass(frozen=True)
class Evaluation:
    """The scores on one set of articles, the predictions behind them and every error."""

    report: Report
    rows: list[dict[str, Any]]
    errors: list[ErrorCard]
    readings: Sequence[ArticlePrediction] = ()
    """What the page of errors draws whole."""


def evaluate_section(system: System, articles: Sequence[Article], plots: Path) -> Evaluation:
    """Sections of whole articles."""
    results = score_sections(system.analyzer.section, [(article.title, article.text) for article in articles])
    gold = np.array([[int(label in article.sections) for label in SECTIONS] for article in articles])
    scores = np.array([[score.probability for score in result.scores] for result in results])
    predicted = np.array([[int(score.assigned) for score in result.scores] for result in results])
    train, examples = SECTION.examples(system.seen), SECTION.examples(articles)
    baselines = {"majority": majority(train, examples), "tfidf_logistic": tfidf_logistic(train, examples)}
    report = section_report(gold, predicted, scores, baselines, system.params)
    section_figures(plots, gold, predicted, scores, system.analyzer.section.card.thresholds)
    slices = section_slices(articles, gold, predicted, system.params)
    slice_figures(plots, slices, {"micro F1": report["micro_f1"]["value"]})
    rows = [_section_row(*row) for row in zip(articles, results, strict=True)]
    return Evaluation(report, rows, section_cards(rows))


def evaluate_stance(system: System, articles: Sequence[Article], plots: Path) -> Evaluation:
    """Stances of gold quotes toward gold targets."""
    asked = [(a, q, s) for a in articles for q in a.quotes for s in q.stances]
    questions = [StanceInput.of(q, s.target, a.id) for a, q, s in asked]
    likelihoods = stance_likelihoods(system.analyzer.stance, questions)
    results = read_stances(system.analyzer.stance, likelihoods, [question.speaker for question in questions])
    alone = read_stances(system.analyzer.stance, likelihoods, [None] * len(questions))
    gold = np.array([STANCES.index(stance.label) for _, _, stance in asked])
    scores = np.array([[result.probabilities[label] for label in STANCES] for result in results])
    train, examples = STANCE.examples(system.seen), STANCE.examples(articles)
    baselines = {
        "majority": majority(train, examples),
        "cue_lexicon": np.array([STANCES.index(cue_stance(q.cue, system.lexicon)) for q in questions]),
        "tfidf_logistic": tfidf_logistic(train, examples),
        "each_quote_alone": np.array([STANCES.index(result.label) for result in alone]),
    }
    rows = [_stance_row(*row, result) for row, result in zip(asked, results, strict=True)]
    ids, abstained = [article.id for article, _, _ in asked], [result.abstained for result in results]
    report = stance_report(gold, scores, ids, abstained, baselines, system.params)
    stance_figures(plots, gold, scores, abstained)
    slices = stance_slices([(a, q) for a, q, _ in asked], gold, scores.argmax(axis=1), system.params)
    slice_figures(plots, slices, {"macro F1": report["macro_f1"]["value"]})
    return Evaluation(report, rows, stance_cards(rows))


def evaluate_quotes(system: System, articles: Sequence[Article], plots: Path) -> Evaluation:
    """Quotes, cues and actors read from raw text."""

    def read_by(system_quotes: Iterable[tuple[Quote, ...]]) -> list[ArticlePrediction]:
        return [ArticlePrediction(a, quotes) for a, quotes in zip(articles, system_quotes, strict=True)]

    texts = [article.text for article in articles]
    ours = read_by(tuple(one.quote for one in found) for found in map(system.analyzer.extract, texts))
    baselines = {
        "marks_nearest_name": read_by(marks_nearest_name(text, system.lexicon) for text in texts),
        "e_quotes_like": read_by(indicator_quotes(text, system.lexicon) for text in texts),
    }
    report = quotes_report(ours, baselines, system.params)
    confusion_figures(plots, list(quote_pairs(ours)), [str(kind) for kind in QuoteKind])
    overall = {"quote recall": report["recall"]["value"], "actor of found quotes": report["actor_accuracy"]["value"]}
    slice_figures(plots, quote_slices(ours, system.params), overall)
    return Evaluation(report, [_quotes_row(row) for row in ours], quote_cards(ours), ours)


def evaluate_end_to_end(system: System, articles: Sequence[Article], plots: Path) -> Evaluation:
    """Actors and their stances toward the gold target, read from raw text."""
    aimed = [article for article in articles if article.target]
    asked = ({"id": a.id, "text": a.text, "title": a.title, "target": a.target} for a in aimed)
    results = list(system.analyzer.analyze(asked))
    pairs = [
        ActorStances(
            gold_actor_stances(article.quotes, article.target),
            {actor["actor"]: actor["label"] for actor in result["actors"]},
            frozenset(actor["actor"] for actor in result["actors"] if actor["abstained"]),
        )
        for article, result in zip(aimed, results, strict=True)
    ]
    gold, predicted = [pair.gold for pair in pairs], [pair.predicted for pair in pairs]
    confusion_figures(plots, [one for pair in pairs for one in actor_pairs(pair.gold, pair.predicted)], STANCES)
    slice_figures(plots, actor_slices(aimed, gold, predicted, system.params), {})
    rows = [_actor_row(*row) for row in zip(aimed, pairs, results, strict=True)]
    readings = [ArticlePrediction(a, read_quotes(result)) for a, result in zip(aimed, results, strict=True)]
    return Evaluation(end_to_end_report(pairs, system.params), rows, actor_cards(rows), readings)


EVALUATIONS: dict[str, Callable[[System, Sequence[Article], Path], Evaluation]] = {
    "section": evaluate_section,
    "stance": evaluate_stance,
    "quotes": evaluate_quotes,
    "end_to_end": evaluate_end_to_end,
}


def main(paths: Namespace) -> None:
    """Score one kind on both sets; write metrics, plots, the authored predictions, and every error."""
    splits = load_splits(paths.splits)
    parts = {name: list(to_articles(splits[name])) for name in splits}
    system = System(
        Analyzer(paths.bundle),
        Lexicon.load(paths.bundle / "lexicon"),
        parts["train"] + parts["dev"],
        load_params().evaluate,
    )
    paths.plots.mkdir(parents=True, exist_ok=True)
    evaluate = EVALUATIONS[paths.task]
    authored = evaluate(system, parts["test"], paths.plots)
    articles = real_articles(paths.real)
    real = evaluate(system, articles, paths.plots / "real") if articles else None
    write_json(paths.metrics, {**authored.report, "real": real.report if real else absent_report()})
    write_jsonl(paths.predictions, authored.rows)
    errors = real.errors if real else []
    write_jsonl(paths.errors, error_records(authored.errors, errors))
    comparisons = [compare_article(reading) for reading in authored.readings]
    write_bytes(paths.page, render_errors(paths.task, authored.errors, errors, comparisons).encode())


def real_articles(folder: Path) -> list[Article]:
    """The joined real test articles; none where the public corpora were not at hand."""
    return list(to_articles(load_splits(folder)["test"])) if folder.exists() else []


def absent_report() -> Report:
    """What stands under `real` where there is nothing to score."""
    return {"n_articles": 0, "note": NO_REAL_ARTICLES}


def _key(article: Article) -> dict[str, str]:
    """By what the promotion gate knows that two models were scored on the same article."""
    return {"id": article.id, "text_sha256": sha256(article.text.encode()).hexdigest()}


def _section_row(article: Article, result: SectionResult) -> dict[str, Any]:
    return {
        **_key(article),
        "title": article.title,
        "gold": list(article.sections),
        "predicted": result.assigned,
        "probabilities": {score.label: score.probability for score in result.scores},
    }


def _actor_row(article: Article, pair: ActorStances, result: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_key(article),
        "gold": pair.gold,
        "predicted": pair.predicted,
        "abstained": sorted(pair.abstained),
        "probabilities": {actor["actor"]: actor["probability"] for actor in result["actors"]},
    }


def _stance_row(article: Article, quote: Quote, stance: StanceLabel, result: StanceScore) -> dict[str, Any]:
    return {
        **_key(article),
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
        **_key(prediction.article),
        "gold": [quote.model_dump(mode="json") for quote in prediction.article.quotes],
        "predicted": [quote.model_dump(mode="json") for quote in prediction.predicted],
        "matches": [vars(match) for match in prediction.matches],
    }


if __name__ == "__main__":
    paths = ("bundle", "splits", "real", "metrics", "plots", "predictions", "errors", "page")
    run_stage("evaluate", main, *paths, task=True)
