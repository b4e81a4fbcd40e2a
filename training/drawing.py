"""Overlapping spans of a text as nested segments that a page can draw."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from training.schema import Stance

TEMPLATES = Path(__file__).parent / "templates"
"""Holds `drawing.html.jinja`, which writes what `paragraphs` gives."""

STANCE_SYMBOLS: dict[str, str] = {
    Stance.SUPPORT: "\N{BLACK UP-POINTING TRIANGLE}",
    Stance.OPPOSE: "\N{BLACK DOWN-POINTING TRIANGLE}",
    Stance.NEUTRAL: "\N{BLACK DIAMOND}",
}
"""Tell stances apart where colour cannot."""

_BREAK = re.compile("(?:\r\n|[\n\r\N{PARAGRAPH SEPARATOR}])+")


@dataclass(frozen=True)
class Layer:
    """One span to draw. Offsets half-open, in code points; `css` are its classes, `hint` what a resting pointer reads.

    `of` names the things that light up together, such as the quote's number.
    """

    start: int
    end: int
    css: str
    hint: str
    of: str = ""


@dataclass(frozen=True)
class Insert:
    """Something that stands between two characters of the text; how it looks is its template's business."""

    offset: int
    item: Any


@dataclass(frozen=True)
class Segment:
    """A stretch of text under the same layers, outermost first, with the items put before and after it."""

    text: str
    layers: tuple[Layer, ...]
    before: tuple[Any, ...]
    after: tuple[Any, ...]


@dataclass(frozen=True)
class Paragraph:
    """The segments of one paragraph and the line breaks that follow it."""

    segments: tuple[Segment, ...]
    line_breaks: str


def paragraphs(
    text: str, layers: Iterable[Layer], before: Iterable[Insert] = (), after: Iterable[Insert] = ()
) -> list[Paragraph]:
    """Cut the text at every line break and at every start and end of a layer; concatenated, it is the text again.

    Items of `before` stand in front of the segment that starts at their offset, those of `after` behind the one that
    ends there; an offset where no layer starts or ends moves forward to the next cut.
    """
    drawing = _Drawing(text, layers, before, after)
    found, start = [], 0
    for line_breaks in _BREAK.finditer(text):
        found.append(Paragraph(drawing.until(start, line_breaks.start()), line_breaks.group()))
        start = line_breaks.end()
    return [*found, Paragraph(drawing.until(start, len(text)), "")]


def verbatim(text: str) -> Markup:
    """Escaped, with carriage returns that an HTML parser would otherwise turn into line feeds."""
    return Markup(escape(text).replace("\r", Markup("&#13;")))


class _Drawing:
    """Walks through a text once, keeping the layers that are open."""

    def __init__(self, text: str, layers: Iterable[Layer], before: Iterable[Insert], after: Iterable[Insert]) -> None:
        self._text = text
        self._layers = sorted(layers, key=lambda layer: layer.start)
        self._cuts = sorted({offset for layer in self._layers for offset in (layer.start, layer.end)})
        self._before, self._after = _Inserts(before), _Inserts(after)
        self._open: list[Layer] = []
        self._next_layer = self._next_cut = 0

    def until(self, start: int, end: int) -> tuple[Segment, ...]:
        """The segments of `[start, end)`; calls must go forward."""
        while self._next_cut < len(self._cuts) and self._cuts[self._next_cut] <= start:
            self._next_cut += 1
        segments = []
        while start < end:
            inside = self._next_cut < len(self._cuts) and self._cuts[self._next_cut] < end
            stop = self._cuts[self._next_cut] if inside else end
            segments.append(self._segment(start, stop))
            self._next_cut += inside
            start = stop
        return tuple(segments)

    def _segment(self, start: int, end: int) -> Segment:
        while self._next_layer < len(self._layers) and self._layers[self._next_layer].start <= start:
            self._open.append(self._layers[self._next_layer])
            self._next_layer += 1
        self._open = [layer for layer in self._open if layer.end > start]
        return Segment(
            self._text[start:end],
            tuple(sorted(self._open, key=lambda layer: layer.start - layer.end)),
            self._before.until(start),
            self._after.until(end),
        )


class _Inserts:
    """Hands out items once each, as the walk passes their offsets."""

    def __init__(self, inserts: Iterable[Insert]) -> None:
        self._inserts: Sequence[Insert] = sorted(inserts, key=lambda insert: insert.offset)
        self._next = 0

    def until(self, offset: int) -> tuple[Any, ...]:
        first = self._next
        while self._next < len(self._inserts) and self._inserts[self._next].offset <= offset:
            self._next += 1
        return tuple(insert.item for insert in self._inserts[first : self._next])
