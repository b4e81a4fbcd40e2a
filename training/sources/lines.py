"""Rows of a corpus file as decoded lines with their places: xz-compressed JSON Lines, and comma-separated values."""

from __future__ import annotations

import csv
import io
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.errors import RecordError
from training.jsonl import Line, decode_line
from training.sources.errors import UntrustedFileError

Rows = Iterator[Line | RecordError]

MAX_EXPANSION = 100
"""Bytes out for each byte in; the real corpora stay below 15."""
MAX_UNPACKED_BYTES = 4 * 1024**3
SMALL_BYTES = 1024**2
"""A file may unpack to this much whatever its ratio: a few repeated rows compress very well."""


def unpacked_limit(packed_bytes: int) -> int:
    """How many bytes a file of `packed_bytes` may unpack to."""
    return min(MAX_UNPACKED_BYTES, max(SMALL_BYTES, packed_bytes * MAX_EXPANSION))


class BoundedStream(io.RawIOBase):
    """Reads another stream and raises `UntrustedFileError` once it has given more than `limit` bytes."""

    def __init__(self, stream: io.BufferedIOBase, limit: int, place: Path) -> None:
        self._stream, self._limit, self._place, self._read = stream, limit, place, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` as far as the stream goes."""
        size = self._stream.readinto(buffer)
        self._read += size
        if self._read > self._limit:
            raise UntrustedFileError(
                self._place,
                f"unpacks to more than {self._limit} bytes",
                f"at most {MAX_EXPANSION} times the packed size and {MAX_UNPACKED_BYTES} bytes",
                "do not use it; fetch it again from its origin",
            )
        return size


def xz_lines(path: Path) -> Rows:
    """Decode a `*.jsonl.xz` file line by line. Raises `UntrustedFileError` when it is damaged or a bomb."""
    limit = unpacked_limit(path.stat().st_size)
    try:
        with lzma.open(path) as stream, io.BufferedReader(BoundedStream(stream, limit, path)) as lines:
            for number, raw in enumerate(lines, start=1):
                if raw.strip():
                    yield decode_line(raw, f"{path}:{number}")
    except (lzma.LZMAError, EOFError) as error:
        raise UntrustedFileError(
            path, f"damaged ({error})", "a whole xz file", "delete it and fetch it again"
        ) from error


def csv_lines(path: Path) -> Rows:
    """Decode a comma-separated file with a header, a byte order mark or not; places name the row's last line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            table = csv.DictReader(handle, strict=True)
            for row in table:
                yield _table_row(row, f"{path}:{table.line_num}")
    except (UnicodeDecodeError, csv.Error) as error:
        raise UntrustedFileError(
            path, f"not readable ({error})", "comma-separated values in UTF-8", "delete it and fetch it again"
        ) from error


def _table_row(row: dict[str | Any, Any], place: str) -> Line | RecordError:
    if None in row or None in row.values():
        return RecordError(place, "more or fewer fields than the header", "one value a column", "mend the row")
    return Line(place, row)


def field(line: Line, name: str) -> str:
    """The non-blank string `name` of a record, unchanged. Raises `RecordError`."""
    value = optional_field(line, name)
    if not value.strip():
        raise RecordError(line.place, f"field '{name}' is missing or blank", "some text", "the row is left out")
    return value


def optional_field(line: Line, name: str) -> str:
    """The string `name` of a record, empty when it is missing. Raises `RecordError` for anything but a string."""
    record = line.record
    if not isinstance(record, dict):
        raise RecordError(line.place, f"a {type(record).__name__}", "one object a row", "the row is left out")
    value = record.get(name) or ""
    if not isinstance(value, str):
        raise RecordError(line.place, f"field '{name}' is a {type(value).__name__}", "a string", "the row is left out")
    return value
