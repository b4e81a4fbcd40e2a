"""Where `mawaqif ui` sends people; that the places show what they promise is in tests/browser."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from mlflow import MlflowClient

from training.tracking import ui
from training.tracking.items import EXPERIMENTS
from training.tracking.store import ensure_experiment
from training.tracking.ui import entrances, serve


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The servers that would have been started; each ends with exit code 7."""
    started: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        started.append(command)
        return subprocess.CompletedProcess(command, 7)

    monkeypatch.setattr(ui.subprocess, "run", run)
    return started


def test_trainings_of_the_pipeline_come_first_and_the_best_of_them(client: MlflowClient) -> None:
    for name in EXPERIMENTS.values():
        ensure_experiment(client, name)
    number = ensure_experiment(client, "mawaqif analyzer")
    found = entrances(client, "http://127.0.0.1:5000/")
    assert list(found) == [
        "mawaqif analyzer, best first",
        "mawaqif stance, best first",
        "mawaqif section, best first",
        "registered models",
    ]
    assert found["mawaqif analyzer, best first"] == (
        f"http://127.0.0.1:5000/#/experiments/{number}/runs?workflowType=machine_learning"
        "&orderByKey=metrics.%60test%2Fend_to_end_actor_stance_f1%60&orderByAsc=false"
    )
    assert found["registered models"] == "http://127.0.0.1:5000/#/models"


def test_before_the_first_training_it_says_so_and_serves(client: MlflowClient, commands: list[list[str]]) -> None:
    said: list[str] = []
    assert entrances(client, "http://127.0.0.1:5001") == {}
    assert serve(5001, said.append) == 7
    assert said[0] == "no training yet; run `make repro`: http://127.0.0.1:5001"
    (command,) = commands
    assert command[-2:] == ["--port", "5001"]


def test_a_servers_store_is_shown_by_the_server(
    client: MlflowClient, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_experiment(client, "mawaqif stance")
    monkeypatch.setattr(ui, "connect", lambda: client)
    monkeypatch.setattr(ui, "tracking_uri", lambda: "https://team.example/mlflow/")
    said: list[str] = []
    assert serve(5000, said.append) == 0
    assert said[0].startswith("mawaqif stance, best first: https://team.example/mlflow/#/experiments/")
    assert commands == []
