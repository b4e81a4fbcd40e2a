"""Stage `behaviour`: the exported bundle on the behavioural tests; failure rates beside the limits asked, and every failure."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from training.corpus.normalise import comparison_words
from training.evaluation.behaviour import (
    Answer,
    Input,
    Question,
    Reading,
    behaviour_cards,
    behaviour_report,
    format_behaviour,
    judge,
    questions,
)
from training.evaluation.behaviour_cases import all_trials, load_cases
from training.evaluation.error_page import error_records, render_errors
from training.files import write_bytes, write_json
from training.inference.analyzer import Analyzer
from training.inference.stance import StanceInput, score_stances
from training.jsonl import write_jsonl
from training.params import load_params
from training.schema import Stance
from training.stages.entry import run_stage


def main(paths: Namespace) -> None:
    """Ask every question once, judge, write. A limit that is missed is shown, and fails nothing."""
    params = load_params().behaviour
    trials = all_trials(load_cases(paths.cases))
    verdicts = judge(trials, answer(Analyzer(paths.bundle), questions(trials)))
    report = behaviour_report(verdicts, params.limits.model_dump(), params.group_gap)
    cards = behaviour_cards(verdicts)
    write_json(paths.metrics, report)
    write_jsonl(paths.failures, error_records(cards, []))
    write_bytes(paths.page, render_errors("behaviour", cards, []).encode())
    print(format_behaviour(report))


def answer(analyzer: Analyzer, asked: Sequence[Input]) -> dict[Input, Answer]:
    """Questions go to the stance model, articles to the whole analyzer, one at a time.

    An int8 model's scores change a little with the company of a row, which is not what is tested here.
    """
    stances = [one for one in asked if isinstance(one, Question)]
    articles = [one for one in asked if isinstance(one, Reading)]
    inputs = [StanceInput(one.quote, one.target, one.actor, one.cue) for one in stances]
    scores = [score for one in inputs for score in score_stances(analyzer.stance, [one])]
    answers: dict[Input, Answer] = {
        question: Answer(score.label, score.probabilities[Stance.SUPPORT])
        for question, score in zip(stances, scores, strict=True)
    }
    distinct = {replace(article, part="") for article in articles}
    results = {article: next(analyzer.analyze([vars(article)])) for article in distinct}
    return answers | {article: Answer(_read(article.part, results[replace(article, part="")])) for article in articles}


def _read(part: str, result: dict[str, Any]) -> str:
    if part == "desks":
        return ", ".join(section["label"] for section in result["sections"] if section["assigned"])
    return ", ".join(f"{_name(quote['actor'])}: {quote['stances'][0]['label']}" for quote in result["quotes"])


def _name(actor: str | None) -> str:
    """The actor however spelled."""
    return " ".join(comparison_words(actor or "nobody"))


if __name__ == "__main__":
    run_stage("behaviour", main, "bundle", "cases", "metrics", "failures", "page")
