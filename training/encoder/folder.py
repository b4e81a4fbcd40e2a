"""The encoder folder: written whole or not at all, checked, and summarised for the stage's report."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import WordPiece

from training.errors import EncoderError, one_line

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
VOCABULARY = "vocab.txt"
ENCODER_FILES = (CONFIG, WEIGHTS, TOKENIZER, TOKENIZER_CONFIG, VOCABULARY, "special_tokens_map.json")
"""All that is ever copied: no pickle, no code."""


@dataclass(frozen=True)
class EncoderFiles:
    """A folder's files as far as they were read to check them."""

    config: dict[str, Any]
    n_parameters: int
    vocabulary: Path
    """tokenizer.json, or vocab.txt where there is no tokenizer.json."""


@dataclass(frozen=True)
class EncoderSummary:
    """What stands in an encoder folder; `dataclasses.asdict` makes it JSON."""

    source: str
    """`bundled`, `hub` or `path`."""
    origin: str
    """The package, `name@revision` or folder it was made from."""
    model_type: str
    vocabulary_size: int
    """Rows of the word embedding, special tokens included."""
    n_parameters: int
    """Numbers stored in the weights file, heads included where a checkpoint has them."""
    weights_sha256: str
    tokenizer_sha256: str


def encoder_fault(where: str, found: str, expected: str, next_step: str) -> EncoderError:
    """The error for an encoder that cannot be had: one line that says all four."""
    return EncoderError(one_line(f"{where}: {found}; expected {expected}; {next_step}"))


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A new folder beside `out`; it takes `out`'s place when the block ends, and is removed if it raises."""
    partial, previous = (out.with_name(f".{out.name}.{state}") for state in ("partial", "previous"))
    _remove(partial)
    partial.mkdir(parents=True)
    try:
        yield partial
        _remove(previous)
        if out.exists():
            out.rename(previous)
        partial.rename(out)
        _remove(previous)
    finally:
        _remove(partial)


def inspect(folder: Path, origin: str) -> EncoderFiles:
    """Check an encoder folder's files against each other. Raises `EncoderError` naming `origin` and the fault."""
    config = _read_config(folder, origin)
    shapes = _weight_shapes(folder, origin)
    vocabulary = _vocabulary_file(folder, origin)
    n_tokens, n_rows = _count_tokens(vocabulary, origin), config["vocab_size"]
    if n_tokens > n_rows:
        raise encoder_fault(
            origin,
            f"{vocabulary.name} has {n_tokens:,} tokens but the model has {n_rows:,} embedding rows",
            "a tokenizer and weights of the same model",
            "take both from one checkpoint",
        )
    return EncoderFiles(config, sum(math.prod(shape) for shape in shapes), vocabulary)


def summarise(folder: Path, source: str, origin: str) -> EncoderSummary:
    """Inspect an encoder folder and describe it, hashes included."""
    files = inspect(folder, origin)
    return EncoderSummary(
        source=source,
        origin=origin,
        model_type=files.config["model_type"],
        vocabulary_size=files.config["vocab_size"],
        n_parameters=files.n_parameters,
        weights_sha256=sha256(folder / WEIGHTS),
        tokenizer_sha256=sha256(files.vocabulary),
    )


def is_complete(folder: Path) -> bool:
    """Whether every file an encoder needs is there; their content is not looked at."""
    has_vocabulary = any((folder / name).is_file() for name in (TOKENIZER, VOCABULARY))
    return has_vocabulary and all((folder / name).is_file() for name in (CONFIG, WEIGHTS))


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_config(folder: Path, origin: str) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        raise _unusable(origin, f"no {CONFIG}" if missing else f"{CONFIG} cannot be read ({error})") from error
    for key, kind in (("model_type", str), ("vocab_size", int)):
        if not isinstance(config, dict) or not isinstance(config.get(key), kind):
            raise _unusable(origin, f"{CONFIG} has no '{key}'")
    return dict(config)


def _weight_shapes(folder: Path, origin: str) -> list[list[int]]:
    # Imported here: inference reads this package's inputs where safetensors is not installed.
    from safetensors import SafetensorError, safe_open

    if not (folder / WEIGHTS).is_file():
        raise _no_safetensors(folder, origin)
    try:
        with safe_open(folder / WEIGHTS, framework="numpy") as weights:
            return [weights.get_slice(name).get_shape() for name in weights.keys()]  # noqa: SIM118 (not a dict)
    except (OSError, SafetensorError) as error:
        found = f"{WEIGHTS} cannot be read ({error}), an interrupted download or a git-lfs pointer?"
        raise _unusable(origin, found) from error


def _vocabulary_file(folder: Path, origin: str) -> Path:
    for name in (TOKENIZER, VOCABULARY):
        if (folder / name).is_file():
            return folder / name
    raise _unusable(origin, f"neither {TOKENIZER} nor {VOCABULARY}")


def _count_tokens(vocabulary: Path, origin: str) -> int:
    try:
        if vocabulary.name == TOKENIZER:
            return Tokenizer.from_file(str(vocabulary)).get_vocab_size()
        return len(WordPiece.read_file(str(vocabulary)))
    except Exception as error:  # tokenizers raises bare Exception for a file it cannot parse
        raise _unusable(origin, f"{vocabulary.name} cannot be read ({error})") from error


def _no_safetensors(folder: Path, origin: str) -> EncoderError:
    pickles = sorted(file.name for file in folder.glob("*.bin"))
    return encoder_fault(
        origin,
        f"no {WEIGHTS}" + (f", only {', '.join(pickles)}" if pickles else ""),
        "weights in one safetensors file (a .bin is a pickle that can run code, and is never read)",
        "choose a revision that has them, or convert a checkpoint you trust once with transformers "
        "(AutoModel.from_pretrained(…, use_safetensors=False).save_pretrained(folder), the tokenizer likewise) "
        "and set encoder.source: path and encoder.path: folder",
    )


def _unusable(origin: str, found: str) -> EncoderError:
    return encoder_fault(
        origin,
        found,
        f"a folder with {CONFIG}, {WEIGHTS} and {TOKENIZER} or {VOCABULARY}",
        "save a model and its tokenizer with save_pretrained(folder)",
    )


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
