"""One file a (protocol, system, seed, fold): predictions by row hash, without any text, and what they were made with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from training.errors import InputError, MawaqifError, one_line
from training.files import read_json, sha256_file, write_bytes
from training.jsonl import dump_line
from training.public.rows import Row

_ENCODER_CODE = (
    *("public/encoder.py", "public/passage.py", "public/folds.py", "inputs.py"),
    *("models/single_label.py", "models/fine_tune.py", "models/network.py"),
)
_CODE: Mapping[str, tuple[str, ...]] = {
    "majority": ("public/baselines.py",),
    "tfidf_svm": ("public/baselines.py",),
    "fasttext": ("public/fast_text.py", "corpus/normalise.py"),
    "encoder": _ENCODER_CODE,
    "adapted": _ENCODER_CODE,
}
"""The modules that turn rows into predictions; rows and parts themselves are compared by `data_sha256`."""


class MixedCellsError(MawaqifError):
    """Cells of one table were made with different settings or rows."""

    code = "mixed_cells"

    def __init__(self, path: Path, found: str, expected: str) -> None:
        super().__init__(
            one_line(f"{path}: {found}; expected {expected}; run it again with --force, or use another --out")
        )


@dataclass(frozen=True)
class ScoredPart:
    """Gold and predicted label indices of the rows of one part, with what is needed to score them again."""

    rows: list[str]
    """Row hashes."""
    groups: list[int]
    """Numbers of what is resampled, counted over all rows of the protocol."""
    slices: list[int]
    gold: list[int]
    predicted: list[int]


@dataclass(frozen=True)
class Cell:
    """What one training predicted."""

    protocol: str
    system: str
    seed: int
    fold: str
    folds: list[str]
    """All folds of the protocol: a seed without one of them is not in the table."""
    labels: list[str]
    slices: list[str]
    settings: dict[str, Any]
    data_sha256: str
    """Rows, labels, groups and parts of the whole protocol."""
    code_sha256: str
    n_train: int
    seconds: float
    notes: dict[str, float]
    parts: dict[str, ScoredPart]


_ADAPTER = TypeAdapter(Cell)


def cell_path(out: Path, protocol: str, system: str, seed: int, fold: str) -> Path:
    """Where a cell lies below the output folder."""
    return out / "cells" / protocol / f"{system}-seed{seed}-{fold.lower().replace('_', '-')}.json"


def write_cell(path: Path, cell: Cell) -> None:
    """Write one cell on one line, all or nothing."""
    write_bytes(path, dump_line(asdict(cell)))


def read_cell(path: Path) -> Cell:
    """Read one cell. Raises `InputError` when it is none."""
    try:
        return _ADAPTER.validate_python(read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path}: {where}: {first['msg']}; expected a cell; delete it and run again") from error


def read_cells(out: Path, protocol: str) -> dict[Path, Cell]:
    """Every cell of a protocol that can be in one table, by its file.

    Raises `MixedCellsError` where rows differ, or two cells of a system have different settings.
    """
    cells = {path: read_cell(path) for path in sorted((out / "cells" / protocol).glob("*.json"))}
    first: Cell | None = None
    settings: dict[str, tuple[Path, Mapping[str, Any]]] = {}
    for path, cell in cells.items():
        first = first or cell
        if cell.data_sha256 != first.data_sha256:
            raise MixedCellsError(
                path, f"rows {cell.data_sha256[:12]}", f"rows {first.data_sha256[:12]} as in the other cells"
            )
        known_path, known = settings.setdefault(cell.system, (path, cell.settings))
        check_settings(path, cell.settings, known, f"as in {known_path.name}")
    return cells


def check_settings(path: Path, found: Mapping[str, Any], expected: Mapping[str, Any], where: str) -> None:
    """Raise `MixedCellsError` naming the first setting that differs."""
    for name in sorted({*found, *expected}):
        if found.get(name) != expected.get(name):
            raise MixedCellsError(path, f"{name} {found.get(name)}", f"{name} {expected.get(name)} {where}")


def numbered(values: Iterable[str]) -> dict[str, int]:
    """A number for each distinct value, in order of first appearance."""
    return {value: number for number, value in enumerate(dict.fromkeys(values))}


def data_sha256(rows: Sequence[Row]) -> str:
    """Digest of everything about the rows that a score depends on."""
    digest = hashlib.sha256()
    groups = numbered(row.group for row in rows)
    for row in rows:
        digest.update(f"{row.sha256} {row.label} {groups[row.group]} {row.slice} {row.part}\n".encode())
    return digest.hexdigest()


def code_sha256(system: str) -> str:
    """Digest of the modules that make a system's predictions: recorded, not compared, for a comment changes it too."""
    root = Path(__file__).parents[1]
    return hashlib.sha256("\n".join(sha256_file(root / name) for name in _CODE[system]).encode()).hexdigest()
