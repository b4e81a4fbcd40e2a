from __future__ import annotations

import pytest

from training.quotes.inflection import Gender, Inflected, Number, Tense, inflect
from training.quotes.normalise import fold


def surfaces(past: str, form: str, present: str | None = None, participle: str | None = None) -> set[str]:
    return {inflected.surface for inflected in inflect(past, form, present, participle)}


# Each line: 3ms past, form, its stated present and participle (form I only), and surfaces a news text uses.
VERBS = [
    ("قال", "I", "يقول", "قائل", "قال قالت قالوا قالا قالتا يقول تقول يقولون يقولان قائلا قائلة قائلين"),
    ("أكّد", "II", None, None, "أكد أكدت أكدوا أكدن يؤكد تؤكد يؤكدون مؤكدا مؤكدة مؤكدين"),
    ("أعلن", "IV", None, None, "أعلن أعلنت أعلنا يعلن تعلن معلنا معلنة"),
    ("أشار", "IV", None, None, "أشار أشارت أشاروا يشير تشير يشيران مشيرا مشيرة مشيرين"),
    ("أقرّ", "IV", None, None, "أقر أقرت يقر تقر"),
    ("أبدى", "IV", None, None, "أبدى أبدت أبدوا يبدي تبدي مبديا مبدية"),
    ("تابع", "III", None, None, "تابع تابعت يتابع متابعا"),
    ("توقّع", "V", None, None, "توقع توقعت يتوقع متوقعا"),
    ("تبنّى", "V", None, None, "تبنى تبنت تبنوا يتبنى تتبنى متبنيا متبنية"),
    ("اعتبر", "VIII", None, None, "اعتبر اعتبرت يعتبر معتبرا معتبرة"),
    ("ادّعى", "VIII", None, None, "ادعى ادعت ادعوا يدعي تدعي مدعيا"),
    ("استنكر", "X", None, None, "استنكر استنكرت يستنكر مستنكرا"),
    ("دعا", "I", "يدعو", "داعي", "دعا دعت دعوا يدعو تدعو داعيا داعية داعين"),
    ("نفى", "I", "ينفي", "نافي", "نفى نفت نفوا نفيا ينفي تنفي ينفون نافيا نافية نافين"),
    ("رأى", "I", "يرى", "رائي", "رأى رأت رأوا يرى ترى يرون"),
]


@pytest.mark.parametrize(("past", "form", "present", "participle", "expected"), VERBS, ids=[line[0] for line in VERBS])
def test_a_verb_is_built_from_its_past(
    past: str, form: str, present: str | None, participle: str | None, expected: str
):
    assert {fold(word) for word in expected.split()} <= surfaces(past, form, present, participle)


def test_a_form_says_what_it_shows_of_its_subject():
    forms = {inflected.surface: inflected for inflected in inflect("أوضح", "IV")}
    assert forms["اوضحت"] == Inflected("اوضحت", Tense.PAST, Gender.FEMININE, Number.SINGULAR)
    assert forms["يوضحون"] == Inflected("يوضحون", Tense.PRESENT, Gender.MASCULINE, Number.PLURAL)
    assert forms["موضحتين"] == Inflected("موضحتين", Tense.PARTICIPLE, Gender.FEMININE, Number.DUAL)


def test_a_hollow_verb_has_no_wrong_feminine_plural():
    assert "قالن" not in surfaces("قال", "I", "يقول", "قائل")
