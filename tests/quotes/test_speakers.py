"""Who speaks: the span, the fullest name in the article, the type, and how the text says so."""

from __future__ import annotations

import pytest

from training.quotes import Lexicon, extract_quotes
from training.schema import Quote


def quotes(text: str, lexicon: Lexicon) -> list[Quote]:
    return [extracted.quote for extracted in extract_quotes(text, lexicon)]


# sentence, speaker, actor, type
NAMED = {
    "title and name": ("قال وزير النقل سامي الحداد إن الجسر جاهز.", "وزير النقل سامي الحداد", "سامي الحداد", "person"),
    "noun first": ("وزير النقل سامي الحداد قال إن الجسر جاهز.", "وزير النقل سامي الحداد", "سامي الحداد", "person"),
    "name, role": (
        "قال مروان الخطيب، المتحدث باسم الهيئة، إن الجسر جاهز.",
        "مروان الخطيب، المتحدث باسم الهيئة",
        "مروان الخطيب",
        "person",
    ),
    "role, rank and name": (
        "قال المتحدث باسم قيادة العمليات، العميد ركن فؤاد الصالح: “قواتنا جاهزة”.",
        "المتحدث باسم قيادة العمليات، العميد ركن فؤاد الصالح",
        "فؤاد الصالح",
        "person",
    ),
    "role with a foreign name": (
        "قالت المتحدثة باسم الخارجية الروسية ماريا إيفانوفا: «نرفض ذلك».",
        "المتحدثة باسم الخارجية الروسية ماريا إيفانوفا",
        "ماريا إيفانوفا",
        "person",
    ),
    "given name with article": (
        "قال الوزير الطيب البكري إن الجسر جاهز.",
        "الوزير الطيب البكري",
        "الطيب البكري",
        "person",
    ),
    "day of the week ends the name": (
        "قال النائب سالم الجبوري الثلاثاء إن الجسر جاهز.",
        "النائب سالم الجبوري",
        "سالم الجبوري",
        "person",
    ),
    "body": (
        "أعلنت وزارة الصحة القطرية أن اللقاح متوفر.",
        "وزارة الصحة القطرية",
        "وزارة الصحة القطرية",
        "organization",
    ),
    "body with brackets": (
        "قالت المجموعة الاقتصادية (إيكواس) إن المهلة انتهت.",
        "المجموعة الاقتصادية (إيكواس)",
        "المجموعة الاقتصادية (إيكواس)",
        "organization",
    ),
    "capital": ("قالت طهران إن الاتفاق قريب.", "طهران", "طهران", "organization"),
    "marked name": ("أعلنت حركة “الفجر” أن الهدنة انتهت.", "حركة “الفجر”", "الفجر", "organization"),
    "marked name and adjective": (
        "أعلنت حركة “الفجر” المسلحة أن الهدنة انتهت.",
        "حركة “الفجر” المسلحة",
        "الفجر",
        "organization",
    ),
    "group that names itself": (
        "ونشرت منصات بيانا لجماعة تسمي نفسها “رجال الوادي” تبنت استهداف الرتل.",
        "جماعة تسمي نفسها “رجال الوادي”",
        "رجال الوادي",
        "organization",
    ),
    "unnamed official": ("مسؤول حكومي رفيع قال إن الجسر جاهز.", "مسؤول حكومي رفيع", "مسؤول حكومي رفيع", "anonymous"),
    "unnamed source in a body": (
        "قال مصدر في وزارة النقل إن الجسر جاهز.",
        "مصدر في وزارة النقل",
        "مصدر في وزارة النقل",
        "anonymous",
    ),
    "witnesses": ("أفاد شهود عيان بأن الطريق مغلق.", "شهود عيان", "شهود عيان", "anonymous"),
    "role without a name": ("قال رئيس الوزراء إن الجسر جاهز.", "رئيس الوزراء", "رئيس الوزراء", "anonymous"),
    "one relayed": ("نقلت الوكالة عن مسؤول كبير قوله إن المهلة انتهت.", "مسؤول كبير", "مسؤول كبير", "anonymous"),
    "source in a document": (
        "وجاء في البيان الصادر عن وزارة الدفاع أن القوات انسحبت.",
        "البيان الصادر عن وزارة الدفاع",
        "وزارة الدفاع",
        "organization",
    ),
    "name after a place in the role": (
        "قال مدير النقل في بلدية الوادي نادر الشواف إن الجسر جاهز.",
        "مدير النقل في بلدية الوادي نادر الشواف",
        "نادر الشواف",
        "person",
    ),
    "name after an attached place": (
        "قالت مديرة الصحة بالساحل ليلى منصور إن اللقاح متوفر.",
        "مديرة الصحة بالساحل ليلى منصور",
        "ليلى منصور",
        "person",
    ),
    "role with a pronoun": ("قال محاميه نادر الشواف إن الحكم جائر.", "محاميه نادر الشواف", "نادر الشواف", "person"),
    "supervisor of a study": (
        "وقالت المشرفة على المشروع الدكتورة ليلى منصور إن العمل بدأ.",
        "المشرفة على المشروع الدكتورة ليلى منصور",
        "ليلى منصور",
        "person",
    ),
    "compound name": ("قال المدرب نور الدين شواف إن الفريق جاهز.", "المدرب نور الدين شواف", "نور الدين شواف", "person"),
    "foreign name with hamza": (
        "قالت الباحثة ألينا فيرستوفا إن العينة كافية.",
        "الباحثة ألينا فيرستوفا",
        "ألينا فيرستوفا",
        "person",
    ),
    "manner ends the name": ("وقال المدرب نادر شواف مبتسما إن الفريق جاهز.", "المدرب نادر شواف", "نادر شواف", "person"),
    "aside between speaker and cue": (
        "نادر الشواف، وهو بائع خضار، قال إن السوق خالية.",
        "نادر الشواف",
        "نادر الشواف",
        "person",
    ),
    "topic with as for": (
        "أما مدير الميناء نادر الشواف فقال إن الحركة عادت.",
        "مدير الميناء نادر الشواف",
        "نادر الشواف",
        "person",
    ),
    "unlisted title that also means a body": (
        "قالت المعارضة نورا الشواف إن القانون ناقص.",
        "المعارضة نورا الشواف",
        "نورا الشواف",
        "person",
    ),
    "family name like an adjective": ("قال الدكتور اليامي إن الجسر جاهز.", "الدكتور اليامي", "اليامي", "person"),
    "two names with the article in apposition": (
        "قال القيادي في الجبهة الشعبية، الجيلاني الهمامي، إن الجسر جاهز.",
        "القيادي في الجبهة الشعبية، الجيلاني الهمامي",
        "الجيلاني الهمامي",
        "person",
    ),
    "the one answered stands between": (
        "وردت عليه المتحدثة باسم اللجنة ليلى منصور: «لا يمثلنا أحد».",
        "المتحدثة باسم اللجنة ليلى منصور",
        "ليلى منصور",
        "person",
    ),
    "topic before ف": (
        "أما الفنان المغربي أنس بلمليح فقال: «لن أعير لوحة واحدة».",
        "الفنان المغربي أنس بلمليح",
        "أنس بلمليح",
        "person",
    ),
    "unnamed spokesman of someone named": (
        "قال متحدث باسم الوزير سامي الحداد إن الجسر جاهز.",
        "متحدث باسم الوزير سامي الحداد",
        "متحدث باسم الوزير سامي الحداد",
        "anonymous",
    ),
    "Dutch name": (
        "قالت مديرة المتحف يوهانا فان ديك إن الجسر جاهز.",
        "مديرة المتحف يوهانا فان ديك",
        "يوهانا فان ديك",
        "person",
    ),
    "unnamed worker in a place": (
        "قال موظف في بلدية الوادي إن الماء مقطوع.",
        "موظف في بلدية الوادي",
        "موظف في بلدية الوادي",
        "anonymous",
    ),
}


@pytest.mark.parametrize(("text", "speaker", "actor", "actor_type"), NAMED.values(), ids=NAMED)
def test_a_speaker_named_in_the_sentence_is_explicit(
    text: str, speaker: str, actor: str, actor_type: str, lexicon: Lexicon
):
    (quote,) = quotes(text, lexicon)
    assert quote.speaker is not None
    assert (quote.speaker.text, quote.actor, quote.actor_type) == (speaker, actor, actor_type)
    assert quote.attribution == "explicit"


# text, actor of each quote, attribution of each quote
LATER = {
    "dropped subject": (
        "قال النائب سالم الجبوري إن الجلسة تأجلت.\nوأضاف أن الموعد لم يحدد.",
        ["سالم الجبوري", "سالم الجبوري"],
        ["explicit", "inherited"],
    ),
    "participle": (
        "قالت الوزيرة هدى منصور إن الخطة جاهزة، مؤكدة أن الكلفة محدودة.",
        ["هدى منصور", "هدى منصور"],
        ["explicit", "inherited"],
    ),
    "family name alone": (
        "قال رئيس الحكومة هادي السعدي إن الخطة جاهزة. وتابع السعدي أن الكلفة محدودة.",
        ["هادي السعدي", "هادي السعدي"],
        ["explicit", "explicit"],
    ),
    "role alone": (
        "قال وزير النقل سامي الحداد إن الجسر جاهز. وأوضح الوزير أن الكلفة محدودة.",
        ["سامي الحداد", "سامي الحداد"],
        ["explicit", "explicit"],
    ),
    "head noun of a body": (
        "أعلنت وزارة الصحة أن اللقاح متوفر. وأكدت الوزارة أن الكمية كافية.",
        ["وزارة الصحة", "وزارة الصحة"],
        ["explicit", "explicit"],
    ),
    "document of a body": (
        "أعلنت وزارة الصحة أن اللقاح متوفر. وأضاف البيان أن الكمية كافية.",
        ["وزارة الصحة", "وزارة الصحة"],
        ["explicit", "explicit"],
    ),
    "same source": (
        "قال مصدر أمني إن الطريق أغلق. وأوضح المصدر ذاته أن المعبر مفتوح.",
        ["مصدر أمني", "مصدر أمني"],
        ["explicit", "explicit"],
    ),
    "gender picks the speaker": (
        "قالت الوزيرة هدى منصور إن الخطة جاهزة. وقال النائب سالم الجبوري إنها ناقصة. وأضافت أن الكلفة محدودة.",
        ["هدى منصور", "سالم الجبوري", "هدى منصور"],
        ["explicit", "explicit", "inherited"],
    ),
    "for his part": (
        "قال النائب سالم الجبوري إن الخطة ناقصة. من جهته، أكد الوزير سامي الحداد أن الكلفة محدودة.",
        ["سالم الجبوري", "سامي الحداد"],
        ["explicit", "explicit"],
    ),
    "for his part, without a name": (
        "قال النائب سالم الجبوري إن الخطة ناقصة. وقال الوزير سامي الحداد إنها كافية. من جهته، قال إن النقاش مفتوح.",
        ["سالم الجبوري", "سامي الحداد", "سالم الجبوري"],
        ["explicit", "explicit", "inherited"],
    ),
    "never named": ("وأضاف أن الموعد لم يحدد.", [None], ["none"]),
    "name given only later": (
        "قال الحداد إن الجسر جاهز. وكان وزير النقل سامي الحداد زار الموقع أمس.",
        ["سامي الحداد"],
        ["explicit"],
    ),
    "introduced without speaking": (
        "التقينا الكاتبة ليلى منصور في بيتها. قالت إن الرواية اكتملت.",
        ["ليلى منصور"],
        ["inherited"],
    ),
    "description for the last speaker": (
        "قالت الكاتبة ليلى منصور إن الرواية اكتملت. وأضافت المرأة نفسها أن النشر قريب.",
        ["ليلى منصور", "ليلى منصور"],
        ["explicit", "explicit"],
    ),
    "name cut short at its end": (
        "قال نائب الرئيس علي محسن صالح إن الخطة جاهزة. وقال علي محسن إن الكلفة على الدولة.",
        ["علي محسن صالح", "علي محسن صالح"],
        ["explicit", "explicit"],
    ),
    "body its statement names": (
        "وجاء في بيان مجلس شيوخ المحاظر أن اللوح باق. وأكد المجلس أن الدروس مستمرة.",
        ["مجلس شيوخ المحاظر", "مجلس شيوخ المحاظر"],
        ["explicit", "explicit"],
    ),
    "two persons of one family name": (
        "قال الوزير سامي الحداد إن الجسر جاهز. وقالت النائبة ليلى الحداد إنه ناقص. وأضافت الحداد أن الكلفة محدودة.",
        ["سامي الحداد", "ليلى الحداد", "ليلى الحداد"],
        ["explicit", "explicit", "explicit"],
    ),
    "second name in brackets": (
        "أعلنت وكالة غوث اللاجئين (الأونروا) أن المدارس أغلقت. وقالت الأونروا إن الرواتب تأخرت.",
        ["وكالة غوث اللاجئين (الأونروا)", "وكالة غوث اللاجئين (الأونروا)"],
        ["explicit", "explicit"],
    ),
    "marked body by its head noun": (
        "أعلنت جمعية «ضفاف» للتنمية أن العمل بدأ. وأكدت الجمعية أن الكلفة محدودة.",
        ["ضفاف", "ضفاف"],
        ["explicit", "explicit"],
    ),
}


@pytest.mark.parametrize(("text", "actors", "attributions"), LATER.values(), ids=LATER)
def test_an_actor_is_followed_through_the_article(
    text: str, actors: list[str | None], attributions: list[str], lexicon: Lexicon
):
    found = quotes(text, lexicon)
    assert [quote.actor for quote in found] == actors
    assert [quote.attribution for quote in found] == attributions


def test_the_preposition_is_told_from_the_name_it_resembles(lexicon: Lexicon):
    (quote,) = quotes("شدد النائب علي الجبوري على أن الجسر جاهز.", lexicon)
    assert quote.actor == "علي الجبوري"
