"""Which of the multilingual vocabulary's 250,002 pieces an Arabic newsroom needs: about one in eighteen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from training.encoder.packed import Piece

WORD_START = "\N{LOWER ONE EIGHTH BLOCK}"
"""Stands for the space before a word, at the start of a piece."""
BEGIN, PAD, END, UNKNOWN, MASK = "<s>", "<pad>", "</s>", "<unk>", "<mask>"
LEADING_SPECIALS = (BEGIN, PAD, END, UNKNOWN)
"""Their places in this order are their ids; `MASK` is the last id."""

_ARABIC = (
    "[\N{ARABIC LETTER HAMZA}-\N{ARABIC LETTER GHAIN}\N{ARABIC LETTER FEH}-\N{ARABIC LETTER YEH}"
    # Letters Arabic newspapers borrow for p, ch, zh, v and g.
    "\N{ARABIC LETTER PEH}\N{ARABIC LETTER TCHEH}\N{ARABIC LETTER JEH}\N{ARABIC LETTER VEH}"
    "\N{ARABIC LETTER QAF WITH THREE DOTS ABOVE}\N{ARABIC LETTER GAF}]+"
)
_HAMZA_MARKS = "[\N{ARABIC MADDAH ABOVE}-\N{ARABIC HAMZA BELOW}]"
_DIGITS = "[0-9]+"
_LATIN = "[A-Za-z]{1,2}|[\N{LATIN CAPITAL LETTER A WITH GRAVE}-\u024f]"
_WORD = re.compile(f"{WORD_START}?(?:{_ARABIC}|{_HAMZA_MARKS}|{_DIGITS}|{_LATIN}|)")
_ACRONYM = re.compile(f"{WORD_START}[A-Z]{{3,4}}")
_SIGN_RANGES = (
    range(0x21, 0x100),  # ASCII and Latin-1
    range(0x600, 0x700),  # Arabic comma, semicolon, question mark …
    range(0x2010, 0x2300),  # dashes, quotation marks, currencies, arrows, mathematics
    range(0x25A0, 0x2600),  # bullets
    range(0xFD3E, 0xFD40),  # ornate parentheses of scripture
)


def kept_rows(pieces: Sequence[Piece]) -> list[int]:
    """The rows of `pieces` to keep, ascending: leading specials, kept words and signs, then `<mask>` last."""
    last = len(pieces) - 1
    found = (*(piece.text for piece in pieces[: len(LEADING_SPECIALS)]), pieces[last].text)
    if found != (*LEADING_SPECIALS, MASK):
        raise ValueError(f"special tokens are {found}, not {(*LEADING_SPECIALS, MASK)}")
    return [
        row for row, piece in enumerate(pieces) if row < len(LEADING_SPECIALS) or row == last or is_kept(piece.text)
    ]


def is_kept(piece: str) -> bool:
    """Whether a piece can occur in normalised Arabic news and is worth a row.

    Kept: Arabic letters, digits, runs of signs, Latin pieces of one or two letters (so that no Latin word is
    unknown), single accented letters, and capital acronyms of three or four letters at a word's start. A piece
    that mixes digits and signs is dropped: its parts are kept, and text grows by less than 0.2 % of its tokens.
    """
    if not unicodedata.is_normalized("NFKC", piece):
        return False
    return _WORD.fullmatch(piece) is not None or _ACRONYM.fullmatch(piece) is not None or _is_signs(piece)


def _is_signs(piece: str) -> bool:
    return all(_is_sign(character) for character in piece.removeprefix(WORD_START))


def _is_sign(character: str) -> bool:
    in_range = any(ord(character) in signs for signs in _SIGN_RANGES)
    return in_range and unicodedata.category(character)[0] in "PS"
