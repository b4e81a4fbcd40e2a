"""The headline numbers beside their baselines: rows for a page, aligned text for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

OURS = "ours"
REAL = "real"
"""The key of a report under which the same scores on real articles stand."""

_NO_SCORE = ("–", "", "", "")


@dataclass(frozen=True)
class Headline:
    """A metric that is read first, its name for people, and the key of what it is a share of.

    A dot in a key leads into a mapping (`f1_by_kind.direct`).
    """

    metric: str
    name: str
    n: str


HEADLINES: dict[str, tuple[Headline, ...]] = {
    "section": (
        Headline("macro_f1", "macro F1", "n"),
        Headline("micro_f1", "micro F1", "n"),
        Headline("ece", "calibration error", "n"),
    ),
    "stance": (
        Headline("macro_f1", "macro F1", "n"),
        Headline("accuracy", "accuracy", "n"),
        Headline("selective.accuracy", "accuracy, not abstained", "selective.n_answered"),
        Headline("ece", "calibration error", "n"),
    ),
    "quotes": (
        Headline("f1", "quote F1, overlap ≥ 0.5", "n_gold"),
        Headline("exact_f1", "quote F1, exact offsets", "n_gold"),
        Headline("f1_by_kind.direct", "direct F1", "support_by_kind.direct"),
        Headline("f1_by_kind.indirect", "indirect F1", "support_by_kind.indirect"),
        Headline("f1_by_kind.mixed", "mixed F1", "support_by_kind.mixed"),
        Headline("kind_accuracy", "kind of found quotes", "n_matched"),
        Headline("cue_f1", "cue F1, exact offsets", "n_gold_cues"),
        Headline("cue_overlap_f1", "cue F1, any overlap", "n_gold_cues"),
        Headline("attribution_accuracy", "attribution of found quotes", "n_matched"),
        Headline("actor_accuracy", "actor of found quotes", "n_matched"),
        Headline("actor_accuracy_by_attribution.explicit", "actor, named", "support_by_attribution.explicit"),
        Headline(
            "actor_accuracy_by_attribution.inherited", "actor, subject dropped", "support_by_attribution.inherited"
        ),
        Headline(
            "actor_accuracy_by_attribution.anonymous", "actor, unnamed source", "support_by_attribution.anonymous"
        ),
        Headline("actor_b3_f1", "actor clusters, B³ F1", "n_matched"),
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
    real: ResultRow | None = None
    """The same score on real articles, where they were at hand."""

    @property
    def interval(self) -> str:
        """`0.712–0.824`, or a dash where there is none."""
        return "–" if self.low is None or self.high is None else f"{self.low:.3f}–{self.high:.3f}"


@dataclass(frozen=True)
class Margin:
    """How far ours lies above the best baseline, and whether the two intervals keep apart."""

    difference: float
    apart: bool

    @property
    def words(self) -> str:
        """For people: the signed difference and what it is worth."""
        return f"{self.difference:+.3f}, intervals {'apart' if self.apart else 'overlap'}"


@dataclass(frozen=True)
class MetricGroup:
    """Ours and the baselines on one metric."""

    metric: str
    rows: tuple[ResultRow, ...]

    @property
    def ours(self) -> ResultRow:
        """The system that is trained."""
        return self.rows[0]

    @property
    def best_baseline(self) -> ResultRow | None:
        """The strongest of the others; None where the metric has none."""
        return max(self.rows[1:], key=lambda row: row.value, default=None)

    @property
    def margin(self) -> Margin | None:
        """Against the best baseline; None where the metric has none."""
        ours, best = self.ours, self.best_baseline
        if best is None:
            return None
        lower, upper = sorted((best, ours), key=lambda row: row.value)
        apart = lower.high is not None and upper.low is not None and lower.high < upper.low
        return Margin(ours.value - best.value, apart)


def results_table(reports: Mapping[str, Mapping[str, Any]]) -> list[ResultRow]:
    """The headline metrics of each evaluation, ours before its baselines, each where it is reported.

    A baseline's n is the report's where it gives none of its own.
    """
    return [row for evaluation, report in reports.items() for row in _with_real(evaluation, report)]


def metric_groups(rows: Iterable[ResultRow]) -> Iterator[MetricGroup]:
    """Rows of one evaluation by metric, in their order."""
    by_metric: dict[str, list[ResultRow]] = {}
    for row in rows:
        by_metric.setdefault(row.metric, []).append(row)
    for metric, group in by_metric.items():
        yield MetricGroup(metric, tuple(group))


def format_table(rows: Sequence[ResultRow]) -> str:
    """Aligned columns for the terminal, those of real articles where there are any.

    Evaluation and metric stand only where they change.
    """
    has_real = any(row.real for row in rows)
    real_heading = ("real", "interval", "n", "articles") if has_real else ()
    table = [("evaluation", "metric", "system", "authored", "interval", "n", "articles", *real_heading)]
    before: ResultRow | None = None
    for row in rows:
        same = before is not None and before.evaluation == row.evaluation
        again = same and before is not None and before.metric == row.metric
        names = ("" if same else row.evaluation, "" if again else row.metric, row.system)
        table.append((*names, *_score(row), *(_score(row.real) if has_real else ())))
        before = row
    return aligned(table, text_columns=3)


def aligned(table: Sequence[Sequence[str]], text_columns: int) -> str:
    """Lines of equal columns; the first ones hold text and begin at the left, the others numbers that end at the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < text_columns else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in table
    )


def _with_real(evaluation: str, report: Mapping[str, Any]) -> Iterator[ResultRow]:
    real = {(row.metric, row.system): row for row in _rows(evaluation, report.get(REAL, {}))}
    for row in _rows(evaluation, report):
        yield replace(row, real=real.get((row.metric, row.system)))


def _rows(evaluation: str, report: Mapping[str, Any]) -> Iterator[ResultRow]:
    for headline in HEADLINES[evaluation]:
        for system, scores in _systems(report):
            estimate, n = _at(scores, headline.metric), _at({**report, **scores}, headline.n)
            if estimate is not None:
                yield ResultRow(
                    evaluation=evaluation,
                    system=system,
                    metric=headline.name,
                    value=estimate["value"],
                    low=estimate["low"],
                    high=estimate["high"],
                    n=n,
                    n_articles=scores.get("n_articles", report["n_articles"]),
                )


def _systems(report: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield OURS, report
    yield from report.get("baselines", {}).items()


def _at(scores: Mapping[str, Any], key: str) -> Any:
    """What stands at a dotted key; None where nothing does."""
    found: Any = scores
    for part in key.split("."):
        found = (found or {}).get(part)
    return found


def _score(row: ResultRow | None) -> Iterable[str]:
    return _NO_SCORE if row is None else (f"{row.value:.3f}", row.interval, str(row.n), str(row.n_articles))
