"""Quote scores by hand, on one article with three quotes (see `DRAFT` in conftest.py)."""

from __future__ import annotations

from typing import Any

import pytest

from training.evaluation.quote_scores import QuoteScores, quote_scores
from training.evaluation.reports import quotes_report
from training.evaluation.spans import ArticlePrediction
from training.params import EvaluateParams
from training.schema import ActorType, Article, Attribution, Quote, QuoteKind, Span

PARAMS = EvaluateParams(resamples=200, confidence=0.95, seed=1)


def score(article: Article, *predicted: Quote) -> QuoteScores:
    return quote_scores([ArticlePrediction(article, predicted)], PARAMS)


def changed(quote: Quote, **update: Any) -> Quote:
    return Quote.model_validate({**quote.model_dump(), **update})


def shortened(article: Article, quote: Quote) -> Quote:
    """Without its last four characters: another boundary, the same quote."""
    (span,) = quote.content
    return changed(quote, content=(Span.of(article.text, span.start, span.end - 4),))


def test_what_is_copied_from_gold_is_perfect(article: Article) -> None:
    scores = score(article, *article.quotes)
    for name in ("f1", "exact_f1", "kind_accuracy", "cue_f1", "speaker_f1", "attribution_accuracy", "actor_accuracy"):
        assert getattr(scores, name).value == 1.0, name
    assert scores.actor_b3_f1.value == 1.0
    assert (scores.n_gold, scores.n_predicted, scores.n_matched) == (3, 3, 3)


def test_nothing_predicted_scores_nothing(article: Article) -> None:
    scores = score(article)
    assert (scores.f1.value, scores.cue_f1.value, scores.actor_accuracy.value) == (0.0, 0.0, 0.0)
    assert scores.support_by_kind == {"direct": 1, "indirect": 2}
    assert scores.support_by_attribution == {}


def test_exact_asks_for_every_span_of_a_quote(article: Article) -> None:
    first, _, third = article.quotes
    scores = score(article, shortened(article, first), third)
    assert scores.precision.value == 1.0
    assert scores.recall.value == pytest.approx(2 / 3, abs=1e-4)
    assert scores.f1.value == pytest.approx(4 / 5)
    assert scores.exact_f1.value == pytest.approx(2 / 5)
    one_span_only = changed(third, content=third.content[:1])
    assert score(article, one_span_only).exact_f1.value == 0.0


def test_a_quote_of_the_wrong_kind_is_found_and_its_kind_is_wrong(article: Article) -> None:
    """Two of three found as `mixed`: recall goes by gold's kinds, precision by the predicted ones."""
    first, second, third = article.quotes
    spurious = changed(third, content=(Span.of(article.text, 0, 20),), kind=QuoteKind.DIRECT)
    scores = score(article, changed(first, kind=QuoteKind.MIXED), changed(third, kind=QuoteKind.MIXED), spurious)
    assert scores.support_by_kind == {"direct": 1, "indirect": 2, "mixed": 0}
    assert scores.n_predicted_by_kind == {"direct": 1, "indirect": 0, "mixed": 2}
    assert {kind: rate.value for kind, rate in scores.recall_by_kind.items()} == {
        "direct": 1,
        "indirect": 0.5,
        "mixed": 0,
    }
    assert {kind: rate.value for kind, rate in scores.precision_by_kind.items()} == {
        "direct": 0,
        "indirect": 0,
        "mixed": 1,
    }
    assert scores.f1.value == pytest.approx(4 / 6, abs=1e-4)
    assert scores.kind_accuracy.value == 0.0
    assert second.kind == QuoteKind.INDIRECT


def test_f1_by_kind_is_the_harmonic_mean_of_its_precision_and_recall(article: Article) -> None:
    first, second, third = article.quotes
    scores = score(article, first, changed(third, kind=QuoteKind.INDIRECT))
    assert (scores.recall_by_kind["indirect"].value, scores.precision_by_kind["indirect"].value) == (0.5, 1.0)
    assert scores.f1_by_kind["indirect"].value == pytest.approx(2 / 3, abs=1e-4)
    assert second.kind == QuoteKind.INDIRECT


def test_a_cue_that_overlaps_is_half_a_success(article: Article) -> None:
    first, second, third = article.quotes
    assert second.cue is not None
    shorter = Span.of(article.text, second.cue.start, second.cue.end - 3)
    scores = score(article, first, changed(second, cue=shorter), changed(third, cue=None))
    assert (scores.n_gold_cues, scores.n_predicted_cues) == (3, 2)
    assert scores.cue_f1.value == pytest.approx(2 / 5)
    assert scores.cue_overlap_f1.value == pytest.approx(4 / 5)


def test_cues_count_though_their_quotes_do_not_match(article: Article) -> None:
    first, *_ = article.quotes
    elsewhere = changed(first, content=(Span.of(article.text, 0, 8),))
    scores = score(article, elsewhere)
    assert scores.n_matched == 0
    assert scores.cue_f1.value == pytest.approx(2 / 4)


def test_a_cue_of_two_quotes_counts_once(article: Article) -> None:
    first, second, _ = article.quotes
    scores = score(article, first, changed(second, cue=first.cue))
    assert scores.n_predicted_cues == 1


def test_actors_are_judged_by_how_gold_attributes_them(article: Article) -> None:
    first, second, third = article.quotes
    scores = score(article, first, changed(second, actor="غيره"), third)
    assert scores.support_by_attribution == {"explicit": 2, "inherited": 1}
    accuracy = {group: rate.value for group, rate in scores.actor_accuracy_by_attribution.items()}
    assert accuracy == {"explicit": 1.0, "inherited": 0.0}
    assert scores.actor_accuracy.value == pytest.approx(2 / 3, abs=1e-4)


def test_an_unnamed_source_counts_as_anonymous_too(article: Article) -> None:
    first, *_ = article.quotes
    unnamed = changed(first, actor="مصدر نقابي", actor_type=ActorType.ANONYMOUS)
    scores = score(article.model_copy(update={"quotes": (unnamed,)}), unnamed)
    assert scores.support_by_attribution == {"explicit": 1, "anonymous": 1}


def test_a_quote_of_nobody_is_right_when_nobody_is_predicted(article: Article) -> None:
    first, *_ = article.quotes
    nobody = changed(first, actor=None, actor_type=None, attribution=Attribution.NONE)
    alone = article.model_copy(update={"quotes": (nobody,)})
    assert score(alone, nobody).actor_accuracy.value == 1.0
    assert score(alone, nobody).support_by_attribution == {}
    assert score(alone, first).actor_accuracy.value == 0.0


def test_clusters_forgive_another_name_and_not_another_grouping(article: Article) -> None:
    first, second, third = article.quotes
    renamed = score(article, changed(first, actor="الكاتبة"), changed(second, actor="الكاتبة"), third)
    assert (renamed.actor_accuracy.value, renamed.actor_b3_f1.value) == (pytest.approx(1 / 3, abs=1e-4), 1.0)
    split = score(article, first, changed(second, actor="غيره"), third)
    assert split.actor_b3_precision.value == 1.0
    assert split.actor_b3_recall.value == pytest.approx(2 / 3, abs=1e-4)


def test_actors_of_one_name_in_two_articles_are_two_clusters(article: Article) -> None:
    first, second, _ = article.quotes
    pairs = [ArticlePrediction(article, (first, changed(second, actor="غيره"))), ArticlePrediction(article, (first,))]
    assert quote_scores(pairs, PARAMS).actor_b3_recall.value == pytest.approx(2 / 3, abs=1e-4)


def test_the_report_holds_plain_numbers_with_intervals(article: Article) -> None:
    predictions = [ArticlePrediction(article, article.quotes), ArticlePrediction(article, article.quotes[:1])]
    report = quotes_report(predictions, {"empty": [ArticlePrediction(article, ())] * 2}, PARAMS)
    assert report["n_articles"] == 2
    assert set(report["f1"]) == {"value", "low", "high"}
    assert report["f1"]["low"] <= report["f1"]["value"] <= report["f1"]["high"]
    assert set(report["f1_by_kind"]) == {"direct", "indirect"}
    assert report["baselines"]["empty"]["f1"]["value"] == 0.0
