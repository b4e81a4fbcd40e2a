"""A trained model as a folder: encoder config, tokenizer, all weights, and what the task needs to read them."""

from __future__ import annotations

import shutil
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoTokenizer

from training.errors import BundleError
from training.files import read_json, write_json
from training.models.network import MeanPoolClassifier, empty_encoder, load_weights


class SourceScore(BaseModel):
    """How well one source was learned: scored on its own held-out rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n_train: int
    n_dev: int
    dev_macro_f1: float


class TaskCard(BaseModel):
    """`task.json`: labels in logit order and the input shape the weights were trained with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    labels: tuple[str, ...]
    max_tokens: int
    tail_tokens: int
    pad_id: int
    best_epoch: float
    dev_macro_f1: float
    n_train: int
    n_dev: int
    dropped_token_rate: float
    """Share of training tokens that did not fit into `max_tokens`, in [0, 1]."""
    public_sources: dict[str, SourceScore] = {}
    """What trained beside the authored corpus."""


def copy_tokenizer(encoder_folder: Path, folder: Path) -> Path:
    """Put a `tokenizer.json` into `folder`, converting older vocabularies, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    source = encoder_folder / "tokenizer.json"
    if source.exists():
        shutil.copyfile(source, folder / "tokenizer.json")
    else:
        AutoTokenizer.from_pretrained(encoder_folder, local_files_only=True).backend_tokenizer.save(
            str(folder / "tokenizer.json")
        )
    return folder / "tokenizer.json"


def pad_token_id(encoder_folder: Path) -> int:
    """The padding id of the encoder's vocabulary."""
    return int(AutoConfig.from_pretrained(encoder_folder, local_files_only=True).pad_token_id or 0)


def save_model(network: MeanPoolClassifier, card: TaskCard, curve: list[dict[str, float]], folder: Path) -> None:
    """Write config, weights, `task.json` and the learning curve next to the tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    network.config.to_json_file(folder / "config.json")
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    write_json(folder / "task.json", card.model_dump(mode="json"))
    write_json(folder / "learning_curve.json", curve)


def load_card(folder: Path) -> TaskCard:
    """Read `task.json`. Raises `BundleError` when it does not describe a task."""
    try:
        return TaskCard.model_validate(read_json(folder / "task.json"))
    except ValueError as error:
        raise BundleError(f"{folder}/task.json: {error}; expected the output of `dvc repro train`") from error


def load_model(folder: Path) -> MeanPoolClassifier:
    """Rebuild a trained network in evaluation mode."""
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    n_labels = len(load_card(folder).labels)
    network = MeanPoolClassifier(empty_encoder(config), n_labels, dropout=0.0)
    load_weights(network, load_file(folder / "model.safetensors"))
    return network.eval()
