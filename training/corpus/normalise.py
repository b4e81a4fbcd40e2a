"""Spelling folded for comparing texts; the raw text keeps every character. One function a rule."""

from __future__ import annotations

import re

_MARKS = re.compile("[\N{ARABIC FATHATAN}-\N{ARABIC SUKUN}\N{ARABIC LETTER SUPERSCRIPT ALEF}\N{ARABIC TATWEEL}]")
_WORD = re.compile(r"\w+")
_LETTERS = str.maketrans("أإآٱىة", "ااااي\N{ARABIC LETTER HEH}")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def remove_marks(text: str) -> str:
    """Drop short vowels, tanwin, shadda, sukun, superscript alef and tatweel."""
    return _MARKS.sub("", text)


def fold_letters(text: str) -> str:
    """Write every alef bare, alef maqsura as ya and ta marbuta as ha, as hurried typists do."""
    return text.translate(_LETTERS)


def fold_digits(text: str) -> str:
    """Write Arabic-Indic and Persian digits as 0-9."""
    return text.translate(_DIGITS)


def comparison_words(text: str) -> list[str]:
    """The words of a text, folded by every rule above, without punctuation."""
    return _WORD.findall(fold_digits(fold_letters(remove_marks(text))))
