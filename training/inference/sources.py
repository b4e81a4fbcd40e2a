"""Where the articles of a batch come from: JSON Lines (plain, gz, xz, standard input), Parquet, or one text file."""

from __future__ import annotations

import gzip
import lzma
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa

from training.errors import InputError, RecordError
from training.inference.parquet import open_parquet, parquet_rows
from training.inference.rows import MAX_CHARACTERS
from training.invisible import strip_invisible
from training.jsonl import decode_line

STDIN = "-"
MAX_LINE_BYTES = 8 * MAX_CHARACTERS
MAX_HEADLINE_WORDS = 25
COMPRESSIONS = frozenset({".gz", ".xz"})
LINE_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json", ""})
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class SourceRow:
    """One input row, or why it could not be read."""

    record: dict[str, Any] | RecordError


@dataclass(frozen=True)
class OpenSource:
    """A source's rows, lazily and in order, and how many there are as far as that is cheap to know."""

    rows: Iterator[SourceRow]
    total: Callable[[], int | None]
    """Rows in all, as far as is known by now; None where nobody knows, as in a pipe."""
    is_estimate: bool = False
    """JSON Lines: `total` goes by the share of the file's bytes read so far."""


@contextmanager
def open_source(source: str, target: str | None = None) -> Iterator[OpenSource]:
    """Open a source; `target`, when given, replaces each row's own.

    Raises `InputError` when the source as a whole cannot be opened, and from `rows` when it breaks off.
    """
    match _suffix(source):
        case ".txt":
            row = SourceRow(_with_target(read_article_text(Path(source)), target))
            yield OpenSource(iter([row]), lambda: 1)
        case ".parquet":
            with _readable(source):
                file = open_parquet(source)
            with file:
                rows = _rows(parquet_rows(file, source), source, target)
                yield OpenSource(rows, lambda: int(file.metadata.num_rows))
        case _:
            with _readable(source):
                opened = _open(source)
                n_bytes = file_bytes(source)
            with opened as raw:
                lines = decode_rows(_bounded_lines(_decompressed(raw, source)), source)
                rows = _Counted(_rows(lines, source, target))
                yield OpenSource(
                    rows, lambda: _estimate(rows.n, raw.tell() if n_bytes else 0, n_bytes), is_estimate=True
                )


def _rows(records: Iterator[dict[str, Any] | RecordError], source: str, target: str | None) -> Iterator[SourceRow]:
    with _readable(source):
        for record in records:
            yield SourceRow(record if isinstance(record, RecordError) else _with_target(record, target))


class _Counted(Iterator[SourceRow]):
    """Rows, and how many have been taken."""

    def __init__(self, rows: Iterator[SourceRow]) -> None:
        self._rows = rows
        self.n = 0

    def __next__(self) -> SourceRow:
        row = next(self._rows)
        self.n += 1
        return row


def _estimate(n_read: int, position: int, n_bytes: int) -> int | None:
    """Rows in all if the rest is like the share of the bytes (compressed ones, if so) that gave `n_read` rows."""
    return max(n_read, round(n_read * n_bytes / position)) if n_bytes and position else None


def decode_rows(lines: Iterable[bytes], source: str) -> Iterator[dict[str, Any] | RecordError]:
    """Decode non-blank lines into objects; anything else becomes a `RecordError` with its line number."""
    for number, raw in enumerate(lines, start=1):
        raw = raw.removeprefix(BOM) if number == 1 else raw
        if not raw.strip():
            continue
        place = f"{source}:{number}"
        if len(raw) > MAX_LINE_BYTES:
            yield RecordError(place, f"more than {MAX_LINE_BYTES} bytes", "one article a line", "split the line")
            continue
        line = decode_line(raw, place)
        if isinstance(line, RecordError):
            yield line
        elif not isinstance(line.record, dict):
            kind = type(line.record).__name__
            yield RecordError(place, f"a JSON {kind}", "an object with 'text'", 'wrap it as {"text": …}')
        else:
            yield line.record


def read_article_text(path: Path) -> dict[str, Any]:
    """A text file as one row: its name is the id, the last of its leading headline lines the title.

    The text keeps every character of the file, so that offsets point into it. Raises `InputError` when the file
    is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}); expected a text file") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: byte {error.start} is not UTF-8; expected a UTF-8 text file; convert it, for example with iconv"
        ) from error
    return {"id": path.stem, "text": text, "title": headline(text)}


def headline(text: str) -> str | None:
    """The last of the short leading lines that do not end like a sentence, None when the text starts with one."""
    visible, found = strip_invisible(text), None
    for line in visible.splitlines():
        words = line.split()
        if not words:
            continue
        if len(words) > MAX_HEADLINE_WORDS or line.rstrip().endswith((".", ":", "،", "؟", "!")):
            break
        found = line.strip()
    return found if found != visible.strip() else None


def _with_target(record: dict[str, Any], target: str | None) -> dict[str, Any]:
    return {**record, "target": target} if target else record


def _suffix(source: str) -> str:
    """What `source` holds by its name, compression left out. Raises `InputError` for a kind that cannot be read."""
    path = Path(source)
    packed = path.suffix in COMPRESSIONS
    suffix = path.with_suffix("").suffix if packed else path.suffix
    if source == STDIN or suffix in LINE_SUFFIXES or (suffix in {".txt", ".parquet"} and not packed):
        return "" if source == STDIN else suffix
    raise InputError(
        f"{source}: a '{''.join(path.suffixes)}' file; expected .jsonl, .jsonl.gz, .jsonl.xz, .parquet, .txt or -; "
        "convert it, or rename it when it holds JSON Lines"
    )


def file_bytes(source: str) -> int:
    """Size of a source that is a regular file, else 0."""
    path = Path(source)
    return path.stat().st_size if source != STDIN and path.is_file() else 0


def is_rereadable(source: str) -> bool:
    """False for standard input, pipes and devices."""
    return source != STDIN and (Path(source).is_file() or not Path(source).exists())


def _open(source: str) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdin.buffer) if source == STDIN else Path(source).open("rb")


def _decompressed(raw: IO[bytes], source: str) -> IO[bytes]:
    match Path(source).suffix:
        case ".gz":
            return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
        case ".xz":
            return lzma.LZMAFile(raw)
        case _:
            return raw


@contextmanager
def _readable(source: str) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, lzma.LZMAError, zlib.error, pa.ArrowException) as error:
        raise InputError(
            f"{source}: cannot be read ({error}); expected .jsonl, .jsonl.gz, .jsonl.xz, .parquet, .txt or -; "
            "check the path and the file"
        ) from error


def _bounded_lines(handle: IO[bytes]) -> Iterator[bytes]:
    """Lines of at most `MAX_LINE_BYTES` + 1 bytes; the rest of a longer one is skipped, so memory stays bounded."""
    while line := handle.readline(MAX_LINE_BYTES + 1):
        yield line
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = handle.readline(MAX_LINE_BYTES + 1)
            if not line:
                return
