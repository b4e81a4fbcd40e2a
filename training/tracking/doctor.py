"""What is installed, where tracking points, which champions are there: the first thing to look at when lost."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from mlflow import MlflowClient

from training.errors import MawaqifError
from training.tracking.items import MODEL_NAMES
from training.tracking.place import tracking_uri
from training.tracking.store import connect
from training.tracking.versions import CONTENT_TAG, HEADLINE_TAG, VALUE_TAG, champion_version

PACKAGES = ("mlflow", "onnxruntime", "tokenizers", "pandas", "torch", "transformers", "datasets", "dvc", "scikit-learn")


@dataclass(frozen=True)
class Finding:
    """One line of the report; `ok` is False where something must be mended before inference works."""

    name: str
    state: str
    ok: bool = True


def examine() -> Iterator[Finding]:
    """Look at packages, store and registry; nothing is changed but that an empty local store is created."""
    yield Finding("python", platform.python_version())
    for package in PACKAGES:
        yield _package(package)
    yield Finding("tracking store", tracking_uri())
    try:
        client = connect()
    except MawaqifError as error:
        yield Finding("tracking store", str(error), ok=False)
        return
    yield from _unfinished_runs(client)
    for name in MODEL_NAMES.values():
        champion = champion_version(client, name)
        if champion is None:
            yield Finding(name, "no champion; expected one after `make repro`", ok=False)
        else:
            tags = champion.tags
            content, headline = tags.get(CONTENT_TAG, "?")[:12], tags.get(HEADLINE_TAG, "?")
            yield Finding(name, f"champion version {champion.version}, {headline} {tags.get(VALUE_TAG)}, {content}")


def _unfinished_runs(client: MlflowClient) -> Iterator[Finding]:
    """Runs that are going on, or were killed: these stay RUNNING until their command is called again."""
    experiments = [item.experiment_id for item in client.search_experiments()]
    for run in client.search_runs(experiments, filter_string="attributes.status = 'RUNNING'"):
        yield Finding("unfinished run", f"{run.info.run_name}: going on, or killed; its command goes on with it")


def _package(package: str) -> Finding:
    needed = package in {"mlflow", "onnxruntime", "tokenizers", "pandas"}
    try:
        return Finding(package, version(package))
    except PackageNotFoundError:
        return Finding(
            package, "not installed" if needed else "not installed (needed for training only)", ok=not needed
        )
