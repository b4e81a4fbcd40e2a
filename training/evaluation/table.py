"""The headline numbers beside their baselines: rows for a page, aligned text for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OURS = "ours"


@dataclass(frozen=True)
class Headline:
    """A metric that is read first, its name for people, and the key of what it is a share of."""

    metric: str
    name: str
    n: str


HEADLINES: dict[str, tuple[Headline, ...]] = {
    "section": (Headline("macro_f1", "macro F1", "n"), Headline("micro_f1", "micro F1", "n")),
    "stance": (Headline("macro_f1", "macro F1", "n"), Headline("accuracy", "accuracy", "n")),
    "quotes": (
        Headline("f1", "quote F1, overlap ≥ 0.5", "n_gold"),
        Headline("exact_f1", "quote F1, exact offsets", "n_gold"),
        Headline("actor_accuracy", "actor of found quotes", "n_matched"),
        Headline("actor_accuracy_inherited", "actor, subject dropped", "n_matched_inherited"),
    ),
    "end_to_end": (
        Headline("actor_stance_f1", "(actor, stance) F1", "n_gold_actors"),
        Headline("actor_f1", "actor F1", "n_gold_actors"),
    ),
}


@dataclass(frozen=True)
class ResultRow:
    """One score of one system; `system` is "ours" or a baseline's name, bounds are None where there is no interval."""

    evaluation: str
    system: str
    metric: str
    value: float
    low: float | None
    high: float | None
    n: int
    n_articles: int

    @property
    def interval(self) -> str:
        """`0.712–0.824`, or a dash where there is none."""
        return "–" if self.low is None or self.high is None else f"{self.low:.3f}–{self.high:.3f}"


def results_table(reports: Mapping[str, Mapping[str, Any]]) -> list[ResultRow]:
    """The headline metrics of each evaluation, ours before its baselines, each where it is reported.

    A baseline's n is the report's where it gives none of its own.
    """
    return [
        _row(evaluation, system, headline, {**report, **scores})
        for evaluation, report in reports.items()
        for headline in HEADLINES[evaluation]
        for system, scores in _systems(report)
        if headline.metric in scores
    ]


def format_table(rows: Iterable[ResultRow]) -> str:
    """Aligned columns for the terminal; evaluation and metric stand only where they change."""
    table = [("evaluation", "metric", "system", "value", "interval", "n", "articles")]
    before: ResultRow | None = None
    for row in rows:
        same = before is not None and before.evaluation == row.evaluation
        again = same and before is not None and before.metric == row.metric
        table.append(
            (
                "" if same else row.evaluation,
                "" if again else row.metric,
                row.system,
                f"{row.value:.3f}",
                row.interval,
                str(row.n),
                str(row.n_articles),
            )
        )
        before = row
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(_line(cells, widths) for cells in table)


def _systems(report: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield OURS, report
    yield from report.get("baselines", {}).items()


def _row(evaluation: str, system: str, headline: Headline, scores: Mapping[str, Any]) -> ResultRow:
    estimate = scores[headline.metric]
    return ResultRow(
        evaluation=evaluation,
        system=system,
        metric=headline.name,
        value=estimate["value"],
        low=estimate["low"],
        high=estimate["high"],
        n=scores[headline.n],
        n_articles=scores["n_articles"],
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers_from = 3
    padded = [
        cell.ljust(width) if column < numbers_from else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded)
