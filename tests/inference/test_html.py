"""Invented texts; each gloss stands above its Arabic."""

import base64
import hashlib
import html
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.inference.output import stance
from training.drawing import Paragraph, paragraphs
from training.inference.html import page_name, render_article
from training.schema import Article

MODEL = {"name": "mawaqif-analyzer", "version": "3", "content_sha256": "0123456789abcdef" * 4}

# «The mayor said: "The bridge will open", adding that the river is calm.»
TEXT = "قال رئيس البلدية: «سيفتح الجسر»، مضيفا أن النهر هادئ.\r\n\r\nوانتهى  البيان."
CUE, SPEAKER, BRIDGE, ADDING, RIVER = "قال", "رئيس البلدية", "سيفتح الجسر", "مضيفا", "النهر هادئ"


def span(text: str, surface: str) -> dict[str, Any]:
    start = text.index(surface)
    return {"start": start, "end": start + len(surface), "text": surface}


def quote(quote_id: str, content: list[dict[str, Any]], label: str = "support", **fields: Any) -> dict[str, Any]:
    return {
        "id": quote_id,
        "kind": "direct",
        "content": content,
        "cue": None,
        "speaker": None,
        "actor": "رئيس البلدية",
        "actor_type": "anonymous",
        "attribution": "explicit",
        "confidence": 0.9,
        "stances": [stance(label)],
    } | fields


def analysed(*quotes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": "a1",
        "sections": [
            {"label": "society", "probability": 0.91, "assigned": True},
            {"label": "security", "probability": 0.07, "assigned": False},
        ],
        "quotes": list(quotes),
        "actors": [],
        "warnings": [],
        "model": MODEL,
    } | fields


def two_quotes() -> dict[str, Any]:
    first = quote("q1", [span(TEXT, BRIDGE)], cue=span(TEXT, CUE), speaker=span(TEXT, SPEAKER))
    second = quote("q2", [span(TEXT, RIVER)], "neutral", cue=span(TEXT, ADDING), attribution="inherited")
    actor = {"actor": "رئيس البلدية", "actor_type": "anonymous", **stance("support"), "quotes": ["q1", "q2"]}
    return analysed(first, second, actors=[actor])


class ArticleText(HTMLParser):
    """The text an HTML parser reads inside `<div class="text">`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.inside = False
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = self.inside or (tag == "div" and ("class", "text") in attrs)

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "div"

    def handle_data(self, data: str) -> None:
        self.text += data if self.inside else ""


def article_text(page: str) -> str:
    parser = ArticleText()
    parser.feed(page.replace("\r\n", "\n").replace("\r", "\n"))  # what a browser does before it parses
    parser.close()
    return parser.text


def drawn(page: str, surface: str) -> list[str]:
    """The classes of the spans directly around a surface, outermost first."""
    found = re.search(rf'((?:<span class="[^"]*" title="[^"]*" data-of="[^"]*">)*){re.escape(surface)}', page)
    assert found
    return re.findall(r'class="([^"]*)"', found.group(1))


def only(tag: str, page: str) -> str:
    """The content of the one element of its kind."""
    (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    return str(content)


def source(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def test_the_page_is_arabic_right_to_left_and_allows_its_own_style_and_script_only():
    page = render_article(TEXT, two_quotes(), "الجسر")
    assert '<html lang="ar" dir="rtl">' in page
    style, script = source(only("style", page)), source(only("script", page))
    policy = f"default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'"
    assert f'http-equiv="Content-Security-Policy" content="{policy}"' in html.unescape(page)
    markup = page.replace(only("script", page), "")
    assert not re.search(r"https?:|<link|style=|\son\w+=|url\(|@import|src=", markup)
    assert not re.search(r'href="(?!#)', markup)


def test_the_script_fetches_nothing_and_writes_no_markup():
    script = only("script", render_article(TEXT, two_quotes()))
    assert not re.search(
        r"fetch|XMLHttp|import|innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function", script
    )
    assert re.findall(r"https?://[^\"]*", script) == ["http://www.w3.org/2000/svg"]  # a name, not an address


def test_a_quote_is_shaded_by_stance_and_says_it_in_words():
    page = render_article(TEXT, two_quotes())
    assert drawn(page, BRIDGE) == ["quote lane0 support"]
    assert drawn(page, RIVER) == ["quote lane0 neutral"]
    assert 'id="q1" href="#n1" data-mark="1 ▲ مؤيّد"' in page
    assert 'id="q2" href="#n2" data-mark="2 ◆ محايد"' in page


def test_cue_and_speaker_are_marked():
    page = render_article(TEXT, two_quotes())
    assert drawn(page, f"{CUE}</span>") == ["cue"]
    assert drawn(page, f"{SPEAKER}</span>") == ["speaker", "mention"]


def test_a_dropped_subject_is_named_behind_its_cue():
    page = render_article(TEXT, two_quotes())
    assert re.search(rf'{ADDING}</span><a class="note" href="#m1" data-note="أي رئيس البلدية" data-of="2"', page)
    assert page.count("data-note=") == 1


def test_a_dropped_subject_leads_to_the_words_that_name_it():
    page = render_article(TEXT, two_quotes())
    assert (
        f'<span class="place" id="m1" data-of="2"></span><span class="speaker" title="القائل 1 ▲ مؤيّد: {SPEAKER}"'
        in page
    )


def test_a_dropped_subject_that_the_text_never_names_leads_nowhere():
    result = two_quotes()
    result["quotes"][1]["actor"] = "وزير لا ذكر له"
    page = render_article(TEXT, result)
    assert '<span class="note" role="note" data-note="أي وزير لا ذكر له"' in page
    assert 'class="place"' not in page


def test_things_that_belong_to_one_quote_say_so():
    page = render_article(TEXT, two_quotes())
    assert re.findall(r'<span class="(\w+)[^"]*" title="[^"]*" data-of="1"', page) == ["cue", "speaker", "quote"]
    assert '<li class="card support" data-of="1 2">' in page


def test_the_date_of_the_article_is_shown():
    assert '<time datetime="2023-01-18">' in render_article(TEXT, analysed(date="2023-01-18"))
    assert "<time" not in render_article(TEXT, analysed())


def test_an_unknown_speaker_is_said_to_be_unknown():
    nobody = {"attribution": "none", "actor": None, "actor_type": None, "cue": span(TEXT, CUE)}
    page = render_article(TEXT, analysed(quote("q1", [span(TEXT, BRIDGE)], **nobody)))
    assert 'data-note="القائل غير مذكور"' in page
    assert "قائل غير معروف" in page


def test_actors_link_to_their_quotes():
    page = render_article(TEXT, two_quotes())
    aside = page[page.index("<aside") : page.index("</aside>")]
    assert '<bdi class="name">رئيس البلدية</bdi>' in aside
    assert "80%" in aside
    assert re.findall(r'href="#(\w+)"', aside) == ["q1", "q2"]


def test_an_abstained_stance_is_drawn_as_unsure():
    unsure = quote("q1", [span(TEXT, BRIDGE)], stances=[stance("oppose", abstained=True)])
    page = render_article(TEXT, analysed(unsure))
    assert drawn(page, BRIDGE) == ["quote lane0 oppose unsure"]
    assert 'data-mark="1 ▼ معارض؟"' in page


def test_sections_warnings_and_model_are_shown():
    warning = "long_text: the section model read 83% of the tokens"
    page = render_article(TEXT, analysed(warnings=[warning], actors=[]))
    assert '<li class="chip assigned">مجتمع <bdi dir="ltr">91%</bdi></li>' in page
    assert "النص طويل" in page
    assert "the section model read 83% of the tokens" in page
    assert '<bdi dir="ltr">mawaqif-analyzer 3</bdi>' in page
    assert "لم يُعثر على اقتباسات" in page


def test_a_nested_quote_is_drawn_inside_the_outer_one_on_its_own_lane():
    outer = quote("q1", [span(TEXT, f"{BRIDGE}»، {ADDING} أن {RIVER}")])
    inner = quote("q2", [span(TEXT, "النهر")], "oppose")
    page = render_article(TEXT, analysed(outer, inner))
    assert drawn(page, BRIDGE) == ["quote lane0 support"]
    assert drawn(page, "النهر</span>") == ["quote lane0 support", "quote lane1 oppose"]
    assert drawn(page, " هادئ") == ["quote lane0 support"]


def test_overlapping_quotes_share_the_stretch_they_have_in_common():
    first = quote("q1", [{"start": 0, "end": 10, "text": TEXT[:10]}])
    second = quote("q2", [{"start": 6, "end": 20, "text": TEXT[6:20]}], "oppose")
    page = render_article(TEXT, analysed(first, second))
    assert drawn(page, f"{TEXT[:6]}</span>") == ["quote lane0 support"]
    assert sorted(drawn(page, f"{TEXT[6:10]}</span>")) == ["quote lane0 support", "quote lane1 oppose"]
    assert drawn(page, f"{TEXT[10:20]}</span>") == ["quote lane1 oppose"]
    assert article_text(page) == TEXT


def test_an_interrupted_quote_has_one_marker_and_two_shaded_parts(article: Article):
    record = article.model_dump(mode="json")
    quotes = [{**q, "confidence": 0.5, "stances": [stance(q["stances"][0]["label"])]} for q in record["quotes"]]
    page = render_article(article.text, analysed(*quotes), article.title)
    parts = quotes[2]["content"]
    assert len(parts) == 2
    assert [drawn(page, part["text"]) for part in parts] == [["quote lane0 support"]] * 2
    assert page.count('id="q3"') == 1
    assert article_text(page) == article.text


def test_paragraphs_and_every_code_point_survive():
    page = render_article(TEXT, two_quotes())
    assert page.count("<p>") >= 2
    assert "</p>&#13;\n&#13;\n<p>" in page
    assert article_text(page) == TEXT


ODD = "\N{ARABIC TATWEEL}\N{RIGHT-TO-LEFT OVERRIDE}\N{PARAGRAPH SEPARATOR}\N{NO-BREAK SPACE}\N{GRINNING FACE}"
SURFACES = st.text(alphabet=f"اب “”«»\n\r\t<>&\"'{{}}%#{ODD}", max_size=40)


@given(text=SURFACES, offsets=st.lists(st.tuples(st.integers(-3, 45), st.integers(-3, 45)), max_size=6))
def test_no_span_however_placed_changes_the_text(text: str, offsets: list[tuple[int, int]]):
    quotes = [
        quote(f"q{i}", [{"start": start, "end": end, "text": "x"}], cue={"start": end, "end": start, "text": "x"})
        for i, (start, end) in enumerate(offsets)
    ]
    page = render_article(text, analysed(*quotes))
    assert article_text(page) == text
    assert page.count("<span") == page.count("</span>")


def test_without_spans_a_text_is_its_paragraphs():
    assert [(p.segments[0].text, p.line_breaks) for p in paragraphs("أ\n\nب", [])] == [("أ", "\n\n"), ("ب", "")]
    assert paragraphs("", []) == [Paragraph((), "")]


def test_what_html_cannot_hold_becomes_a_replacement_character():
    page = render_article("أ\0ب\ud800ج", analysed(), title="\udfff")
    assert article_text(page) == "أ\N{REPLACEMENT CHARACTER}ب\N{REPLACEMENT CHARACTER}ج"
    page.encode()


HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>&amp;{{ 7 * 7 }}</style></title>"""


@pytest.mark.parametrize("place", ["text", "title", "actor", "target", "warning", "model", "error", "id"])
def test_nothing_from_outside_becomes_markup(place: str):
    text, title, result = TEXT, "الجسر", two_quotes()
    match place:
        case "text":
            text = HOSTILE
            result = analysed(quote("q1", [{"start": 3, "end": 30, "text": HOSTILE[3:30]}], cue=span(HOSTILE, "alert")))
        case "title":
            title = HOSTILE
        case "actor":
            result["actors"][0]["actor"] = HOSTILE
            result["quotes"][1]["actor"] = HOSTILE
        case "target":
            result["quotes"][0]["stances"][0]["target"] = HOSTILE
        case "warning":
            result["warnings"] = [HOSTILE]
        case "model":
            result["model"] = {"name": HOSTILE, "version": HOSTILE, "content_sha256": HOSTILE}
        case "error":
            result = {"id": "a1", "error": {"code": HOSTILE, "message": HOSTILE}}
        case "id":
            title, result["id"] = "", HOSTILE
    page = render_article(text, result, title)
    assert page.count("<script") == page.count("</script>") == ("error" not in result)
    assert "<img" not in page
    assert page.count("</style>") == page.count("</title>") == 1
    assert article_text(page) == text
    assert place == "text" or html.escape(HOSTILE).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page


def test_an_error_result_says_why_and_still_shows_the_text():
    result = {"id": "a7", "error": {"code": "too_long", "message": "text has 9 characters; expected at most 8"}}
    page = render_article("نص طويل", result)
    assert "تعذّر تحليل هذا النص." in page
    assert "النص أطول من الحد المسموح." in page
    assert "text has 9 characters; expected at most 8" in page
    assert "<h1><bdi>a7</bdi></h1>" in page
    assert article_text(page) == "نص طويل"
    assert "<aside" not in page


def test_a_result_without_id_title_or_model_still_has_a_page():
    page = render_article("", {"id": None, "error": {"code": "empty_text", "message": "'text' is empty"}})
    assert "<title>مقال</title>" in page


def test_a_line_of_the_registered_model_can_be_shown():
    row = {**two_quotes(), "error": None}
    del row["model"]
    assert article_text(render_article(TEXT, row)) == TEXT


@pytest.mark.parametrize(
    ("identifier", "position", "name"),
    [
        ("a1", 0, "000000-a1.html"),
        ("../../etc/passwd", 3, "000003-etc-passwd.html"),
        ("C:\\temp\\x.html", 4, "000004-C-temp-x-html.html"),
        ("مقال", 5, "000005.html"),
        ("مقال-7", 6, "000006-7.html"),
        ("..", 7, "000007.html"),
        (None, 8, "000008.html"),
        ("", 9, "000009.html"),
        ("a\0b\n", 10, "000010-a-b.html"),
        ("x" * 500, 11, f"000011-{'x' * 60}.html"),
    ],
)
def test_page_names_are_plain_ascii_files(identifier: str | None, position: int, name: str):
    assert page_name(identifier, position) == name


@given(st.text(), st.text())
def test_two_articles_never_share_a_page(first: str, second: str):
    names = page_name(first, 0), page_name(second, 1)
    assert names[0].casefold() != names[1].casefold()
    assert all(re.fullmatch(r"\d{6}(-[A-Za-z0-9-]{1,60})?\.html", name) for name in names)
