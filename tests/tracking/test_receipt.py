"""A publishing that nothing has changed since need not be done again; every change is seen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from training.tracking import receipt
from training.tracking.receipt import keep_outcome, known_outcome

OUTCOME = ["mawaqif-section version 1: known, champion (it is the champion)"]


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, ...]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.setattr(receipt, "CODE", tmp_path / "code")
    for name in ("code/a.py", "models/section/model", "mlartifacts/1/model", "params.yaml", "mlflow.db"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    return Path("models"), Path("params.yaml")


def test_nothing_is_known_before_the_first(inputs: tuple[Path, ...]) -> None:
    assert known_outcome(inputs) is None


def test_it_is_known_while_nothing_changes(inputs: tuple[Path, ...]) -> None:
    keep_outcome(inputs, OUTCOME)
    Path("code/__pycache__").mkdir()
    Path("code/__pycache__/a.pyc").touch()
    assert known_outcome(inputs) == OUTCOME


CHANGES: dict[str, Callable[[], object]] = {
    "a model": lambda: Path("models/section/model").write_text("other", encoding="utf-8"),
    "the same bytes anew": lambda: os.utime("models/section/model", ns=(1, 1)),
    "a new file": lambda: Path("models/section/new").touch(),
    "a setting": lambda: Path("params.yaml").write_text("other", encoding="utf-8"),
    "the code": lambda: Path("code/a.py").write_text("other", encoding="utf-8"),
    "the store": lambda: Path("mlflow.db").write_text("other", encoding="utf-8"),
    "the store's log": lambda: Path("mlflow.db-wal").write_text("other", encoding="utf-8"),
    "the store is gone": lambda: Path("mlflow.db").unlink(),
    "an artifact is gone": lambda: Path("mlartifacts/1/model").unlink(),
    "the receipt is torn": lambda: receipt.RECEIPT.write_text('{"state": ', encoding="utf-8"),
    "the receipt is something else": lambda: receipt.RECEIPT.write_text("[]", encoding="utf-8"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_makes_it_unknown(inputs: tuple[Path, ...], change: Callable[[], object]) -> None:
    keep_outcome(inputs, OUTCOME)
    change()
    assert known_outcome(inputs) is None


def test_a_server_is_always_asked(inputs: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    keep_outcome(inputs, OUTCOME)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    assert known_outcome(inputs) is None
    receipt.RECEIPT.unlink()
    keep_outcome(inputs, OUTCOME)
    assert not receipt.RECEIPT.exists()


def test_the_stage_asks_it_before_it_loads_mlflow() -> None:
    code = "import sys, training.stages.register; print('mlflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
