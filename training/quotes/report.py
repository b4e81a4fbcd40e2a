"""What the rules hand on: one report with its words, its cue and what is known of its speaker."""

from __future__ import annotations

from dataclasses import dataclass

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
    the sentence and `place` the token from which the speaker is sought backwards.
    """

    content: Content
    cue: TokenRange | None
    speaker: Phrase | None
    gender: Gender | None
    sentence: int
    place: int
