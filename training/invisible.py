"""Characters without a shape, which anyone can slip into a word: taken out before a text is read, with a way back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_CONTROLS = r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
"""Not tab and line ends, not U+001C to 001F and U+0085, which are white space to Python."""
_ZERO_WIDTH = "\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2060-\u2064\ufeff\ufff9-\ufffb"
_DIRECTIONS = "\u202a-\u202e\u2066-\u206f"
_SELECTORS_AND_TAGS = "\ufe00-\ufe0f\U000e0001\U000e0020-\U000e007f\U000e0100-\U000e01ef"

INVISIBLE = f"{_CONTROLS}{_ZERO_WIDTH}{_DIRECTIONS}{_SELECTORS_AND_TAGS}"
"""The inside of a character class of `re`: controls, zero-width characters, direction marks, selectors, tags."""

_INVISIBLE = re.compile(f"[{INVISIBLE}]+")


def strip_invisible(text: str) -> str:
    """The text without invisible characters; what they stood between is joined.

    In Arabic newspapers a zero-width space inside a word is an editor's residue; a real word break has a space too.
    """
    return _INVISIBLE.sub("", text)


@dataclass(frozen=True)
class Visible:
    """A raw text and its visible part, with the way back from offsets of the second to the first."""

    raw: str
    text: str

    @classmethod
    def of(cls, raw: str) -> Visible:
        """The visible part of `raw`."""
        return cls(raw, strip_invisible(raw))

    @property
    def is_whole(self) -> bool:
        """Whether nothing was taken out, so that offsets are the same."""
        return len(self.text) == len(self.raw)

    def raw_range(self, start: int, end: int) -> tuple[int, int]:
        """Where the non-empty `text[start:end]` lies in `raw`, from its first visible character to its last."""
        return self._places[start], self._places[end - 1] + 1

    @cached_property
    def _places(self) -> list[int]:
        """The raw offset of each visible character."""
        places: list[int] = []
        start = 0
        for match in _INVISIBLE.finditer(self.raw):
            places += range(start, match.start())
            start = match.end()
        return [*places, *range(start, len(self.raw))]
