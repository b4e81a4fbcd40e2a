"""What people read of a training: `reports/index.html` and the model cards."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template

from training.evaluation.slices import Slice
from training.evaluation.table import REAL, metric_groups, results_table
from training.pages import page_environment

TEMPLATES = Path(__file__).parent / "templates"


QUESTIONS = {
    "section": "Which desks does the article belong to?",
    "stance": "Where does the speaker of a gold quote stand on a gold target?",
    "quotes": "Which words are reported in the raw text, and whose are they?",
    "end_to_end": "From raw text alone: which actors speak, and where do they stand on the main target?",
}

OTHER_SOURCES = ("briefs", REAL, "public")
"""Keys of the corpus report that are not about the articles that are divided."""
SUMS = {
    "n_articles": "articles",
    "n_rejected": "rejected rows",
    "n_quotes": "quotes",
    "n_words": "words",
}
"""The corpus report's totals; its other fields are counts by label."""


@dataclass(frozen=True)
class PlotImage:
    """A PNG; `name` is its file's stem, `real` whether it is about real articles."""

    name: str
    png: bytes
    real: bool = False

    @property
    def caption(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")

    @property
    def data_uri(self) -> str:
        """The picture inside an address, so that a page needs no second file."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"


@dataclass(frozen=True)
class EvaluationParts:
    """What the page shows of one evaluation."""

    report: Mapping[str, Any]
    curve: Sequence[Mapping[str, float]] = ()
    plots: Sequence[PlotImage] = ()
    slices: Sequence[Slice] = ()
    real_slices: Sequence[Slice] = ()
    errors: Sequence[Mapping[str, Any]] = ()
    """As `instructive_errors` gives them."""


@dataclass(frozen=True)
class SliceLine:
    """One slice on the authored and on the real articles; None where a side has no such rows."""

    metric: str
    dimension: str
    name: str
    authored: Slice | None
    real: Slice | None


def render_index(
    evaluations: Mapping[str, EvaluationParts],
    corpus: Mapping[str, Any],
    split: Mapping[str, Any],
    *,
    labels: Mapping[str, Any],
    behaviour: Mapping[str, Any],
) -> str:
    """The results page: one file, no script, nothing fetched; its links lead to the files beside it."""
    rows = results_table({name: parts.report for name, parts in evaluations.items()})
    groups = {name: list(metric_groups(row for row in rows if row.evaluation == name)) for name in evaluations}
    return _template("index.html.jinja").render(
        evaluations=[
            {
                "name": name,
                "question": QUESTIONS[name],
                "metrics": groups[name],
                "labels": _label_table(parts.report),
                "facts": _facts(parts.report),
                "curve": parts.curve,
                "plots": [plot for plot in parts.plots if not plot.real],
                "real_plots": [plot for plot in parts.plots if plot.real],
                "slices": _slice_lines(parts.slices, parts.real_slices),
                "errors": parts.errors,
            }
            for name, parts in evaluations.items()
        ],
        headlines=[groups[name][0] for name in evaluations],
        totals={name: corpus[key] for key, name in SUMS.items() if key in corpus},
        counts=_counts(corpus),
        rejected=corpus.get("rejected", ()),
        split=split,
        labels=labels,
        behaviour=behaviour,
    )


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


def dataset_card(corpus: Mapping[str, Any], split: Mapping[str, Any]) -> str:
    """Markdown card of the data a training saw, from the reports of `corpus` and `split`."""
    return _template("dataset_card.md.jinja").render(
        totals={name: corpus[key] for key, name in SUMS.items() if key in corpus},
        counts=_counts(corpus),
        split=split,
    )


def read_plots(folder: Path) -> list[PlotImage]:
    """The pictures of an evaluation's folder, those of real articles in `real/` last."""
    return [
        PlotImage(path.stem, path.read_bytes(), real=inside != folder)
        for inside in (folder, folder / "real")
        for path in sorted(inside.glob("*.png"))
    ]


def _counts(corpus: Mapping[str, Any]) -> dict[str, Mapping[str, int]]:
    """The corpus report's counts by label, and how much each of the other sources gave."""
    others = {
        "briefs, which only train": {
            name: corpus.get("briefs", {}).get(f"n_{name}", 0) for name in ("articles", "quotes")
        },
        "real articles, which are only scored": corpus.get(REAL, {}).get("n_articles", {}),
        **{f"public rows for {task}": counts for task, counts in corpus.get("public", {}).items()},
    }
    counts = {key: value for key, value in corpus.items() if isinstance(value, Mapping) and key not in OTHER_SOURCES}
    return counts | {name: found for name, found in others.items() if any(found.values())}


def _slice_lines(authored: Sequence[Slice], real: Sequence[Slice]) -> list[SliceLine]:
    """Metrics, dimensions and slices in the authored order; slices of real articles alone end their dimension."""
    sides = [{(one.metric, one.dimension, one.name): one for one in slices} for slices in (authored, real)]
    keys = list(dict.fromkeys([*sides[0], *sides[1]]))
    groups = list(dict.fromkeys((metric, dimension) for metric, dimension, _ in keys))
    keys.sort(key=lambda key: groups.index(key[:2]))
    return [SliceLine(*key, *(side.get(key) for side in sides)) for key in keys]


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
        "precision": "precision",
        "recall": "recall",
        "cue_accuracy": "cue of found quotes, exact offsets",
    }
    facts = {name: _estimate(report[key]) for key, name in estimates.items() if key in report}
    if "abstained_rate" in report:
        facts["answers marked abstained"] = f"{report['abstained_rate']:.1%}"
    if "selective" in report:
        facts["area under risk and coverage (lower is better)"] = f"{report['selective']['aurc']:.3f}"
    if "answered" in report:
        facts["precision of the stances that are not abstained"] = _estimate(report["answered"]["precision"])
    return facts


def _estimate(estimate: Mapping[str, Any]) -> str:
    low, high = estimate["low"], estimate["high"]
    bounds = "" if low is None or high is None else f" ({low:.3f}–{high:.3f})"
    return f"{estimate['value']:.3f}{bounds}"


def _points(curve: Sequence[Mapping[str, float]], key: str) -> str:
    """A metric in [0, 1] over epochs as points of an SVG polyline in a box of 100 × 100, origin top left."""
    first, last = curve[0]["epoch"], curve[-1]["epoch"]
    width = (last - first) or 1.0
    return " ".join(f"{100 * (row['epoch'] - first) / width:.1f},{100 * (1 - row[key]):.1f}" for row in curve)


@cache
def _environment() -> Environment:
    return page_environment(TEMPLATES, keep_trailing_newline=True, points=_points)


def _template(name: str) -> Template:
    return _environment().get_template(name)
