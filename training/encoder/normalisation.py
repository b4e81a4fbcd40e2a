"""The bundled tokenizer's normaliser: what it changes in the encoder's copy of a text, one function a rule.

The checkpoint was trained on NFKC text with tashkeel and every letter form left in, so the rules only bring
rare spellings of a word to its common one. Case, hamza, madda, alef maqsura, teh marbuta and quotation marks are
meaning or spelling, and stay. Offsets into the raw text survive every rule.
"""

from __future__ import annotations

from tokenizers import Regex
from tokenizers.normalizers import NFKC, Nmt, Normalizer, Replace, Sequence

_LETTER_FORMS = {
    "\N{ARABIC LETTER ALEF}": "\N{ARABIC LETTER ALEF WASLA}",
    "\N{ARABIC LETTER YEH}": "\N{ARABIC LETTER FARSI YEH}\N{ARABIC LETTER YEH BARREE}",
    "\N{ARABIC LETTER KAF}": "\N{ARABIC LETTER KEHEH}\N{ARABIC LETTER SWASH KAF}",
    "\N{ARABIC LETTER HEH}": ("\N{ARABIC LETTER HEH GOAL}\N{ARABIC LETTER HEH DOACHASHMEE}\N{ARABIC LETTER AE}"),
    "\N{ARABIC LETTER TEH MARBUTA}": "\N{ARABIC LETTER TEH MARBUTA GOAL}",
}
_NUMBER_SIGNS = {
    "%": "\N{ARABIC PERCENT SIGN}",
    ".": "\N{ARABIC DECIMAL SEPARATOR}",
    ",": "\N{ARABIC THOUSANDS SEPARATOR}",
}


def arabic_normaliser() -> Normalizer:
    """All rules, in the order in which they must run."""
    return Sequence(
        [
            drop_presentation_marks(),
            drop_invisible(),
            drop_controls(),
            compose(),
            drop_tatweel(),
            drop_marks(),
            *fold_letter_forms(),
            *fold_digits(),
            *fold_number_signs(),
        ]
    )


def drop_presentation_marks() -> Normalizer:
    """Drop tashkeel written as presentation forms (U+FC5E to FC63, U+FE70 to FE7F).

    NFKC would turn each into a space and a mark, and so cut the word in two.
    """
    return Replace(Regex(r"[\x{FC5E}-\x{FC63}\x{FE70}-\x{FE7F}]"), "")


def drop_invisible() -> Normalizer:
    """Drop soft hyphens, zero-width characters and direction marks, joining what they stood between.

    In Arabic newspapers a zero-width space inside a word is an editor's residue; a real word break has a space
    too.
    """
    zero_width = r"\x{AD}\x{61C}\x{180E}\x{200B}-\x{200F}\x{2060}-\x{2064}\x{FEFF}"
    embedding = r"\x{202A}-\x{202E}\x{2066}-\x{206F}"
    return Replace(Regex(f"[{zero_width}{embedding}]"), "")


def drop_controls() -> Normalizer:
    """Drop control characters; tab, line and paragraph ends become spaces (SentencePiece's `nmt` rule)."""
    return Nmt()


def compose() -> Normalizer:
    """NFKC: presentation forms and ligatures to letters, wide forms to ASCII, letter and hamza mark to one."""
    return NFKC()


def drop_tatweel() -> Normalizer:
    """Drop the stretching stroke."""
    return Replace("\N{ARABIC TATWEEL}", "")


def drop_marks() -> Normalizer:
    """Drop combining marks: tashkeel, superscript alef, Quranic signs, stray accents.

    Hamza and madda marks (U+0653 to 0655) that composed with no letter are spelling and stay.
    """
    return Replace(Regex(r"[\p{Mn}&&[^\x{653}-\x{655}]]"), "")


def fold_letter_forms() -> list[Normalizer]:
    """Alef wasla to alef; Persian and Urdu keyboards' yeh, kaf, heh and teh marbuta to the Arabic letters."""
    return [_fold(forms, letter) for letter, forms in _LETTER_FORMS.items()]


def fold_digits() -> list[Normalizer]:
    """Arabic-Indic and extended Arabic-Indic digits to ASCII ones."""
    return [_fold(chr(0x660 + digit) + chr(0x6F0 + digit), str(digit)) for digit in range(10)]


def fold_number_signs() -> list[Normalizer]:
    """Arabic percent, decimal and thousands signs to ASCII ones; comma, semicolon and question mark stay."""
    return [_fold(arabic, sign) for sign, arabic in _NUMBER_SIGNS.items()]


def _fold(forms: str, to: str) -> Normalizer:
    return Replace(Regex(f"[{forms}]"), to)
