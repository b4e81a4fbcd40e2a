"""The corpus passes every figure, and every limit can fail."""

from collections.abc import Callable

import pytest

from training.corpus.check import LIMITS, CorpusFigure, Limit, check_corpus, format_figures, main_stances
from training.corpus.read import ReadResult
from training.corpus.variety import (
    cue_counts,
    load_required_cues,
    mark_counts,
    nearest_pair,
    shared_ngram_rate,
    type_token_rate,
)
from training.errors import RecordError
from training.schema import Article, QuoteKind, Span

Doctor = Callable[[list[Article]], list[Article]]


def failing(articles: list[Article], rejected: tuple[RecordError, ...] = ()) -> set[str]:
    return {figure.name for figure in check_corpus(ReadResult(articles, list(rejected))) if not figure.ok}


def relabelled(**fields: str) -> Doctor:
    return lambda articles: [
        article.model_copy(update={"quotes": tuple(quote.model_copy(update=fields) for quote in article.quotes)})
        for article in articles
    ]


def with_stance(label: str) -> Doctor:
    def change(article: Article) -> Article:
        quotes = [
            quote.model_copy(
                update={"stances": tuple(s.model_copy(update={"label": label}) for s in quote.stances[:1])}
            )
            for quote in article.quotes
        ]
        return article.model_copy(update={"quotes": tuple(quotes)})

    return lambda articles: [change(article) for article in articles]


def with_text(text: str) -> Doctor:
    return lambda articles: [article.model_copy(update={"text": text, "quotes": ()}) for article in articles]


def without_marks_and_cues(articles: list[Article]) -> list[Article]:
    silent = relabelled(kind="indirect", cue=None)(articles)
    return [article.model_copy(update={"style": None, "traps": ("relay",)}) for article in silent]


SECTION_LINES = {name for name in LIMITS if name.startswith("articles in ")}

DOCTORED: dict[str, tuple[Doctor, set[str]]] = {
    "a corpus cut short": (
        lambda articles: articles[:40],
        {"articles", "quotes", "articles with both sides", "distinct actors", "distinct targets"} | SECTION_LINES,
    ),
    "everybody is quoted in marks, by name": (
        relabelled(kind="direct", attribution="explicit", actor_type="person"),
        {
            "indirect quotes",
            "mixed quotes",
            "quotes with an inherited actor",
            "quotes of anonymous actors",
            "quotes of organisations",
        },
    ),
    "nobody is quoted in marks": (relabelled(kind="indirect"), {"direct quotes", "missing mark pairs"}),
    "everybody is neutral": (
        with_stance("neutral"),
        {"main stance support", "main stance oppose", "articles with both sides", "articles with further targets"},
    ),
    "everybody agrees": (with_stance("support"), {"main stance neutral", "articles with both sides"}),
    "no style, no trap, no cue": (
        without_marks_and_cues,
        {"missing styles", "articles with traps", "cues found fewer than 3 times"},
    ),
    "one short text": (
        with_text("خبر قصير جدا لا يزيد على بضع كلمات"),
        {
            "words in the shortest article",
            "word 6-grams in several articles",
            "highest 5-shingle Jaccard of two articles",
        },
    ),
    "long texts": (with_text("كلمة " * 401), {"words in the longest article"}),
}


def test_the_corpus_passes_every_figure(corpus_articles: list[Article]) -> None:
    figures = check_corpus(ReadResult(corpus_articles, []))
    assert [figure.name for figure in figures] == list(LIMITS)
    assert [figure for figure in figures if not figure.ok] == []


@pytest.mark.parametrize("name", DOCTORED)
def test_a_doctored_corpus_fails_the_named_lines(name: str, corpus_articles: list[Article]) -> None:
    doctor, lines = DOCTORED[name]
    assert lines <= failing(doctor(corpus_articles[:60]))


def test_a_rejected_row_fails() -> None:
    error = RecordError("a.jsonl:1", "no text", "text", "add it")
    assert "rejected rows" in failing([], rejected=(error,))


def test_every_limit_is_shown_to_fail() -> None:
    shown = {"rejected rows"}.union(*(lines for _, lines in DOCTORED.values()))
    assert shown == {name for name, limit in LIMITS.items() if limit != Limit()}


def test_one_reprint_is_found_by_its_ids(corpus_articles: list[Article]) -> None:
    reprint = corpus_articles[0].model_copy(update={"id": "reprint"})
    figures = check_corpus(ReadResult([*corpus_articles[:5], reprint], []))
    figure = next(figure for figure in figures if figure.name.startswith("highest 5-shingle Jaccard"))
    assert (figure.value, figure.ok, figure.detail) == (1.0, False, f"{corpus_articles[0].id} and reprint")


def test_the_table_says_value_limit_and_verdict() -> None:
    figures = [
        CorpusFigure("articles", 479, Limit(low=480)),
        CorpusFigure("direct quotes", 0.25, Limit(low=0.2, is_rate=True)),
        CorpusFigure("missing styles", 1, Limit(high=0), "brief"),
        CorpusFigure("type-token ratio", 0.27, Limit()),
    ]
    assert format_figures(figures).splitlines() == [
        "articles               479  ≥ 480       FAILS",
        "direct quotes       25.00%  ≥ 20.00%    ok",
        "missing styles           1  ≤ 0         FAILS  brief",
        "type-token ratio    0.2700  reported    ok",
    ]


def test_stances_toward_further_targets_are_left_out(article: Article) -> None:
    assert main_stances(article) == {"q1": "oppose", "q2": "oppose", "q3": "support"}


def test_repeated_wording_is_measured_on_folded_words() -> None:
    texts = ["إنّ الأزمة مستمرة", "ان الازمه مستمره", "نص آخر تماما"]
    assert shared_ngram_rate(texts, 3) == pytest.approx(0.5)
    assert nearest_pair(texts, 3).indices == (0, 1)
    assert nearest_pair(texts, 3).jaccard == 1.0
    assert nearest_pair(texts[1:], 3).indices is None
    assert type_token_rate(texts[:2]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("text", "content", "pair"),
    [
        ("قال: «نعم».", "نعم", "«…»"),
        ("قال: ”نعم.“", "نعم", "”…“"),
        ('قال: "نعم"، وانصرف', "نعم", '"…"'),
    ],
)
def test_marks_around_a_direct_quote(text: str, content: str, pair: str, article: Article) -> None:
    start = text.index(content)
    update = {"kind": QuoteKind.DIRECT, "content": (Span.of(text, start, start + len(content)),)}
    quote = article.quotes[0].model_copy(update=update)
    counts = mark_counts([article.model_copy(update={"text": text, "quotes": (quote,)})])
    assert counts[pair] == 1
    assert counts["unclosed"] == 0


def test_an_odd_number_of_marks_is_an_unclosed_one(article: Article) -> None:
    assert mark_counts([article.model_copy(update={"text": "قال: «نعم.", "quotes": ()})])["unclosed"] == 1


def test_every_required_cue_has_a_name_of_its_own() -> None:
    names = [cue.name for cue in load_required_cues()]
    assert len(names) == len(set(names)) > 80


@pytest.mark.parametrize(
    ("surface", "cue"),
    [
        ("وقالت", "قال"),
        ("فأكّدَ", "أكد"),
        ("وقد أعلن", "أعلن"),
        ("ولفت إلى", "لفت إلى"),
        ("مشيرةً إلى", "مشيرا إلى"),
        ("ووصفته", "وصف … بـ"),
        ("وفقا لـ", "وفق / وفقا لـ"),
        ("وجاء في بيان", "في بيان"),
    ],
)
def test_cues_are_found_with_proclitics_endings_and_vowels(surface: str, cue: str, article: Article) -> None:
    assert found_cues(surface, article) == {cue}


@pytest.mark.parametrize("surface", ["مقال", "رأيه", "عبرة", "وفقه"])
def test_words_that_only_look_like_cues_are_not(surface: str, article: Article) -> None:
    assert found_cues(surface, article) == set()


def test_topic_shifts_are_looked_for_in_the_text(article: Article) -> None:
    told = article.model_copy(update={"text": "ومن جهتها، قالت الوزارة. بدوره قال", "quotes": ()})
    assert {cue for cue, n in cue_counts([told], load_required_cues()).items() if n} == {"من جهته", "بدوره"}


def found_cues(surface: str, article: Article) -> set[str]:
    quote = article.quotes[0].model_copy(update={"cue": Span.of(surface, 0, len(surface))})
    counts = cue_counts([article.model_copy(update={"text": "نص", "quotes": (quote,)})], load_required_cues())
    return {cue for cue, n in counts.items() if n}
