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
    encoder_fault,
    inspect,
    replacing,
    sha256,
    summarise,
)
from training.errors import InputError
from training.files import read_json, write_bytes, write_json

RECORD = "adapted.json"
"""What the weights were trained on: parameters, rows a source, losses, ids of the authored articles, their own hash."""


def write_adapted(base: Path, weights: Mapping[str, NDArray[Any]], record: Mapping[str, Any], out: Path) -> None:
    """Write adapted weights as float16 beside the base encoder's config and tokenizer, replacing `out`'s files."""
    from safetensors.numpy import save

    out.mkdir(parents=True, exist_ok=True)
    for name in (CONFIG, TOKENIZER, TOKENIZER_CONFIG):
        shutil.copyfile(base / name, out / name)
    half = {name: np.ascontiguousarray(value.astype(np.float16)) for name, value in sorted(weights.items())}
    write_bytes(out / WEIGHTS, save(half, metadata={"format": "pt"}))
    write_json(out / RECORD, {**record, "weights_sha256": sha256(out / WEIGHTS)})


def materialise_adapted(folder: Path, out: Path) -> EncoderSummary:
    """Copy the adapted encoder to `out` in float32, record included.

    Raises `EncoderError` when a file is missing or unreadable, or the weights are not those the record was made with.
    """
    from safetensors.numpy import load_file, save

    inspect(folder, str(folder))
    expected, found = _recorded_sha256(folder), sha256(folder / WEIGHTS)
    if found != expected:
        raise _damaged(folder, f"{WEIGHTS} has sha256 {found}", f"{expected}, as {RECORD} says")
    with replacing(out) as partial:
        for name in (CONFIG, TOKENIZER, TOKENIZER_CONFIG, RECORD):
            shutil.copyfile(folder / name, partial / name)
        full = {name: value.astype(np.float32) for name, value in load_file(folder / WEIGHTS).items()}
        (partial / WEIGHTS).write_bytes(save(full, metadata={"format": "pt"}))
        return summarise(partial, "adapted", str(folder))


def _recorded_sha256(folder: Path) -> str:
    try:
        return str(read_json(folder / RECORD)["weights_sha256"])
    except (InputError, KeyError) as error:
        raise _damaged(folder, f"no {RECORD} with a hash ({error})", "the record beside the weights") from error


def _damaged(folder: Path, found: str, expected: str) -> Exception:
    return encoder_fault(
        str(folder), found, expected, "run `git checkout -- data/encoder`, or set encoder.source: bundled"
    )
