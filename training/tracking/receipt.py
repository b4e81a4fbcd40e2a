"""What the last publishing left, so that the next one need not load MLflow to find that nothing has changed since."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from training.errors import InputError
from training.files import read_json, write_json
from training.processes import LOCKS
from training.tracking.place import ARTIFACTS_FOLDER, home, local_store

RECEIPT = LOCKS / "published.json"
CODE = Path(__file__).parents[1]


def known_outcome(inputs: Sequence[Path]) -> list[str] | None:
    """What the last publishing said, where neither its inputs nor the local store have changed since, else None.

    As `make` does, it goes by size and time of every file, also those of the code and of the store's artifacts. A store on
    a server is always asked.
    """
    if not RECEIPT.exists():
        return None
    try:
        receipt = read_json(RECEIPT)
        return list(receipt["outcome"]) if receipt["state"] == _state(inputs) else None
    except (InputError, KeyError, TypeError):
        return None


def keep_outcome(inputs: Sequence[Path], outcome: Sequence[str]) -> None:
    """Remember what a publishing said and the state it left, where the store is a local file."""
    state = _state(inputs)
    if state is not None:
        write_json(RECEIPT, {"state": state, "outcome": list(outcome)})


def _state(inputs: Sequence[Path]) -> str | None:
    store = local_store()
    if store is None or not store.is_file():
        return None
    digest = hashlib.sha256()
    log = store.with_name(f"{store.name}-wal")
    for root in (*inputs, CODE, home() / ARTIFACTS_FOLDER, store, log):
        for path, entry in _files(root):
            digest.update(f"{path}\0{entry.st_size}\0{entry.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _files(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Every file at or below `root` in a fixed order; bytecode, which Python writes as it likes, is left out."""
    if root.is_file():
        yield str(root), root.stat()
        return
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if name != "__pycache__")
        for name in sorted(names):
            path = Path(folder, name)
            yield str(path), path.lstat()
