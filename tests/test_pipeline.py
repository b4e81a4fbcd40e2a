"""The real `dvc repro` on a small project: what it leaves, what a second run does, what a lost store does."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from mlflow import MlflowClient
from mlflow.entities import Run

from tests.conftest import ROOT
from tests.tiny import N_ARTICLES, repro, run
from training.export.bundle import open_bundle
from training.files import read_json
from training.tracking.items import EXPERIMENTS, MODEL_NAMES

pytestmark = pytest.mark.pipeline

TRAINED = "Running stage 'train"


def client_of(project: Path) -> MlflowClient:
    return MlflowClient(f"sqlite:///{project}/mlflow.db")


@pytest.fixture
def project(tiny_project: Path, tmp_path: Path) -> Path:
    """A copy of the finished project that a test may change."""
    return Path(shutil.copytree(tiny_project, tmp_path / "copy"))


def test_every_stage_leaves_its_report(tiny_project: Path) -> None:
    corpus, split = (read_json(tiny_project / "reports" / f"{name}.json") for name in ("corpus", "split"))
    assert corpus["n_articles"] == N_ARTICLES
    assert sum(split["n_articles"].values()) == N_ARTICLES + corpus["briefs"]["n_articles"]
    assert split["stories_in_two_parts"] == split["near_duplicates_across_parts"] == 0
    export = read_json(tiny_project / "reports" / "export.json")
    assert export["precision"] == "int8"
    assert len(export["section"]["thresholds"]) == 8
    assert export["stance"]["dev"].keys() == {"each_quote_alone", "read_together"}
    pairs = export["stance"]["train_pairs"]
    assert pairs["that_take_sides"] >= pairs["that_take_different_sides"]


def test_behaviour_and_labels_are_reported_and_every_failure_is_listed(tiny_project: Path) -> None:
    reports = tiny_project / "reports"
    behaviour, labels = read_json(reports / "behaviour" / "metrics.json"), read_json(reports / "labels.json")
    assert behaviour["tests"]["actor swap"]["failures"] == 0  # the stance model is not told who speaks
    assert behaviour["tests"]["spelling: direction marks"]["failures"] == 0
    assert behaviour["tests"]["spelling: tashkeel"]["failures"] == 0
    assert set(behaviour["groups"]["nationality"]["gap"].values()) == {0}
    listed = (reports / "behaviour" / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(listed) == sum(test["failures"] for test in behaviour["tests"].values())
    assert "stance" in labels
    suspicious = (reports / "labels" / "suspicious.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(suspicious) == sum(task["n_suspicious"] for task in labels.values())
    page = (reports / "index.html").read_text(encoding="utf-8")
    assert "actor swap" in page
    assert read_json(reports / "split.json")["exact_duplicates_across_parts"] == 0


@pytest.mark.parametrize(
    ("task", "metric"),
    [("section", "macro_f1"), ("stance", "macro_f1"), ("quotes", "f1"), ("end_to_end", "actor_stance_f1")],
)
def test_every_score_has_n_interval_and_baselines(tiny_project: Path, task: str, metric: str) -> None:
    report = read_json(tiny_project / "reports" / task / "metrics.json")
    assert report["n_articles"] == read_json(tiny_project / "reports" / "split.json")["n_articles"]["test"]
    assert set(report[metric]) == {"value", "low", "high"}
    assert report[metric]["low"] <= report[metric]["value"] <= report[metric]["high"]
    assert report["baselines"]


def test_three_models_are_registered_each_with_a_champion(tiny_project: Path) -> None:
    client = client_of(tiny_project)
    bundle = open_bundle(tiny_project / "models" / "analyzer")
    for name in MODEL_NAMES.values():
        champion = client.get_model_version_by_alias(name, "champion")
        assert champion.tags["gate_verdict"] == "promoted"
        assert "test split" in str(champion.description)
    assert champion.tags["content_sha256"] == bundle.content_sha256


def test_training_runs_carry_curve_params_data_and_plots(tiny_project: Path) -> None:
    client = client_of(tiny_project)
    experiment = client.get_experiment_by_name(EXPERIMENTS["stance"])
    (training,) = client.search_runs([experiment.experiment_id])
    assert training.info.status == "FINISHED"
    assert len(client.get_metric_history(training.info.run_id, "dev_macro_f1")) == 2
    assert training.data.params["train.frozen_layers"] == "0"
    assert {item.dataset.name for item in training.inputs.dataset_inputs} == {
        "train articles",
        "dev articles",
        "test articles",
    }
    assert "test/stance_macro_f1" in training.data.metrics
    assert training.data.tags["corpus.version"].startswith(f"{N_ARTICLES} articles, ")
    assert training.data.tags["encoder"]
    assert files(client, training, "evaluation/stance/plots") == {
        f"{name}.{kind}"
        for name in ("confusion", "precision_recall", "reliability", "risk_coverage", "roc", "slices")
        for kind in ("csv", "png")
    }
    assert training.data.metrics["behaviour/actor_swap"] == 0
    assert files(client, training, "behaviour") == {"failures.html", "failures.jsonl", "metrics.json"}
    assert files(client, training, "cards") == {"stance.md", "dataset.md"}
    assert files(client, training, "training") == {"stance_learning_curve.png"}


def files(client: MlflowClient, of: Run, folder: str) -> set[str]:
    return {Path(item.path).name for item in client.list_artifacts(of.info.run_id, folder)}


def only_run(client: MlflowClient, kind: str) -> Run:
    (found,) = client.search_runs([client.get_experiment_by_name(EXPERIMENTS[kind]).experiment_id])
    return found


def test_the_pipeline_run_and_its_tasks_lead_to_each_other(tiny_project: Path) -> None:
    client = client_of(tiny_project)
    pipeline = only_run(client, "analyzer")
    assert re.fullmatch("pipeline [0-9a-f]{6} · tiny encoder", pipeline.info.run_name)
    for task in ("section", "stance"):
        child = only_run(client, task)
        assert child.data.tags["mlflow.parentRunId"] == pipeline.info.run_id
        assert f"runs/{child.info.run_id})" in pipeline.data.tags["mlflow.note.content"]
        assert f"runs/{pipeline.info.run_id})" in child.data.tags["mlflow.note.content"]
    assert {"index.html", "cards", "section", "quotes"} <= files(client, pipeline, "report")
    assert pipeline.data.params["encoder.source"] == "path"


def test_runs_and_models_are_described_by_their_numbers(tiny_project: Path) -> None:
    client = client_of(tiny_project)
    score = read_json(tiny_project / "reports" / "stance" / "metrics.json")["macro_f1"]["value"]
    row = f"| stance | macro F1 | **{score:.3f}** |"
    version = client.get_model_version_by_alias("mawaqif-stance", "champion")
    texts = (
        only_run(client, "stance").data.tags["mlflow.note.content"],
        version.description,
        client.get_registered_model("mawaqif-stance").description,
    )
    assert all(row in text for text in texts)
    assert "Since the champion:** there was none" in version.description
    experiment = client.get_experiment_by_name(EXPERIMENTS["stance"])
    assert "stance model" in experiment.tags["mlflow.note.content"]


def test_artifact_names_are_ascii_and_texts_utf8(tiny_project: Path) -> None:
    names = [path for path in (tiny_project / "mlartifacts").rglob("*") if path.is_file()]
    assert all(str(path.relative_to(tiny_project)).isascii() for path in names)
    for path in names:
        if path.suffix in {".html", ".md", ".csv", ".json", ".jsonl"}:
            path.read_text(encoding="utf-8")


def test_dvc_draws_the_same_numbers(tiny_project: Path, tmp_path: Path) -> None:
    done = run(tiny_project, "dvc", "plots", "show", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    with (tiny_project / "reports" / "stance" / "plots" / "reliability.csv").open(encoding="utf-8") as handle:
        observed = [row["observed"] for row in csv.DictReader(handle)]
    assert observed
    assert all(f'"observed": "{value}"' in page for value in observed)
    for title in [
        next(iter(plot)) for plot in yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["plots"]
    ]:
        assert f'"{title}"' in page
    done = run(tiny_project, "dvc", "plots", "show", "--json")
    assert "errors" not in json.loads(done.stdout)


def test_a_second_repro_trains_nothing_and_registers_nothing(project: Path) -> None:
    before = {name: client_of(project).search_model_versions(f"name='{name}'") for name in MODEL_NAMES.values()}
    described = everything_logged(client_of(project))
    output = repro(project)
    assert TRAINED not in output
    assert "Running stage 'register'" in output
    for name, versions in before.items():
        assert len(client_of(project).search_model_versions(f"name='{name}'")) == len(versions) == 1
    assert everything_logged(client_of(project)) == described


def everything_logged(client: MlflowClient) -> list[Any]:
    """Runs with their tags, params and metrics, and what is registered, gate's tags aside."""
    experiments = [item.experiment_id for item in client.search_experiments()]
    runs = [(one.info.run_id, one.data.to_dictionary()) for one in client.search_runs(experiments)]
    models = [(one.name, one.description, one.aliases) for one in client.search_registered_models()]
    versions = [(one.name, one.version, one.description) for one in client.search_model_versions()]
    return [runs, models, versions]


def test_a_lost_store_is_filled_again_without_training(project: Path) -> None:
    (project / "mlflow.db").unlink()
    shutil.rmtree(project / "mlartifacts")
    assert TRAINED not in repro(project)
    client = client_of(project)
    for name in MODEL_NAMES.values():
        assert str(client.get_model_version_by_alias(name, "champion").version) == "1"
    experiment = client.get_experiment_by_name(EXPERIMENTS["section"])
    (restored,) = client.search_runs([experiment.experiment_id])
    assert "mawaqif.restored" in restored.data.tags
    assert client.get_metric_history(restored.info.run_id, "dev_macro_f1")


def test_training_again_gives_the_same_weights(project: Path) -> None:
    before = open_bundle(project / "models" / "analyzer").files
    shutil.rmtree(project / "models" / "stance")
    shutil.rmtree(project / ".checkpoints")  # holds the finished model
    (project / "dvc.lock").unlink()
    done = run(project, "dvc", "repro", "--no-run-cache", "export")
    assert done.returncode == 0, done.stderr
    assert open_bundle(project / "models" / "analyzer").files == before


def test_a_training_that_dvc_did_not_record_is_not_repeated(project: Path) -> None:
    before = open_bundle(project / "models" / "analyzer").files
    shutil.rmtree(project / "models" / "stance")
    (project / "dvc.lock").unlink()
    done = run(project, "dvc", "repro", "--no-run-cache", "export")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("trained already from the same inputs; delete it to train again") == 2
    assert open_bundle(project / "models" / "analyzer").files == before
    experiment = client_of(project).get_experiment_by_name(EXPERIMENTS["stance"])
    (training,) = client_of(project).search_runs([experiment.experiment_id])
    assert training.info.status == "FINISHED"
    assert len(client_of(project).get_metric_history(training.info.run_id, "dev_macro_f1")) == 2


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("params.yaml", "trian: {}\n", "unknown key 'trian', did you mean 'train'?"),
        ("data/articles/few.jsonl", '{"id": 1\n', "few.jsonl:1: not JSON"),
    ],
)
def test_a_user_mistake_ends_a_stage_with_one_line(project: Path, path: str, content: str, message: str) -> None:
    target = project / path
    target.write_text(content + target.read_text(encoding="utf-8"), encoding="utf-8")
    if path == "params.yaml":
        done = run(project, "python", "-m", "training.stages.split", *["--corpus", "a", "--out", "b", "--report", "c"])
    else:
        few = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()[1:6]]
        target.write_text(content + "\n".join(json.dumps(row) for row in few), encoding="utf-8")
        done = run(
            project,
            "python",
            "-m",
            "training.stages.corpus",
            *["--articles", "data/articles", "--briefs", "data/briefs", "--standoff", "data/standoff"],
            *["--out", "b", "--real", "c", "--public", "e", "--report", "d"],
        )
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_unwritable_store_is_named_before_training(project: Path) -> None:
    done = run(
        project,
        *("env", "MLFLOW_TRACKING_URI=sqlite:////no/such/folder/mlflow.db", "python", "-m", "training.stages.train"),
        *("stance", "--splits", "data/splits", "--public", "data/public_rows"),
        *("--encoder", "models/encoder", "--out", "models/new"),
    )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        "train: tracking store sqlite:////no/such/folder/mlflow.db: folder /no/such/folder does not exist; expected a "
        "store that can be read and written; create it or set MLFLOW_TRACKING_URI"
    )


def test_the_same_stage_twice_at_once_is_refused(project: Path) -> None:
    from filelock import FileLock

    with FileLock(project / ".locks" / "split.lock"):
        done = run(project, "python", "-m", "training.stages.split", *["--corpus", "a", "--out", "b", "--report", "c"])
    assert done.returncode == 1
    assert "held by another process" in done.stderr
