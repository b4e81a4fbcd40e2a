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
from markupsafe import Markup, escape

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

    def record(self, origin: str) -> dict[str, Any]:
        """A row of `errors.jsonl`; `origin` is `AUTHORED` or `REAL`."""
        return {"set": origin, "article": self.article_id, "kind": self.kind, **self.index}


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


def render_errors(evaluation: str, authored: Sequence[ErrorCard], real: Sequence[ErrorCard]) -> str:
    """The page of one evaluation: cards of authored articles, bare indices of real ones, whose text is not ours."""
    kinds = Counter(card.kind for card in (*authored, *real))
    labels = Counter(card.label for card in (*authored, *real) if card.label)
    return _template().render(
        evaluation=evaluation,
        kinds=list(kinds),
        labels=sorted(labels),
        counts={origin: Counter(card.kind for card in cards) for origin, cards in _sets(authored, real)},
        groups={kind: [card for card in authored if card.kind == kind] for kind in kinds},
        places=sorted(real, key=lambda card: list(kinds).index(card.kind)),
    )


def _sets(authored: Sequence[ErrorCard], real: Sequence[ErrorCard]) -> list[tuple[str, Sequence[ErrorCard]]]:
    return [(AUTHORED, authored), *([(REAL, real)] if real else [])]


def _verbatim(text: str) -> Markup:
    """Escaped, with carriage returns that an HTML parser would otherwise turn into line feeds."""
    return Markup(escape(text).replace("\r", Markup("&#13;")))


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
    return page_environment(TEMPLATES, verbatim=_verbatim, index=_index).get_template("errors.html.jinja")
