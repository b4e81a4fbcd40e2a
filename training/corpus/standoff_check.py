"""What the standoff annotations hold, counted without their texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from training.corpus.standoff import Split, StandoffRecord
from training.errors import CorpusError
from training.schema import ActorType, Attribution, QuoteKind, Stance
from training.sources import CORPORA
from training.sources.errors import UnknownCorpusError

MAX_DIFFERENCE = 2
"""By how many articles the splits of one source may differ; odd numbers and later additions need room."""


def check_source(name: str) -> None:
    """Raise `UnknownCorpusError` when no reader can ever bring the texts of a source."""
    if name not in CORPORA:
        raise UnknownCorpusError(name, CORPORA, "texts")


def check_sources(records: Sequence[StandoffRecord]) -> None:
    """`check_source` on the source of every record."""
    for name in _sources(records):
        check_source(name)


def check_balance(records: Sequence[StandoffRecord]) -> None:
    """Raise `CorpusError` when the articles of a source are not shared evenly between dev and test."""
    counts = Counter((record.source, record.split) for record in records)
    for source in _sources(records):
        n_dev, n_test = counts[source, Split.DEV], counts[source, Split.TEST]
        if abs(n_dev - n_test) > MAX_DIFFERENCE:
            raise CorpusError(
                f"standoff articles of {source}: {n_dev} dev and {n_test} test; expected numbers at most "
                f"{MAX_DIFFERENCE} apart; annotate more, or move articles nobody has tuned on into test"
            )


def format_counts(records: Sequence[StandoffRecord]) -> str:
    """One line a row of the table: articles, then quotes by label, in dev, in test and together."""
    counts = Counter((name, record.split) for record in records for name in _rows_of(record))
    names = _row_names(records)
    width = max(map(len, names))
    lines = [f"{'':<{width}}  {'dev':>5}  {'test':>5}  {'all':>5}"]
    for name in names:
        n_dev, n_test = counts[name, Split.DEV], counts[name, Split.TEST]
        lines.append(f"{name:<{width}}  {n_dev:>5}  {n_test:>5}  {n_dev + n_test:>5}")
    return "\n".join(lines)


def _row_names(records: Sequence[StandoffRecord]) -> list[str]:
    return [
        "articles",
        *(f"articles of {source}" for source in _sources(records)),
        "quotes",
        *(f"{kind} quotes" for kind in QuoteKind),
        *(f"attribution {attribution}" for attribution in Attribution),
        *(f"actor {kind}" for kind in (*ActorType, "unknown")),
        *(f"main stance {stance}" for stance in Stance),
        "stances toward further targets",
    ]


def _rows_of(record: StandoffRecord) -> Iterator[str]:
    """The name of every row that this record adds one to, as often as it does."""
    yield from ("articles", f"articles of {record.source}")
    for quote in record.quotes:
        yield from ("quotes", f"{quote.kind} quotes", f"attribution {quote.attribution}")
        yield f"actor {quote.actor_type or 'unknown'}"
        for stance in quote.stances:
            is_main = stance.target == record.target
            yield f"main stance {stance.label}" if is_main else "stances toward further targets"


def _sources(records: Sequence[StandoffRecord]) -> list[str]:
    return list(dict.fromkeys(record.source for record in records))
