"""The encoder that was trained further on Arabic news and stance (`data/encoder`), kept in half precision."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.encoder.folder import (
    CONFIG,
    TOKENIZER,
    TOKENIZER_CONFIG,
    WEIGHTS,
    EncoderSummary,
    inspect,
    replacing,
    summarise,
)
from training.files import write_json

CARD = "adapted.json"
"""What the weights were trained on: parameters, rows a source, loss curve, and the ids of authored articles."""


def write_adapted(base: Path, weights: Mapping[str, NDArray[Any]], card: dict[str, Any], out: Path) -> None:
    """Write adapted weights as float16 beside the base encoder's config and tokenizer, replacing `out`'s files."""
    from safetensors.numpy import save

    out.mkdir(parents=True, exist_ok=True)
    for name in (CONFIG, TOKENIZER, TOKENIZER_CONFIG):
        shutil.copyfile(base / name, out / name)
    half = {name: np.ascontiguousarray(value.astype(np.float16)) for name, value in sorted(weights.items())}
    (out / WEIGHTS).write_bytes(save(half, metadata={"format": "pt"}))
    write_json(out / CARD, card)


def materialise_adapted(folder: Path, out: Path) -> EncoderSummary:
    """Copy the adapted encoder to `out` in float32. Raises `EncoderError` when a file is missing or unreadable."""
    from safetensors.numpy import load_file, save

    inspect(folder, str(folder))
    with replacing(out) as partial:
        for name in (CONFIG, TOKENIZER, TOKENIZER_CONFIG, CARD):
            shutil.copyfile(folder / name, partial / name)
        full = {name: value.astype(np.float32) for name, value in load_file(folder / WEIGHTS).items()}
        (partial / WEIGHTS).write_bytes(save(full, metadata={"format": "pt"}))
        return summarise(partial, "adapted", str(folder))
