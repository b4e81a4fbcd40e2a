"""Which predicted quote stands for which gold quote."""

from __future__ import annotations

import pytest

from training.evaluation.spans import ArticlePrediction, character_iou, match_quotes, same_actor
from training.schema import Article, Attribution, Quote, QuoteKind, Span


def spans(*ranges: tuple[int, int]) -> tuple[Span, ...]:
    return tuple(Span(start=start, end=end, text="x" * (end - start)) for start, end in ranges)


def quote(number: int, *ranges: tuple[int, int]) -> Quote:
    return Quote(
        id=f"q{number}",
        kind=QuoteKind.INDIRECT,
        content=spans(*ranges),
        cue=None,
        speaker=None,
        actor=None,
        actor_type=None,
        attribution=Attribution.NONE,
    )


def matched(gold: list[Quote], predicted: list[Quote]) -> list[tuple[int | None, int | None]]:
    return [(match.gold, match.predicted) for match in match_quotes(gold, predicted)]


def moved(one: Quote, text: str, shift: int) -> Quote:
    (span,) = one.content
    return one.model_copy(update={"content": (Span.of(text, span.start + shift, span.end + shift),)})


def test_overlap_counts_characters_of_all_spans() -> None:
    assert character_iou(spans((0, 10)), spans((5, 15))) == pytest.approx(5 / 15)
    assert character_iou(spans((0, 4), (8, 12)), spans((0, 12))) == pytest.approx(8 / 12)
    assert character_iou(spans((0, 4)), spans((4, 8))) == 0.0


def test_each_quote_is_matched_once_to_its_best_partner(article: Article) -> None:
    first, second, third = article.quotes
    predicted = [moved(first, article.text, 3), first, third]
    assert matched(list(article.quotes), predicted) == [(0, 1), (1, None), (2, 2), (None, 0)]
    assert second.id == "q2"


def test_half_an_overlap_matches_and_less_does_not() -> None:
    assert matched([quote(1, (0, 10))], [quote(1, (0, 20))]) == [(0, 0)]
    assert matched([quote(1, (0, 10))], [quote(1, (0, 21))]) == [(0, None), (None, 0)]


def test_pairs_under_the_threshold_do_not_take_a_match_away() -> None:
    """The two crossing pairs, 0.4 each, weigh more together than the one match of 0.56; they are none."""
    gold = [quote(1, (0, 10)), quote(2, (10, 20))]
    predicted = [quote(1, (0, 18)), quote(2, (0, 4))]
    assert matched(gold, predicted) == [(0, 0), (1, None), (None, 1)]


def test_the_kind_does_not_decide_a_match() -> None:
    direct = quote(1, (0, 10)).model_copy(update={"kind": QuoteKind.DIRECT})
    assert matched([quote(1, (0, 10))], [direct]) == [(0, 0)]


def test_nothing_on_one_side_matches_nothing() -> None:
    assert matched([], []) == []
    assert matched([], [quote(1, (0, 3))]) == [(None, 0)]
    assert matched([quote(1, (0, 3))], []) == [(0, None)]


def test_pairs_are_the_matched_quotes_themselves(article: Article) -> None:
    prediction = ArticlePrediction(article, (article.quotes[2],))
    assert [(pair.gold.id, pair.predicted.id, pair.iou) for pair in prediction.pairs] == [("q3", "q3", 1.0)]


def test_white_space_does_not_make_another_actor() -> None:
    assert same_actor("رحمة  بن\n صالح", "رحمة بن صالح")
    assert same_actor(None, None)
    assert not same_actor("رحمة بن صالح", None)
    assert not same_actor("رحمة بن صالح", "بن صالح")
