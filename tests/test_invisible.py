"""What has no shape is taken out, and offsets find their way back."""

from __future__ import annotations

import pytest

from training.invisible import Visible, strip_invisible

UNTOUCHED = [
    "قَالَ وزيرٌ: «نعم»، (لا) – 5٪ …",  # tashkeel, marks and signs
    "مـوقف",  # tatweel has a shape
    "a b\tc\r\nd\N{NO-BREAK SPACE}e\N{NEXT LINE}f\N{LINE SEPARATOR}g\x1ch",  # every white space
    "é e\N{COMBINING ACUTE ACCENT} 👍",
    "\ud800",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_has_a_shape_or_is_white_space_stays(text: str) -> None:
    assert strip_invisible(text) == text
    assert Visible.of(text).is_whole


@pytest.mark.parametrize(
    ("raw", "visible"),
    [
        ("قا\N{ZERO WIDTH SPACE}ل", "قال"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}قال\N{POP DIRECTIONAL FORMATTING}", "قال"),
        ("\N{RIGHT-TO-LEFT ISOLATE}قال\N{POP DIRECTIONAL ISOLATE}", "قال"),
        ("\ufeffقال\N{SOFT HYPHEN}\N{WORD JOINER}", "قال"),
        ("قا\x00ل\x07\x9b", "قال"),
        ("❤\N{VARIATION SELECTOR-16}", "❤"),
        ("ق\U000e0041\U000e007f", "ق"),
    ],
)
def test_what_has_none_goes(raw: str, visible: str) -> None:
    assert strip_invisible(raw) == visible


def test_offsets_lead_back_from_the_first_visible_character_to_the_last() -> None:
    whole = Visible.of("\N{RIGHT-TO-LEFT MARK}قا\N{ZERO WIDTH SPACE}ل\N{RIGHT-TO-LEFT MARK} نعم")
    assert whole.text == "قال نعم"
    assert whole.raw_range(0, 3) == (1, 5)
    assert whole.raw_range(4, 7) == (7, 10)
    assert whole.raw[slice(*whole.raw_range(0, 3))] == "قا\N{ZERO WIDTH SPACE}ل"
