"""Ways in which newsrooms and keyboards spell one sentence differently; one function a rule, all meaning-preserving."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_ALEFS = str.maketrans("أإآ", "ااا")
_EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_FINAL_YA = re.compile(r"ي\b")
_FINAL_MAQSURA = re.compile(r"ى\b")
_TA_MARBUTA = re.compile("ة")
_JOINED = re.compile(r"\b(\w*?[بتثجحخسشصضطظعغفقكلمنهي])(\w{2,})\b")
_WORD_START = re.compile(r"\b(\w)(?=\w)")
_MARKED = re.compile("«([^«»]*)»")

MARK_PAIRS: Mapping[str, tuple[str, str]] = {
    "curly": ("“", "”"),
    "curly turned": ("”", "“"),
    "angle turned": ("»", "«"),
    "low": ("„", "“"),
    "straight": ('"', '"'),
}
"""What stands for «…» in Arabic print."""


def bare_alef(text: str) -> str:
    """أ, إ and آ as ا."""
    return text.translate(_ALEFS)


def dotless_ya(text: str) -> str:
    """Final ي as ى, as in Egypt."""
    return _FINAL_YA.sub("ى", text)


def dotted_maqsura(text: str) -> str:
    """Final ى as ي, as hurried typists do."""
    return _FINAL_MAQSURA.sub("ي", text)


def ha_for_ta_marbuta(text: str) -> str:
    """ة as ه."""
    return _TA_MARBUTA.sub("ه", text)


def stretched(text: str) -> str:
    """A tatweel inside every word that has room for one."""
    return _JOINED.sub(r"\1" + "\N{ARABIC TATWEEL}" + r"\2", text)


def vowelled(text: str) -> str:
    """A fatha on the first letter of every word; the letters are what counts here, not the grammar."""
    return _WORD_START.sub(r"\1" + "\N{ARABIC FATHA}", text)


def eastern_digits(text: str) -> str:
    """0-9 as Arabic-Indic digits."""
    return text.translate(_EASTERN)


def direction_marks(text: str) -> str:
    """A right-to-left mark after every space, as some editors leave behind."""
    return text.replace(" ", " \N{RIGHT-TO-LEFT MARK}")


def marked_as(text: str, pair: tuple[str, str]) -> str:
    """«…» between other marks."""
    return _MARKED.sub(lambda match: f"{pair[0]}{match[1]}{pair[1]}", text)


VARIANTS: Mapping[str, Callable[[str], str]] = {
    "alef": bare_alef,
    "dotless ya": dotless_ya,
    "dotted alef maqsura": dotted_maqsura,
    "ta marbuta": ha_for_ta_marbuta,
    "tatweel": stretched,
    "tashkeel": vowelled,
    "digits": eastern_digits,
    "direction marks": direction_marks,
}
"""Every rule on letters and digits, by the name under which its flips are counted."""
