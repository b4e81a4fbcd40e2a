"""A fresh store and a small stance model to be registered in it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from training.export.bundle import open_bundle, slice_bundle, write_manifest
from training.files import read_json, write_json
from training.tracking.registry import Candidate
from training.tracking.run import new_run
from training.tracking.signatures import EXAMPLES, SIGNATURES
from training.tracking.store import connect


@pytest.fixture(scope="session")
def migrated_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite store of the current schema; making one takes seconds."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        connect()
    return folder / "mlflow.db"


@pytest.fixture
def client(in_tmp: Path, migrated_store: Path, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copyfile(migrated_store, in_tmp / "mlflow.db")
    return connect()


@pytest.fixture
def candidate(client: MlflowClient, tiny_project: Path, in_tmp: Path) -> Candidate:
    slice_bundle(tiny_project / "models" / "analyzer", "stance", in_tmp / "bundle")
    return Candidate(
        name="mawaqif-stance",
        kind="stance",
        bundle=in_tmp / "bundle",
        content_sha256=open_bundle(in_tmp / "bundle").content_sha256,
        run_id=new_run(client, "tests", "one").run_id,
        description="description",
        headline="test_stance_macro_f1",
        value=0.6,
        test_digest="t1",
        signature=SIGNATURES["stance"],
        example=EXAMPLES["stance"],
        tags={"git.commit": "abc"},
    )


def other(candidate: Candidate, **changes: Any) -> Candidate:
    """The same model with another content."""
    card = read_json(candidate.bundle / "stance" / "task.json")
    folder = candidate.bundle.with_name(f"bundle-{changes.get('value', 0)}-{changes.get('test_digest', '')}")
    (folder / "stance").mkdir(parents=True)
    for path in (candidate.bundle / "stance").iterdir():
        shutil.copyfile(path, folder / "stance" / path.name)
    write_json(folder / "stance" / "task.json", {**card, "temperature": 1.0 + changes.get("value", 0)})
    manifest = write_manifest(folder, precision="int8", encoder={})
    return replace(candidate, bundle=folder, content_sha256=manifest.content_sha256, **changes)
