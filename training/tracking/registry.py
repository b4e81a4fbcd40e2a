"""Registered models: an idempotent *ensure* keyed by content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import LoggedModelStatus, Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.models import Model, ModelSignature

from training.params import Params
from training.tracking.promotion import judge, settle
from training.tracking.store import store_lock
from training.tracking.versions import (
    CONTENT_TAG,
    HEADLINE_TAG,
    REASON_TAG,
    TEST_TAG,
    VALUE_TAG,
    VERDICT_TAG,
    champion_version,
    find_version,
)

ENTRY = Path(__file__).parents[1] / "inference" / "pyfunc_entry.py"
PACKAGE = Path(__file__).parents[1]
RUNTIME = ("mlflow", "onnxruntime", "tokenizers", "pandas", "numpy", "pydantic")


@dataclass(frozen=True)
class Candidate:
    """A model to be registered: its plain files, the run it belongs to, and what it scored."""

    name: str
    kind: str
    """`section`, `stance` or `analyzer`: which pyfunc class reads the bundle."""
    bundle: Path
    content_sha256: str
    run_id: str
    description: str
    """Markdown about this version."""
    headline: str
    """Name of the metric the gate compares."""
    value: float
    test_digest: str
    """Digest of the test split the value was measured on; only like is compared with like."""
    signature: ModelSignature
    example: pd.DataFrame
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Registration:
    """What `ensure_registered` found or did."""

    name: str
    version: str
    created: bool
    champion: bool
    reason: str


def ensure_registered(client: MlflowClient, candidate: Candidate, params: Params) -> Registration:
    """Register `candidate` unless a version with its content exists, and let the gate decide who is champion.

    A version that has its verdict keeps it. Runs under the store's lock, so that concurrent calls end with one version.
    """
    with store_lock():
        known = find_version(client, candidate.name, candidate.content_sha256)
        entry = known or _register(client, candidate)
        champion = champion_version(client, candidate.name)
        if champion is None or VERDICT_TAG not in entry.tags:
            client.update_model_version(candidate.name, entry.version, description=candidate.description)
            judgement = judge(client, entry, params)
            settle(client, entry, judgement)
            return Registration(
                candidate.name,
                str(entry.version),
                known is None,
                judgement.verdict.promoted,
                judgement.verdict.reason,
            )
    reason = entry.tags.get(REASON_TAG, "")
    return Registration(candidate.name, str(entry.version), False, champion.version == entry.version, reason)


def _register(client: MlflowClient, candidate: Candidate) -> ModelVersion:
    tags = {
        CONTENT_TAG: candidate.content_sha256,
        HEADLINE_TAG: candidate.headline,
        VALUE_TAG: f"{candidate.value:.6f}",
        TEST_TAG: candidate.test_digest,
        **candidate.tags,
    }
    created = mlflow.register_model(_logged_model(client, candidate), candidate.name, tags=tags)
    return client.get_model_version(candidate.name, created.version)


def _logged_model(client: MlflowClient, candidate: Candidate) -> str:
    """URI of the candidate's files in the store; what a killed call left unfinished is removed."""
    run = client.get_run(candidate.run_id)
    for model in client.search_logged_models(
        [run.info.experiment_id], filter_string=f"tags.{CONTENT_TAG} = '{candidate.content_sha256}'"
    ):
        if model.status == LoggedModelStatus.READY:
            return str(model.model_uri)
        client.delete_logged_model(model.model_id)
    return _log_model(client, run, candidate)


def _log_model(client: MlflowClient, run: Run, candidate: Candidate) -> str:
    model = client.create_logged_model(
        run.info.experiment_id,
        name=candidate.name,
        source_run_id=candidate.run_id,
        tags={CONTENT_TAG: candidate.content_sha256},
        params=dict(run.data.params),
    )
    # pyfunc.log_model would open the run again, and a kill would leave it RUNNING
    info: Any = Model.log(
        artifact_path=None,
        model_id=model.model_id,
        flavor=mlflow.pyfunc,
        run_id=candidate.run_id,
        python_model=str(ENTRY),
        model_config={"kind": candidate.kind},
        artifacts={"bundle": str(candidate.bundle)},
        code_paths=[str(PACKAGE)],
        pip_requirements=_requirements(),
        signature=candidate.signature,
        input_example=candidate.example,
    )
    return str(info.model_uri)


def _requirements() -> list[str]:
    return [f"{package}=={version(package)}" for package in RUNTIME]
