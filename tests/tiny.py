"""A project folder small enough for tests: two-layer encoder, a few dozen articles, the real pipeline code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from transformers import BertConfig, BertModel, set_seed

from tests.conftest import ROOT
from training.encoder import materialise_bundled
from training.jsonl import read_records, write_jsonl

N_ARTICLES = 48
TINY_TASK = {"max_epochs": 2, "batch_size": 8, "frozen_layers": 0, "max_tokens": 64, "tail_tokens": 16, "patience": 2}


def make_encoder(folder: Path) -> Path:
    """A random BERT of 2 layers × 32 with the bundled tokenizer."""
    materialise_bundled(folder)
    set_seed(1)
    config = BertConfig.from_pretrained(folder)
    config.update({"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64})
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def make_project(folder: Path, encoder: Path) -> Path:
    """A copy of the project whose params.yaml asks for seconds of work instead of minutes."""
    shutil.copytree(ROOT / "training", folder / "training", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("behaviour", "lexicon", "standoff"):
        shutil.copytree(ROOT / "data" / name, folder / "data" / name)
    (folder / "data" / "encoder").mkdir()
    (folder / "data" / "encoder" / "README.md").write_text(
        "No weights: params.yaml names another encoder.\n", encoding="utf-8"
    )
    for name in ("dvc.yaml", ".dvcignore"):
        shutil.copyfile(ROOT / name, folder / name)
    records = [row for path in sorted((ROOT / "data" / "articles").glob("*.jsonl")) for row in read_records(path)[:8]]
    write_jsonl(folder / "data" / "articles" / "few.jsonl", records[:N_ARTICLES])
    briefs = [row for path in sorted((ROOT / "data" / "briefs").glob("*.jsonl")) for row in read_records(path)[:1]]
    write_jsonl(folder / "data" / "briefs" / "few.jsonl", briefs)
    params: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["encoder"] = {"source": "path", "path": str(encoder)}
    for task in ("section", "stance"):
        params["train"][task].update(TINY_TASK)
    params["evaluate"]["resamples"] = 100
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    return folder


def environment() -> dict[str, str]:
    """The test's own environment, with this Python's commands first, and no tracking store or corpora from outside."""
    kept = {key: value for key, value in os.environ.items() if key not in {"MLFLOW_TRACKING_URI", "MAWAQIF_MIRROR"}}
    return kept | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "DVC_NO_ANALYTICS": "1"}


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the project and return what it printed; a failure is the caller's to judge."""
    return subprocess.run(command, cwd=project, env=environment(), capture_output=True, text=True, check=False)


def repro(project: Path) -> str:
    """`dvc repro`, which must succeed; returns its output."""
    if not (project / ".dvc").exists():
        done = run(project, "dvc", "init", "--quiet", "--no-scm")
        assert done.returncode == 0, done.stderr
    done = run(project, "dvc", "repro")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
