"""What people read of an evaluation: the terminal table, `reports/index.html` and the model cards."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from training.evaluation.spans import same_actor
from training.schema import Stance

TEMPLATES = Path(__file__).parent / "templates"
OURS = "ours"
MAX_ERRORS = 20


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

QUESTIONS = {
    "section": "Which desks does the article belong to?",
    "stance": "Where does the speaker of a gold quote stand on a gold target?",
    "quotes": "Which words are reported in the raw text, and whose are they?",
    "end_to_end": "From raw text alone: which actors speak, and where do they stand on the main target?",
}

SUMS = {
    "n_articles": "articles",
    "n_rejected": "rejected rows",
    "n_quotes": "quotes",
    "n_words": "words",
}
"""The corpus report's totals; its other fields are counts by label."""


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


@dataclass(frozen=True)
class PlotImage:
    """A PNG of one evaluation; `name` is its file's stem."""

    evaluation: str
    name: str
    png: bytes

    @property
    def caption(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")

    @property
    def data_uri(self) -> str:
        """The picture inside an address, so that a page needs no second file."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"


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
    def margin(self) -> Margin | None:
        """Against the best baseline; None where the metric has none."""
        ours, *baselines = self.rows
        if not baselines:
            return None
        best = max(baselines, key=lambda row: row.value)
        lower, upper = sorted((best, ours), key=lambda row: row.value)
        apart = lower.high is not None and upper.low is not None and lower.high < upper.low
        return Margin(ours.value - best.value, apart)


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


def render_index(
    reports: Mapping[str, Mapping[str, Any]],
    corpus: Mapping[str, Any],
    split: Mapping[str, Any],
    curves: Mapping[str, Sequence[Mapping[str, float]]],
    plots: Sequence[PlotImage],
    errors: Mapping[str, Sequence[Mapping[str, Any]]],
) -> str:
    """The results page: one file, no script, nothing fetched. `errors` as `instructive_errors` gives them."""
    rows = results_table(reports)
    return _template("index.html.jinja").render(
        evaluations=[
            {
                "name": name,
                "question": QUESTIONS[name],
                "metrics": list(_metric_groups(row for row in rows if row.evaluation == name)),
                "labels": _label_table(report),
                "facts": _facts(report),
                "curve": curves.get(name, ()),
                "plots": [plot for plot in plots if plot.evaluation == name],
                "errors": errors.get(name, ()),
            }
            for name, report in reports.items()
        ],
        totals={name: corpus[key] for key, name in SUMS.items() if key in corpus},
        counts={key: value for key, value in corpus.items() if isinstance(value, Mapping)},
        rejected=corpus.get("rejected", ()),
        split=split,
    )


def instructive_errors(task: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """At most `MAX_ERRORS` mistakes among the rows of a `predictions.jsonl`, the most telling first.

    Each has `article`, `fault`, the Arabic `text` it is about, `facts` (name → Arabic or label) and `confidence`
    (None where the file has none).
    """
    return _ERRORS[task](rows)[:MAX_ERRORS]


def model_card(task: str, card: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    """Markdown card of a trained task from its `task.json` and its evaluation's `metrics.json`."""
    return _template("model_card.md.jinja").render(
        task=task,
        purpose=QUESTIONS[task],
        card=card,
        rows=results_table({task: report}),
        labels=_label_table(report),
        facts=_facts(report),
    )


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


def _metric_groups(rows: Iterable[ResultRow]) -> Iterator[MetricGroup]:
    by_metric: dict[str, list[ResultRow]] = {}
    for row in rows:
        by_metric.setdefault(row.metric, []).append(row)
    for metric, group in by_metric.items():
        yield MetricGroup(metric, tuple(group))


@dataclass(frozen=True)
class LabelTable:
    """Scores by label; the first column names it."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def _label_table(report: Mapping[str, Any]) -> LabelTable | None:
    """Scores by label, or quote recall by kind; None where a report has neither."""
    if "per_label" in report:
        return LabelTable(
            ("label", "precision", "recall", "F1", "gold rows"),
            [(label, *_label_cells(score)) for label, score in report["per_label"].items()],
        )
    if "recall_by_kind" in report:
        support = report["support_by_kind"]
        return LabelTable(
            ("kind", "recall", "gold quotes"),
            [(kind, _estimate(recall), str(support[kind])) for kind, recall in report["recall_by_kind"].items()],
        )
    return None


def _label_cells(score: Mapping[str, Any]) -> tuple[str, ...]:
    return (*(f"{score[key]:.3f}" for key in ("precision", "recall", "f1")), str(score["support"]))


def _facts(report: Mapping[str, Any]) -> dict[str, str]:
    """What is worth saying besides the headline metrics."""
    estimates = {
        "ece": "expected calibration error (lower is better)",
        "precision": "precision",
        "recall": "recall",
        "cue_accuracy": "cue of found quotes, exact offsets",
        "attribution_accuracy": "attribution of found quotes",
    }
    facts = {name: _estimate(report[key]) for key, name in estimates.items() if key in report}
    if "abstained_rate" in report:
        facts["answers marked abstained"] = f"{report['abstained_rate']:.1%}"
    return facts


def _estimate(estimate: Mapping[str, Any]) -> str:
    low, high = estimate["low"], estimate["high"]
    bounds = "" if low is None or high is None else f" ({low:.3f}–{high:.3f})"
    return f"{estimate['value']:.3f}{bounds}"


def _section_errors(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Most wrong labels first."""
    wrong = [row for row in rows if set(row["gold"]) != set(row["predicted"])]
    wrong.sort(key=lambda row: -len(set(row["gold"]) ^ set(row["predicted"])))
    return [
        _error(
            row["id"],
            _section_fault(set(row["gold"]), set(row["predicted"])),
            row["title"],
            {"gold": _names(row["gold"]), "predicted": _names(row["predicted"])},
        )
        for row in wrong
    ]


def _section_fault(gold: set[str], predicted: set[str]) -> str:
    if not gold & predicted:
        return "no label right"
    missed, added = _names(sorted(gold - predicted)), _names(sorted(predicted - gold))
    return "; ".join(part for part in (missed and f"missed {missed}", added and f"added {added}") if part)


def _stance_errors(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Most confident first."""
    wrong = [row for row in rows if row["gold"] != row["predicted"]]
    wrong.sort(key=lambda row: -row["probabilities"][row["predicted"]])
    return [
        _error(
            row["id"],
            f"{row['gold']} read as {row['predicted']}" + (", the other side" if _opposite(row) else ""),
            row["words"],
            {"target": row["target"], "actor": row["actor"], "cue": row["cue"]},
            row["probabilities"][row["predicted"]],
        )
        for row in wrong
    ]


def _opposite(row: Mapping[str, Any]) -> bool:
    return Stance.NEUTRAL not in (row["gold"], row["predicted"])


def _quote_errors(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Missed quotes, false alarms and wrong actors in turn, of each kind every article's first before its second."""
    faults: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for row in rows:
        seen: dict[str, int] = {}
        for error in _article_quote_errors(row):
            order = seen[error["fault"]] = seen.get(error["fault"], -1) + 1
            faults.setdefault(error["fault"], []).append((order, error))
    queues = [[error for _, error in sorted(found, key=lambda pair: pair[0])] for found in faults.values()]
    return list(_in_turn(queues))


def _article_quote_errors(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for match in row["matches"]:
        gold = None if match["gold"] is None else row["gold"][match["gold"]]
        predicted = None if match["predicted"] is None else row["predicted"][match["predicted"]]
        if gold is not None and predicted is None:
            yield _error(row["id"], "missed", _words(gold), _quote_facts(gold))
        elif predicted is not None and gold is None:
            yield _error(row["id"], "false alarm", _words(predicted), _quote_facts(predicted))
        elif gold is not None and predicted is not None and not same_actor(gold["actor"], predicted["actor"]):
            facts = {**_quote_facts(gold), "predicted actor": predicted["actor"] or "none"}
            yield _error(row["id"], "wrong actor", _words(gold), facts)


def _quote_facts(quote: Mapping[str, Any]) -> dict[str, str | None]:
    cue = quote["cue"]["text"] if quote["cue"] else None
    return {"actor": quote["actor"] or "none", "cue": cue, "kind": quote["kind"], "attribution": quote["attribution"]}


def _words(quote: Mapping[str, Any]) -> str:
    return " … ".join(span["text"] for span in quote["content"])


def _end_to_end_errors(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Wrong stances first, then missed and invented actors in turn."""
    stances, missed, invented = [], [], []
    for row in rows:
        for actor, gold in row["gold"].items():
            found = [label for other, label in row["predicted"].items() if same_actor(actor, other)]
            if not found:
                missed.append(_error(row["id"], "actor missed", actor, {"gold": gold}))
            elif gold not in found:
                stances.append(_error(row["id"], f"{gold} read as {found[0]}", actor, {}))
        for actor, label in row["predicted"].items():
            if not any(same_actor(actor, other) for other in row["gold"]):
                invented.append(_error(row["id"], "actor invented", actor, {"predicted": label}))
    return [*stances, *_in_turn([missed, invented])]


_ERRORS = {
    "section": _section_errors,
    "stance": _stance_errors,
    "quotes": _quote_errors,
    "end_to_end": _end_to_end_errors,
}


def _error(
    article: str, fault: str, text: str, facts: Mapping[str, str | None], confidence: float | None = None
) -> dict[str, Any]:
    shown = {name: value for name, value in facts.items() if value is not None}
    return {"article": article, "fault": fault, "text": text, "facts": shown, "confidence": confidence}


def _in_turn(queues: Sequence[Sequence[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """The first of each queue, then the second of each, and so on."""
    for position in range(max(map(len, queues), default=0)):
        yield from (queue[position] for queue in queues if position < len(queue))


def _names(labels: Iterable[str]) -> str:
    return ", ".join(labels)


def _points(curve: Sequence[Mapping[str, float]], key: str) -> str:
    """A metric in [0, 1] over epochs as points of an SVG polyline in a box of 100 × 100, origin top left."""
    first, last = curve[0]["epoch"], curve[-1]["epoch"]
    width = (last - first) or 1.0
    return " ".join(f"{100 * (row['epoch'] - first) / width:.1f},{100 * (1 - row[key]):.1f}" for row in curve)


def _style_source(css: str) -> str:
    """The Content-Security-Policy source that allows exactly this style sheet."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(points=_points, style_source=_style_source)
    return environment


def _template(name: str) -> Template:
    return _environment().get_template(name)
