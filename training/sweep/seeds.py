"""What `mawaqif seeds` does: the training of `params.yaml` repeated with several seeds, to tell gain from chance."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from training.corpus.public_storage import load_public
from training.corpus.storage import load_splits, to_articles
from training.errors import EncoderError, InputError, nearest
from training.files import read_json, write_json
from training.models.tasks import TASKS
from training.models.train import fingerprint, train_task
from training.params import TaskParams, load_params
from training.sweep.study import Say
from training.sweep.trial import PARENT_TAG
from training.tracking.items import provenance_tags, training_params
from training.tracking.run import LiveRun, live_run

EXPERIMENT = "mawaqif-seeds"
CHECKPOINTS = Path(".checkpoints/seeds")


@dataclass(frozen=True)
class SeedOptions:
    """What was asked for on the command line, and where the pipeline's outputs lie."""

    task: str
    seeds: tuple[int, ...]
    out: Path = Path("reports/seeds")
    splits: Path = Path("data/splits")
    public: Path = Path("data/public_rows")
    encoder: Path = Path("models/encoder")


def measure_seeds(options: SeedOptions, say: Say) -> dict[str, Any]:
    """Train once a seed, score on dev, write `OUT/TASK.json`; a seed that is in the file already is not trained again.

    Raises `InputError` for an unknown task or fewer than two seeds.
    """
    params = _checked(options)
    key = fingerprint(params.model_copy(update={"seed": 0}), options.splits, options.public, options.encoder)
    path = options.out / f"{options.task}.json"
    known = read_json(path) if path.exists() else {}
    scores = dict(known["dev_macro_f1"]) if known.get("inputs") == key else {}
    with live_run(EXPERIMENT, f"{options.task} {key[:6]}", CHECKPOINTS / f"{options.task}-{key}.run") as parent:
        parent.tags(provenance_tags())
        parent.params(training_params(params) | {"train.seed": ", ".join(map(str, options.seeds))})
        for seed in options.seeds:
            if str(seed) not in scores:
                scores[str(seed)] = _train(options, params.model_copy(update={"seed": seed}), key, parent)
                write_json(path, _record(options.task, key, scores))
            say(f"{options.task}, seed {seed}: dev macro-F1 {scores[str(seed)]:.4f}")
        record = _record(options.task, key, scores)
        parent.metrics({f"dev_macro_f1_{name}": record[name] for name in ("mean", "sd")})
    (CHECKPOINTS / f"{options.task}-{key}.run").unlink()
    say(f"{options.task}: {record['mean']:.4f} ± {record['sd']:.4f} over {len(scores)} seeds")
    return record


def _checked(options: SeedOptions) -> TaskParams:
    if options.task not in TASKS:
        hint = nearest(options.task, TASKS)
        raise InputError(f"task '{options.task}': unknown{hint}; expected one of {', '.join(TASKS)}; correct it")
    if len(options.seeds) < 2:
        raise InputError(f"--seeds {options.seeds[0]}: one seed; expected at least two, such as 13,14,15; add one")
    if not (options.encoder / "config.json").is_file():
        raise EncoderError(f"{options.encoder}: no encoder; expected a Hugging Face folder; run `dvc repro encoder`")
    params: TaskParams = getattr(load_params().train, options.task)
    return params


def _train(options: SeedOptions, params: TaskParams, key: str, parent: LiveRun) -> float:
    splits = load_splits(options.splits)
    checkpoints = CHECKPOINTS / f"{options.task}-{key}-{params.seed}"
    with live_run(EXPERIMENT, f"{options.task} seed {params.seed}", checkpoints.with_suffix(".run")) as run:
        run.tags({PARENT_TAG: parent.run_id})
        run.params(training_params(params))
        card = train_task(
            TASKS[options.task],
            train=list(to_articles(splits["train"])),
            dev=list(to_articles(splits["dev"])),
            public=load_public(options.public),
            encoder_folder=options.encoder,
            out=checkpoints.with_suffix(".model"),
            checkpoints=checkpoints,
            params=params,
            on_metrics=lambda step, values: run.metrics(values, step),
        )
    checkpoints.with_suffix(".run").unlink()
    shutil.rmtree(checkpoints.with_suffix(".model"))
    return round(card.dev_macro_f1, 4)


def _record(task: str, key: str, scores: Mapping[str, float]) -> dict[str, Any]:
    values: Sequence[float] = list(scores.values())
    return {
        "task": task,
        "scored_on": "dev",
        "inputs": key,
        "dev_macro_f1": dict(scores),
        "mean": round(mean(values), 4),
        "sd": round(stdev(values), 4) if len(values) > 1 else None,
    }
