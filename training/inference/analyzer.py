"""The whole reading of an article: sections, quotes, actors, stances."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from training.errors import RowError
from training.export.bundle import open_bundle, read_rule_card
from training.inference.rows import ArticleRow, parse_row, row_id
from training.inference.scorer import ComputeThreads, Scorer
from training.inference.section import SectionResult, begin_sections
from training.inference.stance import StanceInput, StanceScore, actor_stance, begin_stances
from training.quotes import ExtractedQuote, Lexicon, extract_quotes

ARTICLES_A_BATCH = 16
CHARACTERS_A_BATCH = 400_000
"""Ends a batch of very long texts early, so that memory stays bounded."""

Row = TypeVar("Row")
Results = Callable[[], Iterator[dict[str, Any]]]
"""Waits for the compute threads, then gives one result a row."""


@dataclass(frozen=True)
class ModelIdentity:
    """What scored a row; `version` is None outside the registry."""

    name: str
    version: str | None
    content_sha256: str


class Analyzer:
    """Scores rows with one bundle. Create once: it loads two ONNX sessions and the lexicons."""

    def __init__(
        self, folder: Path, *, name: str | None = None, version: str | None = None, threads: int | None = None
    ) -> None:
        manifest = open_bundle(folder)
        self.identity = ModelIdentity(name or folder.name, version, manifest.content_sha256)
        shared = ComputeThreads(threads)
        self.section = Scorer(folder / "section", shared)
        self.stance = Scorer(folder / "stance", shared)
        self._lexicon = Lexicon.load(folder / "lexicon")
        self._rules = read_rule_card(folder / "quotes.json")

    def analyze(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """One result a row, in order, lazily; a row that cannot be scored gives its `error` and the others go on."""
        begun = one_ahead(self.begin(batch) for batch in batches(rows, n_characters))
        return chain.from_iterable(results() for results in begun)

    def begin(self, rows: Sequence[Mapping[str, Any]]) -> Results:
        """Begin to score rows together; memory grows with their number.

        The compute threads work on sections while this thread looks for quotes, and on stances while the caller
        begins with other rows.
        """
        parsed = [_parse_or_error(row) for row in rows]
        articles = [item for item in parsed if isinstance(item, ArticleRow)]
        sections = begin_sections(self.section, [(article.title, article.text) for article in articles])
        quotes = [self.extract(article.text) for article in articles]
        stances = self._begin_stances(articles, quotes)

        def results() -> Iterator[dict[str, Any]]:
            done = iter(zip(articles, sections(), quotes, stances(), strict=True))
            for row, item in zip(rows, parsed, strict=True):
                yield error_result(row_id(row), item) if isinstance(item, RowError) else self._result(*next(done))

        return results

    def extract(self, text: str) -> tuple[ExtractedQuote, ...]:
        """The quotes of a text by the bundle's lexicon, without stances."""
        return extract_quotes(text, self._lexicon)

    def _begin_stances(
        self, articles: Sequence[ArticleRow], quotes: Sequence[Sequence[ExtractedQuote]]
    ) -> Callable[[], list[list[StanceScore]]]:
        questions = [
            StanceInput.of(found.quote, article.target, number)
            for number, (article, of_article) in enumerate(zip(articles, quotes, strict=True))
            for found in of_article
        ]
        answers = begin_stances(self.stance, questions)

        def stances() -> list[list[StanceScore]]:
            scores = iter(answers())
            return [[next(scores) for _ in of_article] for of_article in quotes]

        return stances

    def _result(
        self,
        article: ArticleRow,
        sections: SectionResult,
        quotes: Sequence[ExtractedQuote],
        stances: Sequence[StanceScore],
    ) -> dict[str, Any]:
        warnings = list(article.warnings)
        if sections.dropped_rate:
            warnings.append(f"long_text: the section model read {1 - sections.dropped_rate:.0%} of the tokens")
        return {
            "id": article.id,
            **({"date": article.date} if article.date else {}),
            "sections": [vars(score) for score in sections.scores],
            "quotes": [
                self._quote(found, article.target, stance) for found, stance in zip(quotes, stances, strict=True)
            ],
            "actors": _actors(quotes, stances, article.target),
            "warnings": warnings,
            "model": vars(self.identity),
        }

    def _quote(self, found: ExtractedQuote, target: str, stance: StanceScore) -> dict[str, Any]:
        quote = found.quote.model_dump(mode="json", exclude={"stances"})
        confidence = self._rules.confidence.get(found.rule, self._rules.default)
        return {**quote, "confidence": confidence, "stances": [{"target": target, **_stance(stance)}]}


def batches(rows: Iterable[Row], size: Callable[[Row], int]) -> Iterator[list[Row]]:
    """Rows in order; a batch ends with its `ARTICLES_A_BATCH`th row or the one that fills `CHARACTERS_A_BATCH`."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ARTICLES_A_BATCH or sum(map(size, batch)) >= CHARACTERS_A_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def one_ahead(items: Iterable[Row]) -> Iterator[Row]:
    """The same items, each only after the next one has been asked for: what that one began runs on meanwhile."""
    waiting: list[Row] = []
    for item in items:
        yield from waiting
        waiting = [item]
    yield from waiting


def n_characters(row: Mapping[str, Any]) -> int:
    """Length of a row's text, 0 when it is no string."""
    text = row.get("text")
    return len(text) if isinstance(text, str) else 0


def error_result(identifier: str | None, error: RowError) -> dict[str, Any]:
    """The output of a row that could not be scored."""
    return {"id": identifier, "error": {"code": error.code, "message": str(error)}}


def _parse_or_error(row: Mapping[str, Any]) -> ArticleRow | RowError:
    try:
        return parse_row(row)
    except RowError as error:
        return error


def _actors(quotes: Sequence[ExtractedQuote], stances: Sequence[StanceScore], target: str) -> list[dict[str, Any]]:
    """One entry an actor, in order of first quote, with the quotes as evidence."""
    by_actor: dict[str, list[tuple[ExtractedQuote, StanceScore]]] = {}
    for found, stance in zip(quotes, stances, strict=True):
        if found.quote.actor is not None:
            by_actor.setdefault(found.quote.actor, []).append((found, stance))
    return [
        {
            "actor": actor,
            "actor_type": str(evidence[0][0].quote.actor_type),
            "target": target,
            **_stance(actor_stance([stance for _, stance in evidence])),
            "quotes": [found.quote.id for found, _ in evidence],
        }
        for actor, evidence in by_actor.items()
    ]


def _stance(score: StanceScore) -> dict[str, Any]:
    return {
        "label": score.label,
        "probability": score.probability,
        "probabilities": score.probabilities,
        "abstained": score.abstained,
    }
