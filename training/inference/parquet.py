"""Articles in a Parquet file, a few rows at a time: memory grows neither with the file nor with its row groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from training.errors import InputError, RecordError
from training.inference.rows import ROW_FIELDS

ROWS_A_READ = 16
READ_BUFFER_BYTES = 1 << 20


def open_parquet(source: str) -> pq.ParquetFile:
    """Open a file that has a `text` column; the file is the caller's to close.

    Raises `InputError` when it has none, `pyarrow.ArrowException` or `OSError` when it is no Parquet file.
    """
    file = pq.ParquetFile(source, buffer_size=READ_BUFFER_BYTES, pre_buffer=False)
    names = file.schema_arrow.names
    if "text" not in names:
        file.close()
        raise InputError(
            f"{source}: no column 'text' among {names}; expected 'text', optional 'id', 'title', 'target'; rename it"
        )
    return file


def parquet_rows(file: pq.ParquetFile, source: str) -> Iterator[dict[str, Any] | RecordError]:
    """Every row, in order, with the columns of `ROW_FIELDS` that the file has; the others are not read."""
    columns = [name for name in ROW_FIELDS if name in file.schema_arrow.names]
    number = 0
    for batch in file.iter_batches(ROWS_A_READ, columns=columns, use_threads=False):
        for row in range(batch.num_rows):
            number += 1
            yield _record(batch, row, f"{source}:{number}")


def _record(batch: pa.RecordBatch, row: int, place: str) -> dict[str, Any] | RecordError:
    record = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            record[name] = column[row].as_py()
        except ValueError as error:  # a string that is not UTF-8, a date that Python has no value for
            return RecordError(place, f"'{name}' cannot be read ({error})", "UTF-8 text", "mend or delete the row")
    return record
