"""`mawaqif analyze`: rows in, one JSON a row out, in order; a killed run goes on where it stopped."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from tqdm import tqdm

from training.errors import InputError, RecordError, RowError
from training.files import read_json, write_bytes, write_json
from training.inference.analyzer import ARTICLES_A_BATCH, Analyzer, error_result
from training.inference.html import page_name, render_article
from training.inference.sources import STDIN, SourceRow, read_rows
from training.jsonl import dump_line


@dataclass(frozen=True)
class BatchOptions:
    """What `mawaqif analyze` was asked for."""

    source: str
    out: Path | None
    """None writes to standard output."""
    target: str | None = None
    html: Path | None = None
    resume: bool = False
    limit: int | None = None


@dataclass(frozen=True)
class BatchCounts:
    """Rows written by this call, and how many of them are errors."""

    n_rows: int
    n_errors: int


def run_batch(analyzer: Analyzer, options: BatchOptions) -> BatchCounts:
    """Score a source. `OUT` appears only when every row is done; until then the rows are in `OUT.part`.

    Raises `InputError` when the source cannot be read, or when `OUT.part` belongs to another run.
    """
    if options.out is None:
        return _write(analyzer, options, sys.stdout.buffer, done=0)
    part = _part(options.out)
    done = _resume(analyzer, options, part)
    with part.open("ab") as handle:
        counts = _write(analyzer, options, handle, done)
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(options.out)
    _origin_file(part).unlink(missing_ok=True)
    return counts


def _write(analyzer: Analyzer, options: BatchOptions, handle: IO[bytes], done: int) -> BatchCounts:
    rows = islice(read_rows(options.source, options.target), done, options.limit)
    n_rows = n_errors = 0
    with tqdm(desc="analyze", unit=" articles", initial=done, total=options.limit, disable=None) as progress:
        while batch := list(islice(rows, ARTICLES_A_BATCH)):
            for row, result in zip(batch, _score(analyzer, batch), strict=True):
                handle.write(dump_line(result))
                n_errors += "error" in result
                if options.html is not None:
                    _write_page(options.html, row, result, done + n_rows)
                n_rows += 1
            handle.flush()
            progress.update(len(batch))
    return BatchCounts(n_rows, n_errors)


def _score(analyzer: Analyzer, batch: list[SourceRow]) -> Iterator[dict[str, Any]]:
    good = analyzer.analyze_batch([row.record for row in batch if not isinstance(row.record, RecordError)])
    for row in batch:
        if isinstance(row.record, RecordError):
            yield error_result(None, RowError(row.record.code, str(row.record)))
        else:
            yield next(good)


def _write_page(folder: Path, row: SourceRow, result: dict[str, Any], position: int) -> None:
    record = row.record if isinstance(row.record, dict) else {}
    text, title = record.get("text"), record.get("title")
    page = render_article(text if isinstance(text, str) else "", result, title if isinstance(title, str) else "")
    write_bytes(folder / page_name(result["id"], position), page.encode("utf-8", "replace"))


def _resume(analyzer: Analyzer, options: BatchOptions, part: Path) -> int:
    """How many rows are done already; prepares `part` for appending."""
    origin = {
        "source": options.source,
        "target": options.target,
        "model": asdict(analyzer.identity)["content_sha256"],
    }
    if not part.exists():
        part.parent.mkdir(parents=True, exist_ok=True)
        write_json(_origin_file(part), origin)
        return 0
    if not options.resume:
        raise InputError(
            f"{part}: holds rows of an interrupted run; expected no such file; add --resume to go on, or delete it"
        )
    if options.source == STDIN:
        raise InputError("-: standard input cannot be read again; expected a file with --resume; save it to a file")
    if read_json(_origin_file(part)) != origin:
        raise InputError(
            f"{part}: belongs to another source, target or model; expected {origin}; delete it or repeat that call"
        )
    return _cut_torn_line(part)


def _cut_torn_line(part: Path) -> int:
    """Drop what a kill left of a half-written line and count the whole ones."""
    with part.open("rb+") as handle:
        n_lines = end = 0
        for line in handle:
            if line.endswith(b"\n"):
                n_lines, end = n_lines + 1, end + len(line)
        handle.truncate(end)
    return n_lines


def _part(out: Path) -> Path:
    return out.with_name(f"{out.name}.part")


def _origin_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")
