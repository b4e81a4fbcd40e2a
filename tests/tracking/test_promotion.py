"""Champions: judged once on the test articles' predictions, promoted or rolled back by hand, every step repeatable."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from typer.testing import CliRunner

from tests.conftest import ROOT
from training.cli import app
from training.errors import InputError
from training.export.bundle import open_bundle, write_manifest
from training.files import write_json
from training.jsonl import write_jsonl
from training.params import load_params
from training.schema import STANCES
from training.tracking import promotion, registry
from training.tracking.promotion import log_evidence, promote, rollback
from training.tracking.registry import Candidate, Registration, ensure_registered
from training.tracking.run import LiveRun, new_run
from training.tracking.signatures import EXAMPLES, SIGNATURES
from training.tracking.versions import champion_version

pytestmark = pytest.mark.filterwarnings("ignore")

PARAMS = load_params(ROOT / "params.yaml")
NAME = "mawaqif-stance"
N_ARTICLES = 30


def write_reports(folder: Path, *, n_wrong: int, ece: float, text: str) -> Path:
    """Reports of a model that is wrong on the first quotes of the test split."""
    rows = [
        {
            "id": str(k // 3),
            "text_sha256": f"{text}{k // 3}",
            "quote": str(k),
            "target": "هدف",
            "gold": STANCES[k % 3],
            "predicted": STANCES[(k + (k < n_wrong)) % 3],
        }
        for k in range(3 * N_ARTICLES)
    ]
    write_jsonl(folder / "stance" / "predictions.jsonl", rows)
    write_json(folder / "stance" / "metrics.json", {"ece": {"value": ece, "low": None, "high": None}})
    return folder


class Store:
    """Registers stand-ins for stance models, of chosen quality, in a fresh store."""

    def __init__(self, client: MlflowClient, scratch: Path) -> None:
        self.client = client
        self._scratch = scratch
        self._n = 0

    def candidate(self, *, n_wrong: int, ece: float = 0.04, text: str = "t", with_evidence: bool = True) -> Candidate:
        self._n += 1
        folder = self._scratch / str(self._n)
        write_json(folder / "bundle" / "stance" / "task.json", {"number": self._n})
        content = write_manifest(folder / "bundle", precision="int8", encoder={}).content_sha256
        run = new_run(self.client, "tests", str(self._n))
        run.finish()
        if with_evidence:
            log_evidence(run, "stance", content, write_reports(folder, n_wrong=n_wrong, ece=ece, text=text))
        return Candidate(
            name=NAME,
            kind="stance",
            bundle=folder / "bundle",
            content_sha256=content,
            run_id=run.run_id,
            description="description",
            headline="test_stance_macro_f1",
            value=0.5,
            test_digest="t1",
            signature=SIGNATURES["stance"],
            example=EXAMPLES["stance"],
            tags={},
        )

    def register(self, **quality: Any) -> Registration:
        return ensure_registered(self.client, self.candidate(**quality), PARAMS)

    @property
    def champion(self) -> str | None:
        entry = champion_version(self.client, NAME)
        return None if entry is None else str(entry.version)

    def tags(self, version: str) -> dict[str, str]:
        return dict(self.client.get_model_version(NAME, version).tags)


def log_plain_files(client: MlflowClient, run: Run, candidate: Candidate) -> str:
    """Stands in for `registry._log_model`: the files of the bundle where pyfunc puts them, without the pyfunc."""
    model = client.create_logged_model(run.info.experiment_id, candidate.name, candidate.run_id)
    folder = candidate.bundle.parent / "model"
    shutil.copytree(candidate.bundle, folder / "artifacts" / "bundle")
    flavor = {"artifacts": {"bundle": {"path": "artifacts/bundle"}}}
    write_json(folder / "MLmodel", {"flavors": {"python_function": flavor}})
    client.log_model_artifacts(model.model_id, str(folder))
    client.finalize_logged_model(model.model_id, "READY")
    return str(model.model_uri)


@pytest.fixture
def store(client: MlflowClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(registry, "_log_model", log_plain_files)
    return Store(client, tmp_path / "models")


def test_the_first_version_is_champion(store: Store) -> None:
    done = store.register(n_wrong=80)
    assert (done.champion, done.reason) == (True, "first version: there was no champion")
    assert store.tags("1")["gate_verdict"] == "promoted"
    assert "previous_champion" not in store.tags("1")


@pytest.mark.parametrize(
    ("quality", "champion", "reason"),
    [
        ({"n_wrong": 0}, "2", "macro F1 1.0000 against 0.6667"),
        ({"n_wrong": 30}, "2", "+0.0000 (+0.0000 to +0.0000) on the same 30 articles"),
        ({"n_wrong": 60}, "1", "the lower bound is below -0.005; support falls from 0.667 to 0.333"),
        ({"n_wrong": 0, "ece": 0.07}, "1", "calibration error of stance rises from 0.040 to 0.070"),
        ({"n_wrong": 30, "text": "other"}, "2", "different articles (0 shared of 30): no paired test"),
        ({"n_wrong": 60, "text": "other"}, "1", "no paired test: worse beyond chance"),
        ({"n_wrong": 0, "with_evidence": False}, "1", "no comparison: the predictions of version 2 cannot be read"),
    ],
)
def test_the_gate_refuses_what_is_worse_and_says_why(
    store: Store, quality: dict[str, Any], champion: str, reason: str
) -> None:
    store.register(n_wrong=30)
    done = store.register(**quality)
    assert reason in done.reason
    assert store.champion == champion
    tags = store.tags("2")
    assert tags["gate_verdict"] == ("promoted" if champion == "2" else "refused")
    assert tags["gate_reason"] == done.reason
    assert tags.get("previous_champion") == ("1" if champion == "2" else None)


def test_the_numbers_are_on_the_version_and_in_its_run(store: Store) -> None:
    store.register(n_wrong=30)
    candidate = store.candidate(n_wrong=0)
    ensure_registered(store.client, candidate, PARAMS)
    numbers = json.loads(store.tags("2")["gate_numbers"])
    assert (numbers["champion"], numbers["challenger"], numbers["difference"]["value"]) == (0.6667, 1.0, 0.3333)
    assert numbers["paired"] is True
    assert numbers["slices"] == {label: [0.6667, 1.0, 30] for label in STANCES}
    assert numbers["calibration"] == {"stance": [0.04, 0.04]}
    run = store.client.get_run(candidate.run_id)
    assert run.data.metrics["gate_difference"] == 0.3333
    assert 0 < run.data.metrics["gate_difference_low"] < 0.3333 < run.data.metrics["gate_difference_high"]
    assert run.info.status == "FINISHED"


def test_a_version_is_judged_once(store: Store) -> None:
    first, worse = store.candidate(n_wrong=30), store.candidate(n_wrong=60)
    for candidate in (first, worse):
        ensure_registered(store.client, candidate, PARAMS)
    before = store.tags("1"), store.tags("2")
    again = ensure_registered(store.client, worse, PARAMS)
    assert (again.created, again.champion, again.version) == (False, False, "2")
    assert ensure_registered(store.client, first, PARAMS).champion
    assert (store.tags("1"), store.tags("2")) == before
    assert store.champion == "1"


def test_a_registry_without_champion_gets_one(store: Store) -> None:
    candidate = store.candidate(n_wrong=30)
    ensure_registered(store.client, candidate, PARAMS)
    store.client.delete_registered_model_alias(NAME, "champion")
    assert ensure_registered(store.client, candidate, PARAMS).champion
    assert store.champion == "1"


@pytest.mark.parametrize("killed_at", range(6))
def test_a_judgement_that_was_killed_is_finished_by_the_next_call(
    store: Store, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    store.register(n_wrong=30)
    candidate = store.candidate(n_wrong=0)
    left = killed_at

    def dying(write: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            return write(*arguments, **named)

        return call

    with monkeypatch.context() as patch:
        for name in ("update_model_version", "set_model_version_tag", "set_registered_model_alias"):
            patch.setattr(MlflowClient, name, dying(getattr(MlflowClient, name)))
        try:
            ensure_registered(store.client, candidate, PARAMS)
        except KeyboardInterrupt:
            assert "gate_verdict" not in store.tags("2")
    ensure_registered(store.client, candidate, PARAMS)
    tags = store.tags("2")
    assert store.champion == "2"
    assert (tags["gate_verdict"], tags["previous_champion"]) == ("promoted", "1")
    assert "macro F1 1.0000 against 0.6667" in tags["gate_reason"]
    assert store.client.get_model_version(NAME, "2").description == "description"


def test_one_run_keeps_the_evidence_of_each_version(store: Store, tmp_path: Path) -> None:
    run = LiveRun(store.client, new_run(store.client, "tests", "two exports").run_id)
    for content, n_wrong in (("a" * 64, 0), ("b" * 64, 60)):
        log_evidence(run, "stance", content, write_reports(tmp_path / content, n_wrong=n_wrong, ece=0.1, text="t"))
    kept = {item.path for item in store.client.list_artifacts(run.run_id, "evidence")}
    assert kept == {f"evidence/{'a' * 12}", f"evidence/{'b' * 12}"}


class TestPromote:
    def test_the_gate_is_asked_unless_forced(self, store: Store) -> None:
        store.register(n_wrong=30)
        store.register(n_wrong=60)
        assert not promote(NAME, "2", PARAMS).promoted
        assert store.champion == "1"
        forced = promote(NAME, "2", PARAMS, force_reason="press day")
        assert forced.reason.startswith("forced: press day (gate: against version 1: macro F1 0.3333")
        assert store.champion == "2"
        assert store.tags("2")["gate_verdict"] == "promoted"
        assert store.tags("2")["previous_champion"] == "1"

    def test_promoting_the_champion_changes_nothing(self, store: Store) -> None:
        store.register(n_wrong=30)
        store.register(n_wrong=0)
        before = store.tags("2")
        assert promote(NAME, "2", PARAMS).promoted
        assert store.tags("2") == before

    @pytest.mark.parametrize(
        ("name", "version", "message"),
        [
            (NAME, "7", "models:/mawaqif-stance/7: not in the registry"),
            ("mawaqif-stanze", "1", "no such model; expected one of mawaqif-section, mawaqif-stance, mawaqif-analyzer"),
        ],
    )
    def test_what_is_not_there_is_named(self, store: Store, name: str, version: str, message: str) -> None:
        store.register(n_wrong=30)
        with pytest.raises(InputError, match=message):
            promote(name, version, PARAMS, force_reason="x")

    def test_a_version_whose_files_are_gone_is_not_promoted(self, store: Store, in_tmp: Path) -> None:
        store.register(n_wrong=30)
        store.register(n_wrong=60)
        source = store.client.get_model_version(NAME, "2").source
        shutil.rmtree(in_tmp / "mlartifacts" / "tests" / "models" / source.removeprefix("models:/"))
        with pytest.raises(InputError, match="its files cannot be read"):
            promote(NAME, "2", PARAMS, force_reason="x")
        assert store.champion == "1"

    def test_a_version_with_another_content_is_not_promoted(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.register(n_wrong=30)
        store.register(n_wrong=60)
        swapped = open_bundle(store.candidate(n_wrong=0).bundle)
        monkeypatch.setattr(promotion, "open_bundle", lambda _: swapped)
        with pytest.raises(InputError, match="register it again"):
            promote(NAME, "2", PARAMS, force_reason="x")


class TestRollback:
    def test_the_predecessor_is_champion_again_and_stays_it(self, store: Store) -> None:
        store.register(n_wrong=30)
        better = store.candidate(n_wrong=0)
        ensure_registered(store.client, better, PARAMS)
        assert rollback(NAME, "wrong on Sudan") == ("2", "1")
        assert store.champion == "1"
        tags = store.tags("2")
        assert (tags["gate_verdict"], tags["gate_reason"]) == (
            "rolled back",
            "rolled back to version 1: wrong on Sudan",
        )
        again = ensure_registered(store.client, better, PARAMS)  # what the next `make repro` does
        assert not again.champion
        assert store.champion == "1"
        assert promote(NAME, "2", PARAMS).promoted

    def test_it_goes_back_step_by_step_and_then_says_so(self, store: Store) -> None:
        for n_wrong in (60, 30, 0):
            store.register(n_wrong=n_wrong)
        assert rollback(NAME, "a") == ("3", "2")
        assert rollback(NAME, "b") == ("2", "1")
        with pytest.raises(InputError, match="version 1 replaced no champion; `mawaqif promote` another version"):
            rollback(NAME, "c")

    def test_without_a_champion_it_says_so(self, client: MlflowClient) -> None:
        with pytest.raises(InputError, match="mawaqif-stance@champion: not in the registry"):
            rollback(NAME, "a")


class TestCommands:
    def test_promote_and_rollback(self, store: Store) -> None:
        store.register(n_wrong=30)
        store.register(n_wrong=60)
        refused = CliRunner().invoke(app, ["promote", NAME, "2"])
        assert refused.exit_code == 1
        assert refused.stdout.startswith("mawaqif-stance version 2: refused (against version 1: macro F1 0.3333")
        forced = CliRunner().invoke(app, ["promote", NAME, "2", "--force", "--reason", "press day"])
        assert forced.exit_code == 0
        assert store.champion == "2"
        back = CliRunner().invoke(app, ["rollback", NAME, "--reason", "second thoughts"])
        assert back.stdout == "mawaqif-stance: version 1 is champion again, in place of version 2\n"
        assert store.champion == "1"

    @pytest.mark.parametrize("options", [["--force"], ["--reason", "x"], ["--force", "--reason", " "]])
    def test_force_and_reason_go_together(self, options: list[str]) -> None:
        assert CliRunner().invoke(app, ["promote", NAME, "2", *options]).exit_code == 2
