"""`errors.html`: every error of one evaluation, gold beside prediction, right to left, filtered without a script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Template

from training import drawing
from training.drawing import STANCE_SYMBOLS, Paragraph, verbatim
from training.pages import page_environment

TEMPLATES = Path(__file__).parent / "templates"
AUTHORED, REAL = "authored", "real"


@dataclass(frozen=True)
class Mark:
    """A span to draw: offsets half-open, in code points of the article; `role` is its class on the page."""

    start: int
    end: int
    role: str


@dataclass(frozen=True)
class Stretch:
    """Text under the same marks; `roles` are their classes, sorted and separated by spaces."""

    text: str
    roles: str = ""


@dataclass(frozen=True)
class Side:
    """What gold or the prediction says: the text as that side marks it, and labels by name."""

    stretches: tuple[Stretch, ...]
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ErrorCard:
    """One error. `index` finds it again: ids, labels and offsets, never words of the article."""

    article_id: str
    kind: str
    label: str
    """What the page filters by besides `kind`, such as the quote's kind."""
    index: Mapping[str, Any]
    gold: Side
    predicted: Side
    place: str = ""
    """Where the page that draws whole articles shows it: an article's id, what `quote_place` says, or nowhere."""

    def record(self, origin: str) -> dict[str, Any]:
        """A row of `errors.jsonl`; `origin` is `AUTHORED` or `REAL`."""
        return {"set": origin, "article": self.article_id, "kind": self.kind, **self.index}


@dataclass(frozen=True)
class Verdict:
    """What stands before a quote of a whole article: `kind` is its class, `mark` says it with symbols and words."""

    kind: str
    mark: str
    place: str
    """As `ErrorCard.place`, so that a card finds it."""


@dataclass(frozen=True)
class Comparison:
    """A whole article with both sides drawn; `n_quotes` of its quotes are gold, `n_agreed` read without a fault."""

    article_id: str
    title: str
    paragraphs: Sequence[Paragraph]
    n_quotes: int
    n_agreed: int

    @property
    def places(self) -> list[str]:
        """What can be linked to, in order of the text."""
        segments = (segment for paragraph in self.paragraphs for segment in paragraph.segments)
        return [self.article_id, *(item.place for segment in segments for item in segment.before)]


def draw(text: str, start: int, end: int, marks: Iterable[Mark]) -> tuple[Stretch, ...]:
    """`text[start:end]` cut wherever a mark begins or ends; marks may nest and overlap."""
    inside = [mark for mark in marks if mark.start < end and mark.end > start]
    cuts = sorted({start, end, *(min(max(offset, start), end) for mark in inside for offset in (mark.start, mark.end))})
    return tuple(
        Stretch(
            text[first:last],
            " ".join(sorted({mark.role for mark in inside if mark.start <= first and last <= mark.end})),
        )
        for first, last in pairwise(cuts)
    )


def error_records(authored: Sequence[ErrorCard], real: Sequence[ErrorCard]) -> Iterator[dict[str, Any]]:
    """The rows of `errors.jsonl`; no row holds words of an article."""
    yield from (card.record(AUTHORED) for card in authored)
    yield from (card.record(REAL) for card in real)


def render_errors(
    evaluation: str,
    authored: Sequence[ErrorCard],
    real: Sequence[ErrorCard],
    comparisons: Sequence[Comparison] = (),
) -> str:
    """The page of one evaluation: cards of authored articles, bare indices of real ones, whose text is not ours.

    `comparisons` are authored articles to draw whole; the cards link into them.
    """
    kinds = Counter(card.kind for card in (*authored, *real))
    labels = Counter(card.label for card in (*authored, *real) if card.label)
    places = [place for comparison in comparisons for place in comparison.places]
    return _template().render(
        evaluation=evaluation,
        comparisons=comparisons,
        symbols=STANCE_SYMBOLS,
        anchors={place: f"place-{number}" for number, place in enumerate(places, start=1)},
        kinds=list(kinds),
        labels=sorted(labels),
        counts={origin: Counter(card.kind for card in cards) for origin, cards in _sets(authored, real)},
        groups={kind: [card for card in authored if card.kind == kind] for kind in kinds},
        real=sorted(real, key=lambda card: list(kinds).index(card.kind)),
    )


def _sets(authored: Sequence[ErrorCard], real: Sequence[ErrorCard]) -> list[tuple[str, Sequence[ErrorCard]]]:
    return [(AUTHORED, authored), *([(REAL, real)] if real else [])]


def _index(value: Any) -> str:
    """Ids and offsets in a line: `q3, content 10-42, cue 4-8`."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_index(item)}" for key, item in value.items() if item not in (None, []))
    if isinstance(value, list | tuple):
        pair = len(value) == 2 and all(isinstance(item, int) for item in value)
        return "-".join(map(str, value)) if pair else " ".join(map(_index, value))
    return str(value)


@cache
def _template() -> Template:
    environment = page_environment(TEMPLATES, drawing.TEMPLATES, verbatim=verbatim, index=_index)
    return environment.get_template("errors.html.jinja")
