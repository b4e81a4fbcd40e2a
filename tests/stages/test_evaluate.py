"""Stage `evaluate` with a stand-in for the bundle: both sets scored alike, and no word of a real article published."""

from __future__ import annotations

import json
import shutil
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from datasets import Dataset, DatasetDict
from numpy.typing import NDArray

from tests.conftest import ROOT
from training.corpus.storage import FEATURES, to_dataset
from training.evaluation.table import results_table
from training.files import read_json
from training.inference.section import SectionResult, SectionScore
from training.inference.stance import StanceScore
from training.jsonl import read_records
from training.quotes import ExtractedQuote, Lexicon, extract_quotes
from training.schema import SECTIONS, STANCES, Article
from training.stages import evaluate

SECRET = "الكاتبة العامة للنقابة رحمة"
"""Words of the article that plays the real one."""


def store(folder: Path, **parts: Sequence[Article]) -> None:
    """Splits on disk, those without rows among them."""
    empty: dict[str, list[Any]] = {name: [] for name in FEATURES}
    rows = {
        name: to_dataset(articles) if articles else Dataset.from_dict(empty, features=FEATURES)
        for name, articles in parts.items()
    }
    shutil.rmtree(folder, ignore_errors=True)
    DatasetDict(rows).save_to_disk(str(folder), num_shards=dict.fromkeys(rows, 1))


class StandIn:
    """Extracts by the rules and guesses the rest."""

    section = SimpleNamespace(card=SimpleNamespace(thresholds=[0.5] * len(SECTIONS)))
    stance = None

    def __init__(self, folder: Path) -> None:
        self._lexicon = Lexicon.load(folder / "lexicon")

    def extract(self, text: str) -> tuple[ExtractedQuote, ...]:
        return extract_quotes(text, self._lexicon)

    def analyze(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        for row in rows:
            actors = {found.quote.actor for found in self.extract(row["text"])} - {None}
            guess = {"label": "neutral", "probability": 0.6, "abstained": False}
            yield {"actors": [{"actor": actor, **guess} for actor in sorted(actors)]}


def guess_sections(_: Any, articles: Sequence[Any]) -> list[SectionResult]:
    scores = tuple(SectionScore(label, 0.9 if label == "politics" else 0.1, label == "politics") for label in SECTIONS)
    return [SectionResult(scores, 0.0) for _ in articles]


def guess_likelihoods(_: Any, questions: Sequence[Any]) -> NDArray[np.float64]:
    return np.tile([0.2, 0.7, 0.1], (len(questions), 1))


def guess_stances(_: Any, likelihoods: NDArray[np.float64], speakers: Sequence[Any]) -> list[StanceScore]:
    assert len(likelihoods) == len(speakers)
    return [StanceScore(dict(zip(STANCES, row, strict=True)), False) for row in likelihoods.tolist()]


@pytest.fixture
def paths(in_tmp: Path, monkeypatch: pytest.MonkeyPatch, corpus_articles: list[Article], article: Article) -> Namespace:
    """Splits of sixteen authored articles, one article as the real test part, and a bundle with only its lexicon."""
    for name, stand_in in {
        "Analyzer": StandIn,
        "score_sections": guess_sections,
        "stance_likelihoods": guess_likelihoods,
        "read_stances": guess_stances,
    }.items():
        monkeypatch.setattr(evaluate, name, stand_in)
    shutil.copytree(ROOT / "data" / "lexicon", in_tmp / "bundle" / "lexicon")
    store(in_tmp / "splits", train=corpus_articles[:10], dev=corpus_articles[10:12], test=corpus_articles[12:16])
    store(in_tmp / "real", dev=[], test=[article.model_copy(update={"id": "ant:7", "title": ""})])
    out = in_tmp / "reports"
    return Namespace(
        task="quotes",
        bundle=in_tmp / "bundle",
        splits=in_tmp / "splits",
        real=in_tmp / "real",
        metrics=out / "metrics.json",
        plots=out / "plots",
        predictions=out / "predictions.jsonl",
        errors=out / "errors.jsonl",
        page=out / "errors.html",
    )


@pytest.mark.parametrize("task", evaluate.EVALUATIONS)
def test_real_articles_are_scored_like_authored_ones(paths: Namespace, task: str) -> None:
    paths.task = task
    evaluate.main(paths)
    report = read_json(paths.metrics)
    assert (report["n_articles"], report["real"]["n_articles"]) == (4, 1)
    assert set(report) - {"real"} == set(report["real"])
    assert report["baselines"].keys() == report["real"]["baselines"].keys()
    first, *_ = results_table({task: report})
    assert first.real is not None
    assert (first.n_articles, first.real.n_articles) == (4, 1)


@pytest.mark.parametrize("task", evaluate.EVALUATIONS)
def test_no_word_of_a_real_article_leaves_the_stage(paths: Namespace, task: str) -> None:
    paths.task = task
    evaluate.main(paths)
    written = [path for path in paths.metrics.parent.rglob("*") if path.is_file() and path.suffix != ".png"]
    names = {path.name for path in written if path.parent == paths.metrics.parent}
    assert names == {"metrics.json", "predictions.jsonl", "errors.jsonl", "errors.html"}
    assert {"confusion.csv", "slices.csv"} <= {path.name for path in written if path.parent == paths.plots / "real"}
    assert not [path.name for path in written if SECRET in path.read_text(encoding="utf-8")]
    assert not [path.name for path in written if "رحمة بن صالح" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("task", evaluate.EVALUATIONS)
def test_every_error_is_kept_with_its_article(paths: Namespace, task: str) -> None:
    paths.task = task
    evaluate.main(paths)
    records = read_records(paths.errors)
    assert {record["set"] for record in records} == {"authored", "real"}
    assert {record["article"] for record in records if record["set"] == "real"} == {"ant:7"}
    assert all(record["kind"] for record in records)


def test_quotes_are_read_against_two_baselines(paths: Namespace) -> None:
    evaluate.main(paths)
    report = read_json(paths.metrics)
    assert list(report["baselines"]) == ["marks_nearest_name", "e_quotes_like"]
    assert all(set(scores["f1"]) == {"value", "low", "high"} for scores in report["baselines"].values())
    assert report["baselines"]["e_quotes_like"]["n_gold"] == report["n_gold"]


def test_the_errors_of_quotes_are_those_of_the_counts(paths: Namespace) -> None:
    evaluate.main(paths)
    report = read_json(paths.metrics)["real"]
    records = [record for record in read_records(paths.errors) if record["set"] == "real"]
    kinds = [record["kind"] for record in records]
    assert kinds.count("missed") == report["n_gold"] - report["n_matched"]
    assert kinds.count("spurious") == report["n_predicted"] - report["n_matched"]


@pytest.mark.parametrize("absent", ["no rows", "no folder"])
def test_without_real_articles_the_report_says_so(paths: Namespace, absent: str) -> None:
    if absent == "no rows":
        store(paths.real, dev=[], test=[])
    else:
        shutil.rmtree(paths.real)
    evaluate.main(paths)
    assert read_json(paths.metrics)["real"] == {"n_articles": 0, "note": evaluate.NO_REAL_ARTICLES}
    assert "Real articles (" not in paths.page.read_text(encoding="utf-8")


def test_metrics_are_plain_json(paths: Namespace) -> None:
    evaluate.main(paths)
    assert "NaN" not in json.dumps(read_json(paths.metrics))
