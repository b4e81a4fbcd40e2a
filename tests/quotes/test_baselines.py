"""What the two extraction baselines find, and what they are too simple for. All persons are invented."""

from __future__ import annotations

import pytest

from training.quotes import Lexicon
from training.quotes.baselines import cue_stance, indicator_quotes, marks_nearest_name
from training.schema import Quote

# The minister of works Salim al-Haddad opened the bridge. “Traffic returns to it tomorrow morning”, and the shop “Hope”.
OPENED = "افتتح وزير الأشغال سليم الحداد الجسر. «ستعود حركة المرور إليه صباح الغد»، وزار متجر «الأمل»."


def parts(quote: Quote) -> tuple[str, str | None, str | None, str]:
    return quote.words, quote.cue.text if quote.cue else None, quote.actor, quote.kind


def test_marks_go_to_the_nearest_name(lexicon: Lexicon) -> None:
    (found,) = marks_nearest_name(OPENED, lexicon)
    assert parts(found) == ("ستعود حركة المرور إليه صباح الغد", None, "سليم الحداد", "direct")
    assert found.speaker is not None
    assert found.speaker.text.startswith("وزير الأشغال سليم الحداد")
    assert (found.actor_type, found.attribution) == ("person", "explicit")


def test_the_nearest_name_may_stand_after_the_marks(lexicon: Lexicon) -> None:
    text = "زار الوزير سليم الحداد الميناء ثم انتقل منه إلى السوق القديم. «الأسعار ترتفع كل يوم»، قالت النقابة."
    (found,) = marks_nearest_name(text, lexicon)
    assert (found.actor, found.actor_type) == ("النقابة", "organization")


def test_marks_without_any_name_are_nobodys(lexicon: Lexicon) -> None:
    (found,) = marks_nearest_name("«ستعود حركة المرور إليه غدا».", lexicon)
    assert (found.actor, found.speaker, found.attribution) == (None, None, "none")


# sentence, words, cue, actor, kind
REPORTS = {
    "marks after the verb": (
        "قال الوزير سليم الحداد: «سنفتح الجسر».",
        ("سنفتح الجسر", "قال", "سليم الحداد", "direct"),
    ),
    "marks after a complementiser": (
        "أكدت الوزارة أن «الجسر جاهز تماما».",
        ("الجسر جاهز تماما", "أكدت", "الوزارة", "direct"),
    ),
    "marks before the verb": (
        "«سنفتح الجسر صباح الغد»، قال الوزير سليم الحداد.",
        ("سنفتح الجسر صباح الغد", "قال", "سليم الحداد", "direct"),
    ),
    "clause to the end of the sentence": (
        "قال الوزير سليم الحداد إن الجسر جاهز، مضيفا أن العمل انتهى.",
        ("الجسر جاهز، مضيفا أن العمل انتهى", "قال", "سليم الحداد", "indirect"),
    ),
    "clause with a marked part": (
        "قال الوزير سليم الحداد إن الجسر «جاهز تماما» للافتتاح.",
        ("الجسر «جاهز تماما» للافتتاح", "قال", "سليم الحداد", "mixed"),
    ),
    "noun first": ("وزارة الصحة أعلنت أن اللقاح متوفر.", ("اللقاح متوفر", "أعلنت", "وزارة الصحة", "indirect")),
}


@pytest.mark.parametrize(("text", "expected"), REPORTS.values(), ids=REPORTS)
def test_indicators_find_marks_and_clauses_beside_a_verb(
    lexicon: Lexicon, text: str, expected: tuple[str, str | None, str | None, str]
) -> None:
    assert [parts(quote) for quote in indicator_quotes(text, lexicon)] == [expected]


def test_a_dropped_subject_is_not_resolved(lexicon: Lexicon) -> None:
    text = "قال الوزير سليم الحداد إن الجسر جاهز. وأضاف أن العمل انتهى."
    first, second = indicator_quotes(text, lexicon)
    assert (first.actor, second.actor, second.attribution) == ("سليم الحداد", None, "none")


def test_a_verb_without_marks_or_complementiser_reports_nothing(lexicon: Lexicon) -> None:
    assert indicator_quotes("رحبت الوزارة بالاتفاق.", lexicon) == ()


@pytest.mark.parametrize("text", ["", " ", "«", "قال", "قال إن", "قال «", "إن قال: «»", "\n\n»قال«"])
def test_scraps_of_text_do_no_harm(lexicon: Lexicon, text: str) -> None:
    assert indicator_quotes(text, lexicon) == marks_nearest_name(text, lexicon) == ()


def test_offsets_hold_their_surface(lexicon: Lexicon, corpus_articles: list) -> None:
    for article in corpus_articles[:40]:
        for quote in (*indicator_quotes(article.text, lexicon), *marks_nearest_name(article.text, lexicon)):
            assert all(article.text[span.start : span.end] == span.text for span in quote.spans)


def test_the_cue_leans_to_a_stance(lexicon: Lexicon) -> None:
    assert [cue_stance(cue, lexicon) for cue in ("ورحب", "رفض", "قال", "بحسب", None)] == [
        "support",
        "oppose",
        "neutral",
        "neutral",
        "neutral",
    ]
