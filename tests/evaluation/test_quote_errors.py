"""Errors of quote extraction: which they are, and that their index holds no words of the article."""

from __future__ import annotations

import json
from typing import Any

import pytest

from training.evaluation.error_page import REAL
from training.evaluation.quote_errors import CONTEXT, ErrorKind, quote_cards, quote_errors
from training.evaluation.spans import ArticlePrediction
from training.schema import Article, Attribution, Quote, QuoteKind, Span


def changed(quote: Quote, **update: Any) -> Quote:
    return Quote.model_validate({**quote.model_dump(), **update})


def kinds(article: Article, *predicted: Quote) -> list[str]:
    return [error.kind for error in quote_errors(ArticlePrediction(article, predicted))]


def test_perfect_quotes_have_no_errors(article: Article) -> None:
    assert kinds(article, *article.quotes) == []


def test_a_quote_of_one_side_alone_is_missed_or_spurious(article: Article) -> None:
    first, second, third = article.quotes
    invented = changed(first, id="q9", content=(Span.of(article.text, 0, 20),))
    errors = list(quote_errors(ArticlePrediction(article, (first, second, invented))))
    assert [(error.kind, error.gold, error.predicted) for error in errors] == [
        (ErrorKind.MISSED, third, None),
        (ErrorKind.SPURIOUS, None, invented),
    ]


def test_a_quote_cut_too_short_to_match_is_shown_beside_what_it_missed(article: Article) -> None:
    first, *others = article.quotes
    start = first.content[0].start
    part = changed(first, content=(Span.of(article.text, start, start + 5),))
    missed, spurious = quote_errors(ArticlePrediction(article, (part, *others)))
    assert (missed.kind, missed.gold, missed.predicted) == (ErrorKind.MISSED, first, part)
    assert (spurious.kind, spurious.gold, spurious.predicted) == (ErrorKind.SPURIOUS, first, part)
    assert 0 < missed.iou == spurious.iou < 0.5


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({"kind": QuoteKind.MIXED}, [ErrorKind.KIND]),
        ({"cue": None}, [ErrorKind.CUE]),
        ({"actor": "غيره"}, [ErrorKind.ACTOR]),
        ({"speaker": None, "attribution": Attribution.INHERITED}, [ErrorKind.SPEAKER, ErrorKind.ATTRIBUTION]),
    ],
)
def test_a_matched_pair_has_an_error_for_each_difference(
    article: Article, update: dict[str, Any], expected: list[str]
) -> None:
    first, *others = article.quotes
    assert kinds(article, changed(first, **update), *others) == expected


def test_another_end_is_a_boundary_error(article: Article) -> None:
    first, *others = article.quotes
    (span,) = first.content
    shorter = changed(first, content=(Span.of(article.text, span.start, span.end - 3),))
    assert kinds(article, shorter, *others) == [ErrorKind.BOUNDARY]


def test_the_index_finds_the_error_by_ids_and_offsets(article: Article) -> None:
    first, *others = article.quotes
    (card,) = quote_cards([ArticlePrediction(article, (changed(first, id="q7", cue=None), *others))])
    assert first.cue is not None
    assert first.speaker is not None
    content, cue, speaker = ((span.start, span.end) for span in (first.content[0], first.cue, first.speaker))
    assert card.record(REAL) == {
        "set": "real",
        "article": "demo-1",
        "kind": "cue",
        "iou": 1.0,
        "gold": {
            "quote": "q1",
            "kind": "indirect",
            "attribution": "explicit",
            "content": [content],
            "cue": [cue],
            "speaker": [speaker],
        },
        "predicted": {
            "quote": "q7",
            "kind": "indirect",
            "attribution": "explicit",
            "content": [content],
            "cue": [],
            "speaker": [speaker],
        },
    }


def test_no_index_holds_words_of_the_article(article: Article) -> None:
    cards = quote_cards([ArticlePrediction(article, (changed(article.quotes[0], actor="غيره"),))])
    assert len(cards) == 3
    written = json.dumps([card.record(REAL) for card in cards], ensure_ascii=False)
    assert not any("\N{ARABIC LETTER HAMZA}" <= character <= "\N{ARABIC LETTER YEH}" for character in written)


def test_cards_are_grouped_by_kind_over_articles(article: Article) -> None:
    first, *others = article.quotes
    one = ArticlePrediction(article, (changed(first, actor="غيره"), *others))
    other = ArticlePrediction(article, (first,))
    assert [card.kind for card in quote_cards([one, other])] == ["missed", "missed", "actor"]


def test_both_sides_show_the_same_words_each_with_its_own_marks(article: Article) -> None:
    first, *others = article.quotes
    (card,) = quote_cards([ArticlePrediction(article, (changed(first, cue=None), *others))])
    gold, predicted = ("".join(stretch.text for stretch in side.stretches) for side in (card.gold, card.predicted))
    assert gold == predicted
    assert gold in article.text
    marked = {stretch.roles: stretch.text for stretch in card.gold.stretches}
    assert (marked["cue"], marked["content"]) == ("وقالت", first.content[0].text)
    assert "cue" not in {stretch.roles for stretch in card.predicted.stretches}


def test_the_window_is_as_wide_as_its_context(article: Article) -> None:
    far = "س " * 500
    shift = len(far)
    quotes = tuple(
        changed(
            quote,
            content=tuple({**s.model_dump(), "start": s.start + shift, "end": s.end + shift} for s in quote.content),
            cue=None,
            speaker=None,
            attribution=Attribution.INHERITED,
        )
        for quote in article.quotes[1:2]
    )
    padded = article.model_copy(update={"text": far + article.text, "quotes": quotes})
    (card,) = quote_cards([ArticlePrediction(padded, ())])
    shown = sum(len(stretch.text) for stretch in card.gold.stretches)
    assert shown <= len(quotes[0].words) + 2 * (CONTEXT + 12)
