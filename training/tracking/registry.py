"""Registered models: an idempotent *ensure* keyed by content, and the promotion of champions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature

from training.tracking.store import store_lock

CHAMPION = "champion"
CONTENT_TAG = "content_sha256"
HEADLINE_TAG = "headline_metric"
VALUE_TAG = "headline_value"
TEST_TAG = "test_digest"
VERDICT_TAG = "gate_verdict"
REASON_TAG = "gate_reason"

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


def ensure_registered(client: MlflowClient, candidate: Candidate, tolerance: float) -> Registration:
    """Register `candidate` unless a version with its content exists, and let the gate decide who is champion.

    Runs under the store's lock, so that concurrent calls end with one version.
    """
    with store_lock():
        known = find_version(client, candidate.name, candidate.content_sha256)
        entry = known or _register(client, candidate)
        promoted, reason = _gate(client, candidate, entry, tolerance)
        if promoted:
            client.set_registered_model_alias(candidate.name, CHAMPION, entry.version)
        verdict = "promoted" if promoted else "refused"
        client.set_model_version_tag(candidate.name, entry.version, VERDICT_TAG, verdict)
        client.set_model_version_tag(candidate.name, entry.version, REASON_TAG, reason)
    return Registration(candidate.name, str(entry.version), known is None, promoted, reason)


def find_version(client: MlflowClient, name: str, content_sha256: str) -> ModelVersion | None:
    """The version whose bundle has this content, None when there is none."""
    entries = client.search_model_versions(f"name = '{name}'")
    return next((entry for entry in entries if entry.tags.get(CONTENT_TAG) == content_sha256), None)


def champion_version(client: MlflowClient, name: str) -> ModelVersion | None:
    """The version the alias `champion` points at, None when there is none."""
    try:
        return client.get_model_version_by_alias(name, CHAMPION)
    except MlflowException:
        return None


def _gate(client: MlflowClient, candidate: Candidate, entry: ModelVersion, tolerance: float) -> tuple[bool, str]:
    champion = champion_version(client, candidate.name)
    if champion is None:
        return True, "first version: there was no champion"
    if champion.version == entry.version:
        return True, "is the champion already"
    if champion.tags.get(TEST_TAG) != candidate.test_digest:
        return True, f"version {champion.version} was measured on another test split: not comparable"
    before = float(champion.tags.get(VALUE_TAG, "nan"))
    change = candidate.value - before
    compared = f"{candidate.headline} {candidate.value:.4f} against {before:.4f} of version {champion.version}"
    if change < -tolerance:
        return False, f"{compared}: lower by more than {tolerance}"
    return True, compared


def _register(client: MlflowClient, candidate: Candidate) -> ModelVersion:
    with mlflow.start_run(run_id=candidate.run_id):
        info: Any = mlflow.pyfunc.log_model(
            name=candidate.name,
            python_model=str(ENTRY),
            model_config={"kind": candidate.kind},
            artifacts={"bundle": str(candidate.bundle)},
            code_paths=[str(PACKAGE)],
            pip_requirements=_requirements(),
            signature=candidate.signature,
            input_example=candidate.example,
        )
    tags = {
        CONTENT_TAG: candidate.content_sha256,
        HEADLINE_TAG: candidate.headline,
        VALUE_TAG: f"{candidate.value:.6f}",
        TEST_TAG: candidate.test_digest,
        **candidate.tags,
    }
    created = mlflow.register_model(info.model_uri, candidate.name, tags=tags)
    client.update_model_version(candidate.name, created.version, description=candidate.description)
    return client.get_model_version(candidate.name, created.version)


def _requirements() -> list[str]:
    return [f"{package}=={version(package)}" for package in RUNTIME]
