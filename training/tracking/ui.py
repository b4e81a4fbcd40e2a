"""The MLflow UI: where it shows what people come for, and how it is served on the local store."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from urllib.parse import quote

from mlflow import MlflowClient

from training.tracking.describe import metric_name
from training.tracking.items import EXPERIMENTS, HEADLINES
from training.tracking.place import tracking_uri
from training.tracking.store import connect

MACHINE_LEARNING = "workflowType=machine_learning"
"""Without it the UI opens an experiment as one of language-model traces, of which there are none here."""


def entrances(client: MlflowClient, address: str) -> dict[str, str]:
    """What to look at, and its place in the UI at `address`; nothing before the first training."""
    experiments = {kind: client.get_experiment_by_name(name) for kind, name in EXPERIMENTS.items()}
    places = {
        f"{experiment.name}, best first": f"/experiments/{experiment.experiment_id}/runs?{MACHINE_LEARNING}"
        f"&orderByKey={quote(f'metrics.`{metric_name(*HEADLINES[kind])}`', safe='')}&orderByAsc=false"
        for kind, experiment in reversed(experiments.items())
        if experiment is not None
    }
    if places:
        places["registered models"] = "/models"
    return {what: f"{address.rstrip('/')}/#{place}" for what, place in places.items()}


def serve(port: int, say: Callable[[str], None]) -> int:
    """Say where to look and serve the UI until it is stopped; the exit code. A server's store has its own UI.

    Raises `TrackingError` when the store cannot be opened.
    """
    client, uri = connect(), tracking_uri()
    served = uri.startswith(("http://", "https://"))
    address = uri if served else f"http://127.0.0.1:{port}"
    found = entrances(client, address) or {"no training yet; run `make repro`": address}
    for what, url in found.items():
        say(f"{what}: {url}")
    if served:
        return 0
    say('From the start page of the UI, choose "Model training" at the top left. Ctrl-C ends it.')
    command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", uri, "--port", str(port)]
    return subprocess.run(command, check=False).returncode
