"""The project's own system: the encoder fine-tuned as `params.yaml` says, its epoch chosen on training rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.encoder import materialise_adapted
from training.errors import EncoderError
from training.files import sha256_folder
from training.inputs import TextPair
from training.params import Params, PublicProtocolParams, TaskParams
from training.public.baselines import Predicted
from training.public.folds import hold_out, sample_indices
from training.public.passage import similar_passage
from training.public.protocols import Protocol
from training.public.rows import Row

CHECKPOINTS = Path(".checkpoints")
ADAPTED = Path("data/encoder")
ADAPTED_ON = frozenset({"ant", "sanad", "exaasc"})
"""Corpora whose rows the adapted encoder learned from without heed to our parts. Of ANS it saw the train part alone."""


@dataclass(frozen=True)
class EncoderOutcome:
    """Predictions, the rows that were trained on, and what chose the epoch."""

    predicted: Predicted
    n_train: int
    notes: dict[str, float]


def adapted_folder() -> Path:
    """The adapted encoder in full precision, unpacked on first use."""
    folder = CHECKPOINTS / "adapted-encoder"
    if not folder.is_dir():
        materialise_adapted(ADAPTED, folder)
    return folder


def task_params(protocol: str, params: Params, seed: int) -> TaskParams:
    """The fine-tuning settings of one protocol."""
    encoder, own = params.public.encoder, _own(protocol, params)
    shared = encoder.model_dump(exclude={"selection_folds", "passage", "passage_words", "protocols"})
    return TaskParams(**shared, max_tokens=own.max_tokens, max_epochs=own.max_epochs, tail_tokens=0, seed=seed)


def encoder_settings(protocol: Protocol, params: Params, folder: Path) -> dict[str, Any]:
    """Whatever shapes the predictions beside seed and rows, the encoder's content included."""
    if not (folder / "config.json").is_file():
        raise EncoderError(f"{folder}: no encoder; expected a Hugging Face folder; run `dvc repro encoder` first")
    settings = task_params(protocol.name, params, seed=0).model_dump(exclude={"seed"})
    encoder = params.public.encoder
    passage = {"passage": encoder.passage, "passage_words": encoder.passage_words} if protocol.long_texts else {}
    return (
        settings
        | passage
        | {
            "selection_folds": encoder.selection_folds,
            "max_train_rows": _own(protocol.name, params).max_train_rows,
            "encoder_sha256": sha256_folder(folder),
        }
    )


def encoder(
    protocol: Protocol,
    rows: Sequence[Row],
    train: Sequence[int],
    scored: Sequence[int],
    *,
    params: Params,
    folder: Path,
    seed: int,
) -> EncoderOutcome:
    """Fine-tune on the training rows less those that choose the epoch, and label the scored rows.

    Sample and selection rows depend on the split's seed alone, so that seeds differ by training only.
    """
    from training.models.single_label import single_label_task, train_and_predict
    from training.models.tasks import Example

    own, split_seed = _own(protocol.name, params), params.public.split_seed
    chosen = _sample(rows, train, own.max_train_rows, split_seed)
    fitted, selection = hold_out(rows, chosen, params.public.encoder.selection_folds, split_seed)
    task_settings = task_params(protocol.name, params, seed)
    pairs = {index: _input(protocol, rows[index], params) for index in (*fitted, *selection, *scored)}
    parts = [
        [Example(rows[index].group, pairs[index], rows[index].label) for index in part] for part in (fitted, selection)
    ]
    outcome = train_and_predict(
        single_label_task(protocol.name, protocol.labels),
        train=parts[0],
        selection=parts[1],
        scored=[pairs[index] for index in scored],
        encoder_folder=folder,
        checkpoints=CHECKPOINTS / f"public-{protocol.name}-{_fingerprint(task_settings, folder, parts)}",
        params=task_settings,
    )
    notes = {"best_epoch": outcome.best_epoch, "selection_macro_f1": round(outcome.selection_macro_f1, 4)}
    return EncoderOutcome(outcome.predicted, len(fitted), notes | {"n_selection": len(selection)})


def _own(protocol: str, params: Params) -> PublicProtocolParams:
    found: PublicProtocolParams = getattr(params.public.encoder.protocols, protocol)
    return found


def _sample(rows: Sequence[Row], train: Sequence[int], limit: int, seed: int) -> list[int]:
    """All rows, or about `limit` of them with every label's share as it is."""
    if len(train) <= limit:
        return list(train)
    kept: list[int] = []
    for label in sorted({rows[index].label for index in train}):
        members = [index for index in train if rows[index].label == label]
        n_kept = max(1, round(limit * len(members) / len(train)))
        kept += [members[place] for place in sample_indices([label] * len(members), n_kept, seed)]
    return sorted(kept)


def _input(protocol: Protocol, row: Row, params: Params) -> TextPair:
    settings = params.public.encoder
    if protocol.long_texts and settings.passage == "similar":
        return row.first, similar_passage(row.first, row.second, settings.passage_words)
    return row.first, row.second


def _fingerprint(params: TaskParams, folder: Path, parts: Any) -> str:
    content = json.dumps([params.model_dump(), sha256_folder(folder), [[vars(row) for row in part] for part in parts]])
    return hashlib.sha256(content.encode()).hexdigest()[:16]
