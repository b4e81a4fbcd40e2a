"""Orthographic tolerance: the folded form under which words are compared; the text itself is never changed."""

from __future__ import annotations

import re

from training.invisible import INVISIBLE

TATWEEL = "\N{ARABIC TATWEEL}"
DIACRITICS = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"

_DROPPED = re.compile(f"[{TATWEEL}{DIACRITICS}{INVISIBLE}]")
_LETTERS = str.maketrans("أإآٱىةؤئ", "ااااىهوى".replace("ى", "ي"))


def fold(word: str) -> str:
    """The form two spellings of one word share.

    Tashkeel (so tanwin on or before the alef), tatweel and invisible marks are dropped; أ إ آ ٱ become ا,
    ى becomes ي, ة becomes ه, ؤ becomes و and ئ becomes ي. Latin letters are lower-cased.
    """
    return _DROPPED.sub("", word).translate(_LETTERS).lower()
