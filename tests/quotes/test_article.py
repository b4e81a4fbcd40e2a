"""A whole invented article, built like the news the analyzer is meant for: every quote, word for word."""

from __future__ import annotations

from training.quotes import Lexicon, extract_quotes

# A port strike ends: the prime minister (noun first, in a statement), an unnamed official to a paper, a
# spokesman with rank, a group that claims an attack, and a government's earlier announcement.
ARTICLE = """انتهى الليلة الماضية إضراب الميناء الذي استمر ثلاثة أسابيع، بعد اتفاق بين النقابة والشركة المشغلة.

رئيس الحكومة هادي السعدي قال، في أول تعليق له على الأزمة، إن الاتفاق مثّل “بداية صفحة جديدة بين العمال والإدارة، بعد أسابيع من القلق على قوت الناس”.

وتابع السعدي أن الميناء “سيعود إلى العمل بكامل طاقته، وستصل البضائع في موعدها”، مشيرا إلى أن “الحكومة لن تسمح بتكرار ما جرى”.

ولفت إلى أن حكومته “قدمت ضمانات مكتوبة لجميع الأطراف”.

مسؤول نقابي بارز قال لـ”صوت المرفأ” إن العمال حصلوا على معظم مطالبهم، موضحا أن لجنة مشتركة ستراقب التنفيذ.
وشدد على أن الإضراب قد يتجدد إذا تأخرت الرواتب.

ومساء أمس، قال المتحدث باسم هيئة الموانئ، العقيد مازن الراوي “لا توجد أي سفينة عالقة في المرسى، وأن الحركة عادت إلى طبيعتها”.

ونشرت صفحات محلية بيانا لمجموعة تسمي نفسها “حراس الرصيف” تبنت تعطيل الرافعات، مؤكدة أن العملية تمت ليلا.

وعلى الرغم من إعلان السلطات المحلية انتهاء الأزمة رسميا، إلا أن عشرات الشاحنات بقيت عند البوابة."""

EXPECTED = [
    # cue, speaker, actor, attribution, kind, content
    (
        "قال", "رئيس الحكومة هادي السعدي", "هادي السعدي", "explicit", "direct",
        "بداية صفحة جديدة بين العمال والإدارة، بعد أسابيع من القلق على قوت الناس",
    ),
    (
        "وتابع", "السعدي", "هادي السعدي", "explicit", "mixed",
        "الميناء “سيعود إلى العمل بكامل طاقته، وستصل البضائع في موعدها”",
    ),
    ("مشيرا إلى", None, "هادي السعدي", "inherited", "direct", "الحكومة لن تسمح بتكرار ما جرى"),
    ("ولفت إلى", None, "هادي السعدي", "inherited", "mixed", "حكومته “قدمت ضمانات مكتوبة لجميع الأطراف”"),
    ("قال", "مسؤول نقابي بارز", "مسؤول نقابي بارز", "explicit", "indirect", "العمال حصلوا على معظم مطالبهم"),
    ("موضحا", None, "مسؤول نقابي بارز", "inherited", "indirect", "لجنة مشتركة ستراقب التنفيذ"),
    ("وشدد على", None, "مسؤول نقابي بارز", "inherited", "indirect", "الإضراب قد يتجدد إذا تأخرت الرواتب"),
    (
        "قال", "المتحدث باسم هيئة الموانئ، العقيد مازن الراوي", "مازن الراوي", "explicit", "direct",
        "لا توجد أي سفينة عالقة في المرسى، وأن الحركة عادت إلى طبيعتها",
    ),
    (
        "تبنت", "مجموعة تسمي نفسها “حراس الرصيف”", "حراس الرصيف", "explicit", "indirect",
        "تعطيل الرافعات",
    ),
    ("مؤكدة", None, "حراس الرصيف", "inherited", "indirect", "العملية تمت ليلا"),
    ("إعلان", "السلطات المحلية", "السلطات المحلية", "explicit", "indirect", "انتهاء الأزمة رسميا"),
]  # fmt: skip


def test_every_quote_of_the_article_is_found_word_for_word(lexicon: Lexicon):
    found = [
        (
            quote.cue.text if quote.cue else None,
            quote.speaker.text if quote.speaker else None,
            quote.actor,
            quote.attribution,
            quote.kind,
            quote.words,
        )
        for quote in (extracted.quote for extracted in extract_quotes(ARTICLE, lexicon))
    ]
    assert found == EXPECTED


def test_quotes_are_numbered_in_reading_order_and_carry_their_rule(lexicon: Lexicon):
    found = extract_quotes(ARTICLE, lexicon)
    assert [e.quote.id for e in found] == [f"q{number}" for number in range(1, len(found) + 1)]
    assert [e.quote.content[0].start for e in found] == sorted(e.quote.content[0].start for e in found)
    assert {e.rule for e in found} == {"verb_complementiser", "participle", "verb_marks", "bare_object", "nominalised"}


def test_the_same_text_gives_the_same_quotes(lexicon: Lexicon):
    assert extract_quotes(ARTICLE, lexicon) == extract_quotes(ARTICLE, lexicon)


def test_offsets_hold_in_text_with_odd_characters(lexicon: Lexicon):
    text = "\N{ZERO WIDTH NO-BREAK SPACE}قــال\N{NO-BREAK SPACE}الوزير  إنَّ الجسرَ\N{RIGHT-TO-LEFT MARK} جاهزٌ 👍."
    (found,) = extract_quotes(text, lexicon)
    assert found.quote.words == "الجسرَ\N{RIGHT-TO-LEFT MARK} جاهزٌ"
    assert all(text[span.start : span.end] == span.text for span in found.quote.spans)
