"""Registered versions: the tags they carry and how they are found. Light enough for an install that only infers."""

from __future__ import annotations

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

CHAMPION = "champion"
CONTENT_TAG = "content_sha256"
VERDICT_TAG = "gate_verdict"
REASON_TAG = "gate_reason"
NUMBERS_TAG = "gate_numbers"
"""What the verdict was decided on, as JSON."""
PREVIOUS_TAG = "previous_champion"
"""On a version that became champion: the one it replaced, to which `rollback` returns."""
HEADLINE_TAG = "headline_metric"
VALUE_TAG = "headline_value"
TEST_TAG = "test_digest"


def champion_version(client: MlflowClient, name: str) -> ModelVersion | None:
    """The version the alias `champion` points at, None when there is none."""
    try:
        return client.get_model_version_by_alias(name, CHAMPION)
    except MlflowException:
        return None


def find_version(client: MlflowClient, name: str, content_sha256: str) -> ModelVersion | None:
    """The version whose bundle has this content, None when there is none."""
    entries = client.search_model_versions(f"name = '{name}'")
    return next((entry for entry in entries if entry.tags.get(CONTENT_TAG) == content_sha256), None)
