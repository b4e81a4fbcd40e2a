"""Where runs and models are kept, and the locks that keep two processes from breaking it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlflow
from filelock import FileLock, Timeout
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from training.errors import BusyError, TrackingError
from training.tracking.place import ARTIFACTS_FOLDER, home, local_store, tracking_uri

LOCK_FILE = ".mlflow.lock"
LOCK_SECONDS = 600


def connect() -> MlflowClient:
    """A client on the store, created and migrated if need be, under a lock so that one process does it.

    Raises `TrackingError` when the store cannot be read or written.
    """
    uri = tracking_uri()
    _quiet()
    mlflow.set_tracking_uri(uri)
    _check_writable(uri)
    with store_lock():
        try:
            _create_whole()
            client = MlflowClient(uri)
            client.search_experiments(max_results=1)
        except Exception as error:  # sqlalchemy, requests and mlflow each raise their own
            raise TrackingError(
                uri, f"cannot be opened ({error})", "set MLFLOW_TRACKING_URI to a store you can write"
            ) from error
    return client


@contextmanager
def store_lock() -> Iterator[None]:
    """Held while the store is created or a model is registered; a thread that holds it may ask again.

    It lies beside an SQLite store. Raises `BusyError` after ten minutes.
    """
    lock = FileLock(_lock_folder() / LOCK_FILE, timeout=LOCK_SECONDS, is_singleton=True)
    try:
        lock.acquire()
    except Timeout as error:
        raise BusyError(
            f"{LOCK_FILE}: held by another process for {LOCK_SECONDS} s; expected it free; wait for that process"
        ) from error
    except OSError as error:
        raise TrackingError(tracking_uri(), f"no lock beside it ({error})", "make the folder writable") from error
    try:
        yield
    finally:
        lock.release()


def ensure_experiment(client: MlflowClient, name: str) -> str:
    """The experiment's id, created with an absolute artifact folder when the store is a local file."""
    known = client.get_experiment_by_name(name)
    if known is not None:
        return str(known.experiment_id)
    local = tracking_uri().startswith("sqlite:")
    location = (home() / ARTIFACTS_FOLDER / name.replace("/", "-")).as_uri() if local else None
    try:
        return str(client.create_experiment(name, artifact_location=location))
    except MlflowException:  # another process was faster
        known = client.get_experiment_by_name(name)
        if known is None:
            raise
        return str(known.experiment_id)


def _create_whole() -> None:
    """A new SQLite store appears with all its tables: MLflow cannot take up migrations that a kill cut short."""
    path = local_store()
    if path is None or path.exists():
        return
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    MlflowClient(f"sqlite:///{new}").search_experiments(max_results=1)
    new.replace(path)


def _lock_folder() -> Path:
    path = local_store()
    return path.parent if path is not None else home()


def _check_writable(uri: str) -> None:
    path = local_store()
    if path is None:
        return
    target = path if path.exists() else path.parent
    if not target.exists():
        raise TrackingError(uri, f"folder {target} does not exist", "create it or set MLFLOW_TRACKING_URI")
    if target.is_dir() and path.exists():
        raise TrackingError(uri, "is a folder", "set MLFLOW_TRACKING_URI to a file")
    if not os.access(target, os.W_OK):
        raise TrackingError(uri, f"{target} is not writable", "make it writable or set MLFLOW_TRACKING_URI")


def _quiet() -> None:
    for name in ("mlflow", "alembic", "mlflow.store.db.utils"):
        logging.getLogger(name).setLevel(logging.WARNING)
