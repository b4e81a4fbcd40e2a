"""What the rules hand on: one report with its words, its cue and what is known of its speaker."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field

from training.quotes.inflection import Gender
from training.quotes.phrases import Phrase
from training.schema import QuoteKind

TokenRange = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Content:
    """The reported words as token ranges, and the token where the reading may go on."""

    kind: QuoteKind
    spans: tuple[TokenRange, ...]
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Report:
    """One quote before its actor is known.

    `gender` is what the cue says of a dropped subject, None where it says nothing. `sentence` is the number of
    the sentence and `place` the token from which the speaker is sought backwards. `nested` says that the report
    stands inside another's words, so that what follows goes on with the outer speaker.
    """

    content: Content
    cue: TokenRange | None
    speaker: Phrase | None
    gender: Gender | None
    sentence: int
    place: int
    nested: bool = False


@dataclass
class Covered:
    """Disjoint token ranges that some report holds already, kept in order so that every question is quick."""

    ranges: list[TokenRange] = field(default_factory=list)

    def add(self, spans: tuple[TokenRange, ...]) -> None:
        """Mark `spans` as reported."""
        for span in spans:
            insort(self.ranges, span)

    def overlaps(self, span: TokenRange) -> bool:
        """Whether a word of `span` is reported already."""
        place = bisect_left(self.ranges, (span[1], -1))
        return place > 0 and self.ranges[place - 1][1] > span[0]

    def last_end(self, index: int, first: int) -> int:
        """Where the last range that ends up to `index` ends, at least `first`."""
        place = bisect_left(self.ranges, (index, -1))
        return max([first, *(end for _, end in self.ranges[max(0, place - 1) : place] if end <= index)])
