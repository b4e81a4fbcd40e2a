"""Each rule changes its own matter only; the Arabic is invented."""

from __future__ import annotations

import pytest

from training.evaluation import spelling


@pytest.mark.parametrize(
    ("rule", "raw", "expected", "untouched"),
    [
        (spelling.bare_alef, "أكد إن الآن", "اكد ان الان", "مسؤول شيء مئة"),
        (spelling.dotless_ya, "في بيتي", "فى بيتى", "يقول ميناء"),
        (spelling.dotted_maqsura, "على المبنى", "علي المبني", "في أي"),
        (spelling.ha_for_ta_marbuta, "وزارة الصحة", "وزاره الصحه", "هذه بيت"),
        (spelling.stretched, "محمد قال", "مـحمد قـال", "دار وزر أو"),
        (spelling.vowelled, "قال نعم", "ق\N{ARABIC FATHA}ال ن\N{ARABIC FATHA}عم", "و 5"),
        (spelling.eastern_digits, "عام 2019", "عام ٢٠١٩", "إحدى عشرة"),
        (spelling.direction_marks, "قال نعم", "قال \N{RIGHT-TO-LEFT MARK}نعم", "قال"),
    ],
)
def test_a_rule(rule, raw: str, expected: str, untouched: str) -> None:
    assert rule(raw) == expected
    assert rule(untouched) == untouched


def test_every_rule_is_counted_under_a_name() -> None:
    assert len(spelling.VARIANTS) == 8


def test_marks_are_changed_in_pairs_and_words_are_not() -> None:
    assert spelling.marked_as("قال: «نعم». وقالت: «لا»", ("”", "“")) == "قال: ”نعم“. وقالت: ”لا“"
    assert spelling.marked_as("بلا علامات »", ("”", "“")) == "بلا علامات »"
