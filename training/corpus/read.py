"""Read annotated articles; keep the good ones, count the others by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from training.errors import CorpusError, RecordError
from training.jsonl import Line, read_jsonl
from training.schema import Article, Quote, parse_article


@dataclass(frozen=True)
class ReadResult:
    """The articles in file order, and why the other rows were rejected."""

    articles: list[Article]
    rejected: list[RecordError]

    @property
    def rejected_rate(self) -> float:
        """Share of rows rejected, in [0, 1]."""
        total = len(self.articles) + len(self.rejected)
        return len(self.rejected) / total if total else 0.0


def read_articles(folder: Path) -> ReadResult:
    """Read every `*.jsonl` below `folder`, sorted by name.

    Raises `CorpusError` when the folder holds no such file. Broken rows are returned, not raised.
    """
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise CorpusError(f"{folder}: no *.jsonl file; expected annotated articles; see data/README.md for the format")
    return parse_lines(line for path in paths for line in read_jsonl(path))


def read_briefs(folder: Path) -> ReadResult:
    """Read the short articles that only train; a folder without any is no fault."""
    return parse_lines(line for path in sorted(folder.glob("*.jsonl")) for line in read_jsonl(path))


def check_distinct(articles: ReadResult, briefs: ReadResult) -> None:
    """Raise `CorpusError` when a brief has the id of an article."""
    taken = {article.id for article in articles.articles} & {brief.id for brief in briefs.articles}
    if taken:
        raise CorpusError(
            f"briefs with the ids of articles: {', '.join(sorted(taken)[:5])}; expected new ids; rename them"
        )


def read_file(path: Path) -> list[Article]:
    """Every article of one file; raises the first `RecordError`."""
    result = parse_lines(read_jsonl(path))
    if result.rejected:
        raise result.rejected[0]
    return result.articles


def parse_lines(lines: Iterable[Line | RecordError]) -> ReadResult:
    """Validate decoded lines into articles; a second article with a known id is rejected."""
    articles: dict[str, Article] = {}
    rejected: list[RecordError] = []
    for line in lines:
        if isinstance(line, RecordError):
            rejected.append(line)
            continue
        try:
            article = parse_article(line.record, line.place)
            _check_new(article, articles, line.place)
        except RecordError as error:
            rejected.append(error)
        else:
            articles[article.id] = article
    return ReadResult(list(articles.values()), rejected)


def check_rejected(result: ReadResult, max_rejected_rate: float) -> None:
    """Raise `CorpusError`, naming the first fault, when too many rows were rejected or none is left."""
    if not result.articles or result.rejected_rate > max_rejected_rate:
        first = f"; the first: {result.rejected[0]}" if result.rejected else ""
        raise CorpusError(
            f"{len(result.rejected)} of {len(result.articles) + len(result.rejected)} articles rejected; "
            f"expected a share of at most {max_rejected_rate}{first}"
        )


def corpus_statistics(result: ReadResult) -> dict[str, object]:
    """Counts for the stage report: rows kept, rejected with reasons, and every label."""
    quotes = [quote for article in result.articles for quote in article.quotes]
    main = [label for article in result.articles for quote in article.quotes for label in _main_stance(article, quote)]
    return {
        "n_articles": len(result.articles),
        "n_rejected": len(result.rejected),
        "rejected": [str(error) for error in result.rejected],
        "n_quotes": len(quotes),
        "n_words": sum(len(article.text.split()) for article in result.articles),
        "sections": _count(section for article in result.articles for section in article.sections),
        "stance_toward_main_target": _count(main),
        "kind": _count(quote.kind for quote in quotes),
        "attribution": _count(quote.attribution for quote in quotes),
        "actor_type": _count(quote.actor_type or "none" for quote in quotes),
        "style": _count(article.style or "unknown" for article in result.articles),
    }


def _main_stance(article: Article, quote: Quote) -> list[str]:
    return [stance.label for stance in quote.stances if stance.target == article.target]


def _count(values: Iterable[str]) -> dict[str, int]:
    return {str(value): n for value, n in sorted(Counter(values).items())}


def _check_new(article: Article, known: dict[str, Article], place: str) -> None:
    if article.id in known:
        raise RecordError(place, f"id {article.id!r} is already taken", "one id an article", "rename one of them")
