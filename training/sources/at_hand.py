"""Which corpora are on this machine, and whether their files are still the same, without reading them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from training.sources.layout import Layout
from training.sources.read import LAYOUTS


def at_hand(folder: Path | None) -> dict[str, str]:
    """Of each corpus that can be read from `folder` a digest of the names, sizes and times of its files."""
    if folder is None:
        return {}
    return {name: _digest(layout, folder) for name, layout in LAYOUTS.items() if layout.is_in(folder)}


def _digest(layout: Layout, folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(_files(layout, folder)):
        facts = path.stat()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _files(layout: Layout, folder: Path) -> Iterator[Path]:
    if layout.has_packed(folder):
        yield from (folder / name for name in layout.packed)
    else:
        yield from (path for path in (folder / layout.original).rglob("*") if path.is_file())
