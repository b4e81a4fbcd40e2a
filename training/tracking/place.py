"""Where the store of runs and models is; the one part of `tracking` that can be asked without loading MLflow."""

from __future__ import annotations

import os
from pathlib import Path

STORE_FILE = "mlflow.db"
ARTIFACTS_FOLDER = "mlartifacts"


def home() -> Path:
    """The folder of the local store: the project's own also where DVC runs a queued experiment in a temporary copy."""
    return Path(os.environ.get("DVC_ROOT") or Path.cwd()).resolve()


def tracking_uri() -> str:
    """`MLFLOW_TRACKING_URI` where set, else an SQLite file in `home`, as an absolute URI."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{home() / STORE_FILE}"


def local_store() -> Path | None:
    """The SQLite file of the store, None where it is on a server."""
    prefix, uri = "sqlite:///", tracking_uri()
    return Path(uri.removeprefix(prefix)) if uri.startswith(prefix) else None
