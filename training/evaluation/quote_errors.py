"""Every error of quote extraction, by kind, with what finds it again.

A matched pair can be wrong in several ways and gives an error for each. An unmatched quote is shown beside the quote
of the other side that overlaps it most, if any does: then it was found but cut too differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from training.evaluation.error_page import ErrorCard, Mark, Side, draw
from training.evaluation.spans import ArticlePrediction, QuotePair, character_iou, offsets, same_actor
from training.schema import Quote, Span

CONTEXT = 80
"""Characters shown before and after the spans of an error."""


class ErrorKind(StrEnum):
    """What is wrong, in the order of the page."""

    MISSED = "missed"
    SPURIOUS = "spurious"
    BOUNDARY = "boundary"
    """Matched, with other content offsets."""
    KIND = "kind"
    CUE = "cue"
    """Another span, or one where there should be none, or none."""
    SPEAKER = "speaker"
    """As for the cue."""
    ATTRIBUTION = "attribution"
    ACTOR = "actor"


@dataclass(frozen=True)
class QuoteError:
    """One error; for an unmatched quote the other side is what overlaps it most, with an IoU below the threshold."""

    kind: ErrorKind
    gold: Quote | None
    predicted: Quote | None
    iou: float


def quote_errors(prediction: ArticlePrediction) -> Iterator[QuoteError]:
    """Every error of one article: what was missed, what is spurious, then what is wrong in matched pairs."""
    gold, predicted = prediction.article.quotes, prediction.predicted
    for match in prediction.matches:
        if match.gold is not None and match.predicted is None:
            other, iou = _nearest(gold[match.gold], predicted)
            yield QuoteError(ErrorKind.MISSED, gold[match.gold], other, iou)
        elif match.predicted is not None and match.gold is None:
            other, iou = _nearest(predicted[match.predicted], gold)
            yield QuoteError(ErrorKind.SPURIOUS, other, predicted[match.predicted], iou)
    for pair in prediction.pairs:
        yield from (QuoteError(kind, pair.gold, pair.predicted, pair.iou) for kind in differences(pair))


def quote_place(article_id: str, gold: Quote | None, predicted: Quote | None) -> str:
    """Names the place of a quote among all articles, by its gold id where there is one."""
    return f"{article_id} gold {gold.id}" if gold else f"{article_id} predicted {predicted.id if predicted else ''}"


def quote_cards(predictions: Sequence[ArticlePrediction]) -> list[ErrorCard]:
    """The errors of all articles for the page, grouped by kind."""
    cards = [_card(prediction, error) for prediction in predictions for error in quote_errors(prediction)]
    return sorted(cards, key=lambda card: list(ErrorKind).index(ErrorKind(card.kind)))


def _nearest(quote: Quote, others: Sequence[Quote]) -> tuple[Quote | None, float]:
    overlaps = [(character_iou(quote.content, other.content), other) for other in others]
    iou, other = max(overlaps, key=lambda pair: pair[0], default=(0.0, None))
    return (other, iou) if iou else (None, 0.0)


def differences(pair: QuotePair) -> Iterator[ErrorKind]:
    """What is wrong in a matched pair."""
    gold, predicted = pair.gold, pair.predicted
    if offsets(*gold.content) != offsets(*predicted.content):
        yield ErrorKind.BOUNDARY
    if gold.kind != predicted.kind:
        yield ErrorKind.KIND
    if offsets(gold.cue) != offsets(predicted.cue):
        yield ErrorKind.CUE
    if offsets(gold.speaker) != offsets(predicted.speaker):
        yield ErrorKind.SPEAKER
    if gold.attribution != predicted.attribution:
        yield ErrorKind.ATTRIBUTION
    if not same_actor(gold.actor, predicted.actor):
        yield ErrorKind.ACTOR


def _card(prediction: ArticlePrediction, error: QuoteError) -> ErrorCard:
    article = prediction.article
    quotes = [quote for quote in (error.gold, error.predicted) if quote is not None]
    start, end = _window(article.text, [span for quote in quotes for span in quote.spans])
    return ErrorCard(
        article_id=article.id,
        kind=error.kind,
        label=quotes[0].kind,
        index={"iou": round(error.iou, 4), "gold": _index(error.gold), "predicted": _index(error.predicted)},
        gold=Side(draw(article.text, start, end, _marks(error.gold)), _facts(error.gold)),
        predicted=Side(draw(article.text, start, end, _marks(error.predicted)), _facts(error.predicted)),
        place=quote_place(article.id, None if error.kind is ErrorKind.SPURIOUS else error.gold, error.predicted),
    )


def _window(text: str, spans: Sequence[Span]) -> tuple[int, int]:
    """The spans with `CONTEXT` characters around them, widened to whole words."""
    start = max(0, min(span.start for span in spans) - CONTEXT)
    end = min(len(text), max(span.end for span in spans) + CONTEXT)
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end


def _marks(quote: Quote | None) -> Iterator[Mark]:
    for role, spans in span_roles(quote):
        yield from (Mark(start, end, role) for start, end in spans)


def span_roles(quote: Quote | None) -> list[tuple[str, list[tuple[int, int]]]]:
    """The offsets of a quote by role: `content`, `cue`, `speaker`."""
    if quote is None:
        return []
    return [("content", offsets(*quote.content)), ("cue", offsets(quote.cue)), ("speaker", offsets(quote.speaker))]


def _facts(quote: Quote | None) -> dict[str, str]:
    if quote is None:
        return {}
    actor = f"{quote.actor} ({quote.actor_type})" if quote.actor else "none"
    return {"quote": quote.id, "kind": quote.kind, "attribution": quote.attribution, "actor": actor}


def _index(quote: Quote | None) -> dict[str, Any] | None:
    if quote is None:
        return None
    return {"quote": quote.id, "kind": quote.kind, "attribution": quote.attribution, **dict(span_roles(quote))}
