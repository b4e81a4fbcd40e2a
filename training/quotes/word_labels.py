"""Quotes as labels of the words of their text: gold ones for a model to learn, those of the rules as its hints."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from training.quotes.document import Document
from training.schema import Attribution, Quote, Span
from training.word_inputs import BEGIN, INSIDE, NO_MENTION, OUTSIDE, ROLES, Link, WordLabels


def label_words(text: str, quotes: Sequence[Quote]) -> tuple[list[str], WordLabels]:
    """The words of a text and their labels.

    A span that cuts a word covers it whole. Where two spans of one role overlap, the later one begins inside.
    """
    document = Document.read(text)
    words = [text[token.start : token.end] for token in document.tokens]
    places = _Places(document)
    tags = [[OUTSIDE] * len(words) for _ in ROLES]
    for quote in quotes:
        for role, spans in zip(ROLES, _by_role(quote), strict=True):
            for span in spans:
                first, last = places.range(span)
                tags[ROLES.index(role)][first:last] = [BEGIN, *[INSIDE] * (last - first - 1)]
    links = [link for quote in quotes for link in _links(quote, quotes, places)]
    return words, WordLabels(tuple(map(tuple, tags)), tuple(links))


def _by_role(quote: Quote) -> tuple[Sequence[Span], ...]:
    return (quote.cue,) if quote.cue else (), (quote.speaker,) if quote.speaker else (), quote.content


def _links(quote: Quote, quotes: Sequence[Quote], places: _Places) -> list[Link]:
    cue = (places.range(quote.cue)[0],) if quote.cue else ()
    explicit: tuple[int, ...] = ()
    inherited: tuple[int, ...] = ()
    if quote.attribution is Attribution.EXPLICIT and quote.speaker:
        explicit = (places.range(quote.speaker)[0],)
    elif quote.attribution is Attribution.INHERITED:
        mentions = [other.speaker for other in quotes if other.speaker and other.actor == quote.actor]
        inherited = tuple(places.range(mention)[0] for mention in mentions) or (NO_MENTION,)
    ranges = [places.range(span) for span in quote.content]
    return [
        Link(first, (cue, explicit, inherited, (ranges[0][0],) if number else (), (last - 1,)))
        for number, (first, last) in enumerate(ranges)
    ]


class _Places:
    def __init__(self, document: Document) -> None:
        self._starts = [token.start for token in document.tokens]
        self._ends = [token.end for token in document.tokens]

    def range(self, span: Span) -> tuple[int, int]:
        """The words that `span` touches, half-open."""
        first = bisect_right(self._ends, span.start)
        last = bisect_left(self._starts, span.end)
        return first, max(first + 1, last)
