"""Overlapping spans of a text as nested segments that a page can draw."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_BREAK = re.compile("(?:\r\n|[\n\r\N{PARAGRAPH SEPARATOR}])+")


@dataclass(frozen=True)
class StanceView:
    """A stance as shown: `css` is its class, `mark` the word that says it without colour."""

    css: str
    mark: str
    target: str
    probability: float
    probabilities: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class QuoteView:
    """A quote as shown; `number` counts from 1 and names its anchors, `lane` is the height of its underline."""

    number: int
    lane: int
    kind: str
    actor: str | None
    attribution: str
    note: str | None
    excerpt: str
    confidence: float | None
    stances: tuple[StanceView, ...]

    @property
    def stance(self) -> StanceView | None:
        """Toward the first target, None where the analyzer gave none."""
        return self.stances[0] if self.stances else None

    @property
    def mark(self) -> str:
        """The text marker before the quote."""
        return f"{self.number} {self.stance.mark}" if self.stance else str(self.number)

    @property
    def css(self) -> str:
        """The class that shades the quote."""
        return self.stance.css if self.stance else "neutral"


@dataclass(frozen=True)
class Layer:
    """One span to draw: what a quote says, its cue, or its speaker. Offsets half-open, in code points."""

    start: int
    end: int
    role: str
    quote: QuoteView

    @property
    def css(self) -> str:
        """The classes that draw it."""
        return f"quote lane{self.quote.lane} {self.quote.css}" if self.role == "quote" else self.role

    @property
    def hint(self) -> str:
        """What a pointer resting on it reads."""
        actor = f": {self.quote.actor}" if self.quote.actor else ""
        name = {"quote": self.quote.kind, "cue": "فعل القول أو عبارته", "speaker": "القائل"}[self.role]
        return f"{name} {self.quote.mark}{actor}"


@dataclass(frozen=True)
class Segment:
    """A stretch of text under the same layers, outermost first, with what is put before and after it."""

    text: str
    layers: tuple[Layer, ...]
    badges: tuple[QuoteView, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Paragraph:
    """The segments of one paragraph and the line breaks that follow it."""

    segments: tuple[Segment, ...]
    line_breaks: str


def paragraphs(text: str, layers: Iterable[Layer]) -> list[Paragraph]:
    """Cut the text at every line break and at every start and end of a layer; concatenated, it is the text again."""
    drawing = _Drawing(text, layers)
    found, start = [], 0
    for line_breaks in _BREAK.finditer(text):
        found.append(Paragraph(drawing.until(start, line_breaks.start()), line_breaks.group()))
        start = line_breaks.end()
    return [*found, Paragraph(drawing.until(start, len(text)), "")]


class _Drawing:
    """Walks through a text once, keeping the layers that are open."""

    def __init__(self, text: str, layers: Iterable[Layer]) -> None:
        self._text = text
        self._layers = sorted(layers, key=lambda layer: layer.start)
        self._cuts = sorted({offset for layer in self._layers for offset in (layer.start, layer.end)})
        self._badges = _first_spans(self._layers)
        self._notes = sorted(
            (layer.end, layer.quote.note) for layer in self._layers if layer.role == "cue" and layer.quote.note
        )
        self._open: list[Layer] = []
        self._next_layer = self._next_cut = self._next_badge = self._next_note = 0

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
        first_badge, first_note = self._next_badge, self._next_note
        while self._next_badge < len(self._badges) and self._badges[self._next_badge].start <= start:
            self._next_badge += 1
        while self._next_note < len(self._notes) and self._notes[self._next_note][0] <= end:
            self._next_note += 1
        return Segment(
            self._text[start:end],
            tuple(sorted(self._open, key=lambda layer: layer.start - layer.end)),
            tuple(layer.quote for layer in self._badges[first_badge : self._next_badge]),
            tuple(note for _, note in self._notes[first_note : self._next_note]),
        )


def _first_spans(layers: Sequence[Layer]) -> list[Layer]:
    first: dict[int, Layer] = {}
    for layer in layers:
        if layer.role == "quote":
            first.setdefault(layer.quote.number, layer)
    return list(first.values())
