"""One sentence a phenomenon: what is reported, by which cue, and of which kind. All persons are invented."""

from __future__ import annotations

import pytest

from training.quotes import Lexicon, extract_quotes

# sentence, cue, content spans, kind
REPORTS = {
    "complementiser": ("قال الوزير إن الجسر سيفتح غدا.", "قال", ["الجسر سيفتح غدا"], "indirect"),
    "complementiser with pronoun": ("وأضاف أنه سيزور المدينة.", "وأضاف", ["سيزور المدينة"], "indirect"),
    "complementiser without hamza": ("اكد الوزير ان الجسر جاهز.", "اكد", ["الجسر جاهز"], "indirect"),
    "adjacent preposition": ("وشدد على أن الحل سياسي.", "وشدد على", ["الحل سياسي"], "indirect"),
    "distant preposition": ("وأشار المدير إلى أن العمل بدأ.", "وأشار", ["العمل بدأ"], "indirect"),
    "preposition and noun": ("حذرت المنظمة من موجة جديدة.", "حذرت", ["من موجة جديدة"], "indirect"),
    "attached preposition stays": ("رحبت الوزارة بالاتفاق.", "رحبت", ["بالاتفاق"], "indirect"),
    "attached complementiser goes": ("أفاد شهود بأن الطريق مغلق.", "أفاد", ["الطريق مغلق"], "indirect"),
    "bare object": ("رفضت بغداد الاتهامات الموجهة إليها.", "رفضت", ["الاتهامات الموجهة إليها"], "indirect"),
    "verbal noun": ("أعلن المتحدث باسم الحكومة رفضه أي تدخل.", "أعلن", ["رفضه أي تدخل"], "indirect"),
    "claim": ("تبنى تنظيم “النور” الهجوم على القاعدة.", "تبنى", ["الهجوم على القاعدة"], "indirect"),
    "addressee stays outside": ("طالب الرئيس المجتمع الدولي بوقف الحصار.", "طالب", ["بوقف الحصار"], "indirect"),
    "addressee before a preposition": ("دعا الأمين العام جميع الأطراف إلى الهدوء.", "دعا", ["إلى الهدوء"], "indirect"),
    "blame": ("حمل الحزب الحكومة مسؤولية الأزمة.", "حمل", ["الحكومة مسؤولية الأزمة"], "indirect"),
    "colon": ("وقال الوزير: سنواصل العمل.", "وقال", ["سنواصل العمل"], "indirect"),
    "colon and marks": ("وقال الوزير: «سنواصل العمل».", "وقال", ["سنواصل العمل"], "direct"),
    "marks without colon": ("قالت الوزيرة “سنواصل العمل حتى النهاية”.", "قالت", ["سنواصل العمل حتى النهاية"], "direct"),
    "two sentences in marks": ("وقال: “العمل بدأ. ولن يتوقف”.", "وقال", ["العمل بدأ. ولن يتوقف"], "direct"),
    "wholly marked clause": ("وأوضح أن “الجسر جاهز تماما”.", "وأوضح", ["الجسر جاهز تماما"], "direct"),
    "partly marked clause": ("وأكد أن الجسر “جاهز تماما للافتتاح”.", "وأكد", ["الجسر “جاهز تماما للافتتاح”"], "mixed"),
    "coordinated marked clauses": (
        "وأكد أن “الجسر جاهز”، وأن “الطريق سالكة”.",
        "وأكد",
        ["الجسر جاهز", "الطريق سالكة"],
        "direct",
    ),
    "a marked name does not mix": ("قال الوزير إن حركة “الفجر” انسحبت.", "قال", ["حركة “الفجر” انسحبت"], "indirect"),
    "linking verb and marks": (
        "قال المدير إن المشروع يمثل “نقلة كبيرة في حياة السكان”.",
        "قال",
        ["نقلة كبيرة في حياة السكان"],
        "direct",
    ),
    "unclosed mark": ("وقال الوزير: “سنواصل العمل حتى النهاية.", "وقال", ["سنواصل العمل حتى النهاية"], "direct"),
    "unclosed mark over two sentences": (
        "وقال الوزير: “العمل بدأ. ولن يتوقف.",
        "وقال",
        ["العمل بدأ. ولن يتوقف"],
        "direct",
    ),
    "cue after the words": ("“لن نغادر قبل التوقيع”، قال النائب.", "قال", ["لن نغادر قبل التوقيع"], "direct"),
    "interrupted words": (
        "“لن نغادر القاعة”، قال النائب سالم الجبوري، “قبل توقيع الاتفاق”.",
        "قال",
        ["لن نغادر القاعة", "قبل توقيع الاتفاق"],
        "direct",
    ),
    "saying participle joins its verb": ("وتابع قائلا إن العمل مستمر.", "وتابع قائلا", ["العمل مستمر"], "indirect"),
    "adverbial phrase is passed over": (
        "أكد الوزير على هامش اللقاء أن الخطة جاهزة.",
        "أكد",
        ["الخطة جاهزة"],
        "indirect",
    ),
    "outlet after a preposition is passed over": (
        "وأضاف في مداخلة على “إذاعة المدينة” أن الخطة جاهزة.",
        "وأضاف",
        ["الخطة جاهزة"],
        "indirect",
    ),
    "decimal point ends no sentence": (
        "وقال إن النسبة بلغت 14.3% هذا العام.",
        "وقال",
        ["النسبة بلغت 14.3% هذا العام"],
        "indirect",
    ),
    "according to, after": (
        "تراجع عدد الإصابات إلى النصف، بحسب وزارة الصحة.",
        "بحسب",
        ["تراجع عدد الإصابات إلى النصف"],
        "indirect",
    ),
    "according to, before": (
        "ووفقا لوزارة الصحة، فإن عدد الإصابات تراجع.",
        "ووفقا",
        ["عدد الإصابات تراجع"],
        "indirect",
    ),
    "in his words": ("“الوضع تحت السيطرة”، على حد تعبيره.", "على حد تعبيره", ["الوضع تحت السيطرة"], "direct"),
    "document": ("وجاء في البيان أن القوات انسحبت.", "وجاء في", ["القوات انسحبت"], "indirect"),
    "relay": ("نقلت الوكالة عن مسؤول كبير قوله إن المحادثات تعثرت.", "قوله", ["المحادثات تعثرت"], "indirect"),
    "body and content": ("وبعد رفض الحزب المشاركة في الجلسة، تأجل التصويت.", "رفض", ["المشاركة في الجلسة"], "indirect"),
    "writer's voice resumes": (
        "قال الوزير إن الاتفاق قريب، في إشارة إلى المحادثات.",
        "قال",
        ["الاتفاق قريب"],
        "indirect",
    ),
    "adjacent preposition and noun": ("وحذرت من موجة جديدة.", "وحذرت من", ["موجة جديدة"], "indirect"),
    "described party opens the words": (
        "اتهم الوزير سامي الحداد الشركة بالتقصير.",
        "اتهم",
        ["الشركة بالتقصير"],
        "indirect",
    ),
    "long marked stretch keeps its closing mark": (
        "وقال إن العام “سيكون عام البناء والعمل والتعاون بين القرى كلها، من الجبل إلى البحر، بلا استثناء”.",
        "وقال",
        ["العام “سيكون عام البناء والعمل والتعاون بين القرى كلها، من الجبل إلى البحر، بلا استثناء”"],
        "mixed",
    ),
    "object after a named subject": ("أيد النائب نادر الشواف المقترح.", "أيد", ["المقترح"], "indirect"),
    "object after an aside": ("نفت الشركة، في بيان قصير، وجود أي تسرب.", "نفت", ["وجود أي تسرب"], "indirect"),
    "object after a pronoun": ("وافقت اللجنة، لكنها رفضت تأجيل الموعد.", "رفضت", ["تأجيل الموعد"], "indirect"),
    "denied position": ("ولم يخف النائب ارتياحه للنتيجة.", "ولم يخف", ["ارتياحه للنتيجة"], "indirect"),
    "verb with an object pronoun": (
        "ووصفته بأنه “خطوة في الطريق الصحيح”.",
        "ووصفته",
        ["خطوة في الطريق الصحيح"],
        "direct",
    ),
    "occasion ends a nominal statement": ("وباركت الوزارة الخطوة في بيان مقتضب.", "وباركت", ["الخطوة"], "indirect"),
    "words before an unmarked cue": (
        "الطريق إلى الميناء مفتوح منذ الصباح، أكد مدير الميناء سامي الحداد.",
        "أكد",
        ["الطريق إلى الميناء مفتوح منذ الصباح"],
        "indirect",
    ),
    "clause behind an unlisted subject": (
        "واعتبر لافروف أن الاتفاق لا يشمل الانسحاب.",
        "واعتبر",
        ["الاتفاق لا يشمل الانسحاب"],
        "indirect",
    ),
    "object behind a subject of unknown shape": (
        "أبدى حزب التجمع من أجل التناوب تعاطفه مع المحتجين.",
        "أبدى",
        ["تعاطفه مع المحتجين"],
        "indirect",
    ),
    "object after an apposition": (
        "أكد وزير الصناعة، زياد الحداد، الحرص على دعم الصادرات.",
        "أكد",
        ["الحرص على دعم الصادرات"],
        "indirect",
    ),
    "negated wish": ("تمنى النائب ألا يغلق المعبر.", "تمنى", ["ألا يغلق المعبر"], "indirect"),
    "attached لـ": ("دعا الوزير سامي الحداد للتحرك السريع.", "دعا", ["للتحرك السريع"], "indirect"),
    "verb told from a preposition by its clause": (
        "وبين القطي أن هدف الزيارة تجاري.",
        "وبين",
        ["هدف الزيارة تجاري"],
        "indirect",
    ),
    "name in marks as subject": (
        "وقال “بادي” في تصريح للصحيفة: “المحاكمة بدأت منذ شهر”.",
        "وقال",
        ["المحاكمة بدأت منذ شهر"],
        "direct",
    ),
    "marks that begin the object": (
        "أدان المجلس «الزج بقوات غريبة» في مناطق آمنة.",
        "أدان",
        ["الزج بقوات غريبة» في مناطق آمنة"],
        "mixed",
    ),
    "marks with spaces on both sides": (
        'وشدد " نحترم إرادة شعبنا في الجنوب " .',
        "وشدد",
        ["نحترم إرادة شعبنا في الجنوب"],
        "direct",
    ),
    "a subordinate time ends a nominal statement": (
        "أعلنت الوزارة إسقاط الطائرة، بعد ساعات من التحذير.",
        "أعلنت",
        ["إسقاط الطائرة"],
        "indirect",
    ),
    "noun that is a cue after a comma": (
        "وصلت النقابة متأخرة، مطالبة بفتح تحقيق.",
        "مطالبة",
        ["بفتح تحقيق"],
        "indirect",
    ),
}


@pytest.mark.parametrize(("text", "cue", "content", "kind"), REPORTS.values(), ids=REPORTS)
def test_a_report_has_its_cue_its_words_and_its_kind(
    text: str, cue: str, content: list[str], kind: str, lexicon: Lexicon
):
    (found,) = extract_quotes(text, lexicon)
    assert found.quote.cue is not None
    assert (found.quote.cue.text, [s.text for s in found.quote.content], found.quote.kind) == (cue, content, kind)


# sentence, [(cue, content), …]
CHAINS = {
    "participle after a clause": (
        "قال الوزير إن الجسر جاهز، مشيرا إلى أن الافتتاح غدا.",
        [("قال", "الجسر جاهز"), ("مشيرا إلى", "الافتتاح غدا")],
    ),
    "participle inside one pair of marks": (
        "وقالت النائبة: “لن نقبل بهذا القرار، مضيفة أن المجلس سيرفضه”.",
        [("وقالت", "لن نقبل بهذا القرار"), ("مضيفة", "المجلس سيرفضه")],
    ),
    "coordinated verb": (
        "أكد الوزير أن العمل بدأ، وأوضح أن الكلفة محدودة.",
        [("أكد", "العمل بدأ"), ("وأوضح", "الكلفة محدودة")],
    ),
    "conjunction and another speaker": (
        "أكد الوزير أن الخطة جاهزة، فيما قالت النائبة ليلى مراد إن الموازنة ناقصة.",
        [("أكد", "الخطة جاهزة"), ("قالت", "الموازنة ناقصة")],
    ),
    "nested report with its own speaker": (
        "وأضاف النائب أن الوزارة تعهدت بدعم البلدية.",
        [("وأضاف", "الوزارة تعهدت بدعم البلدية"), ("تعهدت", "بدعم البلدية")],
    ),
    "the speaker's own side is no other speaker": (
        "قال الوزير إن بلاده تعهدت بدعم البلدية.",
        [("قال", "بلاده تعهدت بدعم البلدية")],
    ),
    "words after a colon no cue opens": (
        "أما زوجة الصياد، وهي ممرضة، فعندها تفسير آخر: «أنا أعرف الدواء وأعرف اللائحة».",
        [(None, "أنا أعرف الدواء وأعرف اللائحة")],
    ),
    "a subordinate verb of saying stays inside": (
        "وشدد على أن المهمة تنتهي في حال أكدت القيادة أنها لم تعد بحاجة إليها.",
        [("وشدد على", "المهمة تنتهي في حال أكدت القيادة أنها لم تعد بحاجة إليها")],
    ),
    "a verb of another gender stays inside": (
        "قال المحلل إن الحكومة ترددت واعتبرت أن الوقت مبكر.",
        [("قال", "الحكومة ترددت واعتبرت أن الوقت مبكر")],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CHAINS.values(), ids=CHAINS)
def test_each_cue_opens_its_own_quote(text: str, expected: list[tuple[str, str]], lexicon: Lexicon):
    found = [(e.quote.cue.text if e.quote.cue else None, e.quote.words) for e in extract_quotes(text, lexicon)]
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "زار وزير النقل المدينة ووقع اتفاقا مع البلدية.",  # acts
        "قرأ الطالب كتاب “تاريخ المدن القديمة”.",  # title of a work
        "فككت الشرطة تنظيم “الفجر الجديد” في المدينة.",  # name in marks
        "تحول الحي إلى “مدينة أشباح” خلال أيام.",  # scare quotes
        "يذكر أن الجسر بني قبل عشرين عاما.",  # impersonal
        "لم يعلق الوزير على الخبر.",  # negated
        "جلس الطرفان بين الأشجار، ومدينة الموصل هادئة.",  # words that only look like cues
        "ارتفعت الأسعار وفق أحكام القانون الجديد الصادر العام الماضي.",  # a measure, not a source
    ],
)
def test_what_is_no_statement_is_no_quote(text: str, lexicon: Lexicon):
    assert extract_quotes(text, lexicon) == ()


def test_the_outlet_a_statement_was_given_to_is_only_the_addressee(lexicon: Lexicon):
    (found,) = extract_quotes("قال مصدر أمني لـ”صوت المدينة” إن الطريق أغلق.", lexicon)
    assert found.quote.words == "الطريق أغلق"


def test_withholding_a_name_is_no_statement(lexicon: Lexicon):
    text = "قالت مصادر أمنية رفضت الكشف عن اسمها إن الطريق أغلق. وقال مسؤول طلب عدم ذكر اسمه إن المعبر مفتوح."
    assert [e.quote.words for e in extract_quotes(text, lexicon)] == ["الطريق أغلق", "المعبر مفتوح"]


def test_paragraphs_that_each_open_a_mark_are_one_quote(lexicon: Lexicon):
    text = "وقال الوزير سامي الحداد: “العمل بدأ قبل عام كامل.\n“ولن يتوقف قبل افتتاح الجسر”."
    (found,) = extract_quotes(text, lexicon)
    assert [s.text for s in found.quote.content] == ["العمل بدأ قبل عام كامل", "ولن يتوقف قبل افتتاح الجسر"]


def test_marks_that_stand_alone_have_no_cue_and_the_last_speaker(lexicon: Lexicon):
    text = "قال الوزير سامي الحداد إن العمل بدأ.\n“لن نتوقف قبل افتتاح الجسر الجديد”."
    found = extract_quotes(text, lexicon)[1]
    assert (found.rule, found.quote.cue, found.quote.actor) == ("marks_alone", None, "سامي الحداد")


def test_an_unclosed_mark_leaves_the_next_cue_its_words(lexicon: Lexicon):
    text = "وقال الوزير: “العمل بدأ. وأضاف أن الكلفة محدودة."
    assert [e.quote.words for e in extract_quotes(text, lexicon)] == ["العمل بدأ", "الكلفة محدودة"]


@pytest.mark.parametrize("pair", ["“”", "”“", "””", "«»", "»«", "„“", '""'], ids=repr)
def test_the_style_of_the_marks_changes_nothing(pair: str, lexicon: Lexicon):
    text = f"وقالت الوزيرة إن {pair[0]}العمل بدأ هذا الصباح{pair[1]}، مؤكدة أن الكلفة محدودة."
    first, second = extract_quotes(text, lexicon)
    assert (first.quote.words, first.quote.kind) == ("العمل بدأ هذا الصباح", "direct")
    assert (second.quote.words, second.quote.kind) == ("الكلفة محدودة", "indirect")
