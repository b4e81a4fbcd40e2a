"""Encoders made elsewhere: a pinned revision of the model hub, or a local folder, copied file by file."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from training.encoder.folder import (
    ENCODER_FILES,
    TOKENIZER,
    VOCABULARY,
    EncoderSummary,
    encoder_fault,
    inspect,
    is_complete,
    replacing,
    summarise,
)
from training.encoder.wordpiece import build_wordpiece
from training.errors import EncoderError

_COMMIT = re.compile(r"[0-9a-f]{40}")


def materialise_hub(name: str, revision: str, out: Path) -> EncoderSummary:
    """Copy model `name` at commit `revision` from the hub's cache, or download it first, to `out`.

    Raises `EncoderError` when `revision` is not a full commit hash, when the hub cannot be reached or has no
    such model, or when the model has no safetensors weights.
    """
    origin = f"{name}@{revision}"
    if not _COMMIT.fullmatch(revision):
        raise encoder_fault(
            "encoder.revision",
            f"{revision!r}",
            "the 40 hexadecimal digits of a commit (a branch or tag can move, and the model with it)",
            f"copy it from https://huggingface.co/{name}/commits/main",
        )
    return _copy_checked(_snapshot(name, revision, origin), out, "hub", origin)


def materialise_path(folder: Path, out: Path) -> EncoderSummary:
    """Copy the encoder in `folder` to `out`. Raises `EncoderError` when a file is missing or unreadable."""
    if not folder.is_dir():
        raise encoder_fault(
            "encoder.path",
            f"{folder} is not a folder",
            "a folder that save_pretrained wrote",
            "set encoder.path to one, or encoder.source: bundled",
        )
    return _copy_checked(folder, out, "path", str(folder))


def _copy_checked(folder: Path, out: Path, source: str, origin: str) -> EncoderSummary:
    """Check in place, then copy: links (the hub's cache is full of them) become regular files."""
    found = inspect(folder, origin)
    with replacing(out) as partial:
        for name in ENCODER_FILES:
            if (folder / name).is_file():
                shutil.copyfile(folder / name, partial / name)
        if found.vocabulary.name == VOCABULARY:
            build_wordpiece(folder, origin).save(str(partial / TOKENIZER), pretty=False)
        return summarise(partial, source, origin)


def _snapshot(name: str, revision: str, origin: str) -> Path:
    try:
        return _cached_or_downloaded(name, revision)
    except (RepositoryNotFoundError, RevisionNotFoundError, HFValidationError) as error:
        raise encoder_fault(
            origin,
            f"the model hub has no such model or revision, or keeps it private ({type(error).__name__})",
            "encoder.name and encoder.revision of a public model, or a login that may read it",
            "correct them in params.yaml",
        ) from error
    except Exception as error:  # OSError, proxy and transport errors of the hub's client share no base class
        raise _unreachable(origin, error) from error


def _cached_or_downloaded(name: str, revision: str) -> Path:
    files = list(ENCODER_FILES)
    with suppress(LocalEntryNotFoundError):
        cached = Path(snapshot_download(name, revision=revision, allow_patterns=files, local_files_only=True))
        if is_complete(cached):
            return cached
    return Path(snapshot_download(name, revision=revision, allow_patterns=files))


def _unreachable(origin: str, error: Exception) -> EncoderError:
    return encoder_fault(
        origin,
        f"not in the local cache, and the model hub cannot be reached ({type(error.__cause__ or error).__name__})",
        "the hub or a cached copy",
        "set encoder.source: bundled to work offline, or encoder.source: path and encoder.path: <folder>",
    )
