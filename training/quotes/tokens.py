"""Words, punctuation and sentences of a raw text, with code-point offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from training.invisible import INVISIBLE
from training.quotes.normalise import DIACRITICS, TATWEEL, fold

QUOTE_MARKS = '“”„‟«»"'
_INNER = f"{DIACRITICS}{INVISIBLE}"
_TOKEN = re.compile(
    rf"(?P<number>\d+(?:[.,٫٬:/]\d+)*)(?!\w)|(?P<word>\w+(?:[{_INNER}]+\w+)*[{DIACRITICS}]*)|(?P<mark>[{QUOTE_MARKS}])"
    rf"|(?P<newline>\r?\n)|(?P<other>[^\s{_INNER}])"
)
_ALI = "عل\N{ARABIC LETTER FARSI YEH}"
_AND_TO = "وال\N{ARABIC LETTER FARSI YEH}"  # «وإلى» (and to), told apart from «والي» (governor)
_SON_OF = " بن "
_COMMAS = frozenset("،,؛;")
_ENDS = frozenset(".؟?!…")


@dataclass(frozen=True, slots=True)
class Token:
    """One word or one sign. `folded` is the comparison form; `kind` is word, number, mark, newline or other."""

    start: int
    end: int
    folded: str
    kind: str

    @property
    def is_word(self) -> bool:
        """Whether the token is a word (numbers are not)."""
        return self.kind == "word"

    @property
    def is_comma(self) -> bool:
        """Whether the token is a comma or semicolon, Arabic or Latin."""
        return self.folded in _COMMAS


def tokenize(text: str) -> tuple[Token, ...]:
    """Every token of `text` in order; white space and invisible marks belong to none."""
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    spells_both = "على" in text  # then «علي» is the name Ali, not the preposition
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        folded = fold(match.group()) if kind == "word" else match.group()
        if kind == "word" and not folded:  # a lone tatweel joins the word and the mark around it
            continue
        if match.group() == "علي" and (spells_both or _is_in_name(text, match.start(), match.end())):
            folded = _ALI
        if (match.group().startswith("وإ") and folded == "والي") or match.group() == "والى":
            folded = _AND_TO
        yield Token(match.start(), match.end(), folded, kind)


def _is_in_name(text: str, start: int, end: int) -> bool:
    """Whether «بن» stands beside the word («علي بن تميم»)."""
    return text[end : end + len(_SON_OF)] == _SON_OF or text[max(0, start - len(_SON_OF)) : start] == _SON_OF


def ends_sentence(tokens: tuple[Token, ...], index: int) -> bool:
    """Whether the sign at `index` closes a sentence; «د.» and «أ.ف.ب» do not."""
    token = tokens[index]
    if token.kind == "newline":
        return True
    if token.kind != "other" or token.folded not in _ENDS:
        return False
    if token.folded != ".":
        return True
    if not index or tokens[index - 1].end != token.start:
        return True
    before, after = tokens[index - 1], tokens[index + 1] if index + 1 < len(tokens) else None
    decimal = before.folded[-1:].isdigit() and after is not None and after.start == token.end and after.kind == "number"
    return not decimal and not (before.is_word and len(before.folded) == 1)


__all__ = ["QUOTE_MARKS", "TATWEEL", "Token", "ends_sentence", "tokenize"]
