"""Quotation marks: pairs of every style used in Arabic print, nested and unclosed ones included.

CLDR's Arabic pair is U+201D … U+201C, yet “…”, ”…”, «…», »…«, „…“ and "…" are as frequent, so a mark opens or
closes by where it stands between letters and spaces, and pairs with a mark of its own family.
"""

from __future__ import annotations

from dataclasses import dataclass

from training.quotes.tokens import Token

_FAMILY = {"“": "curly", "”": "curly", "„": "curly", "‟": "curly", "«": "angle", "»": "angle", '"': "straight"}
_MAX_PARAGRAPHS = 4  # an unclosed mark does not swallow the rest of a long text
_OPENERS_BEFORE = frozenset("([{-–—:،,؛\N{ARABIC TATWEEL}")


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked stretch: tokens `[first, last)` lie inside, the closing mark is token `last` where `closed`."""

    first: int
    last: int
    closed: bool

    @property
    def opening(self) -> int:
        """Index of the opening mark."""
        return self.first - 1

    @property
    def after(self) -> int:
        """Index of the first token after the stretch and its closing mark."""
        return self.last + 1 if self.closed else self.last


@dataclass(slots=True)
class _Open:
    index: int
    family: str
    paragraph: int
    paragraph_end: int = -1


def pair_marks(text: str, tokens: tuple[Token, ...]) -> tuple[Marked, ...]:
    """All marked stretches ordered by opening mark. An unclosed mark reaches to the end of its paragraph."""
    found: list[Marked] = []
    stack: list[_Open] = []
    paragraph = 0
    for index, token in enumerate(tokens):
        if token.kind == "newline":
            paragraph += 1
            for item in stack:
                item.paragraph_end = index if item.paragraph_end < 0 else item.paragraph_end
            stack = _forget(stack, found, paragraph)
        elif token.kind == "mark":
            _place(text, tokens, index, paragraph, stack, found)
    found += [_unclosed(item, len(tokens)) for item in stack]
    return tuple(sorted((m for m in found if m.last > m.first), key=lambda marked: marked.first))


def _place(
    text: str, tokens: tuple[Token, ...], index: int, paragraph: int, stack: list[_Open], found: list[Marked]
) -> None:
    family = _FAMILY[tokens[index].folded]
    depth = next((n for n in range(len(stack) - 1, -1, -1) if stack[n].family == family), None)
    if depth is not None and not _opens(text, tokens[index], stack[depth], paragraph):
        found.extend(_unclosed(item, index) for item in stack[depth + 1 :])
        found.append(Marked(stack[depth].index + 1, index, closed=True))
        del stack[depth:]
    elif _follows_letter(text, tokens[index]):
        while stack and stack[0].paragraph < paragraph:
            found.append(_unclosed(stack.pop(0), index))
        stack.append(_Open(index, family, paragraph))


def _opens(text: str, token: Token, last: _Open, paragraph: int) -> bool:
    """Whether a mark that could close `last` opens a new stretch instead."""
    before, after = text[token.start - 1 : token.start], text[token.end : token.end + 1]
    free_before = not before or before.isspace() or before in _OPENERS_BEFORE
    free_after = not after or after.isspace() or not after.isalnum()
    if free_before and not free_after:
        return True
    following = text[token.end : token.end + 2].strip()[:1]
    return free_before and last.paragraph < paragraph and (following.isalnum() or bool(after.strip()))


def _follows_letter(text: str, token: Token) -> bool:
    """Whether something stands after the mark on its line, so that it can open a stretch."""
    return text[token.end : token.end + 2].strip() != ""


def _forget(stack: list[_Open], found: list[Marked], paragraph: int) -> list[_Open]:
    kept = [item for item in stack if paragraph - item.paragraph < _MAX_PARAGRAPHS]
    found.extend(_unclosed(item, item.paragraph_end) for item in stack if item not in kept)
    return kept


def _unclosed(item: _Open, end: int) -> Marked:
    return Marked(item.index + 1, end if item.paragraph_end < 0 else item.paragraph_end, closed=False)
