"""Where the articles of a batch come from: JSON Lines (plain, gz, xz, or standard input) or one text file."""

from __future__ import annotations

import gzip
import lzma
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from training.errors import InputError, RecordError
from training.inference.rows import MAX_CHARACTERS
from training.jsonl import decode_line

STDIN = "-"
MAX_LINE_BYTES = 8 * MAX_CHARACTERS
MAX_HEADLINE_WORDS = 25


@dataclass(frozen=True)
class SourceRow:
    """One input row, or why it could not be read."""

    record: dict[str, Any] | RecordError


def read_rows(source: str, target: str | None = None) -> Iterator[SourceRow]:
    """Yield every row of a source lazily; `target`, when given, replaces each row's own.

    Raises `InputError` when the source as a whole cannot be opened or decompressed.
    """
    if source != STDIN and Path(source).suffix == ".txt":
        yield SourceRow(_with_target(read_article_text(Path(source)), target))
        return
    try:
        with _open(source) as handle:
            for row in decode_rows(_bounded_lines(handle), source):
                yield SourceRow(row if isinstance(row, RecordError) else _with_target(row, target))
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise InputError(
            f"{source}: cannot be read ({error}); expected .jsonl, .jsonl.gz, .jsonl.xz, .txt or -; check the path"
        ) from error


def decode_rows(lines: Iterable[bytes], source: str) -> Iterator[dict[str, Any] | RecordError]:
    """Decode non-blank lines into objects; anything else becomes a `RecordError` with its line number."""
    for number, raw in enumerate(lines, start=1):
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
    found = None
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        if len(words) > MAX_HEADLINE_WORDS or line.rstrip().endswith((".", ":", "،", "؟", "!")):
            break
        found = line.strip()
    return found if found != text.strip() else None


def _with_target(record: dict[str, Any], target: str | None) -> dict[str, Any]:
    return {**record, "target": target} if target else record


def _open(source: str) -> IO[bytes]:
    if source == STDIN:
        return sys.stdin.buffer
    match Path(source).suffix:
        case ".gz":
            return cast("IO[bytes]", gzip.open(source, "rb"))
        case ".xz":
            return lzma.open(source, "rb")
        case _:
            return Path(source).open("rb")


def _bounded_lines(handle: IO[bytes]) -> Iterator[bytes]:
    """Lines of at most `MAX_LINE_BYTES` + 1 bytes; the rest of a longer one is skipped, so memory stays bounded."""
    while line := handle.readline(MAX_LINE_BYTES + 1):
        yield line
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = handle.readline(MAX_LINE_BYTES + 1)
            if not line:
                return
