"""What `mawaqif sweep` does: open the study, run the trials that are missing, say what is best."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from filelock import FileLock, Timeout

from training.corpus.public_storage import load_public
from training.corpus.storage import load_splits, to_articles
from training.errors import BusyError, EncoderError, InputError, nearest
from training.files import sha256_folder, write_json
from training.models.tasks import TASKS
from training.params import SweepParams, load_params
from training.sweep.study import Say, best, n_finished, next_trial, open_study, requeue, study_name
from training.sweep.summary import as_record, format_best, format_trials
from training.sweep.trial import EXPERIMENT, Inputs, run_trial
from training.tracking.items import provenance_tags
from training.tracking.run import LiveRun, live_run

SWEEPS = Path(".checkpoints/sweeps")


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line, and where the pipeline's outputs lie."""

    task: str
    n_trials: int
    """Finished trials that the study shall have, those of earlier calls included."""
    seed: int
    timeout_seconds: float | None = None
    """No trial starts later than this; the one that runs goes on to its end."""
    splits: Path = Path("data/splits")
    public: Path = Path("data/public_rows")
    encoder: Path = Path("models/encoder")


def sweep(options: Options, say: Say) -> None:
    """Search until the study has its trials or the time is up; goes on where an earlier call stopped.

    Raises `ParamsError` for a search space that does not fit, `BusyError` when the task is being swept already.
    """
    with _task_lock(options.task):
        inputs, identity = read_inputs(options)
        study = open_study(SWEEPS, options.task, identity, say)
        requeue(study, say)
        say(f"Study {study.study_name}: {n_finished(study)} of {options.n_trials} trials are there")
        with live_run(EXPERIMENT, study.study_name, inputs.folder.with_suffix(".run")) as parent:
            parent.params(_parent_params(identity))
            parent.tags(provenance_tags())
            _run_trials(study, inputs, options, parent, say)
    record = as_record(study, options.task)
    say(f"{format_trials(record)}\n\n{format_best(record, inputs.fixed)}")


def read_inputs(options: Options) -> tuple[Inputs, dict[str, Any]]:
    """What the trials share, and the study's identity: whatever makes scores comparable, or draws differ."""
    if options.task not in SweepParams.model_fields:
        hint = nearest(options.task, SweepParams.model_fields)
        raise InputError(f"task '{options.task}': unknown{hint}; expected one of {', '.join(SweepParams.model_fields)}")
    if not (options.encoder / "config.json").is_file():
        raise EncoderError(f"{options.encoder}: no encoder; expected a Hugging Face folder; run `dvc repro encoder`")
    params, splits = load_params(), load_splits(options.splits)
    fixed, space = getattr(params.train, options.task), getattr(params.sweep, options.task)
    identity = {
        "search space": {name: dimension.model_dump(mode="json") for name, dimension in space.items()},
        "fixed parameters": fixed.model_dump(exclude=set(space)),
        "train and dev articles": [sha256_folder(options.splits / part) for part in ("train", "dev")],
        "public rows": sha256_folder(options.public),
        "encoder": sha256_folder(options.encoder),
        "seed": options.seed,
    }
    inputs = Inputs(
        task=TASKS[options.task],
        train=list(to_articles(splits["train"])),
        dev=list(to_articles(splits["dev"])),
        public=load_public(options.public),
        encoder=options.encoder,
        fixed=fixed,
        space=space,
        folder=SWEEPS / study_name(options.task, identity),
    )
    return inputs, identity


def _run_trials(study: optuna.Study, inputs: Inputs, options: Options, parent: LiveRun, say: Say) -> None:
    started = time.monotonic()
    while n_finished(study) < options.n_trials:
        if options.timeout_seconds is not None and time.monotonic() - started >= options.timeout_seconds:
            say(f"Stopped after {options.timeout_seconds:g} s; the same command goes on")
            break
        trial = next_trial(study, options.seed)
        try:
            run_trial(study, trial, inputs, parent)
        finally:
            _log_summary(study, inputs, parent)
        say(f"{n_finished(study)} of {options.n_trials} trials")


def _log_summary(study: optuna.Study, inputs: Inputs, parent: LiveRun) -> None:
    path = inputs.folder / "summary.json"
    write_json(path, as_record(study, inputs.task.name))
    parent.artifacts(path, "sweep")
    found = best(study)
    if found is not None and found.value is not None:
        parent.metrics({"best_dev_macro_f1": found.value}, n_finished(study))
        parent.tags({f"best.{name}": str(value) for name, value in found.params.items()})


def _parent_params(identity: dict[str, Any]) -> dict[str, Any]:
    space: dict[str, Any] = {
        f"space.{name}": {key: value for key, value in dimension.items() if value is not None}
        for name, dimension in identity["search space"].items()
    }
    fixed = {f"train.{name}": value for name, value in identity["fixed parameters"].items()}
    return {**space, **fixed, "sweep_seed": identity["seed"]}


@contextmanager
def _task_lock(task: str) -> Iterator[None]:
    SWEEPS.mkdir(parents=True, exist_ok=True)
    lock = FileLock(SWEEPS / f"{task}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(
            f"{lock.lock_file}: held by another process; expected one sweep of '{task}' at a time; wait for it"
        ) from error
    try:
        yield
    finally:
        lock.release()
