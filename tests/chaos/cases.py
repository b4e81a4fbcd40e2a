"""What is killed: one stage or command of a small project, how it is set up, and what must hold afterwards."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.chaos import facts
from tests.chaos.process import Action, module, run
from training.export.bundle import open_bundle, write_manifest
from training.files import read_json, write_json
from training.jsonl import read_records, write_jsonl
from training.models.fine_tune import newest_complete

N_ROWS = 60


@dataclass(frozen=True)
class Case:
    """One thing to be killed."""

    name: str
    weight: int
    """Rounds of a hundred."""
    prepare: Callable[[Path], None]
    action: Action
    facts: Callable[[Path], Any]
    """What must be the same after a kill and a second call as after one call."""
    together: Action | None = None
    """What is called many times at once, where it is not `action`."""
    after_kill: Callable[[Path], str | None] = lambda _: None
    """A fault of the state that a kill left, in words."""


def stage(project: Path, name: str, item: str = "") -> Action:
    """A stage as dvc.yaml calls it."""
    command = yaml.safe_load((project / "dvc.yaml").read_text(encoding="utf-8"))["stages"][name]["cmd"]
    _, _, module_name, *arguments = shlex.split(command.replace("${item.task}", item))
    return module(module_name, *arguments)


def open_store() -> None:
    """Connect to the tracking store of the current folder."""
    from training.tracking.store import connect

    connect()


def publish_all() -> None:
    """What the stage `register` does under its lock, which would turn the second caller away."""
    from training.params import load_params
    from training.tracking.publish import Outputs, publish

    publish(Outputs(Path("models"), Path("reports"), Path("data/splits")), load_params())


def fresh_store(project: Path) -> None:
    """An empty store that is migrated already."""
    shutil.rmtree(project / "mlartifacts", ignore_errors=True)
    for path in project.glob("mlflow.db*"):
        path.unlink()
    assert run(project, open_store, project.parent / "prepare.log").code == 0


def cases(project: Path) -> list[Case]:
    """Every case of a finished small project, which lies at `project` when the case runs."""
    register = stage(project, "register")

    def before_training(folder: Path) -> None:
        fresh_store(folder)
        shutil.rmtree(folder / "models" / "stance")
        shutil.rmtree(folder / ".checkpoints", ignore_errors=True)

    def before_export(folder: Path) -> None:
        shutil.rmtree(folder / "models" / "analyzer")
        (folder / "reports" / "export.json").unlink()

    def before_challenge(folder: Path) -> None:
        fresh_store(folder)
        assert run(folder, register, folder.parent / "prepare.log").code == 0
        bundle = folder / "models" / "analyzer"
        card = read_json(bundle / "stance" / "task.json")
        write_json(bundle / "stance" / "task.json", {**card, "temperature": card["temperature"] * 1.01})
        manifest = open_manifest(bundle)
        write_manifest(bundle, precision=manifest["precision"], encoder=manifest["encoder"])

    def before_analysis(folder: Path) -> None:
        rows = read_records(folder / "data" / "articles" / "few.jsonl")
        asked = [{"id": f"{n}", "title": row["title"], "text": row["text"]} for n, row in enumerate(rows * 2)]
        write_jsonl(folder / "in.jsonl", asked[:N_ROWS])

    def without_store(folder: Path) -> None:
        for path in folder.glob("mlflow.db*"):
            path.unlink()

    analyze = module(
        "training.cli",
        *("analyze", "in.jsonl", "-o", "out/out.jsonl", "--html", "out/html", "--model", "models/analyzer", "--resume"),
    )
    return [
        Case("train", 25, before_training, stage(project, "train", "stance"), trained, after_kill=lost_epochs),
        Case("export", 15, before_export, stage(project, "export"), exported),
        Case("register, empty registry", 20, fresh_store, register, registered, publish_all),
        Case("register, a challenger", 15, before_challenge, register, registered),
        Case("analyze", 20, before_analysis, analyze, analyzed),
        Case("creation of the store", 5, without_store, open_store, facts.store),
    ]


def open_manifest(bundle: Path) -> dict[str, Any]:
    """The manifest as it stands, whether or not it still fits."""
    manifest: dict[str, Any] = read_json(bundle / "manifest.json")
    return manifest


def trained(project: Path) -> dict[str, Any]:
    return {
        "weights": facts.hashes(project, "models/stance"),
        "files": facts.files(project),
        "runs": facts.store(project)["runs"],
    }


def lost_epochs(project: Path) -> str | None:
    """Every epoch but the last that was reported has its whole checkpoint, or the model is finished."""
    folder = project / ".checkpoints" / "train"
    reported = sorted(facts.epochs_reported(project))
    if len(reported) < 2 or list(folder.glob("*.model")):
        return None
    newest = max((newest_complete(work) for work in folder.iterdir() if work.is_dir()), key=str, default=None)
    step = int(newest.name.rpartition("-")[2]) if newest else 0
    return None if step >= reported[-2] else f"checkpoint of step {step} only, of {reported} reported"


def exported(project: Path) -> dict[str, Any]:
    content = open_bundle(project / "models" / "analyzer").content_sha256
    return {"content": content, "hashes": facts.hashes(project, "models", "reports"), "files": facts.files(project)}


def registered(project: Path) -> dict[str, Any]:
    return {"store": facts.store(project), "files": facts.files(project)}


def analyzed(project: Path) -> dict[str, Any]:
    return {"hashes": facts.hashes(project, "out"), "files": facts.files(project)}
