"""Stage `train`: splits and encoder → one fine-tuned task, streamed into a live MLflow run."""

from argparse import Namespace
from pathlib import Path

from training.corpus.public_storage import load_public
from training.corpus.storage import load_splits, to_articles
from training.files import sha256_folder
from training.models.tasks import TASKS
from training.models.train import check_unseen, fingerprint, train_task
from training.params import TaskParams, load_params
from training.stages.entry import run_stage
from training.tracking.items import EXPERIMENTS, pipeline_params, provenance_tags, run_name, training_params
from training.tracking.run import MODEL_TAG, live_run, log_articles

CHECKPOINTS = Path(".checkpoints")


def main(paths: Namespace) -> None:
    """Train one task, or go on where a killed run stopped."""
    pipeline = load_params()
    params: TaskParams = getattr(pipeline.train, paths.task)
    splits = load_splits(paths.splits)
    check_unseen(paths.encoder, {part: set(splits[part]["id"]) for part in ("dev", "test")})
    key = fingerprint(params, paths.splits, paths.public, paths.encoder)
    checkpoints = CHECKPOINTS / f"{paths.task}-{key}"
    name = run_name(paths.task, pipeline.encoder, key)
    with live_run(EXPERIMENTS[paths.task], name, checkpoints.with_suffix(".run")) as run:
        run.params({**training_params(params), **pipeline_params(pipeline)})
        run.tags(provenance_tags())
        log_articles(run, paths.splits, {part: len(splits[part]) for part in ("train", "dev")})
        card = train_task(
            TASKS[paths.task],
            train=list(to_articles(splits["train"])),
            dev=list(to_articles(splits["dev"])),
            public=load_public(paths.public),
            encoder_folder=paths.encoder,
            out=paths.out,
            checkpoints=checkpoints,
            params=params,
            on_metrics=lambda step, values: run.metrics(values, step),
        )
        run.metrics({f"dev_{source}_macro_f1": score.dev_macro_f1 for source, score in card.public_sources.items()})
        run.tags({MODEL_TAG: sha256_folder(paths.out)})
    checkpoints.with_suffix(".run").unlink()


if __name__ == "__main__":
    run_stage("train", main, "splits", "public", "encoder", "out", task=True)
