"""Texts and numbers that people read in MLflow: grouped metric names, and Markdown made of the metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.evaluation.table import HEADLINES, REAL, MetricGroup, metric_groups, results_table
from training.tracking.items import EVALUATIONS, MODEL_NAMES
from training.tracking.items import HEADLINES as GATE

Reports = Mapping[str, Mapping[str, Any]]

EXPERIMENT_NOTES = {
    "section": "One run a training of the section model: its curve, test scores, plots, errors and model card.",
    "stance": "One run a training of the stance model: its curve, test scores, plots, errors and model card.",
    "analyzer": (
        "One run a training of the whole pipeline: the scores of all evaluations, the results page, and links to the "
        "section and stance runs it is made of. Its model is the one to use."
    ),
}
"""What the UI shows above an experiment's runs, and without Markdown in its list of experiments."""
PURPOSES = {
    "section": "Which newsroom desks an Arabic article belongs to (several labels an article).",
    "stance": "Where the speaker of an Arabic quote stands on a target: support, oppose or neutral.",
    "analyzer": "Arabic article in; sections, quotes with speakers, and the actors' stances out.",
}
CHANGES_MARK = "**Since the champion"
ESTIMATE = {"value", "low", "high"}
SYNTHETIC = (
    "The test split is authored: its articles are invented. What counts for published news is the column of real "
    "articles, where their texts were at hand."
)
NOTE_LIMIT, DESCRIPTION_LIMIT, CHANGES_LIMIT = 8000, 5000, 4000
"""Characters that MLflow's database keeps of a tag and of a description; a PostgreSQL server refuses more."""
CUT = "\n\n… cut to what MLflow keeps; the run's artifacts have it all."
_NO_WORD = re.compile(r"\W+")
_TITLES = {"section": "Section model", "stance": "Stance model", "analyzer": "Pipeline training"}
_PROVENANCE = {
    "corpus.version": "corpus",
    "lexicon.sha256": "lexicon",
    "encoder": "encoder",
    "encoder.weights_sha256": "encoder weights",
    "dvc.lock.sha256": "dvc.lock",
    "git.commit": "code",
}
"""Tags whose change is worth a line, with their names for people."""


@dataclass(frozen=True)
class Link:
    """To another run in the same UI."""

    text: str
    experiment_id: str
    run_id: str

    @property
    def markdown(self) -> str:
        """Relative to the UI's own address, wherever it is served."""
        return f"[{self.text}](#/experiments/{self.experiment_id}/runs/{self.run_id})"


@dataclass(frozen=True)
class Snapshot:
    """What a run holds that another one is compared with."""

    params: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    test_digest: str
    """Of the test split the metrics were measured on."""


def metric_name(evaluation: str, metric: str) -> str:
    """The name of a headline score; what stands before the slash groups the charts of the UI."""
    return f"test/{evaluation}_{metric.replace('.', '_')}"


def behaviour_metrics(report: Mapping[str, Any]) -> dict[str, float]:
    """`behaviour/TEST`: failure rates with their bounds; `behaviour/gap_AXIS`: the widest gap between groups."""
    rates = {
        name if bound == "value" else f"{name}_{bound}": float(rate)
        for name, test in report["tests"].items()
        for bound, rate in test["failure_rate"].items()
        if rate is not None
    }
    gaps = {f"gap_{axis}": max(map(abs, gaps["gap"].values())) for axis, gaps in report["groups"].items()}
    return {f"behaviour/{_NO_WORD.sub('_', name)}": value for name, value in (rates | gaps).items()}


def grouped_metrics(reports: Reports) -> dict[str, float]:
    """The metrics files as `GROUP/EVALUATION_NAME`, scores first: the UI lists metrics in the order they came.

    Scores stand in `test` and `real`; their bounds, baselines and everything else in groups of their own, so that the
    charts of the scores come without the crowd.
    """
    found = [
        (group, f"{group}/{evaluation}_{name}", number)
        for evaluation, report in reports.items()
        for side, scores in _sides(report).items()
        for group, name, number in _grouped(side, scores)
    ]
    found.sort(key=lambda row: row[0] not in ("test", REAL))
    return {name: number for _, name, number in found}


def _sides(report: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    real = report.get(REAL, {})
    sides = {"test": {key: value for key, value in report.items() if key != REAL}}
    return sides | ({REAL: real} if real.get("n_articles") else {})


def _grouped(side: str, scores: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str, float]]:
    """Group, name and number of everything below `scores`; an estimate is a score at any depth."""
    for key, value in scores.items():
        name = f"{prefix}{key}"
        if key == "baselines":
            yield from ((f"{side}_baselines", found, number) for found, number in _flatten(value))
        elif isinstance(value, Mapping) and value.keys() == ESTIMATE:
            for part, number in _flatten(value):
                yield (side, name, number) if part == "value" else (f"{side}_intervals", f"{name}_{part}", number)
        elif isinstance(value, Mapping):
            yield from _grouped(side, value, f"{name}_")
        else:
            yield from ((f"{side}_details", found, number) for found, number in _flatten({name: value}))


def _flatten(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    for key, inner in value.items():
        name = f"{prefix}{key}"
        if isinstance(inner, Mapping):
            yield from _flatten(inner, f"{name}_")
        elif isinstance(inner, int | float) and not isinstance(inner, bool):
            yield name.removesuffix("_value"), float(inner)


def run_note(kind: str, reports: Reports, changes: str, related: Sequence[Link]) -> str:
    """Markdown above a run: what it is for, its scores beside the baselines, what changed, which runs belong to it."""
    heading = "Made of the runs" if kind == "analyzer" else "Part of the pipeline training"
    links = f"**{heading}:** {', '.join(link.markdown for link in related)}"
    title = f"**{_TITLES[kind]}.** {PURPOSES[kind]}"
    return _cut("\n\n".join((title, _headline(kind, reports), links, scores_table(kind, reports), changes)), NOTE_LIMIT)


def changes_in(note: str) -> str:
    """The part of a run's description on the champion."""
    _, mark, rest = note.partition(CHANGES_MARK)
    return mark + rest


def _headline(kind: str, reports: Reports) -> str:
    """The score that the gate compares, in a sentence: the UI shows a few lines of a description only."""
    evaluation, metric = GATE[kind]
    position = [headline.metric for headline in HEADLINES[evaluation]].index(metric)
    group = list(metric_groups(results_table({evaluation: reports[evaluation]})))[position]
    best, real_row = group.best_baseline, group.ours.real
    baseline = f"; best baseline {best.value:.3f}, {group.margin.words}" if best and group.margin else ""
    real = f"; real articles {real_row.value:.3f} ({real_row.interval})" if real_row else ""
    return f"{group.metric} **{group.ours.value:.3f}** ({group.ours.interval}){baseline}{real}."


def version_note(kind: str, reports: Reports, changes: str) -> str:
    """Markdown above a registered version."""
    return _cut("\n\n".join(("Data: CC BY 4.0.", scores_table(kind, reports), changes)), DESCRIPTION_LIMIT)


def model_note(kind: str, reports: Reports) -> str:
    """Markdown above a registered model: its purpose, its champion's scores, how to load it."""
    name = MODEL_NAMES[kind]
    load = f'```python\nmodel = mlflow.pyfunc.load_model("models:/{name}@champion")\n```'
    champion = f"What the alias `champion` points at scores:\n\n{scores_table(kind, reports)}"
    return _cut("\n\n".join((PURPOSES[kind], load, champion)), DESCRIPTION_LIMIT)


def scores_table(kind: str, reports: Reports) -> str:
    """The headline scores of a model's evaluations, with intervals, the best baseline and real articles."""
    lines = [
        "| evaluation | metric | score | 95 % interval | best baseline | real articles | n |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for evaluation in EVALUATIONS[kind]:
        groups = metric_groups(results_table({evaluation: reports[evaluation]}))
        lines += [_score_line(evaluation, group) for group in groups]
    return "\n".join([*lines, "", SYNTHETIC])


def _score_line(evaluation: str, group: MetricGroup) -> str:
    ours, best, real = group.ours, group.best_baseline, group.ours.real
    baseline = f"{best.value:.3f} ({best.system})" if best else "–"
    on_real = f"{real.value:.3f} ({real.interval})" if real else "–"
    cells = (evaluation, group.metric, f"**{ours.value:.3f}**", ours.interval, baseline, on_real, str(ours.n))
    return f"| {' | '.join(cells)} |"


def changes_since(version: str | None, before: Snapshot | None, now: Snapshot, kind: str) -> str:
    """Markdown: scores, parameters and provenance that differ from the champion's, as they were at registration."""
    if version is None or before is None:
        return f"{CHANGES_MARK}:** there was none; this is the first."
    lines = [f"{CHANGES_MARK}, version {version}:**", "", *_score_changes(before, now, kind)]
    if before.test_digest != now.test_digest:
        lines.append("The test split changed: the two columns are not comparable.")
    return _cut("\n".join([*lines, "", *_other_changes(before, now)]), CHANGES_LIMIT)


def _cut(text: str, limit: int) -> str:
    """Whole lines of `text` up to `limit` characters, and a word on what is missing."""
    if len(text) <= limit:
        return text
    kept = text[: limit - len(CUT)].rpartition("\n")[0]
    return f"{kept}{CUT}"


def _score_changes(before: Snapshot, now: Snapshot, kind: str) -> list[str]:
    lines = ["| evaluation | metric | then | now | change |", "|---|---|---:|---:|---:|"]
    for evaluation in EVALUATIONS[kind]:
        for headline in HEADLINES[evaluation]:
            name = metric_name(evaluation, headline.metric)
            if name in before.metrics and name in now.metrics:
                then, current = before.metrics[name], now.metrics[name]
                change = f"{current - then:+.3f}" if before.test_digest == now.test_digest else "–"
                lines.append(f"| {evaluation} | {headline.name} | {then:.3f} | {current:.3f} | {change} |")
    return lines


def _other_changes(before: Snapshot, now: Snapshot) -> list[str]:
    tags = {
        title: (before.tags.get(tag, "–")[:40], now.tags.get(tag, "–")[:40])
        for tag, title in _PROVENANCE.items()
        if before.tags.get(tag) != now.tags.get(tag)
    }
    names = sorted(before.params.keys() | now.params.keys())
    params = {name: (before.params.get(name, "–"), now.params.get(name, "–")) for name in names}
    changed = tags | {f"`{name}`": pair for name, pair in params.items() if pair[0] != pair[1]}
    return [f"* {name}: {then} → {current}" for name, (then, current) in changed.items()] or ["* nothing else changed"]
