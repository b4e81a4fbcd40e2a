"""Agreement of two annotations: coefficients, their n, and every point of difference."""

import math

import pytest
from sklearn.metrics import cohen_kappa_score

from training.errors import InputError
from training.evaluation.agreement import (
    Agreement,
    AgreementFigure,
    Disagreement,
    compare_annotations,
    format_agreement,
)
from training.params import EvaluateParams
from training.schema import Article, Attribution, Quote, QuoteKind, Span, Stance, StanceLabel

PARAMS = EvaluateParams(resamples=40, confidence=0.95, seed=13)


def figure(agreement: Agreement, name: str) -> AgreementFigure:
    return next(figure for figure in agreement.figures if figure.name == name)


def with_quotes(article: Article, *quotes: Quote) -> Article:
    return article.model_copy(update={"quotes": quotes})


def changed(quote: Quote, **fields: object) -> Quote:
    return quote.model_copy(update=fields)


def test_an_annotation_agrees_with_itself(corpus_articles: list[Article]) -> None:
    articles = corpus_articles[:12]
    agreement = compare_annotations(articles, articles, PARAMS)
    assert {figure.name: figure.value.value for figure in agreement.figures} == {
        "quote F1 (content IoU ≥ 0.5)": 1.0,
        "quote F1 (same content offsets)": 1.0,
        "kind kappa": 1.0,
        "attribution kappa": 1.0,
        "stance kappa (all targets)": 1.0,
        "stance kappa (main target)": 1.0,
        "same actor": 1.0,
    }
    n_quotes = sum(len(article.quotes) for article in articles)
    n_labels = sum(len(quote.stances) for article in articles for quote in article.quotes)
    assert figure(agreement, "kind kappa").n == figure(agreement, "same actor").n == n_quotes
    assert figure(agreement, "stance kappa (all targets)").n == n_labels
    assert (agreement.n_articles, agreement.disagreements) == (12, ())


def test_quotes_of_one_side_only_lower_f1_both_ways(article: Article) -> None:
    fewer = with_quotes(article, *article.quotes[:2])
    one, other = (compare_annotations(*pair, PARAMS) for pair in (([article], [fewer]), ([fewer], [article])))
    for agreement in (one, other):
        assert figure(agreement, "quote F1 (content IoU ≥ 0.5)").value.value == pytest.approx(0.8)
    words = article.quotes[2].words
    assert one.disagreements == (Disagreement("demo-1", "quote", "q3", None, words, None, words),)
    assert other.disagreements == (Disagreement("demo-1", "quote", None, "q3", None, words, words),)


def test_a_longer_content_matches_but_not_exactly(article: Article) -> None:
    first = article.quotes[0]
    span = first.content[0]
    longer = changed(first, content=(Span.of(article.text, span.start - 3, span.end),))
    agreement = compare_annotations([article], [with_quotes(article, longer, *article.quotes[1:])], PARAMS)
    assert figure(agreement, "quote F1 (content IoU ≥ 0.5)").value.value == 1.0
    assert figure(agreement, "quote F1 (same content offsets)").value.value == pytest.approx(2 / 3, abs=1e-4)
    (difference,) = agreement.disagreements
    assert (difference.aspect, difference.first, difference.second) == ("content", first.words, longer.words)


def test_every_differing_label_is_a_record(article: Article) -> None:
    first, second, third = article.quotes
    other = changed(
        first,
        kind=QuoteKind.MIXED,
        attribution=Attribution.INHERITED,
        actor="نقابة المعلمين",
        stances=(changed_label(first.stances[0], Stance.NEUTRAL), first.stances[1]),
    )
    agreement = compare_annotations([article], [with_quotes(article, other, second, third)], PARAMS)
    assert [(item.aspect, item.first, item.second) for item in agreement.disagreements] == [
        ("kind", "indirect", "mixed"),
        ("attribution", "explicit", "inherited"),
        ("actor", "رحمة بن صالح", "نقابة المعلمين"),
        ("stance: main target", "oppose", "neutral"),
    ]
    assert figure(agreement, "same actor").value.value == pytest.approx(2 / 3, abs=1e-4)


def changed_label(stance: StanceLabel, label: Stance) -> StanceLabel:
    return stance.model_copy(update={"label": label})


def test_kappa_is_cohens_over_all_matched_quotes(corpus_articles: list[Article]) -> None:
    first = corpus_articles[:10]
    second = [
        with_quotes(article, changed(article.quotes[0], kind=QuoteKind.DIRECT), *article.quotes[1:])
        for article in first
    ]
    ours = figure(compare_annotations(first, second, PARAMS), "kind kappa").value
    labels = [[quote.kind for article in side for quote in article.quotes] for side in (first, second)]
    assert ours.value == pytest.approx(cohen_kappa_score(*labels), abs=1e-4)
    assert ours.low is not None
    assert ours.low <= ours.value <= ours.high


def test_main_targets_are_compared_whatever_their_words(article: Article) -> None:
    renamed = {article.target: "مشروع الدمج"}
    quotes = [
        changed(
            quote,
            stances=tuple(s.model_copy(update={"target": renamed.get(s.target, s.target)}) for s in quote.stances),
        )
        for quote in article.quotes
    ]
    second = with_quotes(article, *quotes).model_copy(update={"target": "مشروع الدمج"})
    agreement = compare_annotations([article], [second], PARAMS)
    assert figure(agreement, "stance kappa (main target)").n == 3
    assert figure(agreement, "stance kappa (all targets)").n == 5
    assert agreement.disagreements == ()


def test_a_coefficient_without_variation_is_undefined_not_perfect(article: Article) -> None:
    alike = with_quotes(article, article.quotes[0])
    agreement = compare_annotations([alike], [alike], PARAMS)
    assert math.isnan(figure(agreement, "kind kappa").value.value)
    nothing = with_quotes(article)
    empty = compare_annotations([nothing], [nothing], PARAMS)
    assert math.isnan(figure(empty, "same actor").value.value)
    assert "same actor                        undefined" in format_agreement(empty)


def test_articles_of_one_side_only_are_counted(article: Article) -> None:
    extra = article.model_copy(update={"id": "demo-2"})
    agreement = compare_annotations([article, extra], [article], PARAMS)
    assert (agreement.n_articles, agreement.n_only_first, agreement.n_only_second) == (1, 1, 0)
    assert format_agreement(agreement).splitlines()[-1] == (
        "1 articles compared (1 only in the first, 0 only in the second); 0 disagreements"
    )


def test_the_table_shows_value_interval_and_n(corpus_articles: list[Article]) -> None:
    first = corpus_articles[:6]
    second = [with_quotes(article, *article.quotes[1:]) for article in first]
    line = format_agreement(compare_annotations(first, second, PARAMS)).splitlines()[0]
    n = sum(2 * len(article.quotes) - 1 for article in first)
    assert line.startswith("quote F1 (content IoU ≥ 0.5)          0.9")
    assert line.endswith(f"n = {n} quotes")


def test_annotations_that_cannot_be_compared_are_refused(article: Article) -> None:
    with pytest.raises(InputError, match="share no article id"):
        compare_annotations([article], [article.model_copy(update={"id": "demo-2"})], PARAMS)
    with pytest.raises(InputError, match="article demo-1: the two annotations hold different texts"):
        compare_annotations([article], [article.model_copy(update={"text": article.text + " "})], PARAMS)
