"""The idempotent ensure, the gate, the pyfunc models, the store's errors."""

from __future__ import annotations

import math
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
from mlflow import MlflowClient
from typer.testing import CliRunner

from tests.conftest import ROOT
from tests.inference.test_analyzer import ROW
from tests.tiny import run
from tests.tracking.conftest import other
from training.cli import app
from training.errors import InputError, TrackingError
from training.export.bundle import open_bundle
from training.params import load_params
from training.tracking.doctor import examine
from training.tracking.locate import locate_bundle
from training.tracking.place import tracking_uri
from training.tracking.registry import Candidate, ensure_registered
from training.tracking.run import LiveRun, live_run, new_run
from training.tracking.store import connect

pytestmark = pytest.mark.filterwarnings("ignore")

PARAMS = load_params(ROOT / "params.yaml")


def test_registering_twice_makes_one_version(client: MlflowClient, candidate: Candidate) -> None:
    first = ensure_registered(client, candidate, PARAMS)
    second = ensure_registered(client, candidate, PARAMS)
    assert (first.created, second.created) == (True, False)
    assert first.version == second.version
    assert second.champion
    assert len(client.search_model_versions("name='mawaqif-stance'")) == 1
    assert client.get_run(candidate.run_id).info.status == "RUNNING"  # as it was: registering does not touch it


def test_concurrent_registering_makes_one_version(client: MlflowClient, candidate: Candidate) -> None:
    ensure_registered(client, candidate, PARAMS)
    challenger = other(candidate, value=0.7)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: ensure_registered(client, challenger, PARAMS), range(4)))
    assert sum(item.created for item in done) == 1
    assert len(client.search_model_versions("name='mawaqif-stance'")) == 2


def test_what_a_kill_left_of_a_registration_is_finished_or_removed(
    client: MlflowClient, candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = client.get_run(candidate.run_id).info.experiment_id
    client.create_logged_model(
        experiment, source_run_id=candidate.run_id, tags={"content_sha256": candidate.content_sha256}
    )
    monkeypatch.setattr(mlflow, "register_model", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ensure_registered(client, candidate, PARAMS)
    monkeypatch.undo()
    assert ensure_registered(client, candidate, PARAMS).created
    (model,) = client.search_logged_models([experiment])
    assert model.status == "READY"


class TestPyfunc:
    @pytest.fixture(scope="class")
    def models(self, tiny_project: Path) -> dict[str, Any]:
        mlflow.set_tracking_uri(f"sqlite:///{tiny_project}/mlflow.db")
        kinds = ("section", "stance", "analyzer")
        return {kind: mlflow.pyfunc.load_model(f"models:/mawaqif-{kind}@champion") for kind in kinds}

    def test_the_analyzer_answers_row_for_row(self, models: dict[str, Any]) -> None:
        frame = pd.DataFrame([ROW, {"id": "b", "text": ""}, {"id": "c", "text": 5}], index=[7, 3, 5])
        result = models["analyzer"].predict(frame)
        assert list(result.columns) == ["id", "sections", "quotes", "actors", "warnings", "error"]
        assert result.index.tolist() == [7, 3, 5]
        assert result["id"].tolist() == ["a", "b", "c"]
        assert [None if error is None else error["code"] for error in result["error"]] == [
            None,
            "empty_text",
            "not_text",
        ]
        assert result["quotes"].iloc[0][0]["actor"] == "رحمة بن صالح"

    def test_section_answers_with_labels_and_probabilities(self, models: dict[str, Any]) -> None:
        result = models["section"].predict(pd.DataFrame([{"text": ROW["text"]}, {"text": math.nan}]))
        assert result["sections"].iloc[0]
        assert 0 <= result["p_security"].iloc[0] <= 1
        assert result["error"].iloc[1]["code"] == "empty_text"

    def test_stance_answers_with_label_probabilities_and_abstention(self, models: dict[str, Any]) -> None:
        rows = [{"quote": "القرار سليم", "target": "القرار"}, {"quote": "القرار سليم", "target": None}]
        result = models["stance"].predict(pd.DataFrame(rows))
        first = result.iloc[0]
        assert first["p_support"] + first["p_oppose"] + first["p_neutral"] == pytest.approx(1, abs=1e-3)
        assert first["label"] in {"support", "oppose", "neutral"}
        assert result["error"].iloc[1]["code"] == "empty_text"

    def test_signature_and_example_are_registered(self, models: dict[str, Any]) -> None:
        for kind, model in models.items():
            assert model.metadata.get_input_schema().required_input_names()[0] in {"text", "quote"}, kind
            assert model.metadata.saved_input_example_info is not None

    def test_an_empty_frame_gives_an_empty_frame(self, models: dict[str, Any]) -> None:
        assert len(models["analyzer"].predict(pd.DataFrame({"text": []}))) == 0

    def test_loading_needs_no_torch(self, tiny_project: Path) -> None:
        script = (
            "import sys, pandas as pd\n"
            "for name in ('torch', 'transformers', 'datasets', 'dvc', 'sklearn', 'orjson', 'typer'):\n"
            "    sys.modules[name] = None\n"
            "import mlflow\n"
            "model = mlflow.pyfunc.load_model('models:/mawaqif-analyzer@champion')\n"
            "result = model.predict(pd.DataFrame([{'text': 'قال الوزير سامر النجار إن القرار سليم.'}]))\n"
            "print(result['quotes'].iloc[0][0]['actor'])\n"
        )
        done = run(
            tiny_project, "env", f"MLFLOW_TRACKING_URI=sqlite:///{tiny_project}/mlflow.db", sys.executable, "-c", script
        )
        assert done.stdout.strip() == "سامر النجار", done.stderr[-2000:]


def test_a_bundle_is_found_by_alias_version_and_folder(at_tiny_project: Path) -> None:
    expected = open_bundle(Path("models/analyzer")).content_sha256
    for model in ("models:/mawaqif-analyzer@champion", "models:/mawaqif-analyzer/1", "models/analyzer"):
        with locate_bundle(model) as bundle:
            assert open_bundle(bundle.folder).content_sha256 == expected
    with pytest.raises(InputError, match="no such folder"), locate_bundle("nowhere"):
        pass


class TestStore:
    def test_the_default_is_an_absolute_file_here(self, in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
        assert tracking_uri() == f"sqlite:///{in_tmp}/mlflow.db"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://host:5000")
        assert tracking_uri() == "http://host:5000"

    def test_a_corrupt_store_is_named(self, in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
        (in_tmp / "mlflow.db").write_bytes(b"not a database" * 100)
        with pytest.raises(TrackingError, match="cannot be opened"):
            connect()

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_read_only_store_is_named(self, in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
        (in_tmp / "mlflow.db").touch(mode=0o400)
        with pytest.raises(TrackingError, match="is not writable"):
            connect()

    def test_cold_starts_do_not_break_each_other(self, tmp_path: Path) -> None:
        command = (sys.executable, "-c", "from training.tracking.store import connect; connect()")
        with ThreadPoolExecutor(3) as pool:
            done = list(pool.map(lambda _: run(tmp_path, *command), range(3)))
        assert [item.returncode for item in done] == [0, 0, 0], done[0].stderr[-500:]


class TestLiveRun:
    def interrupted(self, resume: Path) -> LiveRun:
        try:
            with live_run("tests", "one", resume) as first:
                first.metrics({"dev_macro_f1": 0.4}, 1)
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            return first

    def test_a_run_left_behind_is_reopened(self, client: MlflowClient, in_tmp: Path) -> None:
        resume = in_tmp / "task.run"
        first = self.interrupted(resume)
        assert client.get_run(first.run_id).info.status == "FAILED"
        with live_run("tests", "one", resume) as second:
            second.params({"seed": 1})
            second.params({"seed": 2})
        assert second.run_id == first.run_id
        run_now = client.get_run(second.run_id)
        assert run_now.info.status == "FINISHED"
        assert run_now.data.params == {"seed": "1"}

    def test_more_metrics_than_one_request_takes_are_logged(self, client: MlflowClient) -> None:
        logged = new_run(client, "tests", "many")
        logged.metrics({f"test/{number}": number for number in range(1001)})
        assert client.get_run(logged.run_id).data.metrics["test/1000"] == 1000

    def test_a_forgotten_run_is_begun_anew(self, client: MlflowClient, in_tmp: Path) -> None:
        resume = in_tmp / "task.run"
        resume.write_text("0" * 32, encoding="utf-8")
        with live_run("tests", "two", resume) as run_now:
            pass
        assert client.get_run(run_now.run_id).info.status == "FINISHED"


def test_doctor_says_what_is_there(at_tiny_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 0, done.output
    assert "champion version 1, test/stance_macro_f1" in done.output
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI")  # mlflow sets it for child processes
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert "no champion; expected one after `make repro`" in done.output


def test_doctor_names_runs_that_a_kill_left_behind(client: MlflowClient) -> None:
    left, done = new_run(client, "tests", "killed one"), new_run(client, "tests", "whole one")
    done.finish()
    states = [finding.state for finding in examine() if finding.name == "unfinished run"]
    assert states == ["killed one: going on, or killed; its command goes on with it"]
    left.finish()


def test_a_new_store_appears_whole(in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (in_tmp / "mlflow.db.new").write_bytes(b"left by a kill")
    client = connect()
    assert not (in_tmp / "mlflow.db.new").exists()
    client.create_registered_model("one")
    assert [model.name for model in connect().search_registered_models()] == ["one"]
