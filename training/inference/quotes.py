"""Who reads the quotes of an article: the tagger a bundle holds, or the rules alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from training.export.bundle import ConfidenceCard, RuleCard, read_confidence, read_rule_card
from training.inference.tagger import Tagger
from training.quotes import ExtractedQuote, Lexicon, extract_quotes


class QuoteReader(Protocol):
    """Finds quotes and says how sure it is of each."""

    def extract(self, texts: Sequence[str]) -> list[tuple[ExtractedQuote, ...]]:
        """The quotes of each text, in order."""
        ...

    def confidence(self, found: ExtractedQuote) -> float:
        """How likely a quote is there and has the right actor, in [0, 1]."""
        ...


def open_reader(bundle: Path, threads: int | None = None) -> QuoteReader:
    """The tagger where the bundle has one, else the rules."""
    lexicon = Lexicon.load(bundle / "lexicon")
    folder = bundle / "quotes"
    if folder.is_dir():
        return TaggedReader(Tagger(folder, lexicon, threads), read_confidence(folder))
    return RuleReader(lexicon, read_rule_card(bundle / "quotes.json"))


class TaggedReader:
    """The trained tagger; confidence from its raw score."""

    def __init__(self, tagger: Tagger, card: ConfidenceCard) -> None:
        self._tagger = tagger
        self._card = card

    def extract(self, texts: Sequence[str]) -> list[tuple[ExtractedQuote, ...]]:
        """The quotes of each text, in order."""
        return self._tagger.extract(texts)

    def confidence(self, found: ExtractedQuote) -> float:
        """The calibrated raw score."""
        return round(self._card.confidence(found.score or 0.0), 4)


class RuleReader:
    """The lexicon rules; confidence is how often the rule that found a quote was right on dev."""

    def __init__(self, lexicon: Lexicon, card: RuleCard) -> None:
        self._lexicon = lexicon
        self._card = card

    def extract(self, texts: Sequence[str]) -> list[tuple[ExtractedQuote, ...]]:
        """The quotes of each text, in order."""
        return [extract_quotes(text, self._lexicon) for text in texts]

    def confidence(self, found: ExtractedQuote) -> float:
        """The dev precision of the quote's rule."""
        return self._card.confidence.get(found.rule, self._card.default)
