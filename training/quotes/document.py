"""One text made ready for the rules: tokens, marked stretches and sentences, found once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from training.quotes.marks import Marked, pair_marks
from training.quotes.tokens import Token, ends_sentence, tokenize

_COUNTED = frozenset({"word", "number"})


@dataclass(frozen=True)
class Document:
    """Tokens with their marks (by index of the opening mark) and sentences (half-open token ranges).

    A sentence never ends inside a closed pair of marks; `mark_around` gives, for a token, the opening mark of
    the outermost closed stretch it lies in, or -1. `words_before` counts the words before each token, and
    `places` gives for a folded word the tokens where it stands, `commas` those that are one.
    """

    text: str
    tokens: tuple[Token, ...]
    marks: Mapping[int, Marked]
    mark_around: tuple[int, ...]
    words_before: tuple[int, ...]
    sentences: tuple[tuple[int, int], ...]
    places: Mapping[str, tuple[int, ...]]
    commas: tuple[int, ...]

    @classmethod
    def read(cls, text: str) -> Document:
        """Tokenise, pair the marks and cut the sentences of `text`."""
        tokens = tokenize(text)
        marks = {marked.opening: marked for marked in pair_marks(text, tokens)}
        around = _outermost(len(tokens), marks)
        counts = accumulate((token.kind in _COUNTED for token in tokens), initial=0)
        sentences = tuple(_sentences(tokens, marks))
        commas = tuple(index for index, token in enumerate(tokens) if token.is_comma)
        return cls(text, tokens, marks, around, tuple(counts), sentences, _places(tokens), commas)

    def folded(self, index: int) -> str:
        """The folded word at `index`, empty outside the text."""
        return self.tokens[index].folded if 0 <= index < len(self.tokens) else ""

    def words(self, first: int, last: int) -> int:
        """How many words tokens `[first, last)` hold, numbers included."""
        return self.words_before[last] - self.words_before[first] if last > first else 0

    def comma_in(self, first: int, last: int) -> int:
        """The first comma of tokens `[first, last)`, `last` where there is none."""
        at = bisect_left(self.commas, first)
        return min(self.commas[at], last) if at < len(self.commas) else last

    def slice(self, first: int, last: int) -> str:
        """The text of tokens `[first, last)`."""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end] if last > first else ""


def _places(tokens: tuple[Token, ...]) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for index, token in enumerate(tokens):
        found.setdefault(token.folded, []).append(index)
    return {folded: tuple(places) for folded, places in found.items()}


def _outermost(n_tokens: int, marks: Mapping[int, Marked]) -> tuple[int, ...]:
    around = [-1] * n_tokens
    reach = 0
    for opening in sorted(marks):
        marked = marks[opening]
        if marked.closed and opening >= reach:
            around[opening : marked.after] = [opening] * (marked.after - opening)
            reach = marked.after
    return tuple(around)


def _sentences(tokens: tuple[Token, ...], marks: Mapping[int, Marked]) -> Iterator[tuple[int, int]]:
    start = index = 0
    while index < len(tokens):
        marked = marks.get(index)
        if marked is not None and marked.closed:
            index = marked.after
            continue
        if ends_sentence(tokens, index):
            if index > start:
                yield start, index
            start = index + 1
        index += 1
    if start < len(tokens):
        yield start, len(tokens)
