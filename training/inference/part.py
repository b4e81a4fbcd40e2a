"""The unfinished output of a batch: `OUT.part`, beside it what it is made from, so that a killed call can go on."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from filelock import FileLock, Timeout

from training.errors import BusyError, InputError
from training.files import read_json, remove_leftovers, write_json


@dataclass(frozen=True)
class Done:
    """Rows that are written already, and how many of them are errors."""

    n_rows: int = 0
    n_errors: int = 0


@dataclass(frozen=True)
class OpenPart:
    """`OUT.part`, open for appending after the rows that an interrupted call left."""

    handle: IO[bytes]
    done: Done


@contextmanager
def open_part(out: Path, origin: Mapping[str, Any], *, resume: bool) -> Iterator[OpenPart]:
    """`OUT` appears when the block ends without an exception; after one, `OUT.part` stays if it holds a row.

    `origin` is what the rows depend on. Raises `InputError` when there is an `OUT.part` and `resume` is off or its
    origin is another one, `BusyError` while another call writes it.
    """
    part = out.with_name(f"{out.name}.part")
    out.parent.mkdir(parents=True, exist_ok=True)
    if part.is_symlink():  # appending would write into whatever it points at
        raise InputError(f"{part}: a symbolic link; expected no such file; delete it")
    with _alone(part):
        done = _begin(part, origin, resume=resume)
        try:
            with part.open("ab") as handle:
                yield OpenPart(handle, done)
                handle.flush()
                os.fsync(handle.fileno())
            part.replace(out)
        finally:
            if _is_empty(part):
                part.unlink(missing_ok=True)
                _origin_file(part).unlink(missing_ok=True)


@contextmanager
def _alone(part: Path) -> Iterator[None]:
    lock = FileLock(part.with_name(f"{part.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(f"{part}: another call is writing it; wait for its end, or name another output") from error
    try:
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def _begin(part: Path, origin: Mapping[str, Any], *, resume: bool) -> Done:
    remove_leftovers(part.parent, _origin_file(part).name)
    if _is_empty(part):
        write_json(_origin_file(part), origin)
        return Done()
    if not resume:
        raise InputError(
            f"{part}: holds rows of an interrupted run; expected no such file; add --resume to go on, or delete it"
        )
    before = read_json(_origin_file(part)) if _origin_file(part).exists() else {}
    for name, now in origin.items():
        if before.get(name) != now:
            raise InputError(
                f"{part}: was made with {name} {before.get(name)!r}; expected {now!r}; repeat that call, or delete it"
            )
    return _cut_torn_line(part)


def _cut_torn_line(part: Path) -> Done:
    """Drop what a kill left of a half-written line and count the whole ones."""
    with part.open("rb+") as handle:
        n_lines = n_errors = end = 0
        for line in handle:
            if line.endswith(b"\n"):
                n_lines, end = n_lines + 1, end + len(line)
                n_errors += "error" in orjson.loads(line)
        handle.truncate(end)
    return Done(n_lines, n_errors)


def _is_empty(part: Path) -> bool:
    return not part.exists() or part.stat().st_size == 0


def _origin_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")
