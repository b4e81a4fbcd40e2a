"""Our own pages in a real browser: both directions, both colour schemes, phone and desk, mouse, touch and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.look import DESK, PHONE, direction, faults, picture, visit
from tests.browser.samples import analysed
from training.evaluation.comparison import compare_article
from training.evaluation.error_page import render_errors
from training.evaluation.quote_errors import quote_cards
from training.evaluation.spans import ArticlePrediction
from training.inference.actors import gather
from training.inference.actors_page import render_actors
from training.inference.html import render_article
from training.schema import Article, Attribution

pytestmark = pytest.mark.browser

LOOKS = pytest.mark.parametrize("width", [PHONE, DESK]), pytest.mark.parametrize("scheme", ["light", "dark"])
LONG_WORD = "لا" * 300


def in_every_look(test: Callable[..., None]) -> Callable[..., None]:
    """Run at phone and desk width, light and dark."""
    for mark in LOOKS:
        test = mark(test)
    return test


def dropped_subjects(article: Article) -> int:
    return sum(quote.attribution is Attribution.INHERITED for quote in article.quotes)


@pytest.fixture(scope="module")
def story(corpus_articles: list[Article]) -> Article:
    """The authored article with the most dropped subjects."""
    return max(corpus_articles, key=dropped_subjects)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, story: Article, corpus_articles: list[Article]) -> dict[str, Path]:
    """A page of each kind that needs no model."""
    folder = tmp_path_factory.mktemp("pages")
    few = [ArticlePrediction(a, a.quotes[1:]) for a in corpus_articles[:3]]
    line = analysed(story)
    later = {**line, "id": "later", "date": "2030-01-01", "quotes": line["quotes"][:2]}
    failed = {"id": "a7", "error": {"code": "too_long", "message": "text has 9 characters; expected at most 8"}}
    written = {
        "article": render_article(story.text, line, story.title),
        "article without quotes": render_article(LONG_WORD, {**line, "quotes": [], "actors": []}, LONG_WORD),
        "article with an error": render_article("نص طويل", failed),
        "actors": render_actors(gather([*map(analysed, corpus_articles[:5]), line, later, failed])),
        "errors": render_errors("quotes", quote_cards(few), quote_cards(few), [compare_article(one) for one in few]),
    }
    for name, page in written.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in written}


@in_every_look
@pytest.mark.parametrize("name", ["article", "article without quotes", "article with an error", "actors", "errors"])
def test_a_page_is_quiet_fits_and_has_no_barrier(
    browser: Browser, pages: dict[str, Path], pictures: Path, name: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    with visit(browser, pages[name], width, scheme) as seen:
        seen.page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
        picture(seen.page, pictures, f"{name} {width} {scheme}")
        assert faults(seen, pages[name]) == []
        arabic = ".arabic" if name == "errors" else "body"
        assert direction(seen.page, arabic) == "rtl"
        dark = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (dark == "rgb(21, 23, 27)") == (scheme == "dark")


@in_every_look
@pytest.mark.parametrize("name", ["index", "section/errors", "quotes/errors", "stance/errors", "end_to_end/errors"])
def test_a_report_of_the_pipeline_is_quiet_fits_and_has_no_barrier(
    browser: Browser, tiny_project: Path, pictures: Path, name: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    path = tiny_project / "reports" / f"{name}.html"
    with visit(browser, path, width, scheme) as seen:
        picture(seen.page, pictures, f"report {name} {width} {scheme}")
        assert faults(seen, path) == []


class TestReadingView:
    @pytest.fixture
    def article(self, pages: dict[str, Path]) -> Path:
        return pages["article"]

    def test_stances_differ_without_colour(self, browser: Browser, article: Path) -> None:
        with visit(browser, article) as seen:
            marks = seen.page.locator(".text .badge").evaluate_all("nodes => nodes.map(node => node.dataset.mark)")
            styles = {
                css: seen.page.locator(f".legend .{css}").evaluate("node => getComputedStyle(node).textDecorationStyle")
                for css in ("support", "oppose", "neutral", "unsure")
            }
        assert len(set(styles.values())) == 4
        assert all(mark.split()[1] in "▲▼◆" for mark in marks)

    def test_a_thread_runs_from_each_mention_to_the_cues_that_mean_it(
        self, browser: Browser, article: Path, story: Article
    ) -> None:
        with visit(browser, article) as seen:
            links = seen.page.locator("a.note")
            assert links.count() == dropped_subjects(story)
            assert seen.page.locator(".thread").count() == seen.page.locator(".place").count() > 0
            assert seen.page.locator(".cue-dot").count() == links.count()

    def test_pointing_at_a_dropped_subject_draws_the_way_to_its_mention(self, browser: Browser, article: Path) -> None:
        with visit(browser, article) as seen:
            note = seen.page.locator("a.note").first
            expect(seen.page.locator("path.way.lit")).to_have_count(0)
            note.hover()
            way = seen.page.locator("path.way.lit").first
            expect(way).to_be_visible()
            mention = seen.page.locator(f"{note.get_attribute('href')} + span .mention")
            expect(mention).to_have_class("mention lit")
            assert spans(box(way), box(mention), box(note))

    def test_pointing_at_a_quote_shows_its_detail_until_escape(
        self, browser: Browser, article: Path, pictures: Path
    ) -> None:
        with visit(browser, article) as seen:
            detail = seen.page.locator("#detail")
            seen.page.locator(".text .quote").first.hover()
            expect(detail).to_be_visible()
            expect(detail).to_contain_text("الثقة في الاستخراج 90%")
            assert inside_window(seen.page, detail)
            seen.page.screenshot(path=pictures / "article-detail.png")
            seen.page.keyboard.press("Escape")
            expect(detail).to_be_hidden()
            assert seen.console == []

    def test_a_tap_opens_the_detail_at_the_foot_of_a_phone_and_a_tap_elsewhere_closes_it(
        self, browser: Browser, article: Path, pictures: Path
    ) -> None:
        with visit(browser, article, PHONE, "dark") as seen:
            detail = seen.page.locator("#detail")
            seen.page.locator(".text .badge").nth(1).tap()
            expect(detail).to_be_visible()
            assert inside_window(seen.page, detail)
            assert "#" not in seen.page.url
            seen.page.screenshot(path=pictures / "article-detail-phone.png")
            seen.page.locator(".text p").first.tap(position={"x": 3, "y": 3})
            expect(detail).to_be_hidden()

    def test_the_keyboard_reaches_every_quote_and_goes_on_to_its_card(self, browser: Browser, article: Path) -> None:
        with visit(browser, article) as seen:
            badge = seen.page.locator(".text .badge").first
            badge.focus()
            expect(seen.page.locator("#detail")).to_be_visible()
            seen.page.keyboard.press("Enter")
            assert seen.page.url.endswith("#n1")
            names = seen.page.locator(".text .badge").evaluate_all("nodes => nodes.map(node => node.ariaLabel)")
        assert all(name.startswith("اقتباس ") for name in names)

    def test_an_actor_lights_up_all_its_quotes(self, browser: Browser, article: Path) -> None:
        with visit(browser, article) as seen:
            card = seen.page.locator(".actors .card").first
            numbers = (card.get_attribute("data-of") or "").split()
            card.hover()
            lit = seen.page.locator(".text .badge.lit").evaluate_all("nodes => nodes.map(node => node.dataset.of)")
        assert lit == numbers

    def test_without_script_links_lead_to_the_card_and_to_the_mention(self, browser: Browser, article: Path) -> None:
        with visit(browser, article, script=False) as seen:
            seen.page.locator(".text .badge").first.click()
            expect(seen.page.locator("#n1")).to_be_in_viewport()
            note = seen.page.locator("a.note").first
            mention = f"{note.get_attribute('href')} + span"
            note.click()
            expect(seen.page.locator(mention)).to_be_in_viewport()
            expect(seen.page.locator(mention)).to_have_css("outline-style", "solid")

    def test_on_paper_the_text_stands_without_threads_and_sheets(
        self, browser: Browser, article: Path, pictures: Path
    ) -> None:
        with visit(browser, article, scheme="dark") as seen:
            seen.page.emulate_media(media="print")
            expect(seen.page.locator(".threads")).to_be_hidden()
            expect(seen.page.locator("#detail")).to_be_hidden()
            expect(seen.page.locator("body")).to_have_css("color", "rgb(29, 31, 35)")
            expect(seen.page.locator("html")).to_have_css("color-scheme", "light")
            picture(seen.page, pictures, "article print")
            seen.page.pdf(path=pictures / "article.pdf", format="A4")
        assert (pictures / "article.pdf").read_bytes().startswith(b"%PDF")


def test_a_card_of_an_error_opens_its_article_at_the_quote(browser: Browser, pages: dict[str, Path]) -> None:
    with visit(browser, pages["errors"]) as seen:
        link = seen.page.locator(".sides").first.locator("xpath=..").locator("a")
        place = seen.page.locator(str(link.get_attribute("href")))
        expect(place).to_be_hidden()
        link.click()
        expect(place).to_be_in_viewport()
        expect(place).to_have_class("verdict missed")


def box(locator: Any) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return dict(found)


def spans(way: dict[str, float], *ends: dict[str, float]) -> bool:
    """Whether a drawn way reaches every one of its ends, within a line."""
    top, bottom = way["y"] - 30, way["y"] + way["height"] + 30
    return all(top <= end["y"] <= bottom for end in ends)


def inside_window(page: Page, locator: Any) -> bool:
    size = page.viewport_size
    found = box(locator)
    assert size is not None
    inside_x = found["x"] >= 0 and found["x"] + found["width"] <= size["width"]
    return inside_x and found["y"] >= 0 and found["y"] + found["height"] <= size["height"]
