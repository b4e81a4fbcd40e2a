"""What a sweep found, for people and for programs."""

from __future__ import annotations

from typing import Any

import optuna
import yaml
from optuna.trial import FrozenTrial

from training.params import TaskParams
from training.sweep.space import merged
from training.sweep.study import best, draws


def as_record(study: optuna.Study, task: str) -> dict[str, Any]:
    """The sweep as one JSON value; `best` is None before the first complete trial."""
    found = best(study)
    return {
        "study": study.study_name,
        "task": task,
        "scored_on": "dev",
        "metric": "macro_f1",
        "best": None if found is None else {"dev_macro_f1": found.value, "params": found.params},
        "trials": [_trial_record(draw, attempts[-1]) for draw, attempts in draws(study).items()],
    }


def _trial_record(draw: int, trial: FrozenTrial) -> dict[str, Any]:
    return {
        "trial": draw,
        "state": trial.state.name.lower(),
        "dev_macro_f1": trial.value,
        "epochs": len(trial.intermediate_values),
        "duration_seconds": round(trial.duration.total_seconds(), 1) if trial.duration else None,
        "params": trial.params,
    }


def format_trials(record: dict[str, Any]) -> str:
    """A text table, one row a trial. Pruned trials have no dev macro-F1."""
    names = list(dict.fromkeys(name for trial in record["trials"] for name in trial["params"]))
    head = ["trial", "state", "dev macro-F1", "epochs", "seconds", *names]
    rows = [
        [
            str(trial["trial"]),
            trial["state"],
            *(_cell(trial[key]) for key in ("dev_macro_f1", "epochs", "duration_seconds")),
            *(_cell(trial["params"].get(name)) for name in names),
        ]
        for trial in record["trials"]
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *rows]
    )


def format_best(record: dict[str, Any], fixed: TaskParams) -> str:
    """The task's block for params.yaml, and the command that trains with it."""
    if record["best"] is None:
        return "No trial is complete yet; the same command goes on."
    task, params = record["task"], merged(fixed, record["best"]["params"]).model_dump()
    block = yaml.safe_dump({"train": {task: params}}, sort_keys=False)
    settings = " ".join(f"-S train.{task}.{name}={params[name]}" for name in record["best"]["params"])
    return (
        f"Best dev macro-F1: {record['best']['dev_macro_f1']:.4f}. For params.yaml:\n\n{block}\n"
        f"Or train with it now:\n\ndvc exp run {settings}"
    )


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
