"""Stage `train`: splits and encoder → one fine-tuned task, streamed into a live MLflow run."""

import logging
import shutil
from argparse import Namespace
from functools import partial
from pathlib import Path

from training.corpus.public_storage import load_public
from training.corpus.storage import load_splits, to_articles
from training.files import copy_folder, sha256_folder
from training.models.folder import load_card
from training.models.tasks import TASKS
from training.models.train import check_unseen, fingerprint, train_task
from training.params import TaskParams, load_params
from training.processes import process_rank
from training.stages.entry import run_stage
from training.tracking.items import EXPERIMENTS, pipeline_params, provenance_tags, run_name, training_params
from training.tracking.run import MODEL_TAG, live_run, log_articles

logger = logging.getLogger(__name__)

CHECKPOINTS = Path(".checkpoints/train")
CODE = Path(__file__).parents[1]


def main(paths: Namespace) -> None:
    """Train one task, or go on where a killed run stopped. Of several processes the first keeps the run."""
    pipeline = load_params()
    params: TaskParams = getattr(pipeline.train, paths.task)
    splits = load_splits(paths.splits)
    check_unseen(paths.encoder, {part: set(splits[part]["id"]) for part in ("dev", "test")})
    key = fingerprint(params, paths.splits, paths.public, paths.encoder, code=sha256_folder(CODE, "*.py"))
    work = CHECKPOINTS / f"{paths.task}-{key}"
    finished = work.with_suffix(".model")
    train = partial(
        train_task,
        TASKS[paths.task],
        train=list(to_articles(splits["train"])),
        dev=list(to_articles(splits["dev"])),
        public=load_public(paths.public),
        encoder_folder=paths.encoder,
        out=finished,
        checkpoints=work,
        params=params,
    )
    if process_rank() > 0:
        if not finished.exists():
            train(on_metrics=lambda step, values: None)
        return
    forget_finished(paths.task, but=finished)
    name = run_name(paths.task, pipeline.encoder, key)
    with live_run(EXPERIMENTS[paths.task], name, work.with_suffix(".run")) as run:
        run.params({**training_params(params), **pipeline_params(pipeline)})
        run.tags(provenance_tags())
        log_articles(run, paths.splits, {part: len(splits[part]) for part in ("train", "dev")})
        if finished.exists():
            logger.info("%s: trained already from the same inputs; delete it to train again", finished)
        else:
            train(on_metrics=lambda step, values: run.metrics(values, step))
        copy_folder(finished, paths.out)
        sources = load_card(paths.out).public_sources
        run.metrics({f"dev_{source}_macro_f1": score.dev_macro_f1 for source, score in sources.items()})
        run.tags({MODEL_TAG: sha256_folder(paths.out)})


def forget_finished(task: str, *, but: Path) -> None:
    """Delete finished models of other inputs.

    The newest is kept: dvc deletes `out` when it repeats a stage that was killed before dvc had recorded it.
    """
    for model in CHECKPOINTS.glob(f"{task}-*.model"):
        if model != but:
            shutil.rmtree(model)
            model.with_suffix(".run").unlink(missing_ok=True)
    if but.exists():  # killed while its checkpoints were being deleted
        shutil.rmtree(but.with_suffix(""), ignore_errors=True)


if __name__ == "__main__":
    run_stage("train", main, "splits", "public", "encoder", "out", task=True)
