"""Quotes with cue, speaker and actor from raw Arabic news text, by reviewed word lists and rules."""

from training.quotes.extract import ExtractedQuote, extract_quotes
from training.quotes.lexicon import Lexicon, LexiconError

__all__ = ["ExtractedQuote", "Lexicon", "LexiconError", "extract_quotes"]
