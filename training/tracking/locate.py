"""From a registry URI to the plain files of a bundle, without running the model's code."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mlflow
import yaml
from mlflow.exceptions import MlflowException

from training.errors import InputError
from training.tracking.place import tracking_uri
from training.tracking.store import connect

DEFAULT_MODEL = "models:/mawaqif-analyzer@champion"


@dataclass(frozen=True)
class LocatedBundle:
    """A bundle folder, with the registry's name and version where it came from there."""

    folder: Path
    name: str | None
    version: str | None


@contextmanager
def locate_bundle(model: str) -> Iterator[LocatedBundle]:
    """Find the bundle of a local folder or of `models:/NAME@ALIAS` / `models:/NAME/VERSION`.

    What is downloaded is deleted when the block ends. Raises `InputError` when there is neither such a folder nor
    such a version.
    """
    if not model.startswith("models:/"):
        folder = Path(model)
        if not folder.is_dir():
            raise InputError(f"{model}: no such folder; expected a bundle folder or models:/NAME@ALIAS")
        yield LocatedBundle(folder, None, None)
        return
    name, version = resolve_version(connect(), model)
    with tempfile.TemporaryDirectory(prefix="mawaqif-") as scratch:
        yield LocatedBundle(_download(model, scratch), name, version)


def _download(model: str, scratch: str) -> Path:
    try:
        local = Path(mlflow.artifacts.download_artifacts(artifact_uri=model, dst_path=scratch))
        card = yaml.safe_load((local / "MLmodel").read_text(encoding="utf-8"))
    except (MlflowException, OSError) as error:
        raise InputError(f"{model}: its files cannot be read ({error}); register the model again") from error
    return local / str(card["flavors"]["python_function"]["artifacts"]["bundle"]["path"])


def resolve_version(client: mlflow.MlflowClient, model: str) -> tuple[str, str]:
    """Name and version number behind a `models:/` URI. Raises `InputError` when the registry has none."""
    reference = model.removeprefix("models:/")
    name, at, alias = reference.partition("@")
    if not at:
        name, _, number = reference.partition("/")
    try:
        if at:
            return name, str(client.get_model_version_by_alias(name, alias).version)
        return name, str(client.get_model_version(name, number).version)
    except MlflowException as error:
        raise InputError(
            f"{model}: not in the registry at {tracking_uri()}; expected a registered version; run `make repro`, "
            "set MLFLOW_TRACKING_URI, or name a bundle folder with --model"
        ) from error
