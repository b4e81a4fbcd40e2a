"""What benchmarks read: the trained models, articles with gold sections, and synthetic corpora of any size."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.corpus.public_rows import read_public
from training.corpus.read import read_articles
from training.corpus.storage import load_splits, to_articles
from training.errors import InputError
from training.models.tasks import Example, public_section_examples, section_examples
from training.params import AUTHORED, load_params
from training.schema import Article
from training.sources import available, mirror_folder

SEED = 13
ANT = "ant"
NEAR_DUPLICATES = 0.05
"""Share of synthetic articles that are the one before with a paragraph changed."""
PARAGRAPHS = 4
"""Of a synthetic article: about 120 words."""


@dataclass(frozen=True)
class Setting:
    """Where the inputs lie and how much is run."""

    n_rounds: int = 5
    bundle: Path = Path("models/analyzer")
    models: Path = Path("models")
    splits: Path = Path("data/splits")
    articles: Path = Path("data/articles")
    lexicon: Path = Path("data/lexicon")
    n_articles: int = 200
    """Scored a round by the section benchmark."""
    n_training_tokens: int = 6_000
    """Of the rows that one timed training epoch has."""
    corpus_sizes: tuple[int, ...] = (1_000, 10_000, 100_000)
    rules_sizes: tuple[int, ...] = (1_000, 10_000)
    """Articles through `analyze` with the quote rules alone."""
    model_sizes: tuple[int, ...] = (100, 1_000)
    """Articles through `analyze` with the real model."""


@dataclass(frozen=True)
class Rows:
    """Articles with gold sections, and a word on where they are from."""

    origin: str
    examples: Sequence[Example]


def require(path: Path, command: str) -> Path:
    """The path. Raises `InputError` when it is not there."""
    if not path.exists():
        raise InputError(f"{path}: not there; expected the output of `{command}`; run it first")
    return path


def split_articles(setting: Setting, part: str) -> list[Article]:
    """One part of the authored corpus: train or dev."""
    require(setting.splits, "dvc repro split")
    return list(to_articles(load_splits(setting.splits)[part]))


def section_rows(setting: Setting) -> Rows:
    """Seeded ANT articles where that corpus is at hand, else those of the authored train and dev splits."""
    folder = mirror_folder()
    if folder is None or ANT not in available(folder):
        authored = section_examples([*split_articles(setting, "dev"), *split_articles(setting, "train")])
        return Rows("authored dev and train articles, for ANT is not at hand", authored[: setting.n_articles])
    params = load_params()
    wanted = params.corpus.model_copy(update={"sources": [AUTHORED, ANT], "rows_per_source": setting.n_articles})
    found = public_section_examples(read_public(wanted, params.split, []), "train")
    return Rows("ANT", found[: setting.n_articles])


def synthetic_articles(source: Path, n: int, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """`n` annotated articles of shuffled authored paragraphs, their quotes with them; some nearly repeat another one.

    Cost grows as with real text: paragraphs recur, whole articles seldom do.
    """
    articles = read_articles(source).articles
    paragraphs = [found for article in articles for found in _paragraphs(article)]
    heads = [article.model_dump(mode="json") for article in articles]
    draw = random.Random(seed)
    chosen: list[_Paragraph] = []
    for number in range(n):
        if chosen and draw.random() < NEAR_DUPLICATES:
            chosen = [*chosen[:-1], draw.choice(paragraphs)]
        else:
            chosen = draw.sample(paragraphs, min(PARAGRAPHS, len(paragraphs)))
        yield _joined(f"synthetic-{number}", draw.choice(heads), chosen)


@dataclass(frozen=True)
class _Paragraph:
    text: str
    quotes: Sequence[dict[str, Any]]
    """Records with offsets into the paragraph."""


def _paragraphs(article: Article) -> Iterator[_Paragraph]:
    start = 0
    for text in article.text.split("\n"):
        end = start + len(text)
        if text.strip():
            inside = [q for q in article.quotes if all(start <= s.start and s.end <= end for s in q.spans)]
            yield _Paragraph(text, [_moved(quote.model_dump(mode="json"), -start) for quote in inside])
        start = end + 1


def _joined(identifier: str, head: dict[str, Any], paragraphs: Sequence[_Paragraph]) -> dict[str, Any]:
    text, quotes = "", []
    for paragraph in paragraphs:
        quotes += [_moved(quote, len(text)) for quote in paragraph.quotes]
        text += paragraph.text + "\n"
    numbered = [{**quote, "id": f"q{n}"} for n, quote in enumerate(quotes, start=1)]
    return {**head, "id": identifier, "text": text, "quotes": numbered, "story": None}


def _moved(quote: dict[str, Any], by: int) -> dict[str, Any]:
    def move(span: dict[str, Any] | None) -> dict[str, Any] | None:
        return span and {**span, "start": span["start"] + by, "end": span["end"] + by}

    content = [move(span) for span in quote["content"]]
    return {**quote, "content": content, "cue": move(quote["cue"]), "speaker": move(quote["speaker"])}
