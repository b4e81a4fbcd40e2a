"""Where a personal name stands in a speaker's phrase. All persons are invented."""

from __future__ import annotations

import pytest

from training.quotes import Lexicon
from training.quotes.document import Document
from training.quotes.family_names import FamilyNames
from training.quotes.names import NameFinder

# phrase, name
PHRASES = {
    "construct takes one complement": ("رئيس بلدية الوادي نادر شواف", "نادر شواف"),
    "place without article": ("رئيس بلدية بوسليم نادر شواف", "نادر شواف"),
    "nisba before the name": ("المندوب الكيني جيروم أوتينغا", "جيروم أوتينغا"),
    "rank after the role": ("قائد لواء الساحل العميد نادر الشواف", "نادر الشواف"),
    "chain of fathers": ("الكاتبة ليلى بنت نادر الشوافية", "ليلى بنت نادر الشوافية"),
    "servant of": ("الوزير عبد الرحيم شواف", "عبد الرحيم شواف"),
    "kunya": ("الشيخ أبو نادر الشواف", "أبو نادر الشواف"),
    "name between commas": ("حاكم إقليم بوسليم، نادر شواف", "نادر شواف"),
    "attached place before the name": ("محللة في مصرف استثماري ببوسليم ليلى منصور", "ليلى منصور"),
    "attached noun is no name": ("الهيئة العامة لمكافحة الفساد", None),
    "role alone": ("وزير الخارجية", None),
    "name in marks is a body's": ("رئيس شركة «نسيم» نادر شواف", "نادر شواف"),
}


@pytest.mark.parametrize(("text", "name"), PHRASES.values(), ids=PHRASES)
def test_the_name_begins_where_nothing_governs_it(text: str, name: str | None, lexicon: Lexicon):
    document = Document.read(text)
    found = NameFinder(document, lexicon).find(0, len(document.tokens))
    assert (document.slice(*found) if found else None) == name


def test_a_family_name_is_read_back_to_the_title(lexicon: Lexicon):
    document = Document.read("زارنا المهندس الكيني جيروم أوتينغا")
    found = FamilyNames(document, lexicon).back(len(document.tokens) - 1)
    assert found is not None
    assert document.slice(*found) == "جيروم أوتينغا"


def test_a_verb_before_a_family_name_is_no_part_of_it(lexicon: Lexicon):
    document = Document.read("أضاف الشواف")
    assert FamilyNames(document, lexicon).back(1) is None
