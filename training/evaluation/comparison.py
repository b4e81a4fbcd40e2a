"""A whole article with gold and prediction drawn into the same text: a line below for gold, above for the prediction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from training.drawing import STANCE_SYMBOLS, Insert, Layer, paragraphs
from training.evaluation.error_page import Comparison, Verdict
from training.evaluation.quote_errors import differences, quote_place, span_roles
from training.evaluation.spans import ArticlePrediction, QuoteMatch, QuotePair
from training.schema import Quote

AGREED, DIFFERENT, MISSED, SPURIOUS = "agreed", "different", "missed", "spurious"


@dataclass(frozen=True)
class _Compared:
    number: int
    gold: Quote | None
    predicted: Quote | None
    verdict: Verdict


def compare_article(prediction: ArticlePrediction) -> Comparison:
    """Draw one article; stances toward its main target are compared where the prediction has some."""
    article = prediction.article
    compared = [_compare(prediction, match, number) for number, match in enumerate(prediction.matches, start=1)]
    layers = [layer for one in compared for layer in _layers(one)]
    marks = [Insert(_start(one), one.verdict) for one in compared]
    return Comparison(
        article.id,
        article.title,
        paragraphs(article.text, layers, marks),
        len(article.quotes),
        sum(one.verdict.kind == AGREED for one in compared),
    )


def read_quotes(result: Mapping[str, Any]) -> tuple[Quote, ...]:
    """The quotes of an analyzer's output line, with labels for stances."""
    return tuple(
        Quote.model_validate(
            {
                **{key: value for key, value in quote.items() if key != "confidence"},
                "stances": [{"target": stance["target"], "label": stance["label"]} for stance in quote["stances"]],
            }
        )
        for quote in result.get("quotes", ())
    )


def _compare(prediction: ArticlePrediction, match: QuoteMatch, number: int) -> _Compared:
    article = prediction.article
    gold = None if match.gold is None else article.quotes[match.gold]
    predicted = None if match.predicted is None else prediction.predicted[match.predicted]
    stances = _stance(gold, article.target), _stance(predicted, article.target)
    if gold is None or predicted is None:
        kind = SPURIOUS if gold is None else MISSED
        words = [*(STANCE_SYMBOLS[stance] for stance in stances if stance), kind]
    else:
        faults = [str(fault) for fault in differences(QuotePair(gold, predicted, match.iou))]
        faults += ["stance"] if all(stances) and stances[0] != stances[1] else []
        kind = DIFFERENT if faults else AGREED
        words = [_stance_mark(*stances), ", ".join(faults) or "\N{CHECK MARK}"]
    mark = " ".join([str(number), *filter(None, words)])
    return _Compared(number, gold, predicted, Verdict(kind, mark, quote_place(article.id, gold, predicted)))


def _stance(quote: Quote | None, target: str | None) -> str | None:
    labels = (stance.label for stance in quote.stances if stance.target == target) if quote else iter(())
    return next(labels, None)


def _stance_mark(gold: str | None, predicted: str | None) -> str:
    """One symbol where both agree, `gold→predicted` where not, nothing where one of them has no stance."""
    if gold is None or predicted is None:
        return ""
    same = gold == predicted
    return STANCE_SYMBOLS[gold] if same else f"{STANCE_SYMBOLS[gold]}\N{RIGHTWARDS ARROW}{STANCE_SYMBOLS[predicted]}"


def _layers(compared: _Compared) -> Iterator[Layer]:
    for side, quote in (("gold", compared.gold), ("predicted", compared.predicted)):
        for role, spans in span_roles(quote):
            for start, end in spans:
                yield Layer(start, end, f"{side} {role} {compared.verdict.kind}", _hint(compared, side, role, quote))


def _hint(compared: _Compared, side: str, role: str, quote: Quote | None) -> str:
    said = f", {quote.kind}, {quote.attribution}, {quote.actor or 'no actor'}" if quote else ""
    return f"{compared.number} {side} {role}{said}"


def _start(compared: _Compared) -> int:
    return min(quote.content[0].start for quote in (compared.gold, compared.predicted) if quote)
