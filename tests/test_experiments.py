"""`dvc exp run`, in place and queued, on a small project in a git repository of its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from mlflow import MlflowClient

from tests.conftest import ROOT
from tests.tiny import make_project, run
from training.tracking.items import EXPERIMENTS

TARGET = "train@section"
KEY = "train.section.head_dropout"
RATES = {"alone": 0.1, "queued-one": 0.3, "queued-two": 0.4}
QUEUED = ("queued-one", "queued-two")

pytestmark = pytest.mark.pipeline


def exp_run(project: Path, name: str, *options: str) -> None:
    setting = f"{KEY}={RATES[name]}"
    must(project, "dvc", "exp", "run", *options, "--name", name, "-S", setting, "--single-item", TARGET)


def must(project: Path, *command: str) -> str:
    done = run(project, *command)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Path:
    """The small project under git and DVC, ready to train, committed."""
    folder = make_project(tmp_path_factory.mktemp("experiments") / "project", tiny_encoder)
    for name in (".gitignore", "models/.gitignore", "data/.gitignore"):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    must(folder, "git", "init", "--quiet")
    for name, value in (("user.name", "Test"), ("user.email", "test@example.org"), ("commit.gpgsign", "false")):
        must(folder, "git", "config", name, value)
    must(folder, "dvc", "init", "--quiet")
    must(folder, "dvc", "repro", "--quiet", "encoder", "split")
    must(folder, "git", "add", "--all")
    must(folder, "git", "commit", "--quiet", "--message", "Small project")
    return folder


@pytest.fixture(scope="module")
def workspaces(project: Path) -> dict[str, str]:
    """Run one experiment from the queue after another, then one in place; what git sees before, between and after."""
    seen = {"before": state(project)}
    for name in QUEUED:
        exp_run(project, name, "--queue")
    seen["queued"] = state(project)
    must(project, "dvc", "exp", "run", "--run-all")
    seen["run"] = state(project)
    exp_run(project, "alone")
    seen["alone"] = state(project)
    return seen


def state(project: Path) -> str:
    return must(project, "git", "status", "--porcelain") + (project / "params.yaml").read_text(encoding="utf-8")


def at(project: Path, name: str, path: str) -> Any:
    """A YAML or JSON file as the experiment committed it."""
    return yaml.safe_load(must(project, "git", "show", f"{revisions(project)[name]}:{path}"))


def revisions(project: Path) -> dict[str, str]:
    """Commits of the experiments on HEAD, by name."""
    lines = must(project, "git", "for-each-ref", "--format=%(objectname) %(refname)", "refs/exps").splitlines()
    return {ref.rpartition("/")[2]: commit for commit, ref in map(str.split, lines)}


def test_queued_experiments_leave_the_workspace_as_it_is(workspaces: dict[str, str]) -> None:
    assert not workspaces["before"].startswith((" ", "?"))
    assert workspaces["queued"] == workspaces["before"]
    assert workspaces["run"] == workspaces["before"]


def test_an_experiment_in_place_changes_the_workspace(workspaces: dict[str, str], project: Path) -> None:
    assert workspaces["alone"].startswith(" M dvc.lock\n M params.yaml\n")
    assert yaml.safe_load((project / "params.yaml").read_text())["train"]["section"]["head_dropout"] == RATES["alone"]


@pytest.mark.usefixtures("workspaces")
def test_each_experiment_has_its_own_params_and_model(project: Path) -> None:
    for path in ("params.yaml", "dvc.lock"):
        assert len({str(at(project, name, path)) for name in RATES}) == len(RATES)
    locks = {name: at(project, name, "dvc.lock")["stages"] for name in RATES}
    rates = {
        name: lock[TARGET]["params"]["params.yaml"]["train.section"]["head_dropout"] for name, lock in locks.items()
    }
    assert rates == RATES
    assert {name: at(project, name, "params.yaml")["train"]["section"]["head_dropout"] for name in RATES} == RATES
    assert len({lock[TARGET]["outs"][0]["md5"] for lock in locks.values()}) == len(RATES)
    assert len({lock["split"]["outs"][0]["md5"] for lock in locks.values()}) == 1


@pytest.mark.usefixtures("workspaces")
def test_exp_show_lists_them_with_params(project: Path) -> None:
    _, head = json.loads(must(project, "dvc", "exp", "show", "--json"))
    found = {item["name"]: item["revs"][0]["data"] for item in head["experiments"]}
    rates = {
        name: data["params"]["params.yaml"]["data"]["train"]["section"]["head_dropout"] for name, data in found.items()
    }
    assert rates == RATES
    assert all(data["metrics"]["reports/split.json"]["data"] for data in found.values())


@pytest.mark.usefixtures("workspaces")
def test_every_experiment_is_in_the_store_of_the_project(project: Path) -> None:
    client = MlflowClient(f"sqlite:///{project}/mlflow.db")
    experiment = client.get_experiment_by_name(EXPERIMENTS["section"])
    finished = client.search_runs([experiment.experiment_id], filter_string="attributes.status = 'FINISHED'")
    assert {run.data.params["train.head_dropout"] for run in finished} == {str(rate) for rate in RATES.values()}
    assert len({run.data.metrics["dev_loss"] for run in finished}) == len(finished) == len(RATES)
