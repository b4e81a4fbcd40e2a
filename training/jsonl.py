"""JSON Lines: reads that name the broken line, writes that are all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from training.errors import InputError, RecordError
from training.files import atomic_write


@dataclass(frozen=True)
class Line:
    """One decoded line of a file, with its place (`path:number`, counted from 1)."""

    place: str
    record: Any


def read_jsonl(path: Path) -> Iterator[Line | RecordError]:
    """Yield each non-blank line decoded, or the `RecordError` that says why it cannot be; the others go on."""
    try:
        handle = path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}); expected a JSON Lines file") from error
    with handle:
        for number, raw in enumerate(handle, start=1):
            if raw.strip():
                yield decode_line(raw, f"{path}:{number}")


def read_records(path: Path) -> list[Any]:
    """Every record of a file the pipeline wrote itself; raises the first `RecordError`."""
    records = []
    for line in read_jsonl(path):
        if isinstance(line, RecordError):
            raise line
        records.append(line.record)
    return records


def decode_line(raw: bytes, place: str) -> Line | RecordError:
    """Decode one line, or say what is wrong with it."""
    try:
        return Line(place, orjson.loads(raw))
    except orjson.JSONDecodeError as error:
        return RecordError(place, f"not JSON ({error})", "one JSON object a line in UTF-8", "mend or delete the line")


def dump_line(record: Any) -> bytes:
    """One record as a UTF-8 line. Raises `TypeError` on lone surrogates and foreign types."""
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def write_jsonl(path: Path, records: Iterable[Any]) -> None:
    """Replace `path` by the records, all or nothing."""
    with atomic_write(path) as handle:
        for record in records:
            handle.write(dump_line(record))
