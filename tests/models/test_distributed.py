"""The stage `train` as two processes (gloo on this machine's processor), by the command that docs/scale-out.md gives."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from mlflow import MlflowClient

from tests.conftest import ROOT
from tests.tiny import environment
from training.errors import ParamsError
from training.files import read_json, sha256_file
from training.models.fine_tune import _rows_a_process
from training.models.folder import load_card
from training.tracking.items import EXPERIMENTS

STAGE = "training.stages.train"
KILLED = "tests.models.killed_at_checkpoint"
FILES = ("model.safetensors", "learning_curve.json", "task.json", "tokenizer.json")


@pytest.fixture(scope="module")
def project(tiny_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project's inputs, one layer frozen, with an empty tracking store."""
    folder = tmp_path_factory.mktemp("distributed")
    for name in ("data/splits", "data/public_rows", "models/encoder"):
        shutil.copytree(tiny_project / name, folder / name)
    params = yaml.safe_load((tiny_project / "params.yaml").read_text(encoding="utf-8"))
    params["train"]["section"]["frozen_layers"] = 1
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def straight(project: Path) -> Path:
    """The model of two processes that nobody disturbed."""
    done = train(project, "straight", n_processes=2)
    assert done.returncode == 0, done.stderr[-3000:]
    return project / "straight"


def test_two_processes_take_the_steps_of_one_and_learn_as_much(project: Path, straight: Path) -> None:
    assert train(project, "alone", n_processes=1).returncode == 0
    one, two = (read_json(project / name / "learning_curve.json") for name in ("alone", "straight"))
    assert [row["epoch"] for row in two] == [row["epoch"] for row in one] == [1.0, 2.0]
    for row, other in zip(one, two, strict=True):
        assert other["train_loss"] == pytest.approx(row["train_loss"], rel=0.1)
        assert other["dev_loss"] == pytest.approx(row["dev_loss"], rel=0.1)
    assert load_card(straight).n_dev == load_card(project / "alone").n_dev
    assert last_steps(project)[:2] == [2 * -(-load_card(straight).n_train // 8)] * 2


def test_two_processes_killed_and_started_again_end_with_the_same_weights(project: Path, straight: Path) -> None:
    before = len(runs(project))
    assert train(project, "resumed", n_processes=2, module=KILLED).returncode != 0
    assert not (project / "resumed").exists()
    assert [run.info.status for run in runs(project)[:1]] == ["RUNNING"]
    done = train(project, "resumed", n_processes=2, anew=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "resuming section from checkpoint-" in done.stderr
    for name in FILES:
        assert sha256_file(project / "resumed" / name) == sha256_file(straight / name), name
    assert len(runs(project)) == before + 1
    assert {run.info.status for run in runs(project)} == {"FINISHED"}


def test_the_first_process_alone_writes(project: Path, straight: Path) -> None:
    assert sorted(path.name for path in straight.iterdir()) == sorted((*FILES, "config.json"))
    assert {path.suffix for path in (project / ".checkpoints" / "train").iterdir()} == {".model", ".run"}
    assert [path.name for path in (project / ".locks").iterdir()] == ["train-section.lock"]


def test_a_batch_that_cannot_be_shared_evenly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert _rows_a_process(8) == 2
    monkeypatch.setenv("WORLD_SIZE", "3")
    with pytest.raises(ParamsError, match=r"params.yaml: batch_size: 8; expected a multiple of 3 processes"):
        _rows_a_process(8)


def train(
    project: Path, out: str, *, n_processes: int, module: str = STAGE, anew: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run the stage; `anew` forgets a model and checkpoints of the same inputs first."""
    if anew:
        shutil.rmtree(project / ".checkpoints", ignore_errors=True)
    launch = ["-m", "torch.distributed.run", "--nproc-per-node", str(n_processes)]
    launch += ["--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0", "--local-addr", "127.0.0.1"]
    command = [sys.executable, *(launch if n_processes > 1 else []), "-m", module, "section"]
    for name, folder in (("splits", "data/splits"), ("public", "data/public_rows"), ("encoder", "models/encoder")):
        command += [f"--{name}", folder]
    here = {"PYTHONPATH": str(ROOT), "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        [*command, "--out", out], cwd=project, env=environment() | here, capture_output=True, text=True, check=False
    )


def runs(project: Path) -> list:
    """Newest first."""
    client = MlflowClient(f"sqlite:///{project / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(EXPERIMENTS["section"])
    return list(client.search_runs([experiment.experiment_id]))


def last_steps(project: Path) -> list[int]:
    """The step of the last dev evaluation of each run."""
    client = MlflowClient(f"sqlite:///{project / 'mlflow.db'}")
    return [client.get_metric_history(run.info.run_id, "dev_loss")[-1].step for run in runs(project)]
