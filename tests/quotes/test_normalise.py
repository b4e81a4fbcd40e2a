from __future__ import annotations

import pytest

from training.quotes.normalise import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("مشيراً", "مشيرا"),  # tanwin on the alef
        ("مشيرًا", "مشيرا"),  # tanwin before the alef
        ("أنّ", "ان"),  # hamza and shadda
        ("إلى", "الي"),  # alef maqsura
        ("الوزارة", "الوزاره"),  # ta marbuta
        ("مسؤول", "مسوول"),  # hamza on waw
        ("قائلا", "قايلا"),  # hamza on ya
        (f"قـــال{chr(0x200F)}", "قال"),  # tatweel and an invisible mark
    ],
)
def test_two_spellings_of_a_word_share_their_folded_form(one: str, other: str):
    assert fold(one) == fold(other)


@pytest.mark.parametrize("word", ["قال", "2022", "daesh", "مصدر"])
def test_a_plain_word_is_left_as_it_is(word: str):
    assert fold(word) == word
