"""One analysed article as a self-contained page for people: right to left, nothing fetched, complete without script.

A small script adds what only layout can: the detail of a quote beside it, and a line from each dropped subject to
the words that name it. Without it the same is reached by links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Template

from training import drawing
from training.drawing import Insert, Layer, Paragraph, paragraphs, verbatim
from training.inference.arabic import STANCE_NAMES_AR
from training.inference.mentions import Mention
from training.inference.views import (
    QuoteView,
    actor_views,
    error_view,
    percent,
    quote_views,
    stance_mark,
    warning_views,
)
from training.pages import page_environment
from training.schema import SECTION_NAMES_AR

TEMPLATES = Path(__file__).parent / "templates"
MAX_NAME_CHARACTERS = 60
ROLE_NAMES_AR = {"cue": "فعل القول أو عبارته", "speaker": "القائل", "mention": "من يعنيه الفعل اللاحق"}

_UNSHOWABLE = re.compile("[\0\ud800-\udfff]")
_OUTSIDE_NAME = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Badge:
    """The marker before a quote."""

    quote: QuoteView
    kind = "badge"


@dataclass(frozen=True)
class Place:
    """The words that later cues without a subject mean; `number` counts from 1 and names its anchor."""

    number: int
    mention: Mention
    quotes: tuple[QuoteView, ...]
    kind = "place"


@dataclass(frozen=True)
class Note:
    """What stands behind a cue without a named subject; `place` is the number of the words it means, if they are there."""

    quote: QuoteView
    place: int | None


def render_article(text: str, result: Mapping[str, Any], title: str = "") -> str:
    """The page of one article; `result` is the analyzer's output for it, an `error` included.

    Every code point of `text` is on the page, NUL and lone surrogates as U+FFFD. Spans may nest and overlap;
    what lies outside the text is cut off.
    """
    shown = showable(text)
    quotes = quote_views(shown, result)
    return showable(
        _template().render(
            heading=title or result.get("id") or "مقال",
            date=result.get("date"),
            error=error_view(result),
            paragraphs=_draw(shown, result, quotes),
            quotes=quotes,
            actors=actor_views(result, quotes),
            sections=[{**section, "name": _section_name(section["label"])} for section in result.get("sections") or ()],
            targets=list(dict.fromkeys(stance.target for quote in quotes for stance in quote.stances)),
            warnings=warning_views(result),
            model=result.get("model"),
            legend={label: stance_mark(label) for label in STANCE_NAMES_AR},
        )
    )


def page_name(identifier: str | None, position: int) -> str:
    """A file name for the article at `position` of its batch: ASCII letters, digits and hyphens, ending in `.html`.

    The position leads, so that pages sort in input order and no two ids, however alike, share a name.
    """
    slug = _OUTSIDE_NAME.sub("-", identifier or "").strip("-")[:MAX_NAME_CHARACTERS].strip("-")
    return f"{position:06d}-{slug}.html" if slug else f"{position:06d}.html"


def showable(text: str) -> str:
    """The text with what an HTML page cannot hold (NUL, lone surrogates) replaced one for one by U+FFFD."""
    return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _draw(text: str, result: Mapping[str, Any], quotes: Sequence[QuoteView]) -> list[Paragraph]:
    places = _places(quotes)
    quoted = list(_layers(text, result, quotes))
    named = [_layer(place.mention.start, place.mention.end, "mention", place.quotes) for place in places]
    before = [*_badges(quoted, quotes), *(Insert(place.mention.start, place) for place in places)]
    return paragraphs(text, [*quoted, *named], before, _notes(text, result, quotes, places))


def _places(quotes: Sequence[QuoteView]) -> list[Place]:
    """The mentions in order of the text, each with the quotes that go back to it."""
    by_mention: dict[Mention, list[QuoteView]] = {}
    for quote in quotes:
        if quote.mention is not None:
            by_mention.setdefault(quote.mention, []).append(quote)
    in_order = sorted(by_mention, key=lambda mention: mention.start)
    return [Place(number, mention, tuple(by_mention[mention])) for number, mention in enumerate(in_order, start=1)]


def _layers(text: str, result: Mapping[str, Any], quotes: Sequence[QuoteView]) -> Iterator[Layer]:
    for record, quote in zip(result.get("quotes") or (), quotes, strict=True):
        spans = [("quote", span) for span in record["content"]]
        spans += [(role, record[role]) for role in ("cue", "speaker") if record.get(role)]
        for role, span in spans:
            start, end = max(0, span["start"]), min(len(text), span["end"])
            if start < end:
                yield _layer(start, end, role, (quote,))


def _layer(start: int, end: int, role: str, quotes: Sequence[QuoteView]) -> Layer:
    first = quotes[0]
    css = f"quote lane{first.lane} {first.css}" if role == "quote" else role
    name = first.kind if role == "quote" else ROLE_NAMES_AR[role]
    hint = f"{name} {'، '.join(quote.mark for quote in quotes)}"
    return Layer(
        start,
        end,
        css,
        f"{hint}: {first.actor}" if first.actor else hint,
        " ".join(str(quote.number) for quote in quotes),
    )


def _badges(layers: Sequence[Layer], quotes: Sequence[QuoteView]) -> Iterator[Insert]:
    """A marker before the first part of each quote that is inside the text."""
    starts: dict[str, int] = {}
    for layer in sorted(layers, key=lambda layer: layer.start):
        if layer.css.startswith("quote"):
            starts.setdefault(layer.of, layer.start)
    for quote in quotes:
        if str(quote.number) in starts:
            yield Insert(starts[str(quote.number)], Badge(quote))


def _notes(
    text: str, result: Mapping[str, Any], quotes: Sequence[QuoteView], places: Sequence[Place]
) -> Iterator[Insert]:
    numbers = {quote.number: place.number for place in places for quote in place.quotes}
    for record, quote in zip(result.get("quotes") or (), quotes, strict=True):
        cue = record.get("cue")
        if quote.note and cue and max(0, cue["start"]) < min(len(text), cue["end"]):
            yield Insert(min(len(text), cue["end"]), Note(quote, numbers.get(quote.number)))


def _section_name(label: str) -> str:
    return SECTION_NAMES_AR.get(label, label)


@cache
def _template() -> Template:
    environment = page_environment(TEMPLATES, drawing.TEMPLATES, percent=percent, verbatim=verbatim)
    return environment.get_template("article.html.jinja")
