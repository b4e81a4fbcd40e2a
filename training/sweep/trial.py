"""One trial: train with the drawn parameters, stream into a nested MLflow run, prune what falls behind."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import optuna
from optuna.trial import Trial

from training.corpus.public_storage import PublicRows
from training.errors import one_line
from training.models.tasks import Task
from training.models.train import train_task
from training.params import Dimension, TaskParams
from training.schema import Article
from training.sweep.space import merged, suggest
from training.sweep.study import DRAW, ERROR, draws
from training.tracking.items import training_params
from training.tracking.run import LiveRun, live_run

EXPERIMENT = "mawaqif-sweep"
PARENT_TAG = "mlflow.parentRunId"
STATE_TAG = "mawaqif.sweep_state"


@dataclass(frozen=True)
class Inputs:
    """What every trial of a sweep shares. There is no test split here."""

    task: Task
    train: list[Article]
    dev: list[Article]
    public: PublicRows
    encoder: Path
    fixed: TaskParams
    """The task's block in `train`; a trial replaces the keys of `space`."""
    space: Mapping[str, Dimension]
    folder: Path
    """For checkpoints, one folder a draw."""


def run_trial(study: optuna.Study, trial: Trial, inputs: Inputs, parent: LiveRun) -> None:
    """Train and score on dev; the study and the run learn the outcome.

    An interrupted training goes on from its last checkpoint, in the run it had. An exception is recorded and raised
    again; a kill or Ctrl-C leaves the trial RUNNING for `requeue`.
    """
    draw = trial.user_attrs[DRAW]
    params = merged(inputs.fixed, suggest(trial, inputs.space))
    checkpoints = inputs.folder / f"trial-{draw:03d}"
    resume_file = checkpoints.with_suffix(".run")
    with live_run(EXPERIMENT, f"{inputs.task.name} trial {draw}", resume_file) as run:
        run.tags({PARENT_TAG: parent.run_id, STATE_TAG: "running"})
        run.params(training_params(params))
        try:
            _train(study, trial, inputs, params, checkpoints, run)
        except Exception as error:
            run.tags({STATE_TAG: "failed"})
            trial.set_user_attr(ERROR, one_line(f"{type(error).__name__}: {error}"))
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
            raise
    resume_file.unlink()


def _train(
    study: optuna.Study, trial: Trial, inputs: Inputs, params: TaskParams, checkpoints: Path, run: LiveRun
) -> None:
    model = checkpoints.with_suffix(".model")
    reporter = Reporter(study, trial, params.max_epochs, run)
    started = time.perf_counter()
    try:
        card = train_task(
            inputs.task,
            train=inputs.train,
            dev=inputs.dev,
            public=inputs.public,
            encoder_folder=inputs.encoder,
            out=model,
            checkpoints=checkpoints,
            params=params,
            on_metrics=reporter,
        )
    except optuna.TrialPruned:
        outcome = study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    else:
        outcome = study.tell(trial, card.dev_macro_f1)
        run.metrics({"best_dev_macro_f1": card.dev_macro_f1})
    run.metrics({"duration_seconds": time.perf_counter() - started})
    run.tags({STATE_TAG: outcome.state.name.lower()})
    for folder in (model, checkpoints):
        shutil.rmtree(folder, ignore_errors=True)


class Reporter:
    """Passes metrics on to the run, and the dev macro-F1 of each epoch to the pruner.

    What earlier attempts at the draw have reported counts as this one's.
    """

    def __init__(self, study: optuna.Study, trial: Trial, max_epochs: int, run: LiveRun) -> None:
        self._trial, self._max_epochs, self._run = trial, max_epochs, run
        self._known: set[int] = set()
        for earlier in draws(study)[trial.user_attrs[DRAW]][:-1]:
            for epoch, value in earlier.intermediate_values.items():
                self._report(epoch, value)

    def __call__(self, step: int, values: dict[str, float]) -> None:
        """Raise `optuna.TrialPruned` when the trial falls behind, but not after the last epoch, when nothing is saved."""
        self._run.metrics(values, step)
        if "dev_macro_f1" not in values:
            return
        epoch = round(values["epoch"])
        self._report(epoch, values["dev_macro_f1"])
        if epoch < self._max_epochs and self._trial.should_prune():
            raise optuna.TrialPruned

    def _report(self, epoch: int, value: float) -> None:
        if epoch not in self._known:
            self._trial.report(value, epoch)
            self._known.add(epoch)
