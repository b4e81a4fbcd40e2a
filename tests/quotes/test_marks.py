from __future__ import annotations

import pytest

from training.quotes.marks import pair_marks
from training.quotes.tokens import tokenize


def stretches(text: str) -> list[tuple[str, bool]]:
    tokens = tokenize(text)
    return [(text[tokens[m.first].start : tokens[m.last - 1].end], m.closed) for m in pair_marks(text, tokens)]


@pytest.mark.parametrize("pair", ["“”", "”“", "””", "«»", "»«", "„“", '""'], ids=repr)
def test_every_pair_of_marks_encloses_its_words(pair: str):
    # "The minister said: 'we will not retreat', and left."
    text = f"قال الوزير: {pair[0]}لن نتراجع{pair[1]}، وغادر."
    assert stretches(text) == [("لن نتراجع", True)]


def test_two_stretches_of_the_same_mark_stay_apart():
    assert stretches("قال ”نعم“ ثم قال ”لا“.") == [("نعم", True), ("لا", True)]
    assert stretches('قال "نعم" ثم قال "لا".') == [("نعم", True), ("لا", True)]


def test_a_mark_glued_to_a_proclitic_opens():
    assert stretches("قال لـ”المدينة” إن") == [("المدينة", True)]


def test_a_nested_pair_of_another_style_is_found_inside():
    # "the movement 'Dawn' will stay" inside a quote
    assert stretches("قال “حركة «الفجر» باقية”.") == [("حركة «الفجر» باقية", True), ("الفجر", True)]


def test_an_unclosed_mark_reaches_to_the_end_of_its_paragraph():
    assert stretches("قال: “لن نتراجع أبدا.\nوغادر القاعة.") == [("لن نتراجع أبدا.", False)]


def test_a_mark_that_closes_paragraphs_later_still_pairs():
    assert stretches("قال: “أولا العمل.\nثانيا الصبر”.") == [("أولا العمل.\nثانيا الصبر", True)]


def test_paragraphs_that_each_open_a_mark_are_stretches_of_their_own():
    assert stretches("“أولا العمل.\n“ثانيا الصبر”.") == [("أولا العمل.", False), ("ثانيا الصبر", True)]


def test_a_lone_closing_mark_is_no_stretch():
    assert stretches("انتهى الكلام”") == []
