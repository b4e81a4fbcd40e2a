"""Gold quotes as labels of words, and labels back as quotes: the round trip a tagger is trained for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.conftest import ROOT
from training.quotes import Lexicon
from training.quotes.document import Document
from training.quotes.tagged import WindowScores, tagged_quotes
from training.quotes.word_labels import label_words
from training.schema import Article, Attribution, Quote, QuoteKind
from training.word_inputs import BEGIN, INSIDE, NO_MENTION, RELATIONS, ROLES, Link, WordLabels


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load(ROOT / "data" / "lexicon")


def certain(labels: WordLabels, first: int = 0, last: int | None = None) -> WindowScores:
    """A tagger that knows the gold of words `[first, last)`."""
    last = len(labels.tags[0]) if last is None else last
    tags = np.eye(3, dtype=np.float32)[np.array(labels.tags)[:, first:last]].transpose(1, 0, 2) * 20
    links: dict[int, np.ndarray] = {}
    for link in labels.links:
        if first <= link.anchor < last:
            row = np.full((len(RELATIONS), last - first), -20.0, dtype=np.float32)
            for relation, right in enumerate(link.right):
                for word in right:
                    if first <= word < last:
                        row[relation, word - first] = 20.0
            links[link.anchor - first] = row
    return WindowScores(first, tags, links)


def read(article: Article, lexicon: Lexicon, windows: Sequence[WindowScores]) -> list[Quote]:
    return [found.quote for found in tagged_quotes(Document.read(article.text), windows, lexicon)]


def test_labels_of_the_demo_article(article: Article) -> None:
    words, labels = label_words(article)
    assert words[: len(labels.tags[0])] == words
    cue, speaker, content = labels.tags
    assert [words[n] for n, tag in enumerate(cue) if tag == BEGIN] == ["وقالت", "محذرة", "قال", "بحسب"]
    assert cue[words.index("محذرة") + 1] == INSIDE
    assert sum(tag == BEGIN for tag in speaker) == 2
    assert sum(tag == BEGIN for tag in content) == 4
    own = words.index("الكاتبة")
    assert labels.links[0] == Link(words.index("غلق"), ((words.index("وقالت"),), (own,), (), ()))
    assert labels.links[1].right[RELATIONS.index("inherited")] == (own,)
    assert labels.links[3].right[RELATIONS.index("continues")] == (labels.links[2].anchor,)


def test_an_actor_no_quote_names_is_not_learned_from(article: Article) -> None:
    silent = [quote for quote in article.quotes if quote.attribution is Attribution.INHERITED]
    _, labels = label_words(article.model_copy(update={"quotes": tuple(silent)}))
    assert labels.links[0].right[RELATIONS.index("inherited")] == (NO_MENTION,)


def test_a_perfect_tagger_gives_the_gold_quotes_back(article: Article, lexicon: Lexicon) -> None:
    _, labels = label_words(article)
    found = read(article, lexicon, [certain(labels)])
    for gold, ours in zip(article.quotes, found, strict=True):
        assert (ours.kind, ours.content, ours.speaker) == (gold.kind, gold.content, gold.speaker)
        assert (ours.actor, ours.actor_type, ours.attribution) == (gold.actor, gold.actor_type, gold.attribution)


def test_windows_that_overlap_give_what_one_window_gives(article: Article, lexicon: Lexicon) -> None:
    _, labels = label_words(article)
    n_words = len(labels.tags[0])
    windows = [certain(labels, start, min(n_words, start + 44)) for start in range(0, n_words - 21, 22)]
    assert [q.content for q in read(article, lexicon, windows)] == [q.content for q in article.quotes]


def test_a_perfect_tagger_on_the_corpus(corpus_articles: list[Article], lexicon: Lexicon) -> None:
    """What the rules around the tagger lose by themselves: kinds and names, measured on every tenth article."""
    gold = found = kinds = actors = 0
    for article in corpus_articles[::10]:
        _, labels = label_words(article)
        ours = {quote.content[0].start: quote for quote in read(article, lexicon, [certain(labels)])}
        for quote in article.quotes:
            other = ours.get(quote.content[0].start)
            gold += 1
            found += other is not None and abs(other.content[-1].end - quote.content[-1].end) <= 1
            kinds += other is not None and other.kind == quote.kind
            actors += other is not None and other.actor == quote.actor
    assert found / gold > 0.97
    assert kinds / gold > 0.95
    assert actors / gold > 0.85


def test_nothing_tagged_nothing_found(article: Article, lexicon: Lexicon) -> None:
    words, _ = label_words(article)
    empty = np.zeros((len(words), len(ROLES), 3), dtype=np.float32)
    empty[..., 0] = 5.0
    assert read(article, lexicon, [WindowScores(0, empty, {})]) == []
    assert read(article, lexicon, []) == []


def test_unlinked_content_has_no_actor(article: Article, lexicon: Lexicon) -> None:
    _, labels = label_words(article)
    alone = WordLabels(labels.tags, tuple(Link(link.anchor, ((), (), (), ())) for link in labels.links))
    found = read(article, lexicon, [certain(alone)])
    assert {quote.cue for quote in found} == {None}
    assert found[0].kind is QuoteKind.INDIRECT
