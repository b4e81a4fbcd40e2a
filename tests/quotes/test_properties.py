"""What holds for any text at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.quotes.conftest import LEXICON_FOLDER
from training.quotes import Lexicon, extract_quotes

WORDS = [
    "قال", "وقال", "إن", "أن", "بأن", "الوزير", "سامي الحداد", "وزارة", "الصحة", "مصدر أمني", "مشيرا", "مؤكدة", "إلى", "على",
    "عن", "من", "بحسب", "على حد قوله", "في بيان", "جاء في", "قوله", "رفض", "رفضت", "الاتهامات", "رحبت", "بالاتفاق", "إعلان",
    "باسم", "لـ", "من جهته", "فيما", "وقد", "“", "”", "«", "»", "„", '"', "،", ".", ":", "؟", "\n", "(", ")", "-", "\N{ARABIC FATHATAN}",
    "\N{ARABIC TATWEEL}", "(\ud800)", "\N{NO-BREAK SPACE}", "12", "a", "علي", "\ud800",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(),
    st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=60).map("".join),
)
LEXICON = Lexicon.load(LEXICON_FOLDER)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text_gives_quotes_whose_spans_are_its_own(text: str):
    found = extract_quotes(text, LEXICON)
    for extracted in found:
        assert all(text[span.start : span.end] == span.text for span in extracted.quote.spans)
        assert not extracted.quote.stances
    starts = [extracted.quote.content[0].start for extracted in found]
    assert starts == sorted(starts)
    assert [extracted.quote.id for extracted in found] == [f"q{n}" for n in range(1, len(found) + 1)]


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_quotes_lie_apart_or_one_in_another(text: str):
    spans = sorted((s.start, -s.end) for e in extract_quotes(text, LEXICON) for s in e.quote.content)
    around: list[int] = []
    for start, minus_end in spans:
        around = [end for end in around if end > start]
        assert all(-minus_end <= end for end in around)
        around.append(-minus_end)


@pytest.mark.parametrize("unit", ["قال ", "“", "قال إن “", "موضحا أن ", "وزير ", "، ", "قال “ا” ", "بحسب وزارة "])
def test_time_grows_with_length_and_no_faster(unit: str):
    def seconds(n: int) -> float:
        started = time.process_time()
        extract_quotes(unit * n, LEXICON)
        return time.process_time() - started

    seconds(100)  # fills the caches
    # linear is 8 times as long, quadratic 64 times
    assert seconds(8_000) < 28 * max(seconds(1_000), 0.02)
