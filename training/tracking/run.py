"""A training run that streams into MLflow while it goes and survives a kill."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Run, RunStatus
from mlflow.utils.time import get_current_time_millis

from training.files import sha256_folder, write_bytes
from training.tracking.items import source_tags
from training.tracking.store import connect, ensure_experiment

PARAM_LIMIT = 6000
METRICS_A_BATCH = 1000
"""MLflow refuses more in one request."""
DIGEST_LENGTH = 16
"""Hex digits of a data set's digest; MLflow allows 36, its lists show about as many."""
MODEL_TAG = "mawaqif.model_sha256"
ATTEMPT_TAG = "mawaqif.attempt"
"""A training and all its resumptions carry one value."""


class LiveRun:
    """One open MLflow run; nothing here depends on the fluent API's global state."""

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        self._client = client
        self.run_id = run_id

    def metrics(self, values: Mapping[str, float], step: int = 0) -> None:
        """Log a group of metrics at one step."""
        now = get_current_time_millis()
        rows = [Metric(name, float(value), now, step) for name, value in values.items()]
        for start in range(0, len(rows), METRICS_A_BATCH):
            self._client.log_batch(self.run_id, metrics=rows[start : start + METRICS_A_BATCH])

    def params(self, values: Mapping[str, Any]) -> None:
        """Log parameters once; a resumed run keeps the ones it has."""
        known = self._client.get_run(self.run_id).data.params
        for name, value in values.items():
            if name not in known:
                self._client.log_param(self.run_id, name, str(value)[:PARAM_LIMIT])

    def tags(self, values: Mapping[str, str]) -> None:
        """Set or replace tags."""
        for name, value in values.items():
            self._client.set_tag(self.run_id, name, value)

    def artifacts(self, source: Path, folder: str) -> None:
        """Upload a file or a folder's content under `folder`."""
        if source.is_dir():
            self._client.log_artifacts(self.run_id, str(source), folder)
        else:
            self._client.log_artifact(self.run_id, str(source), folder)

    def tag(self, name: str) -> str | None:
        """A tag's value, None when it is not set."""
        value: str | None = self._client.get_run(self.run_id).data.tags.get(name)
        return value

    def finish(self) -> None:
        """Mark the run FINISHED."""
        self._client.set_terminated(self.run_id, RunStatus.to_string(RunStatus.FINISHED))

    def dataset(self, name: str, digest: str, context: str, *, source: str, n_rows: int | None = None) -> None:
        """Record which data the run read: where it lay, its content digest and, where known, its size."""
        profile = json.dumps({"num_rows": n_rows}) if n_rows is not None else None
        dataset = Dataset(name, digest[:DIGEST_LENGTH], "local", json.dumps({"uri": source}), profile=profile)
        tag = InputTag("mlflow.data.context", context)
        self._client.log_inputs(self.run_id, [DatasetInput(dataset, [tag])])


@contextmanager
def live_run(experiment: str, name: str, resume_file: Path) -> Iterator[LiveRun]:
    """Open a run, or reopen the one an interrupted training left behind (`resume_file` names the attempt).

    The run ends FINISHED, or FAILED on an exception; after a kill it stays RUNNING until it is reopened.
    """
    client = connect()
    if not resume_file.exists():
        write_bytes(resume_file, uuid4().hex.encode())
    run = open_run(client, experiment, name, ATTEMPT_TAG, resume_file.read_text(encoding="utf-8"))
    try:
        yield run
    except BaseException:
        client.set_terminated(run.run_id, RunStatus.to_string(RunStatus.FAILED))
        raise
    run.finish()


def open_run(client: MlflowClient, experiment: str, name: str, tag: str, value: str) -> LiveRun:
    """The run that carries a tag, RUNNING again; a new one, which has the tag from its first moment, if there is none."""
    experiment_id = ensure_experiment(client, experiment)
    runs = client.search_runs([experiment_id], filter_string=f"tags.`{tag}` = '{value}'", max_results=1)
    if not runs:
        return new_run(client, experiment, name, {tag: value})
    client.update_run(runs[0].info.run_id, status=RunStatus.to_string(RunStatus.RUNNING))
    return LiveRun(client, runs[0].info.run_id)


def new_run(client: MlflowClient, experiment: str, name: str, tags: Mapping[str, str] | None = None) -> LiveRun:
    """A new run, in an experiment that is created if need be."""
    tags = {**source_tags(), **(tags or {})}
    run = client.create_run(ensure_experiment(client, experiment), run_name=name, tags=tags)
    return LiveRun(client, str(run.info.run_id))


def log_articles(run: LiveRun, splits: Path, n_articles: Mapping[str, int]) -> None:
    """Record the named parts of the split as the run's inputs."""
    for part, n in n_articles.items():
        folder = splits / part
        run.dataset(f"{part} articles", sha256_folder(folder), part, source=folder.as_posix(), n_rows=n)


def find_run(client: MlflowClient, experiment: str, tag: str, value: str) -> Run | None:
    """The newest finished run of an experiment that carries a tag, None when there is none."""
    known = client.get_experiment_by_name(experiment)
    if known is None:
        return None
    runs = client.search_runs(
        [known.experiment_id],
        filter_string=f"tags.`{tag}` = '{value}' and attributes.status = 'FINISHED'",
        max_results=1,
    )
    return runs[0] if runs else None
