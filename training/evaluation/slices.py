"""The headline scores by slice: where a model is good and where it is not, each with n and an interval.

A slice's score is made of the same counts as the headline's, of the rows in it alone. Rows stand in every slice
that their article or quote belongs to, so the slices of one dimension may overlap (an article of two desks).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation.bootstrap import Counts, Metric, estimate, f1_from_counts
from training.evaluation.classification import binary_counts
from training.evaluation.spans import ArticlePrediction, same_actor
from training.params import EvaluateParams
from training.schema import SECTIONS, STANCES, Article, Quote

Groups = Mapping[str, tuple[str, ...]]
"""The slices a row is in, by dimension."""

LENGTHS = ((150, "under 150 words"), (200, "150 to 199 words"))
"""Upper bounds of article length, in words; the longer ones are `LONGEST`."""
LONGEST = "200 words and more"
AUTHORED_SOURCE = "authored"


@dataclass(frozen=True)
class Row:
    """One scored row: its article, its slices, and what it adds to the sums of the metric."""

    article_id: str
    groups: Groups
    counts: NDArray[np.float64]


@dataclass(frozen=True)
class Slice:
    """One metric on the rows of one slice; bounds are None where there is no interval."""

    dimension: str
    name: str
    metric: str
    value: float
    low: float | None
    high: float | None
    n: int
    n_articles: int

    @property
    def interval(self) -> str:
        """`0.712–0.824`, or a dash where there is none."""
        return "–" if self.low is None or self.high is None else f"{self.low:.3f}–{self.high:.3f}"


def section_slices(
    articles: Sequence[Article], gold: NDArray[np.int64], predicted: NDArray[np.int64], params: EvaluateParams
) -> list[Slice]:
    """Micro F1 of the section model.

    *Shape:* gold and predicted (articles, labels), 0/1.
    """
    rows = [
        Row(article.id, article_groups(article), binary_counts(truth, answer).sum(axis=0))
        for article, truth, answer in zip(articles, gold, predicted, strict=True)
    ]
    return list(_slices("micro F1", rows, _f1, params))


def stance_slices(
    asked: Sequence[tuple[Article, Quote]],
    gold: NDArray[np.int64],
    predicted: NDArray[np.int64],
    params: EvaluateParams,
) -> list[Slice]:
    """Macro F1 of the stance model over the stances that gold has in the slice.

    *Shape:* gold and predicted (rows,), indices of stances.
    """
    eye = np.eye(len(STANCES), dtype=np.int64)
    rows = [
        Row(article.id, {**article_groups(article), **quote_groups(quote)}, binary_counts(truth, answer))
        for (article, quote), truth, answer in zip(asked, eye[gold], eye[predicted], strict=True)
    ]
    return list(_slices("macro F1", rows, _macro_f1, params))


def quote_slices(predictions: Sequence[ArticlePrediction], params: EvaluateParams) -> list[Slice]:
    """Recall of gold quotes, and how often a found quote has the right actor."""
    found = [row for prediction in predictions for row in _quote_rows(prediction)]
    actors = [row for prediction in predictions for row in _actor_rows(prediction)]
    return [*_slices("quote recall", found, _rate, params), *_slices("actor of found quotes", actors, _rate, params)]


def actor_slices(
    articles: Sequence[Article],
    gold: Sequence[Mapping[str, str]],
    predicted: Sequence[Mapping[str, str]],
    params: EvaluateParams,
) -> list[Slice]:
    """Recall of gold (actor, stance) pairs; `gold` and `predicted` map the actors of each article to their stances."""
    rows = [
        Row(article.id, {**article_groups(article), "actor type": _actor_type(article, actor)}, _hit(right))
        for article, pairs, answers in zip(articles, gold, predicted, strict=True)
        for actor, label in pairs.items()
        for right in [any(same_actor(actor, other) and label == side for other, side in answers.items())]
    ]
    return list(_slices("(actor, stance) recall", rows, _rate, params))


def article_groups(article: Article) -> dict[str, tuple[str, ...]]:
    """Source, length and sections of an article; a real article's source is the corpus its id begins with."""
    n_words = len(article.text.split())
    corpus, colon, _ = article.id.partition(":")
    return {
        "source": (corpus if colon else AUTHORED_SOURCE,),
        "length": (next((name for bound, name in LENGTHS if n_words < bound), LONGEST),),
        "section": tuple(label for label in SECTIONS if label in article.sections),
    }


def quote_groups(quote: Quote) -> dict[str, tuple[str, ...]]:
    """Kind, attribution and actor type of a gold quote."""
    return {
        "kind": (str(quote.kind),),
        "attribution": (str(quote.attribution),),
        "actor type": (str(quote.actor_type),) if quote.actor_type else (),
    }


def slice_records(slices: Sequence[Slice]) -> list[dict[str, Any]]:
    """Rows of `slices.csv`; `label` names slice and n in one short cell, for a chart's axis."""
    several = len({one.metric for one in slices}) > 1
    return [
        {
            "metric": one.metric,
            "dimension": one.dimension,
            "slice": one.name,
            "value": one.value,
            "low": one.low,
            "high": one.high,
            "n": one.n,
            "n_articles": one.n_articles,
            "label": f"{one.metric.split()[0]}: " * several + f"{one.name}, n {one.n}",
        }
        for one in slices
    ]


def read_slices(path: Path) -> list[Slice]:
    """The slices of a `slices.csv`; none where there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as handle:
        return [_slice(row) for row in csv.DictReader(handle)]


def _slice(row: Mapping[str, str]) -> Slice:
    return Slice(
        dimension=row["dimension"],
        name=row["slice"],
        metric=row["metric"],
        value=float(row["value"]),
        low=float(row["low"]) if row["low"] else None,
        high=float(row["high"]) if row["high"] else None,
        n=int(row["n"]),
        n_articles=int(row["n_articles"]),
    )


def _slices(metric: str, rows: Sequence[Row], score: Metric, params: EvaluateParams) -> Iterator[Slice]:
    for dimension, name in _names(rows):
        inside = [row for row in rows if name in row.groups.get(dimension, ())]
        cells = _by_article(inside)
        result = estimate(cells[:, _present(cells)] if cells.ndim > 2 else cells, score, params)
        yield Slice(dimension, name, metric, result.value, result.low, result.high, len(inside), len(cells))


def _names(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Dimensions in the order of the rows' groups, slices in a fixed order: schema's, by length, or by name."""
    found = {(dimension, name) for row in rows for dimension, names in row.groups.items() for name in names}
    dimensions = list(dict.fromkeys(dimension for row in rows for dimension in row.groups))
    order = [*(name for _, name in LENGTHS), LONGEST, *SECTIONS]
    return sorted(
        found,
        key=lambda pair: (
            dimensions.index(pair[0]),
            order.index(pair[1]) if pair[1] in order else len(order),
            pair[1],
        ),
    )


def _by_article(rows: Sequence[Row]) -> Counts:
    """*Shape:* (articles, *shape of the counts)."""
    sums: dict[str, NDArray[np.float64]] = {}
    for row in rows:
        sums[row.article_id] = sums.get(row.article_id, np.zeros_like(row.counts)) + row.counts
    return np.stack(list(sums.values()))


def _present(cells: Counts) -> NDArray[np.bool_]:
    """Labels that gold has somewhere in the slice: an absent one would count as an F1 of 0."""
    sums = cells.sum(axis=0)
    present: NDArray[np.bool_] = sums[:, 0] + sums[:, 2] > 0
    return present


def _quote_rows(prediction: ArticlePrediction) -> Iterator[Row]:
    matched = {match.gold for match in prediction.matches if match.predicted is not None}
    for number, quote in enumerate(prediction.article.quotes):
        yield Row(prediction.article.id, _quote_groups(prediction.article, quote), _hit(number in matched))


def _actor_rows(prediction: ArticlePrediction) -> Iterator[Row]:
    for pair in prediction.pairs:
        right = same_actor(pair.gold.actor, pair.predicted.actor)
        yield Row(prediction.article.id, _quote_groups(prediction.article, pair.gold), _hit(right))


def _quote_groups(article: Article, quote: Quote) -> Groups:
    return {**article_groups(article), **quote_groups(quote)}


def _actor_type(article: Article, actor: str) -> tuple[str, ...]:
    kinds = [str(quote.actor_type) for quote in article.quotes if quote.actor == actor and quote.actor_type]
    return (kinds[0],) if kinds else ()


def _hit(right: bool) -> NDArray[np.float64]:
    return np.array([float(right), 1.0])


def _f1(counts: Counts) -> NDArray[np.float64]:
    return f1_from_counts(counts[..., 0], counts[..., 1], counts[..., 2])


def _macro_f1(counts: Counts) -> NDArray[np.float64]:
    means: NDArray[np.float64] = _f1(counts).mean(axis=-1)
    return means


def _rate(counts: Counts) -> NDArray[np.float64]:
    return counts[..., 0] / np.maximum(counts[..., 1], 1)
