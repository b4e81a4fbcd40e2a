"""Publishing again: what a second training, new scores of a known model, and nothing at all leave in the store."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from training.export.bundle import open_bundle, read_scorer_card, write_manifest, write_scorer_card
from training.files import read_json, write_json
from training.jsonl import read_records, write_jsonl
from training.params import load_params
from training.schema import STANCES
from training.tracking.items import EXPERIMENTS
from training.tracking.publish import NOTE_TAG, Outputs, publish

pytestmark = pytest.mark.filterwarnings("ignore")

OUTPUTS = Outputs(Path("models"), Path("reports"), Path("data/splits"))


@pytest.fixture
def client(tiny_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    """The store of a copy of the finished project, which becomes the current folder."""
    project = Path(shutil.copytree(tiny_project, tmp_path / "copy"))
    monkeypatch.chdir(project)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return MlflowClient(f"sqlite:///{project}/mlflow.db")


def stance_runs(client: MlflowClient) -> list[Any]:
    """Oldest first."""
    experiment = client.get_experiment_by_name(EXPERIMENTS["stance"])
    return list(client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"]))


def score(points: float) -> float:
    """Move the stance model's score by `points` and return it."""
    path = Path("reports/stance/metrics.json")
    report = read_json(path)
    report["macro_f1"]["value"] = round(report["macro_f1"]["value"] + points, 4)
    write_json(path, report)
    return float(report["macro_f1"]["value"])


def answer_wrongly() -> None:
    """Leave predictions of the stance model that are all wrong: the gate looks at these."""
    path = Path("reports/stance/predictions.jsonl")
    rows = list(read_records(path))
    wrong = {label: STANCES[(number + 1) % len(STANCES)] for number, label in enumerate(STANCES)}
    write_jsonl(path, ({**row, "predicted": wrong[row["gold"]]} for row in rows))


def train_stance_again() -> None:
    """Leave another stance model, trained with another parameter."""
    curve = Path("models/stance/learning_curve.json")
    write_json(curve, [*read_json(curve), read_json(curve)[-1]])
    bundle = Path("models/analyzer")
    manifest = open_bundle(bundle)
    card = read_scorer_card(bundle / "stance")
    write_scorer_card(bundle / "stance", card.model_copy(update={"temperature": card.temperature + 0.5}))
    write_manifest(bundle, precision=manifest.precision, encoder=manifest.encoder)
    params = Path("params.yaml")
    params.write_text(params.read_text(encoding="utf-8").replace("head_dropout: 0.2", "head_dropout: 0.3"), "utf-8")


def test_a_second_training_says_what_changed_since_the_champion(client: MlflowClient) -> None:
    before = score(0.0)
    train_stance_again()
    after = score(0.1)
    section, stance, analyzer = publish(OUTPUTS, load_params())
    assert [done.created for done in (section, stance, analyzer)] == [False, True, True]
    first, second = stance_runs(client)
    expected = (
        "**Since the champion, version 1:**",
        f"| stance | macro F1 | {before:.3f} | {after:.3f} | +0.100 |",
        "* `train.head_dropout`: 0.2 → 0.3",
    )
    version = client.get_model_version("mawaqif-stance", stance.version)
    for text in (second.data.tags[NOTE_TAG], version.description):
        assert [line for line in expected if line not in text] == []
    assert "there was none" in first.data.tags[NOTE_TAG]
    assert f"**{after:.3f}**" in client.get_registered_model("mawaqif-stance").description


def test_a_refused_model_leaves_the_description_of_the_champion(client: MlflowClient) -> None:
    described = client.get_registered_model("mawaqif-stance").description
    train_stance_again()
    score(-0.1)
    answer_wrongly()
    _, stance, _ = publish(OUTPUTS, load_params())
    assert (stance.created, stance.champion) == (True, False)
    assert client.get_registered_model("mawaqif-stance").description == described


def test_new_scores_of_a_known_model_reach_its_run_and_keep_the_comparison(client: MlflowClient) -> None:
    after = score(0.05)
    _, stance, _ = publish(OUTPUTS, load_params())
    assert not stance.created
    (only,) = stance_runs(client)
    assert only.data.metrics["test/stance_macro_f1"] == after
    assert f"**{after:.3f}**" in only.data.tags[NOTE_TAG]
    assert "there was none" in only.data.tags[NOTE_TAG]
