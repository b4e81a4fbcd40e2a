"""What quote extraction and stance must be read against: marks alone, and the lean of the cue verb."""

from __future__ import annotations

from training.quotes.cues import read_cue
from training.quotes.document import Document
from training.quotes.lexicon import Lexicon
from training.quotes.normalise import fold
from training.schema import Attribution, Quote, QuoteKind, Span, Stance

MIN_MARKED_WORDS = 4

_STANCES = {"for": Stance.SUPPORT, "against": Stance.OPPOSE, "distancing": Stance.NEUTRAL, "neutral": Stance.NEUTRAL}


def marked_quotes(text: str) -> tuple[Quote, ...]:
    """Every closed marked stretch of at least `MIN_MARKED_WORDS` words as a direct quote without a speaker."""
    document = Document.read(text)
    stretches = [
        (document.tokens[marked.first].start, document.tokens[marked.last - 1].end)
        for marked in document.marks.values()
        if marked.closed and document.words(marked.first, marked.last) >= MIN_MARKED_WORDS
    ]
    return tuple(
        Quote(
            id=f"q{number}",
            kind=QuoteKind.DIRECT,
            content=(Span.of(text, start, end),),
            cue=None,
            speaker=None,
            actor=None,
            actor_type=None,
            attribution=Attribution.NONE,
        )
        for number, (start, end) in enumerate(sorted(stretches), start=1)
    )


def cue_stance(cue: str | None, lexicon: Lexicon) -> Stance:
    """The stance a cue's first verb leans to; neutral for noun cues and unknown words."""
    for word in (cue or "").split():
        reading = read_cue(lexicon, fold(word))
        if reading is not None:
            return _STANCES[reading.form.verb.lean]
    return Stance.NEUTRAL
