"""The Optuna study of one sweep: found by what it searches, continued where it was interrupted.

A *draw* is one point of the search space, numbered from 0. It has several Optuna trials where it was run again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, Trial, TrialState

STORAGE = "optuna.db"
DRAW = "draw"
ERROR = "error"
IDENTITY = "identity"
STARTUP_TRIALS = 5
"""Finished trials before the median of an epoch prunes."""
FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)

Say = Callable[[str], None]


def study_name(task: str, identity: Mapping[str, Any]) -> str:
    """`section-1a2b3c4d5e6f`: another identity is another study."""
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return f"{task}-{digest[:12]}"


def open_study(folder: Path, task: str, identity: Mapping[str, Any], say: Say) -> optuna.Study:
    """The study of this identity from the SQLite file in `folder`, created with a word on why where there is none."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    storage = optuna.storages.RDBStorage(f"sqlite:///{(folder / STORAGE).resolve()}")
    name = study_name(task, identity)
    known = {found.study_name: found.user_attrs for found in optuna.get_all_study_summaries(storage)}
    if name not in known:
        say(f"New study {name}{_reason(task, identity, known)}")
    study = optuna.create_study(
        storage=storage,
        study_name=name,
        direction="maximize",
        pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP_TRIALS),
        load_if_exists=True,
    )
    study.set_user_attr(IDENTITY, dict(identity))
    return study


def _reason(task: str, identity: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> str:
    """What is new against the task's nearest earlier study; empty for a first one."""
    earlier = {name: attrs.get(IDENTITY, {}) for name, attrs in known.items() if name.startswith(f"{task}-")}
    if not earlier:
        return ""
    changed = {name: [key for key in identity if found.get(key) != identity[key]] for name, found in earlier.items()}
    nearest = min(reversed(list(changed)), key=lambda name: len(changed[name]))
    return f": not the same {' and '.join(changed[nearest])} as in {nearest}, which is kept"


def requeue(study: optuna.Study, say: Say) -> None:
    """Queue again what was interrupted, and once again what failed with an error.

    No other process may be running the study: every trial in the state RUNNING is taken for a killed one.
    """
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)
    for draw, attempts in draws(study).items():
        n_errors = sum(ERROR in attempt.user_attrs for attempt in attempts)
        if attempts[-1].state is TrialState.FAIL and n_errors < 2:
            say(f"Trial {draw} was interrupted and runs again")
            study.enqueue_trial(attempts[-1].params, user_attrs={DRAW: draw})


def next_trial(study: optuna.Study, seed: int) -> Trial:
    """A queued trial, else a fresh draw.

    Each draw has a random state of its own, so that an interrupted and a straight search draw the same points.
    """
    n_draws = len(draws(study))
    trial = study.ask()
    if DRAW not in trial.user_attrs:
        trial.set_user_attr(DRAW, n_draws)
    state = np.random.SeedSequence([seed, trial.user_attrs[DRAW]]).generate_state(1)
    study.sampler = optuna.samplers.TPESampler(seed=int(state[0]))
    return trial


def draws(study: optuna.Study) -> dict[int, list[FrozenTrial]]:
    """The trials of each draw, oldest first."""
    found: dict[int, list[FrozenTrial]] = {}
    for trial in study.get_trials(deepcopy=False):
        if DRAW in trial.user_attrs:
            found.setdefault(trial.user_attrs[DRAW], []).append(trial)
    return found


def n_finished(study: optuna.Study) -> int:
    """Draws that were trained to their end or pruned."""
    return len(study.get_trials(deepcopy=False, states=FINISHED))


def best(study: optuna.Study) -> FrozenTrial | None:
    """The trial with the highest dev macro-F1, None before the first complete one."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return max(complete, key=lambda trial: trial.value or 0.0, default=None)
