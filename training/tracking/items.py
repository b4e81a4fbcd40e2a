"""What is logged, as plain values: names, parameters, provenance tags, test metrics, texts for people."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from training.files import sha256_file, sha256_folder
from training.params import TaskParams

EXPERIMENTS = {
    "section": "mawaqif section",
    "stance": "mawaqif stance",
    "analyzer": "mawaqif analyzer",
}
MODEL_NAMES = {kind: f"mawaqif-{kind}" for kind in EXPERIMENTS}
PURPOSES = {
    "section": "Which newsroom desks an Arabic article belongs to (several labels an article).",
    "stance": "Where the speaker of an Arabic quote stands on a target: support, oppose or neutral.",
    "analyzer": "Arabic article in; sections, quotes with speakers, and the actors' stances out.",
}
HEADLINES = {
    "section": ("section", "macro_f1"),
    "stance": ("stance", "macro_f1"),
    "analyzer": ("end_to_end", "actor_stance_f1"),
}
"""Per registered model: the evaluation and the metric that the gate compares."""

BEHAVIOUR_KINDS = ("stance", "analyzer")
"""Registered models whose runs carry the failure rates of the behavioural tests."""
_METRIC_NAME = re.compile(r"\W+")

EVALUATIONS = {
    "section": ("section",),
    "stance": ("stance",),
    "analyzer": ("section", "stance", "quotes", "end_to_end"),
}


def training_params(params: TaskParams) -> dict[str, str]:
    """Every hyperparameter by its name in params.yaml."""
    return {name: str(value) for name, value in params.model_dump().items()}


def provenance_tags() -> dict[str, str]:
    """Code, data and library versions behind a run; what cannot be known is left out."""
    tags = {f"version.{package}": version(package) for package in ("torch", "transformers", "datasets", "onnxruntime")}
    commit = _git("rev-parse", "HEAD")
    if commit:
        tags["git.commit"] = commit
        tags["git.dirty"] = str(bool(_git("status", "--porcelain", "--untracked-files=no"))).lower()
    for name, path in (("corpus.sha256", Path("data/articles")), ("lexicon.sha256", Path("data/lexicon"))):
        if path.is_dir():
            tags[name] = sha256_folder(path)
    if Path("dvc.lock").exists():
        tags["dvc.lock.sha256"] = sha256_file(Path("dvc.lock"))
    return tags


def test_metrics(evaluation: str, report: Mapping[str, Any]) -> dict[str, float]:
    """Flat metric names from one metrics file: `test_stance_macro_f1`, its `_low` and `_high`, its baselines'."""
    return {f"test_{evaluation}_{name}": value for name, value in _flatten(report)}


def behaviour_metrics(report: Mapping[str, Any]) -> dict[str, float]:
    """Failure rates and their intervals by test, such as `behaviour_actor_swap`; the widest gap an axis of groups."""
    rates = {name: test["failure_rate"] for name, test in report["tests"].items()}
    gaps = {f"gap_{axis}": max(map(abs, gaps["gap"].values())) for axis, gaps in report["groups"].items()}
    flat = {f"behaviour_{name}": value for name, value in _flatten({**rates, **gaps})}
    return {_METRIC_NAME.sub("_", name): value for name, value in flat.items()}


def version_description(kind: str, reports: Mapping[str, Mapping[str, Any]]) -> str:
    """Markdown for people who open the version in the registry."""
    lines = ["| evaluation | metric | value | 95 % interval | n articles |", "|---|---|---|---|---|"]
    for evaluation in EVALUATIONS[kind]:
        report = reports[evaluation]
        for name, value in report.items():
            if isinstance(value, Mapping) and {"value", "low", "high"} == value.keys():
                lines.append(
                    f"| {evaluation} | {name} | {value['value']:.3f} | {interval(value)} | {report['n_articles']} |"
                )
    lines += ["", "Measured on the test split of the authored corpus, whose articles are invented. Data: CC BY 4.0."]
    return "\n".join(lines)


def interval(estimate: Mapping[str, float | None]) -> str:
    """`0.71–0.82`, or a dash where there is none."""
    low, high = estimate["low"], estimate["high"]
    return "–" if low is None or high is None else f"{low:.3f}–{high:.3f}"


def _flatten(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    for key, inner in value.items():
        name = f"{prefix}{key}"
        if isinstance(inner, Mapping):
            yield from _flatten(inner, f"{name}_")
        elif isinstance(inner, int | float) and not isinstance(inner, bool):
            yield name.removesuffix("_value"), float(inner)


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
