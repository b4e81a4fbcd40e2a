"""Bring the store up to date with the folders: every model has its run, its test scores and its version."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlflow import MlflowClient

from training.export.bundle import open_bundle, slice_bundle
from training.files import read_json, sha256_folder
from training.params import Params
from training.tracking.items import (
    BEHAVIOUR_KINDS,
    EVALUATIONS,
    EXPERIMENTS,
    HEADLINES,
    MODEL_NAMES,
    PURPOSES,
    behaviour_metrics,
    provenance_tags,
    test_metrics,
    training_params,
    version_description,
)
from training.tracking.registry import Candidate, Registration, ensure_registered
from training.tracking.run import MODEL_TAG, LiveRun, find_run, new_run
from training.tracking.signatures import EXAMPLES, SIGNATURES
from training.tracking.store import connect

EVALUATED_TAG = "mawaqif.evaluated"


@dataclass(frozen=True)
class Outputs:
    """Where the pipeline left what is to be published."""

    models: Path
    """Holds `section/` and `stance/` as trained, and `analyzer/` as exported."""
    reports: Path
    splits: Path


def publish(outputs: Outputs, params: Params) -> list[Registration]:
    """Ensure that the three models are registered and the best of each is champion. Doing it twice changes nothing."""
    client = connect()
    reports = {name: read_json(outputs.reports / name / "metrics.json") for name in EVALUATIONS["analyzer"]}
    return [_publish_one(client, kind, outputs, reports, params) for kind in EXPERIMENTS]


def _publish_one(
    client: MlflowClient, kind: str, outputs: Outputs, reports: Mapping[str, Any], params: Params
) -> Registration:
    run = _training_run(client, kind, outputs, params)
    bundle = outputs.models / "analyzer"
    _log_evaluation(run, kind, outputs, reports, open_bundle(bundle).content_sha256)
    evaluation, metric = HEADLINES[kind]
    with tempfile.TemporaryDirectory() as scratch:
        part = bundle
        if kind != "analyzer":
            part = Path(scratch) / kind
            slice_bundle(bundle, kind, part)
        manifest = open_bundle(part)
        candidate = Candidate(
            name=MODEL_NAMES[kind],
            kind=kind,
            bundle=part,
            content_sha256=manifest.content_sha256,
            run_id=run.run_id,
            purpose=PURPOSES[kind],
            description=version_description(kind, reports),
            headline=f"test_{evaluation}_{metric}",
            value=float(reports[evaluation][metric]["value"]),
            test_digest=sha256_folder(outputs.splits / "test"),
            signature=SIGNATURES[kind],
            example=EXAMPLES[kind],
            tags=provenance_tags(),
        )
        return ensure_registered(client, candidate, params.register_.tolerance)


def _training_run(client: MlflowClient, kind: str, outputs: Outputs, params: Params) -> LiveRun:
    """The run that made a model; a new one, said to be restored, when the store does not know it."""
    content = sha256_folder(outputs.models / kind)
    known = find_run(client, EXPERIMENTS[kind], MODEL_TAG, content)
    if known is not None:
        return LiveRun(client, known.info.run_id)
    run = new_run(client, EXPERIMENTS[kind], f"{kind} {content[:6]}")
    run.tags({MODEL_TAG: content, **provenance_tags()})
    if kind != "analyzer":
        run.tags({"mawaqif.restored": "the model came from DVC's cache; its curve is logged again"})
        run.params(training_params(getattr(params.train, kind)))
        for row in read_json(outputs.models / kind / "learning_curve.json"):
            run.metrics(row, step=round(row["epoch"]))
    run.finish()
    return run


def _log_evaluation(run: LiveRun, kind: str, outputs: Outputs, reports: Mapping[str, Any], content_sha256: str) -> None:
    if run.tag(EVALUATED_TAG) == content_sha256:
        return
    for evaluation in EVALUATIONS[kind]:
        run.metrics(test_metrics(evaluation, reports[evaluation]))
        run.artifacts(outputs.reports / evaluation, f"evaluation/{evaluation}")
    if kind in BEHAVIOUR_KINDS:
        run.metrics(behaviour_metrics(read_json(outputs.reports / "behaviour" / "metrics.json")))
        run.artifacts(outputs.reports / "behaviour", "behaviour")
    for plot in sorted((outputs.reports / "training").glob(f"{kind}_*.png")):
        run.artifacts(plot, "training")
    if kind == "analyzer":
        run.artifacts(outputs.reports / "index.html", "report")
    run.dataset("test articles", sha256_folder(outputs.splits / "test"), "test")
    run.tags({"mlflow.note.content": version_description(kind, reports), EVALUATED_TAG: content_sha256})
