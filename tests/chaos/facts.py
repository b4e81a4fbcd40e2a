"""What a project folder and its store hold, as plain values: after a kill and a second call they must be as ever."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from training.errors import BundleError
from training.export.bundle import open_bundle
from training.files import sha256_file

SHOWN_TAGS = ("content_sha256", "gate_verdict", "gate_reason", "previous_champion", "headline_value", "test_digest")
INTERNAL = (".dvc", "mlartifacts", "training", ".locks")


def files(project: Path) -> list[str]:
    """Every file by its path, but for dvc's, the store's and the code's own: what is left over shows here."""
    paths = [path.relative_to(project) for path in project.rglob("*") if path.is_file()]
    kept = [
        path for path in paths if path.parts[0] not in INTERNAL and not path.name.startswith(("mlflow.db", ".mlflow"))
    ]
    return sorted(path.as_posix() for path in kept)


def hashes(project: Path, *folders: str) -> dict[str, str]:
    """SHA-256 of every file below some folders."""
    found = [path for folder in folders for path in (project / folder).rglob("*") if path.is_file()]
    return {path.relative_to(project).as_posix(): sha256_file(path) for path in found}


def store(project: Path) -> dict[str, Any]:
    """Runs by experiment and state, registered versions with their verdicts, aliases, whole and broken model files."""
    with sqlite3.connect(project / "mlflow.db") as database:
        ask = database.execute
        runs = ask(
            "SELECT e.name, r.status, count(*) FROM runs r JOIN experiments e USING (experiment_id) GROUP BY 1, 2"
        ).fetchall()
        versions = ask(
            "SELECT name, version, description IS NOT NULL, current_stage != 'Deleted_Internal' FROM model_versions"
        ).fetchall()
        tags = ask("SELECT name, version, key, value FROM model_version_tags").fetchall()
        aliases = ask("SELECT name, alias, version FROM registered_model_aliases").fetchall()
        purposes = ask("SELECT name, description IS NOT NULL FROM registered_models").fetchall()
        models = ask(
            "SELECT name, status, artifact_location FROM logged_models WHERE lifecycle_stage = 'active'"
        ).fetchall()
        migration = ask("SELECT version_num FROM alembic_version").fetchall()
    return {
        "migration": migration,
        "runs": sorted(runs),
        "versions": sorted(versions),
        "tags": sorted(tag for tag in tags if tag[2] in SHOWN_TAGS),
        "aliases": sorted(aliases),
        "purposes": sorted(purposes),
        "models": sorted((name, status, _content(location)) for name, status, location in models),
    }


def epochs_reported(project: Path) -> dict[int, int]:
    """How often each step's dev score was logged."""
    with sqlite3.connect(project / "mlflow.db") as database:
        rows = database.execute(
            "SELECT step, count(*) FROM metrics WHERE key = 'dev_macro_f1' GROUP BY step"
        ).fetchall()
    return dict(rows)


def _content(location: str) -> str:
    """The content of the bundle in a model's files, or what is wrong with it."""
    bundles = list(Path(unquote(location.removeprefix("file://"))).glob("artifacts/*"))
    try:
        return open_bundle(bundles[0]).content_sha256 if bundles else "no files"
    except BundleError as error:
        return str(error)
