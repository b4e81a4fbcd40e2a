"""One trained folder → one exported folder of the bundle, not yet calibrated."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

from training.errors import BundleError
from training.export.bundle import ScorerCard, write_scorer_card
from training.export.onnx import export_onnx
from training.models.folder import load_card, load_model


def export_task(model_folder: Path, out: Path, precision: Literal["int8", "fp32"]) -> None:
    """Write `model.onnx`, `tokenizer.json` and a `task.json` with temperature 1 and thresholds 0.5."""
    out.mkdir(parents=True, exist_ok=True)
    card = load_card(model_folder)
    export_onnx(load_model(model_folder), out / "model.onnx", precision)
    shutil.copyfile(model_folder / "tokenizer.json", out / "tokenizer.json")
    write_scorer_card(
        out,
        ScorerCard(
            task=card.task,
            labels=card.labels,
            max_tokens=card.max_tokens,
            tail_tokens=card.tail_tokens,
            pad_id=card.pad_id,
            thresholds=tuple(0.5 for _ in card.labels) if card.task == "section" else (),
        ),
    )


def copy_lexicon(source: Path, out: Path) -> None:
    """Copy the lexicon files. Raises `BundleError` when there are none."""
    files = sorted(source.glob("*.tsv"))
    if not files:
        raise BundleError(f"{source}: no *.tsv file; expected the lexicons; restore them from git")
    out.mkdir(parents=True, exist_ok=True)
    for path in files:
        shutil.copyfile(path, out / path.name)
