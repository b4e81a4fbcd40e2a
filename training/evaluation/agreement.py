"""How far two people who annotated the same articles agree, and where they do not.

Neither annotation is the truth: F1 is the same whichever comes first, and so is Cohen's kappa. Labels are compared
on the quotes both found (see `spans.match_quotes`).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import cohen_kappa_score

from training.errors import InputError
from training.evaluation.bootstrap import Counts, Estimate, estimate, f1_from_counts
from training.evaluation.spans import match_quotes, same_actor
from training.params import EvaluateParams
from training.schema import STANCES, Article, Attribution, Quote, QuoteKind, Stance

MAIN_TARGET = "main target"
"""Stands for both annotators' main target, which they may word differently."""


@dataclass(frozen=True)
class AgreementFigure:
    """One coefficient with its interval; the value is NaN where there is nothing to agree on."""

    name: str
    value: Estimate
    n: int
    unit: str
    """What `n` counts."""


@dataclass(frozen=True)
class Disagreement:
    """One point on which the annotations differ; a quote only one of them has leaves the other side None."""

    article_id: str
    aspect: str
    """`quote`, `content`, `kind`, `attribution`, `actor`, or `stance: ` and the target."""
    first_quote: str | None
    second_quote: str | None
    first: str | None
    second: str | None
    words: str


@dataclass(frozen=True)
class Agreement:
    """Everything two annotations of the same articles have in common."""

    n_articles: int
    n_only_first: int
    """Articles that the second annotation lacks; they are left out."""
    n_only_second: int
    figures: tuple[AgreementFigure, ...]
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True)
class _Pair:
    """One article as both annotated it, with the quotes both found and those only one did."""

    first: Article
    second: Article
    both: tuple[tuple[Quote, Quote], ...]
    only_first: tuple[Quote, ...]
    only_second: tuple[Quote, ...]


def compare_annotations(first: Sequence[Article], second: Sequence[Article], params: EvaluateParams) -> Agreement:
    """Compare two annotations article by article, by id; intervals resample articles.

    Raises `InputError` when they share no article, or one article's texts differ.
    """
    others = {article.id: article for article in second}
    pairs = [_pair(article, others[article.id]) for article in first if article.id in others]
    if not pairs:
        raise InputError("the annotations share no article id; expected two annotations of the same articles")
    return Agreement(
        n_articles=len(pairs),
        n_only_first=len(first) - len(pairs),
        n_only_second=len(second) - len(pairs),
        figures=tuple(_figures(pairs, params)),
        disagreements=tuple(record for pair in pairs for record in _disagreements(pair)),
    )


def format_agreement(agreement: Agreement) -> str:
    """One line a figure, then the number of articles and of disagreements."""
    lines = [_line(figure) for figure in agreement.figures]
    left_out = f"{agreement.n_only_first} only in the first, {agreement.n_only_second} only in the second"
    lines.append(f"{agreement.n_articles} articles compared ({left_out}); {len(agreement.disagreements)} disagreements")
    return "\n".join(lines)


def _line(figure: AgreementFigure) -> str:
    score = figure.value
    value = "undefined" if math.isnan(score.value) else f"{score.value:.3f}"
    interval = "" if score.low is None or score.high is None else f"[{score.low:.3f}, {score.high:.3f}]"
    return f"{figure.name:<34}{value:>9}  {interval:<16}  n = {figure.n} {figure.unit}"


def _pair(first: Article, second: Article) -> _Pair:
    if first.text != second.text:
        raise InputError(
            f"article {first.id}: the two annotations hold different texts; expected one raw text, character by "
            "character; annotate the same file"
        )
    matches = match_quotes(first.quotes, second.quotes)
    return _Pair(
        first,
        second,
        both=tuple(
            (first.quotes[m.gold], second.quotes[m.predicted])
            for m in matches
            if m.gold is not None and m.predicted is not None
        ),
        only_first=tuple(first.quotes[m.gold] for m in matches if m.gold is not None and m.predicted is None),
        only_second=tuple(second.quotes[m.predicted] for m in matches if m.predicted is not None and m.gold is None),
    )


def _figures(pairs: Sequence[_Pair], params: EvaluateParams) -> Iterator[AgreementFigure]:
    def kappa(name: str, labels: Sequence[str], judged: Callable[[_Pair], list[tuple[str, str]]]) -> AgreementFigure:
        tables = np.stack([_table(judged(pair), labels) for pair in pairs])
        return AgreementFigure(name, estimate(tables, _kappas, params), int(tables.sum()), "judgements")

    yield _f1("quote F1 (content IoU ≥ 0.5)", pairs, lambda one, other: True, params)
    yield _f1("quote F1 (same content offsets)", pairs, _same_content, params)
    yield kappa("kind kappa", [*QuoteKind], lambda pair: [(a.kind, b.kind) for a, b in pair.both])
    yield kappa(
        "attribution kappa", [*Attribution], lambda pair: [(a.attribution, b.attribution) for a, b in pair.both]
    )
    yield kappa("stance kappa (all targets)", STANCES, lambda pair: [(j.first, j.second) for j in _stances(pair)])
    yield kappa(
        "stance kappa (main target)",
        STANCES,
        lambda pair: [(j.first, j.second) for j in _stances(pair) if j.target == MAIN_TARGET],
    )
    yield _actor_rate(pairs, params)


def _f1(
    name: str, pairs: Sequence[_Pair], agrees: Callable[[Quote, Quote], bool], params: EvaluateParams
) -> AgreementFigure:
    rows = []
    for pair in pairs:
        hits = sum(agrees(one, other) for one, other in pair.both)
        rows.append((hits, len(pair.second.quotes) - hits, len(pair.first.quotes) - hits))
    cells: Counts = np.array(rows, dtype=np.float64)
    value = estimate(cells, lambda c: f1_from_counts(c[..., 0], c[..., 1], c[..., 2]), params)
    return AgreementFigure(
        name, value, sum(len(pair.first.quotes) + len(pair.second.quotes) for pair in pairs), "quotes"
    )


def _actor_rate(pairs: Sequence[_Pair], params: EvaluateParams) -> AgreementFigure:
    rows = [(sum(same_actor(one.actor, other.actor) for one, other in pair.both), len(pair.both)) for pair in pairs]
    cells: Counts = np.array(rows, dtype=np.float64)
    return AgreementFigure("same actor", estimate(cells, _rates, params), int(cells[:, 1].sum()), "matched quotes")


def _rates(cells: Counts) -> Counts:
    return np.divide(cells[..., 0], cells[..., 1], out=np.full_like(cells[..., 0], np.nan), where=cells[..., 1] > 0)


def _table(judgements: Sequence[tuple[str, str]], labels: Sequence[str]) -> Counts:
    """*Shape:* (labels, labels). Counts of the first annotator's label (rows) against the second's."""
    table = np.zeros((len(labels), len(labels)))
    for one, other in judgements:
        table[labels.index(one), labels.index(other)] += 1
    return table


def _kappas(tables: Counts) -> Counts:
    """*Shape:* tables (…, labels, labels), result (…)."""
    flat = tables.reshape(-1, *tables.shape[-2:])
    return np.array([_kappa(table) for table in flat]).reshape(tables.shape[:-2])


def _kappa(table: Counts) -> float:
    if not table.any():
        return math.nan
    rows, columns = np.indices(table.shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)  # one label only: kappa is undefined, reported as NaN
        return float(cohen_kappa_score(rows.ravel(), columns.ravel(), sample_weight=table.ravel()))


@dataclass(frozen=True)
class _StanceJudgement:
    target: str
    first: Stance
    second: Stance
    quotes: tuple[Quote, Quote]


def _stances(pair: _Pair) -> Iterator[_StanceJudgement]:
    """The stances that both labelled: toward the main target, and toward further targets in the same words."""
    for one, other in pair.both:
        firsts, seconds = _by_target(pair.first, one), _by_target(pair.second, other)
        for target in filter(seconds.__contains__, firsts):
            yield _StanceJudgement(target, firsts[target], seconds[target], (one, other))


def _by_target(article: Article, quote: Quote) -> dict[str, Stance]:
    return {
        MAIN_TARGET if stance.target == article.target else " ".join(stance.target.split()): stance.label
        for stance in quote.stances
    }


def _disagreements(pair: _Pair) -> Iterator[Disagreement]:
    article_id = pair.first.id
    for quote in pair.only_first:
        yield Disagreement(article_id, "quote", quote.id, None, quote.words, None, quote.words)
    for quote in pair.only_second:
        yield Disagreement(article_id, "quote", None, quote.id, None, quote.words, quote.words)
    for one, other in pair.both:
        for aspect, first, second in _differences(one, other):
            yield Disagreement(article_id, aspect, one.id, other.id, first, second, one.words)
    for judgement in _stances(pair):
        if judgement.first != judgement.second:
            one, other = judgement.quotes
            aspect = f"stance: {judgement.target}"
            yield Disagreement(article_id, aspect, one.id, other.id, judgement.first, judgement.second, one.words)


def _differences(one: Quote, other: Quote) -> Iterator[tuple[str, str | None, str | None]]:
    if not _same_content(one, other):
        yield "content", one.words, other.words
    if one.kind != other.kind:
        yield "kind", one.kind, other.kind
    if one.attribution != other.attribution:
        yield "attribution", one.attribution, other.attribution
    if not same_actor(one.actor, other.actor):
        yield "actor", one.actor, other.actor


def _same_content(one: Quote, other: Quote) -> bool:
    return one.content == other.content
