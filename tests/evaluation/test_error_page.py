"""The page of errors: what it shows, what it must not show, and that it needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import re

from training.evaluation.error_page import ErrorCard, Mark, Side, Stretch, draw, error_records, render_errors
from training.evaluation.quote_errors import quote_cards
from training.evaluation.spans import ArticlePrediction
from training.schema import Article

HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""
SECRET = "كلام من صحيفة"


def card(kind: str = "missed", label: str = "direct", text: str = "قال", article_id: str = "a1") -> ErrorCard:
    side = Side((Stretch(text, "content"),), {"actor": text})
    return ErrorCard(
        article_id, kind, label, {"gold": {"quote": "q1", "content": [(3, 9)]}}, side, Side(()), article_id
    )


def test_text_is_cut_where_marks_begin_and_end() -> None:
    drawn = draw("abcdefgh", 1, 7, [Mark(2, 4, "cue"), Mark(3, 9, "content"), Mark(0, 1, "speaker")])
    assert drawn == (Stretch("b"), Stretch("c", "cue"), Stretch("d", "content cue"), Stretch("efg", "content"))


def test_text_without_marks_is_one_stretch() -> None:
    assert draw("abc", 0, 3, []) == (Stretch("abc"),)


def test_the_page_is_self_contained_and_allows_its_own_style_only() -> None:
    page = render_errors("quotes", [card()], [card()])
    css = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert css
    digest = base64.b64encode(hashlib.sha256(css.group(1).encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'http-equiv="Content-Security-Policy" content="{policy}"' in html.unescape(page)
    assert not re.search(r"https?:|<script|<link|<img|style=|\son\w+=|src=|href=|url\(|@import", page)


def test_hostile_text_is_shown_as_text() -> None:
    page = render_errors("quotes", [card(text=HOSTILE, article_id=HOSTILE)], [card(article_id=HOSTILE)])
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4


def test_errors_are_grouped_by_kind_with_counts_of_both_sets() -> None:
    page = render_errors("quotes", [card(), card(), card("actor")], [card("cue"), card()])
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", page) == ["missed (2)", "actor (1)", "Real articles (2)"]
    boxes = re.findall(r'id="kind-\d" checked> (\w+) <span class="soft">(.*?)</span>', page)
    assert boxes == [
        ("missed", "authored 2, real 1"),
        ("actor", "authored 1, real 0"),
        ("cue", "authored 0, real 1"),
    ]


def test_a_box_hides_the_cards_of_its_kind() -> None:
    page = render_errors("quotes", [card("missed", "direct"), card("actor", "mixed")], [])
    assert ".frame:has(#kind-2:not(:checked)) .kind-2 { display: none; }" in page
    assert ".frame:has(#label-2:not(:checked)) .label-2 { display: none; }" in page
    assert '<li class="card kind-2 label-2">' in page


def test_gold_stands_right_of_the_prediction() -> None:
    page = render_errors("quotes", [card()], [])
    sides = page[page.index('<div class="sides" dir="rtl">') :]
    assert sides.index(">gold<") < sides.index(">prediction<")
    assert '<p class="arabic" lang="ar" dir="rtl"><span class="content">قال</span></p>' in page
    assert "nothing here" in page


def test_the_text_of_real_articles_is_not_on_the_page_nor_in_the_records() -> None:
    real = [card(text=SECRET, article_id="ant/7")]
    page = render_errors("quotes", [card()], real)
    assert SECRET not in page
    assert "<bdi>ant/7</bdi></td><td>gold quote q1, content 3-9</td>" in page
    records = list(error_records([card()], real))
    assert SECRET not in str(records)
    assert [record["set"] for record in records] == ["authored", "real"]


def test_no_errors_make_a_page_that_says_so() -> None:
    page = render_errors("section", [], [])
    assert "No errors on the authored articles." in page
    assert "<fieldset" not in page


def test_a_real_prediction_is_drawn_letter_by_letter(article: Article) -> None:
    page = render_errors("quotes", quote_cards([ArticlePrediction(article, article.quotes[:2])]), [])
    shown = html.unescape(re.sub(r"<[^>]*>", "", re.findall(r'<p class="arabic".*?</p>', page, re.DOTALL)[0]))
    assert shown in article.text
    assert '<span class="speaker">المندوب الجهوي فتحي الجريبي</span>' in page
