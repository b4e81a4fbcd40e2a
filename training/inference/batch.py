"""`mawaqif analyze`: rows in, one JSON a row out, in order; a killed run goes on where it stopped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from tqdm import tqdm

from training.errors import InputError, RecordError, RowError
from training.files import remove_leftovers, write_bytes
from training.inference.analyzer import Analyzer, Results, batches, error_result, n_characters, one_ahead
from training.inference.html import page_name, render_article
from training.inference.part import Done, open_part
from training.inference.sources import OpenSource, SourceRow, file_bytes, is_rereadable, open_source
from training.jsonl import dump_line

ESTIMATED_BAR = "{l_bar}{bar}| {n_fmt}/≈{total_fmt} [{elapsed}<{remaining}, {rate_fmt}]"


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
    """Rows of the whole output, how many of them are errors, and how many an interrupted call had written."""

    n_rows: int
    n_errors: int
    n_resumed: int = 0


def run_batch(analyzer: Analyzer, options: BatchOptions) -> BatchCounts:
    """Score a source. `OUT` appears only when every row is done; until then the rows are in `OUT.part`.

    Raises `InputError` when the source cannot be read, the output cannot be written, or `OUT.part` belongs to
    another call; nothing is left behind unless a row was written.
    """
    _check_outputs(options)
    with open_source(options.source, options.target) as source:
        if options.out is None:
            return _write(analyzer, options, source, sys.stdout.buffer, Done())
        try:
            with open_part(options.out, _origin(analyzer, options), resume=options.resume) as part:
                if options.html is not None:
                    remove_leftovers(options.html, "*.html")
                return _write(analyzer, options, source, part.handle, part.done)
        except OSError as error:
            place = error.filename or options.out
            raise InputError(f"{place}: cannot be written ({error.strerror}); mend it, then use --resume") from error


def _check_outputs(options: BatchOptions) -> None:
    """Find before the work what would spoil its end."""
    out, html = options.out, options.html
    if out is not None and out.is_dir():
        raise InputError(f"{out}: a folder; expected a file to write; name one, for example {out / 'out.jsonl'}")
    if out is not None and out.exists() and Path(options.source).exists() and out.samefile(options.source):
        raise InputError(f"{out}: is the input too; expected another file; name one")
    if html is not None and html.exists() and not html.is_dir():
        raise InputError(f"{html}: a file; expected a folder for pages; name another")
    if options.resume and not is_rereadable(options.source):
        raise InputError(
            f"{options.source}: cannot be read a second time; expected a file with --resume; save it to one"
        )


def _origin(analyzer: Analyzer, options: BatchOptions) -> dict[str, Any]:
    return {
        "source": options.source,
        "bytes": file_bytes(options.source),
        "target": options.target,
        "html": options.html and str(options.html),
        "model": analyzer.identity.content_sha256,
    }


def _write(analyzer: Analyzer, options: BatchOptions, source: OpenSource, handle: IO[bytes], done: Done) -> BatchCounts:
    if options.limit is not None and options.limit < done.n_rows:
        raise InputError(f"{options.out}.part: holds {done.n_rows} rows already; expected a --limit no lower than that")
    n_rows, n_errors = done.n_rows, done.n_errors
    rows = islice(source.rows, n_rows, options.limit)
    with tqdm(desc="analyze", unit=" articles", initial=n_rows, total=options.limit, disable=None) as progress:
        for batch, results in one_ahead(_begun(analyzer, rows)):
            for row, result in zip(batch, _with_errors(batch, results()), strict=True):
                if options.html is not None:  # before the line: a line that is there after a kill has its page
                    _write_page(options.html, row, result, n_rows)
                handle.write(dump_line(result))
                n_errors += "error" in result
                n_rows += 1
            handle.flush()
            _expect(progress, source.total(), options.limit, is_estimate=source.is_estimate)
            progress.update(len(batch))
    return BatchCounts(n_rows, n_errors, done.n_rows)


def _expect(progress: tqdm[Any], total: int | None, limit: int | None, *, is_estimate: bool) -> None:
    """Set the bar's total, on which its ETA rests."""
    if total is None:
        return
    progress.total = total if limit is None else min(total, limit)
    progress.bar_format = ESTIMATED_BAR if is_estimate and progress.total != limit else None


def _n_characters(row: SourceRow) -> int:
    return n_characters(row.record) if isinstance(row.record, dict) else 0


def _begun(analyzer: Analyzer, rows: Iterator[SourceRow]) -> Iterator[tuple[list[SourceRow], Results]]:
    for batch in batches(rows, _n_characters):
        yield batch, analyzer.begin([row.record for row in batch if not isinstance(row.record, RecordError)])


def _with_errors(batch: list[SourceRow], good: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
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
