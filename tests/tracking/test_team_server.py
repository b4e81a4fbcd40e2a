"""The pipeline's last stage and a second client against `mlflow server` on a real PostgreSQL, artifacts through the server."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from mlflow import MlflowClient
from mlflow.entities import Run

from tests.inference.test_analyzer import ROW
from tests.tiny import environment

DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
"""Debian keeps the server's commands of each version in a folder of its own, off the PATH."""
INITDB = shutil.which("initdb", path=os.pathsep.join([os.environ["PATH"], *map(str, reversed(DEBIAN))]))

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(INITDB is None, reason="PostgreSQL is not installed (apt install postgresql)"),
]
MODELS = {"mawaqif-section", "mawaqif-stance", "mawaqif-analyzer"}


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of a PostgreSQL of our own on loopback, stopped and deleted afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="mawaqif-postgres-"))
    port, data = _free_port(), folder / "data"
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        shutil.chown(folder, "postgres")
    _postgres("initdb", "--pgdata", data, "--username", "mawaqif", "--auth", "trust", "--encoding", "UTF8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    _postgres("pg_ctl", "--pgdata", data, "--wait", "--log", folder / "log", "--options", options, "start")
    yield f"postgresql+pg8000://mawaqif@127.0.0.1:{port}/postgres"
    _postgres("pg_ctl", "--pgdata", data, "--mode", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an `mlflow server` that proxies artifacts."""
    folder = tmp_path_factory.mktemp("server")
    address = f"127.0.0.1:{_free_port()}"
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", database, "--workers", "1"]
    command += ["--artifacts-destination", str(folder / "artifacts"), "--host", "127.0.0.1"]
    command += ["--port", address.rpartition(":")[2], "--allowed-hosts", f"127.0.0.1,{address}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment()
            | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},  # more processes, for what we do not use
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(f"http://{address}", process, folder / "log")
        yield f"http://{address}"
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


@pytest.fixture(scope="module")
def project(tiny_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has trained and registered into its own SQLite file so far."""
    return Path(shutil.copytree(tiny_project, tmp_path_factory.mktemp("project") / "copy"))


@pytest.fixture(scope="module")
def registered(server: str, project: Path) -> str:
    """What the stage `register` printed when the project first met the server."""
    return _register(server, project)


def test_runs_models_and_aliases_are_on_the_server(server: str, registered: str) -> None:
    assert registered.count("registered, champion (first version") == 3
    assert f"tracking store: {server}" in registered
    client = MlflowClient(server)
    assert {model.name for model in client.search_registered_models()} == MODELS
    for name in MODELS:
        champion = client.get_model_version_by_alias(name, "champion")
        run = client.get_run(champion.run_id)
        assert run.info.status == "FINISHED"
        assert any(metric.startswith("test/") for metric in run.data.metrics)
        assert run.info.artifact_uri.startswith("mlflow-artifacts:/")
        assert client.list_artifacts(run.info.run_id, "report" if name == "mawaqif-analyzer" else "evaluation")


def test_the_local_store_and_the_server_agree_on_the_champions(server: str, registered: str, project: Path) -> None:
    local, remote = MlflowClient(f"sqlite:///{project / 'mlflow.db'}"), MlflowClient(server)
    for name in MODELS:
        old, new = (client.get_model_version_by_alias(name, "champion") for client in (local, remote))
        same = ("content_sha256", "headline_metric", "headline_value", "test_digest")
        assert {tag: new.tags[tag] for tag in same} == {tag: old.tags[tag] for tag in same}
        assert new.description == old.description
        before, after = local.get_run(old.run_id), remote.get_run(new.run_id)
        assert after.data.params == before.data.params
        assert _test_metrics(after) == _test_metrics(before)
        assert _note(after) == _note(before)
        assert _artifacts(remote, new.run_id) == _artifacts(local, old.run_id)
        if name != "mawaqif-analyzer":
            assert "mawaqif.restored" in after.data.tags
            curves = [
                [point.value for point in client.get_metric_history(run.info.run_id, "dev_macro_f1")]
                for client, run in ((remote, after), (local, before))
            ]
            assert curves[0] == curves[1]


def test_a_second_registration_changes_nothing(server: str, registered: str, project: Path) -> None:
    assert _register(server, project).count("known, champion (") == 3
    assert len(MlflowClient(server).search_model_versions()) == 3


def test_another_client_analyses_with_the_champion(server: str, registered: str, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps(ROW, ensure_ascii=False) + "\n", encoding="utf-8")
    command = ["mawaqif", "analyze", "in.jsonl", "--out", "out.jsonl", "--model", "models:/mawaqif-analyzer@champion"]
    done = subprocess.run(command, cwd=tmp_path, env=_client(server), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (result,) = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert result["model"]["name"] == "mawaqif-analyzer"
    assert result["model"]["version"] == "1"
    assert result["quotes"]
    assert not (tmp_path / "mlflow.db").exists()


def _register(server: str, project: Path) -> str:
    command = ["dvc", "repro", "--force", "--single-item", "register"]
    done = subprocess.run(command, cwd=project, env=_client(server), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _test_metrics(run: Run) -> dict[str, float]:
    return {name: value for name, value in run.data.metrics.items() if name.startswith(("test/", "test_"))}


def _note(run: Run) -> str:
    """A run's description without what is the store's own: where links lead, and digits in names of restored runs."""
    text = re.sub(r"experiments/\d+/runs/[0-9a-f]{32}", "RUN", run.data.tags["mlflow.note.content"])
    return re.sub(r" [0-9a-f]{6} · ", " · ", text)


def _artifacts(client: MlflowClient, run_id: str, folder: str | None = None) -> set[tuple[str, int]]:
    """Path and size of every file that belongs to a run."""
    found: set[tuple[str, int]] = set()
    for entry in client.list_artifacts(run_id, folder):
        found |= _artifacts(client, run_id, entry.path) if entry.is_dir else {(entry.path, entry.file_size)}
    return found


def _client(server: str) -> dict[str, str]:
    return environment() | {"MLFLOW_TRACKING_URI": server}


def _postgres(name: str, *options: object) -> None:
    before = ["runuser", "--user", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*before, str(Path(str(INITDB)).resolve().with_name(name)), *map(str, options)]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-3000:]
        try:
            if requests.get(f"{address}/health", timeout=2).ok:
                return
        except requests.RequestException:  # not yet there, or still busy with its tables
            pass
        time.sleep(0.5)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace")[-3000:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
