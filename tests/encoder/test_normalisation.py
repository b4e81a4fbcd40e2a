"""Golden: what the encoder's copy of a text looks like. A change here changes every trained model."""

import pytest
from tokenizers import Tokenizer

from training.encoder import normalisation

UNTOUCHED = [
    "أإآءؤئ",  # hamza on every seat, madda
    "مبنى وزارة الخارجية",  # "the foreign ministry's building": alef maqsura, teh marbuta, yeh
    "«نعم»، ”نعم“؛ “نعم” \"نعم\" 'نعم'؟ (نعم) [نعم] – نعم!",  # quotation marks and punctuation
    "BBC و Reuters و iPhone",  # case
    "Erdoğan Müller café",
    "پ چ ژ ڤ گ ڨ",
    "1,234.5 % 50$ 30€",
    "\N{ARABIC LETTER ALEF MAKSURA}\N{ARABIC HAMZA ABOVE}",  # a hamza that composes with nothing
]

GOLDEN = {
    "tatweel": ("مـــوقـــف هـ", "موقف ه"),
    "tashkeel": ("أُلغِيَتِ الجَلسةُ رسميًّا", "ألغيت الجلسة رسميا"),
    "superscript alef": ("هٰذا", "هذا"),
    "hamza typed as a mark": ("ا\N{ARABIC HAMZA ABOVE}كد مسو\N{ARABIC HAMZA ABOVE}ول", "أكد مسؤول"),
    "madda and vowel together": ("ا\N{ARABIC FATHA}\N{ARABIC MADDAH ABOVE}ن", "آن"),
    "presentation forms": ("ﺍﻟﺮﺋﻴﺲ ﻭﺍﻷﻣﻦ ﻻ", "الرئيس والأمن لا"),
    "ligatures": ("ﷲ ﷺ", "الله صلى الله عليه وسلم"),
    "tashkeel as presentation forms": ("شد\ufc60ة قل\ufe79", "شدة قل"),
    "zero width": ("قا\N{ZERO WIDTH SPACE}ل م\N{ZERO WIDTH NON-JOINER}ن ه\N{ZERO WIDTH JOINER}", "قال من ه"),
    "direction marks": (
        "\N{RIGHT-TO-LEFT EMBEDDING}قال\N{POP DIRECTIONAL FORMATTING}\N{RIGHT-TO-LEFT MARK}: \N{ARABIC LETTER MARK}نعم",
        "قال: نعم",
    ),
    "isolates, byte order mark, soft hyphen": (
        "\N{RIGHT-TO-LEFT ISOLATE}نعم\N{POP DIRECTIONAL ISOLATE}\N{ZERO WIDTH NO-BREAK SPACE}\N{SOFT HYPHEN}",
        "نعم",
    ),
    "controls and line ends": ("قال\x07\tنعم\nلا\N{LINE SEPARATOR}ثم\N{NO-BREAK SPACE}عاد", "قال نعم لا ثم عاد"),
    "Persian and Urdu letters": ("علی کتب ٱلله مکة ہو ھو ۃ", "علي كتب الله مكة هو هو ة"),
    "Arabic-Indic digits": ("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹", "0123456789 0123456789"),
    "Arabic number signs": ("١٢٫٥٪ من ١٬٠٠٠", "12.5% من 1,000"),
    "full width and superscript": ("ＢＢＣ م²", "BBC م2"),
    "ellipsis": ("نعم…", "نعم..."),
    "stray accent": ("نعم\N{COMBINING ACUTE ACCENT}", "نعم"),
}


@pytest.mark.parametrize(("raw", "expected"), GOLDEN.values(), ids=GOLDEN.keys())
def test_golden(tokenizer: Tokenizer, raw: str, expected: str):
    assert tokenizer.normalizer.normalize_str(raw) == expected


@pytest.mark.parametrize("text", UNTOUCHED)
def test_spelling_case_and_marks_stay(tokenizer: Tokenizer, text: str):
    assert tokenizer.normalizer.normalize_str(text) == text


@pytest.mark.parametrize("text", [*(raw for raw, _ in GOLDEN.values()), *UNTOUCHED])
def test_normalising_twice_changes_nothing_more(tokenizer: Tokenizer, text: str):
    once = tokenizer.normalizer.normalize_str(text)
    assert tokenizer.normalizer.normalize_str(once) == once


@pytest.mark.parametrize(
    ("rule", "raw", "expected", "untouched"),
    [
        (normalisation.drop_presentation_marks, "قل\ufe79", "قل", "ﻻ ﷲ قُل"),
        (normalisation.drop_invisible, "قا\N{ZERO WIDTH SPACE}ل", "قال", "قال نعم – لا"),
        (normalisation.drop_controls, "قال\x07\nنعم", "قال نعم", "قال نعم"),
        (normalisation.compose, "ﻷ", "لأ", "مـوقفٌ ٥٪ ی"),
        (normalisation.drop_tatweel, "مـوقف", "موقف", "مَوقف _ – -"),
        (normalisation.drop_marks, "قَالَ", "قال", "أإآؤئء é ى\N{ARABIC HAMZA ABOVE}"),
    ],
)
def test_one_rule_changes_its_own_matter_only(rule, raw: str, expected: str, untouched: str):
    assert rule().normalize_str(raw) == expected
    assert rule().normalize_str(untouched) == untouched
