"""Scores by slice: who is in which, and that a slice's numbers are those of its rows alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.evaluation.curves import write_rows
from training.evaluation.slices import (
    LONGEST,
    Slice,
    actor_slices,
    article_groups,
    quote_groups,
    quote_slices,
    read_slices,
    section_slices,
    slice_records,
    stance_slices,
)
from training.evaluation.spans import ArticlePrediction
from training.params import EvaluateParams
from training.schema import SECTIONS, STANCES, Article

PARAMS = EvaluateParams(resamples=100, confidence=0.95, seed=13)


def named(slices: list[Slice], name: str, metric: str | None = None) -> Slice:
    (found,) = [one for one in slices if one.name == name and metric in (None, one.metric)]
    return found


def test_an_article_has_a_source_a_length_and_its_desks(article: Article) -> None:
    assert article_groups(article) == {
        "source": ("authored",),
        "length": ("under 150 words",),
        "section": ("politics", "society"),
    }
    real = article.model_copy(update={"id": "unified_fc:http://example.org/1", "text": "كلمة " * 200})
    assert article_groups(real)["source"] == ("unified_fc",)
    assert article_groups(real)["length"] == (LONGEST,)


def test_a_quote_is_grouped_by_how_it_is_reported(article: Article) -> None:
    assert quote_groups(article.quotes[1]) == {
        "kind": ("indirect",),
        "attribution": ("inherited",),
        "actor type": ("person",),
    }


def test_a_section_slice_counts_its_own_articles(article: Article) -> None:
    sports = article.model_copy(update={"id": "two", "sections": ("sports",)})
    gold = np.array([[int(label in one.sections) for label in SECTIONS] for one in (article, sports)])
    predicted = gold.copy()
    predicted[1] = 0
    slices = section_slices([article, sports], gold, predicted, PARAMS)
    assert [one.dimension for one in slices] == ["source", "length", "section", "section", "section"]
    assert [(one.value, one.n) for one in slices if one.dimension == "section"] == [(1.0, 1), (1.0, 1), (0.0, 1)]
    assert named(slices, "authored").value == pytest.approx(0.8)


def test_a_stance_that_gold_lacks_in_a_slice_does_not_pull_it_down(article: Article) -> None:
    asked = [(article, quote) for quote in article.quotes]
    gold = np.array([STANCES.index("oppose"), STANCES.index("oppose"), STANCES.index("support")])
    slices = stance_slices(asked, gold, gold, PARAMS)
    assert {one.value for one in slices} == {1.0}
    wrong = stance_slices(asked, gold, np.full(3, STANCES.index("support")), PARAMS)
    assert named(wrong, "direct").value == 1.0
    assert (named(wrong, "indirect").value, named(wrong, "indirect").n) == (0.0, 2)


def test_quotes_are_sliced_by_what_was_found_and_by_whose_they_are(article: Article) -> None:
    first, _, third = article.quotes
    slices = quote_slices([ArticlePrediction(article, (first, third.model_copy(update={"actor": "غيره"})))], PARAMS)
    assert named(slices, "indirect", "quote recall").value == 0.5
    assert named(slices, "inherited", "quote recall").value == 0.0
    assert named(slices, "direct", "actor of found quotes").value == 0.0
    assert named(slices, "person", "actor of found quotes").n == 2


def test_actors_are_sliced_by_type(article: Article) -> None:
    gold = {"رحمة بن صالح": "oppose", "فتحي الجريبي": "support"}
    slices = actor_slices([article], [gold], [{"رحمة بن صالح": "oppose"}], PARAMS)
    assert (named(slices, "person").value, named(slices, "person").n) == (0.5, 2)


def test_records_name_the_slice_for_a_chart() -> None:
    one = Slice("length", "under 150 words", "micro F1", 0.5, None, None, 3, 2)
    assert slice_records([one]) == [
        {
            "metric": "micro F1",
            "dimension": "length",
            "slice": "under 150 words",
            "value": 0.5,
            "low": None,
            "high": None,
            "n": 3,
            "n_articles": 2,
            "label": "under 150 words, n 3",
        }
    ]
    assert one.interval == "–"
    records = slice_records([one, replace(one, metric="actor of found quotes")])
    assert [record["label"] for record in records] == ["micro: under 150 words, n 3", "actor: under 150 words, n 3"]


def test_slices_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    slices = [
        Slice("length", "under 150 words", "micro F1", 0.5, None, None, 3, 2),
        Slice("source", "authored", "micro F1", 0.25, 0.1, 0.4, 30, 20),
    ]
    write_rows(tmp_path / "slices.csv", slice_records(slices))
    assert read_slices(tmp_path / "slices.csv") == slices
    assert read_slices(tmp_path / "none.csv") == []
