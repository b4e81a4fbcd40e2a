"""Whole files: atomic writes, JSON, content hashes. Standard library only: it ships inside the inference bundle."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from training.errors import InputError


def read_json(path: Path) -> Any:
    """Decode one JSON file. Raises `InputError` when it is missing or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path}: missing; expected a JSON file; run the stage that writes it") from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: not JSON ({error}); expected a JSON file; delete it and run its stage again"
        ) from error


def write_json(path: Path, value: Any) -> None:
    """Replace `path` by one indented JSON value, all or nothing. Key order is kept, numpy values are allowed."""
    write_bytes(path, (json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n").encode())


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} does not fit into JSON")


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` by `content`, all or nothing."""
    with atomic_write(path) as handle:
        handle.write(content)


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """A binary handle whose content becomes `path` only when the block ends without an exception."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)  # noqa: SIM115
    try:
        with handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        Path(handle.name).chmod(0o644)
        Path(handle.name).replace(path)
    except BaseException:
        Path(handle.name).unlink(missing_ok=True)
        raise


def remove_leftovers(folder: Path, name: str) -> None:
    """Delete what killed writers of the files that fit `name` left in a folder; nobody may be writing them now."""
    for path in folder.glob(f".{name}.*"):
        path.unlink()


def sha256_file(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def copy_folder(source: Path, out: Path) -> None:
    """Replace `out` by a copy of a folder; until the copy is whole there is no `out`."""
    staging = out.with_name(f"{out.name}.part")
    for old in (staging, out):
        shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(source, staging)
    staging.rename(out)


def sha256_folder(folder: Path, pattern: str = "*") -> str:
    """Hex SHA-256 over the sorted relative paths and contents of every file below `folder` whose name fits."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob(pattern) if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{sha256_file(path)}\n".encode())
    return digest.hexdigest()
