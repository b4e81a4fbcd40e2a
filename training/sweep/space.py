"""From the search space of `params.yaml` to the parameters of one trial."""

from __future__ import annotations

from collections.abc import Mapping

from optuna.trial import Trial

from training.params import Dimension, Number, TaskParams


def suggest(trial: Trial, space: Mapping[str, Dimension]) -> dict[str, Number]:
    """One value a searched key, in the order of `params.yaml`."""
    return {name: _suggest_one(trial, name, dimension) for name, dimension in space.items()}


def _suggest_one(trial: Trial, name: str, dimension: Dimension) -> Number:
    if dimension.choices:
        return trial.suggest_categorical(name, dimension.choices)
    low, high = dimension.ends
    if TaskParams.model_fields[name].annotation is int:
        return trial.suggest_int(name, int(low), int(high), log=dimension.log)
    return trial.suggest_float(name, low, high, log=dimension.log)


def merged(fixed: TaskParams, chosen: Mapping[str, Number]) -> TaskParams:
    """The parameters of `train` with the chosen values in place."""
    return TaskParams.model_validate(fixed.model_dump() | dict(chosen))
