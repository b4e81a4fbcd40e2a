"""Gold and prediction in one text."""

from __future__ import annotations

import html
import re

import pytest

from training.evaluation.comparison import compare_article, read_quotes
from training.evaluation.error_page import Comparison, render_errors
from training.evaluation.quote_errors import quote_cards
from training.evaluation.spans import ArticlePrediction
from training.schema import Article, Quote, Span, Stance, StanceLabel


def verdicts(comparison: Comparison) -> list[tuple[str, str]]:
    items = [item for p in comparison.paragraphs for segment in p.segments for item in segment.before]
    return [(item.kind, item.mark) for item in items]


def relabelled(quote: Quote, label: Stance, target: str | None) -> Quote:
    assert target is not None
    return quote.model_copy(update={"stances": (StanceLabel(target=target, label=label),)})


def without_stances(article: Article) -> tuple[Quote, ...]:
    return tuple(quote.model_copy(update={"stances": ()}) for quote in article.quotes)


def test_a_perfect_reading_agrees_everywhere(article: Article) -> None:
    comparison = compare_article(ArticlePrediction(article, article.quotes))
    assert verdicts(comparison) == [("agreed", "1 ▼ ✓"), ("agreed", "2 ▼ ✓"), ("agreed", "3 ▲ ✓")]
    assert (comparison.n_quotes, comparison.n_agreed) == (3, 3)


def test_a_reading_without_stances_is_compared_without_them(article: Article) -> None:
    comparison = compare_article(ArticlePrediction(article, without_stances(article)))
    assert verdicts(comparison)[0] == ("agreed", "1 ✓")


def test_each_kind_of_error_has_its_verdict(article: Article) -> None:
    first, _, third = article.quotes
    other = first.model_copy(update={"actor": "غيرها", "stances": ()})
    start = article.text.index("سبع عشرة")
    extra = third.model_copy(update={"id": "p9", "content": (Span.of(article.text, start, start + 8),), "stances": ()})
    turned = relabelled(third, Stance.OPPOSE, article.target)
    comparison = compare_article(ArticlePrediction(article, (extra, other, turned)))
    assert verdicts(comparison) == [
        ("spurious", "4 spurious"),
        ("different", "1 actor"),
        ("missed", "2 ▼ missed"),
        ("different", "3 ▲→▼ stance"),
    ]
    assert comparison.n_agreed == 0


def test_both_sides_are_drawn_into_the_whole_text(article: Article) -> None:
    comparison = compare_article(ArticlePrediction(article, article.quotes[:1]))
    segments = [segment for p in comparison.paragraphs for segment in p.segments]
    text = "".join("".join(s.text for s in p.segments) + p.line_breaks for p in comparison.paragraphs)
    assert text == article.text
    by_text = {segment.text: [layer.css for layer in segment.layers] for segment in segments}
    assert by_text["محذرة من"] == ["gold cue missed"]
    assert by_text["الكاتبة العامة للنقابة رحمة بن صالح"] == ["gold speaker agreed", "predicted speaker agreed"]


def test_a_card_links_to_its_quote_in_the_whole_article(article: Article) -> None:
    prediction = ArticlePrediction(article, article.quotes[:2])
    page = render_errors("quotes", quote_cards([prediction]), [], [compare_article(prediction)])
    target = re.search(r'<a href="#(place-\d+)"><bdi>demo-1</bdi></a>', page)
    assert target
    assert f'<span class="verdict missed" id="{target.group(1)}" role="note" data-mark="3 ▲ missed"' in page
    whole = page[page.index('<div class="arabic whole"') :]
    shown = html.unescape(re.sub(r"<[^>]*>", "", whole[: whole.index("</div>")]))
    assert shown == article.text
    assert "2 of 3 quotes without a fault" in page


@pytest.mark.parametrize("abstained", [True, False])
def test_an_output_line_is_read_as_quotes(article: Article, abstained: bool) -> None:
    stance = {"probability": 0.9, "probabilities": {"support": 0.9, "oppose": 0.1, "neutral": 0.0}}
    records = [
        {
            **quote.model_dump(mode="json"),
            "confidence": 0.7,
            "stances": [{**s.model_dump(mode="json"), **stance, "abstained": abstained} for s in quote.stances],
        }
        for quote in article.quotes
    ]
    assert read_quotes({"id": "a", "quotes": records}) == article.quotes
    assert read_quotes({"id": "a", "error": {"code": "empty_text", "message": ""}}) == ()
