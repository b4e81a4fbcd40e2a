"""`mawaqif sweep` on a tiny encoder: what it leaves, how it goes on, what it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
import yaml
from datasets import DatasetDict
from filelock import FileLock
from mlflow import MlflowClient
from mlflow.entities import Run
from optuna.trial import TrialState
from typer.testing import CliRunner

from tests.conftest import ROOT
from tests.tiny import TINY_TASK
from training.cli import app
from training.corpus.public_storage import PublicRows, save_public
from training.corpus.storage import save, to_dataset
from training.errors import BusyError, EncoderError, InputError, ParamsError
from training.params import TaskParams, parse_params
from training.schema import Article
from training.sweep import trial as trial_module
from training.sweep.run import SWEEPS, Options, read_inputs, sweep
from training.sweep.seeds import EXPERIMENT as SEEDS_EXPERIMENT
from training.sweep.seeds import SeedOptions, measure_seeds
from training.sweep.study import draws, open_study
from training.sweep.trial import EXPERIMENT, Reporter
from training.tracking.store import connect

SPACE = {
    "encoder_learning_rate": {"low": 1.0e-4, "high": 1.0e-2, "log": True},
    "head_dropout": {"low": 0.0, "high": 0.4},
    "batch_size": {"choices": [4, 8]},
}


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated tracking store: migrating takes seconds, copying none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("store"))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        connect()
        return Path("mlflow.db").resolve()


@pytest.fixture
def options(
    in_tmp: Path, empty_store: Path, tiny_encoder: Path, corpus_articles: list[Article], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """A folder with train and dev splits, no test split, and a small search space."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copyfile(empty_store, "mlflow.db")
    parts = {"train": corpus_articles[:16], "dev": corpus_articles[16:24]}
    save(DatasetDict({name: to_dataset(part) for name, part in parts.items()}), Path("data/splits"))
    save_public(PublicRows(), Path("data/public_rows"))
    set_params(SPACE)

    def make(n_trials: int, seed: int = 13, **more: Any) -> Options:
        return Options("section", n_trials, seed, encoder=tiny_encoder, **more)

    return make


def set_params(space: dict[str, Any]) -> None:
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["train"]["section"].update(TINY_TASK)
    params["sweep"]["section"] = space
    Path("params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")


def search(options: Options) -> list[str]:
    said: list[str] = []
    sweep(options, said.append)
    return said


def study_of(options: Options) -> optuna.Study:
    return open_study(SWEEPS, options.task, read_inputs(options)[1], lambda _: None)


def runs(client: MlflowClient) -> tuple[list[Run], list[Run]]:
    """Parent runs and trial runs, oldest first."""
    experiment = client.get_experiment_by_name(EXPERIMENT)
    found = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])
    return (
        [run for run in found if "mlflow.parentRunId" not in run.data.tags],
        [run for run in found if "mlflow.parentRunId" in run.data.tags],
    )


def stop_in_epoch(monkeypatch: pytest.MonkeyPatch, trial: int, epoch: int, error: BaseException) -> None:
    """Raise in the middle of a trial, after the dev score of `epoch`."""
    report = Reporter.__call__

    def failing(self: Reporter, step: int, values: dict[str, float]) -> None:
        report(self, step, values)
        if round(values.get("epoch", 0)) == epoch and "dev_macro_f1" in values and self._trial.number == trial:
            raise error

    monkeypatch.setattr(Reporter, "__call__", failing)


def test_trials_are_nested_runs_and_the_best_is_printed(options: Any) -> None:
    before = Path("params.yaml").read_bytes()
    said = search(options(2))
    (parent,), trials = runs(connect())
    assert [run.data.tags["mlflow.parentRunId"] for run in trials] == [parent.info.run_id] * 2
    for run in trials:
        assert run.info.status == "FINISHED"
        assert run.data.tags["mawaqif.sweep_state"] == "complete"
        assert run.data.metrics["duration_seconds"] > 0
        assert len(connect().get_metric_history(run.info.run_id, "dev_macro_f1")) == TINY_TASK["max_epochs"]
        assert run.data.params["train.max_epochs"] == "2"
    best = max(trials, key=lambda run: run.data.metrics["best_dev_macro_f1"])
    assert parent.data.metrics["best_dev_macro_f1"] == best.data.metrics["best_dev_macro_f1"]
    assert {name: parent.data.tags[f"best.{name}"] for name in SPACE} == {
        name: best.data.params[f"train.{name}"] for name in SPACE
    }
    assert [item.path for item in connect().list_artifacts(parent.info.run_id, "sweep")] == ["sweep/summary.json"]

    _, _, block, _, command = said[-1].split("\n\n")
    pasted = TaskParams.model_validate(yaml.safe_load(block)["train"]["section"])
    assert {name: str(getattr(pasted, name)) for name in SPACE} == {
        name: best.data.params[f"train.{name}"] for name in SPACE
    }
    assert command.startswith(f"dvc exp run -S train.section.encoder_learning_rate={pasted.encoder_learning_rate} -S ")
    assert "trial     state  dev macro-F1  epochs" in said[-1]
    assert Path("params.yaml").read_bytes() == before
    assert not [path for path in SWEEPS.rglob("*") if path.name.endswith((".model", ".safetensors"))]


def test_more_trials_continue_the_study_and_the_parent_run(options: Any) -> None:
    search(options(1))
    said = search(options(2))
    assert said[0].endswith("1 of 2 trials are there")
    parents, trials = runs(connect())
    assert (len(parents), len(trials)) == (1, 2)
    assert search(options(2))[:-1] == [said[0].replace("1 of 2", "2 of 2")]


def test_a_sweep_that_stops_inside_a_trial_goes_on_to_the_same_end(
    options: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        stop_in_epoch(patch, trial=1, epoch=2, error=KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            search(options(3))
    (parent,), trials = runs(connect())
    assert [run.info.status for run in (parent, *trials)] == ["FAILED", "FINISHED", "FAILED"]
    study = study_of(options(3))
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE, TrialState.RUNNING]
    interrupted = study.trials[1]
    (checkpoint,) = SWEEPS.glob("section-*/trial-001/checkpoint-*/COMPLETE")

    said = search(options(3))
    assert said[0] == "Trial 1 was interrupted and runs again"
    states = [[trial.state for trial in attempts] for attempts in draws(study).values()]
    assert states == [[TrialState.COMPLETE], [TrialState.FAIL, TrialState.COMPLETE], [TrialState.COMPLETE]]
    assert study.trials[2].params == interrupted.params
    assert study.trials[2].intermediate_values.keys() == {1, 2}
    (parent,), trials = runs(connect())
    assert [run.info.status for run in (parent, *trials)] == ["FINISHED"] * 4
    assert not checkpoint.exists()

    resumed = [(attempts[-1].params, attempts[-1].value) for attempts in draws(study).values()]
    monkeypatch.setattr("training.sweep.run.SWEEPS", Path("straight"))
    search(options(3))
    straight = open_study(Path("straight"), "section", read_inputs(options(3))[1], lambda _: None)
    assert [(trial.params, trial.value) for trial in straight.trials] == resumed


def test_a_trial_that_failed_runs_again_at_the_next_call(options: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        stop_in_epoch(patch, trial=0, epoch=1, error=OSError("No space left on device"))
        with pytest.raises(OSError, match="No space left"):
            search(options(1))
    assert search(options(1))[0] == "Trial 0 was interrupted and runs again"
    failed, again = study_of(options(1)).trials
    assert (failed.state, again.state) == (TrialState.FAIL, TrialState.COMPLETE)
    assert failed.user_attrs["error"] == "OSError: No space left on device"
    assert failed.params == again.params


def test_a_trial_that_fails_twice_is_left_behind(options: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    train = trial_module.train_task

    def failing(*args: Any, **kwargs: Any) -> Any:
        if kwargs["checkpoints"].name == "trial-000":
            raise RuntimeError("out of memory")
        return train(*args, **kwargs)

    monkeypatch.setattr(trial_module, "train_task", failing)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="out of memory"):
            search(options(1))
    search(options(1))
    assert [trial.state.name for trial in study_of(options(1)).trials] == ["FAIL", "FAIL", "COMPLETE"]
    _, trials = runs(connect())
    assert [run.data.tags["mawaqif.sweep_state"] for run in trials] == ["failed", "complete"]


def test_a_changed_space_is_a_new_study_and_says_so(options: Any) -> None:
    first = search(options(1))
    assert first[0].startswith("New study section-")
    set_params(SPACE | {"head_dropout": {"choices": [0.1, 0.3]}})
    said = search(options(1))
    name = first[0].removeprefix("New study ")
    assert said[0].endswith(f": not the same search space as in {name}, which is kept")
    assert said[1].endswith("0 of 1 trials are there")
    assert read_inputs(options(1, seed=14))[1]["seed"] == 14


def test_a_trial_behind_the_median_is_pruned(options: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pruner = optuna.pruners.ThresholdPruner(lower=1.1)
    monkeypatch.setattr(optuna.pruners, "MedianPruner", lambda **_: pruner)
    said = search(options(1))
    _, (run,) = runs(connect())
    assert (run.info.status, run.data.tags["mawaqif.sweep_state"]) == ("FINISHED", "pruned")
    assert len(connect().get_metric_history(run.info.run_id, "dev_macro_f1")) == 1
    assert said[-1].endswith("No trial is complete yet; the same command goes on.")


def test_no_trial_starts_after_the_timeout(options: Any) -> None:
    assert "Stopped after 0 s; the same command goes on" in search(options(1, timeout_seconds=0))


def test_one_sweep_a_task_at_a_time(options: Any) -> None:
    SWEEPS.mkdir(parents=True)
    with FileLock(SWEEPS / "section.lock"), pytest.raises(BusyError, match="expected one sweep of 'section' at a time"):
        search(options(1))


def test_missing_inputs_are_named(options: Any) -> None:
    with pytest.raises(EncoderError, match="none: no encoder"):
        search(Options("section", 1, 13, encoder=Path("none")))
    with pytest.raises(
        InputError, match="task 'stanc': unknown, did you mean 'stance'\\?; expected one of section, stance"
    ):
        search(Options("stanc", 1, 13))


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (
            {"batchsize": {"low": 1, "high": 2}},
            "section.batchsize: unknown key 'batchsize', did you mean 'batch_size'?;",
        ),
        ({"batch_size": {"low": 0, "high": 8}}, "section.batch_size: 0; expected input should be greater than 0;"),
        ({"batch_size": {"low": 2.5, "high": 8}}, "section.batch_size: 2.5; expected input should be a valid integer"),
        ({"batch_size": {"low": 8, "high": 4}}, "section.batch_size: low 8, high 4; expected low below high;"),
        ({"batch_size": {"low": 8}}, "section.batch_size: low 8, high None; expected low and high, or choices;"),
        ({"batch_size": {"low": 8, "hihg": 9}}, "batch_size.hihg: unknown key 'hihg', did you mean 'high'?;"),
        ({"batch_size": {"choices": [8, 16], "low": 4}}, "section.batch_size: choices beside low, high or log;"),
        ({"batch_size": {"choices": [8]}}, "section.batch_size.choices: [8]; expected tuple should have at least 2"),
        ({"head_dropout": {"low": 0, "high": 1, "log": True}}, "head_dropout.low: 0; expected a number above 0,"),
        (
            {"max_tokens": {"low": 64, "high": 128}, "tail_tokens": {"choices": [0, 40]}},
            "sweep.section.tail_tokens: up to 40 with max_tokens 64; expected at most half of max_tokens in every",
        ),
        ({}, "sweep.section: {}; expected dictionary should have at least 1 item"),
    ],
)
def test_faults_of_the_space_are_named(space: dict[str, Any], message: str) -> None:
    raw = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    raw["sweep"]["section"] = space
    with pytest.raises(ParamsError) as caught:
        parse_params(raw)
    assert message in str(caught.value)


def test_the_command_ends_with_the_best_trial(options: Any, tiny_encoder: Path) -> None:
    Path("models").mkdir()
    Path("models/encoder").symlink_to(tiny_encoder)
    done = CliRunner().invoke(app, ["sweep", "section", "--trials", "1"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "1 of 1 trials\n" in done.output
    assert "Best dev macro-F1: " in done.output


def test_seeds_are_trained_once_and_reported_as_mean_and_sd(options: Any, tiny_encoder: Path) -> None:
    options(1)
    said: list[str] = []
    asked = SeedOptions("section", (13, 14), encoder=tiny_encoder)
    first = measure_seeds(asked, said.append)
    assert first["mean"] == pytest.approx(np.mean(list(first["dev_macro_f1"].values())), abs=1e-4)
    assert first["sd"] == pytest.approx(np.std(list(first["dev_macro_f1"].values()), ddof=1), abs=1e-4)
    assert said[-1].startswith(f"section: {first['mean']:.4f} ± {first['sd']:.4f} over 2 seeds")
    assert measure_seeds(asked, said.append) == first
    client = MlflowClient()
    (experiment,) = (found for found in client.search_experiments() if found.name == SEEDS_EXPERIMENT)
    trained = [run for run in client.search_runs([experiment.experiment_id]) if "mlflow.parentRunId" in run.data.tags]
    assert sorted(run.data.params["train.seed"] for run in trained) == ["13", "14"]
    assert not list(Path(".checkpoints/seeds").glob("*"))


def test_one_seed_tells_nothing(options: Any, tiny_encoder: Path) -> None:
    options(1)
    with pytest.raises(InputError, match=r"--seeds 13: one seed; expected at least two"):
        measure_seeds(SeedOptions("section", (13,), encoder=tiny_encoder), print)
    with pytest.raises(InputError, match=r"task 'stanse': unknown, did you mean 'stance'\?"):
        measure_seeds(SeedOptions("stanse", (13, 14), encoder=tiny_encoder), print)
