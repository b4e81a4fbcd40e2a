"""Bring the store up to date with the folders: every model has its run, its test scores and its version."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlflow import MlflowClient

from training.export.bundle import open_bundle, slice_bundle
from training.files import read_json, sha256_folder
from training.params import Params
from training.tracking.describe import (
    EXPERIMENT_NOTES,
    Link,
    Snapshot,
    behaviour_metrics,
    changes_in,
    changes_since,
    grouped_metrics,
    metric_name,
    model_note,
    run_note,
    version_note,
)
from training.tracking.items import (
    BEHAVIOUR_KINDS,
    EVALUATIONS,
    EXPERIMENTS,
    HEADLINES,
    MODEL_NAMES,
    pipeline_params,
    provenance_tags,
    run_name,
    training_params,
)
from training.tracking.promotion import log_evidence
from training.tracking.registry import Candidate, Registration, ensure_registered
from training.tracking.run import MODEL_TAG, LiveRun, find_run, log_articles, open_run
from training.tracking.signatures import EXAMPLES, SIGNATURES
from training.tracking.store import connect, ensure_experiment, store_lock
from training.tracking.versions import TEST_TAG, champion_version

EVALUATED_TAG = "mawaqif.evaluated"
METRICS_TAG = "mawaqif.metrics_sha256"
NOTE_TAG = "mlflow.note.content"
PARENT_TAG = "mlflow.parentRunId"
KIND_TAG = "mlflow.experimentKind"
TASKS = ("section", "stance")
PIPELINE = "analyzer"


@dataclass(frozen=True)
class Outputs:
    """Where the pipeline left what is to be published."""

    models: Path
    """Holds `section/` and `stance/` as trained, and `analyzer/` as exported."""
    reports: Path
    splits: Path


@dataclass(frozen=True)
class Training:
    """One pass of the pipeline: what it left, what it was told, and the run of each model."""

    client: MlflowClient
    outputs: Outputs
    params: Params
    reports: Mapping[str, Any]
    runs: Mapping[str, LiveRun]
    test_digest: str


def publish(outputs: Outputs, params: Params) -> list[Registration]:
    """Ensure that the three models are registered and the best of each is champion. Doing it twice changes nothing."""
    client = connect()
    with store_lock():
        training = Training(
            client=client,
            outputs=outputs,
            params=params,
            reports={name: read_json(outputs.reports / name / "metrics.json") for name in EVALUATIONS[PIPELINE]},
            runs={kind: _training_run(client, kind, outputs, params) for kind in EXPERIMENTS},
            test_digest=sha256_folder(outputs.splits / "test"),
        )
        for kind, note in EXPERIMENT_NOTES.items():
            _describe_experiment(client, EXPERIMENTS[kind], note)
        return [_publish_one(training, kind) for kind in EXPERIMENTS]


def _publish_one(training: Training, kind: str) -> Registration:
    run, bundle = training.runs[kind], training.outputs.models / "analyzer"
    evaluation, metric = HEADLINES[kind]
    with tempfile.TemporaryDirectory() as scratch:
        part = bundle
        if kind != PIPELINE:
            part = Path(scratch) / kind
            slice_bundle(bundle, kind, part)
        manifest = open_bundle(part)
        changes = _log_evaluation(training, kind, manifest.content_sha256)
        log_evidence(run, kind, manifest.content_sha256, training.outputs.reports)
        candidate = Candidate(
            name=MODEL_NAMES[kind],
            kind=kind,
            bundle=part,
            content_sha256=manifest.content_sha256,
            run_id=run.run_id,
            description=version_note(kind, training.reports, changes),
            headline=metric_name(evaluation, metric),
            value=float(training.reports[evaluation][metric]["value"]),
            test_digest=training.test_digest,
            signature=SIGNATURES[kind],
            example=EXAMPLES[kind],
            tags=provenance_tags(),
        )
        done = ensure_registered(training.client, candidate, training.params)
    _describe(training, kind, done, candidate.description)
    return done


def _training_run(client: MlflowClient, kind: str, outputs: Outputs, params: Params) -> LiveRun:
    """The run that made a model; a new one, said to be restored, when the store does not know it."""
    content = sha256_folder(outputs.models / kind)
    known = find_run(client, EXPERIMENTS[kind], MODEL_TAG, content)
    if known is not None:
        return LiveRun(client, known.info.run_id)
    name = run_name("pipeline" if kind == PIPELINE else kind, params.encoder, content)
    run = open_run(client, EXPERIMENTS[kind], name, MODEL_TAG, content)
    run.tags(provenance_tags())
    run.params(pipeline_params(params))
    n_articles = read_json(outputs.reports / "split.json")["n_articles"]
    log_articles(run, outputs.splits, {part: n_articles[part] for part in ("train", "dev")})
    if kind in TASKS:
        run.tags({"mawaqif.restored": "the model came from DVC's cache; its curve is logged again"})
        run.params(training_params(getattr(params.train, kind)))
        for row in read_json(outputs.models / kind / "learning_curve.json"):
            run.metrics(row, step=round(row["epoch"]))
    run.finish()
    return run


def _log_evaluation(training: Training, kind: str, content_sha256: str) -> str:
    """Add scores, files and the description to a run that lacks them.

    Returns what changed since the champion, as it was when this model was first seen.
    """
    run, reports = training.runs[kind], training.reports
    metrics = grouped_metrics({name: reports[name] for name in EVALUATIONS[kind]})
    if kind in BEHAVIOUR_KINDS:
        metrics |= behaviour_metrics(read_json(training.outputs.reports / "behaviour" / "metrics.json"))
    digest = hashlib.sha256(json.dumps(metrics, sort_keys=True).encode()).hexdigest()
    known = run.tag(EVALUATED_TAG) == content_sha256
    changes = changes_in(run.tag(NOTE_TAG) or "") if known else _since_champion(training, kind, metrics)
    if known and run.tag(METRICS_TAG) == digest:
        return changes
    run.metrics(metrics)
    _log_files(run, kind, training.outputs)
    n_test = read_json(training.outputs.reports / "split.json")["n_articles"]["test"]
    log_articles(run, training.outputs.splits, {"test": n_test})
    related = [training.runs[task] for task in TASKS] if kind == PIPELINE else [training.runs[PIPELINE]]
    if kind in TASKS and run.tag(PARENT_TAG) is None:
        run.tags({PARENT_TAG: training.runs[PIPELINE].run_id})
    note = run_note(kind, reports, changes, [_link(training.client, one) for one in related])
    run.tags({NOTE_TAG: note, METRICS_TAG: digest, EVALUATED_TAG: content_sha256})
    return changes


def _log_files(run: LiveRun, kind: str, outputs: Outputs) -> None:
    """The pipeline's run gets the reports folder as it lies, so that the page's links hold when it is downloaded."""
    reports = outputs.reports
    if kind == PIPELINE:
        for name in ("index.html", "corpus.json", "split.json", "labels.json"):
            run.artifacts(reports / name, "report")
        for folder in ("behaviour", "cards", "training", *EVALUATIONS[kind]):
            _log_folder(run, reports / folder, f"report/{folder}")
        return
    _log_folder(run, reports / kind, f"evaluation/{kind}")
    if kind in BEHAVIOUR_KINDS:
        _log_folder(run, reports / "behaviour", "behaviour")
    run.artifacts(reports / "training" / f"{kind}_learning_curve.png", "training")
    for card in (kind, "dataset"):
        run.artifacts(reports / "cards" / f"{card}.md", "cards")


def _log_folder(run: LiveRun, folder: Path, target: str) -> None:
    """All but dot files, such as the .gitignore that DVC leaves."""
    for path in sorted(folder.iterdir()):
        if not path.name.startswith("."):
            run.artifacts(path, f"{target}/{path.name}" if path.is_dir() else target)


def _since_champion(training: Training, kind: str, metrics: Mapping[str, float]) -> str:
    client = training.client
    champion = champion_version(client, MODEL_NAMES[kind])
    now = client.get_run(training.runs[kind].run_id).data
    snapshot = Snapshot(now.params, now.tags, metrics, training.test_digest)
    if champion is None:
        return changes_since(None, None, snapshot, kind)
    then = client.get_run(champion.run_id).data
    before = Snapshot(then.params, then.tags, then.metrics, champion.tags.get(TEST_TAG, ""))
    return changes_since(str(champion.version), before, snapshot, kind)


def _link(client: MlflowClient, run: LiveRun) -> Link:
    info = client.get_run(run.run_id).info
    return Link(info.run_name, info.experiment_id, info.run_id)


def _describe_experiment(client: MlflowClient, name: str, note: str) -> None:
    experiment = client.get_experiment(ensure_experiment(client, name))
    for tag, value in ((NOTE_TAG, note), (KIND_TAG, "custom_model_development")):
        if experiment.tags.get(tag) != value:
            client.set_experiment_tag(experiment.experiment_id, tag, value)


def _describe(training: Training, kind: str, done: Registration, note: str) -> None:
    """The version's text, and the model's where the version is the champion; only what differs is written."""
    client = training.client
    if client.get_model_version(done.name, done.version).description != note:
        client.update_model_version(done.name, done.version, description=note)
    about = model_note(kind, training.reports)
    if done.champion and client.get_registered_model(done.name).description != about:
        client.update_registered_model(done.name, description=about)
