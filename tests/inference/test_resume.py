"""A batch that was killed goes on: no row lost, none repeated, memory constant."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from tests.conftest import ROOT
from tests.inference.stub import StubAnalyzer
from training.errors import BusyError, InputError
from training.inference.batch import BatchCounts, BatchOptions, run_batch
from training.jsonl import read_records, write_jsonl

N_ROWS = 90
BROKEN = 5


def batch(source: Path, out: Path, **options: Any) -> BatchCounts:
    return run_batch(StubAnalyzer(), BatchOptions(str(source), out, **options))  # type: ignore[arg-type]


def write_rows(path: Path, n_rows: int, n_characters: int = 40) -> Path:
    """Articles whose texts differ; Parquet gets one row group of small pages."""
    rows = [{"id": str(n), "text": f"{n} {'نص ' * (n_characters // 3)}{n}"} for n in range(n_rows)]
    if path.suffix == ".parquet":
        layout = {"row_group_size": n_rows, "use_dictionary": False, "write_batch_size": 16, "compression": "none"}
        pq.write_table(pa.Table.from_pylist(rows), path, **layout)
    else:
        write_jsonl(path, rows)
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "in.jsonl", N_ROWS)


def break_line(path: Path, number: int) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:number], b"{\n", *lines[number + 1 :]]))


@pytest.mark.parametrize("limit", [0, 71])
@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_a_batch_killed_again_and_again_loses_and_repeats_nothing(tmp_path: Path, suffix: str, limit: int) -> None:
    source = write_rows(tmp_path / f"in{suffix}", N_ROWS)
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    batch(source, whole, html=tmp_path / "whole", limit=limit or None)
    arguments = [str(source), str(out), str(tmp_path / "pages"), str(limit)]
    for kill_at in ("1", "37", "20", ""):
        command = [sys.executable, "-m", "tests.inference.stub", *arguments, kill_at]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == (-signal.SIGKILL if kill_at else 0), done.stderr
        assert out.exists() == (not kill_at)
    assert [row["id"] for row in read_records(out)] == [str(n) for n in range(limit or N_ROWS)]
    assert out.read_bytes() == whole.read_bytes()
    assert pages(tmp_path / "pages") == pages(tmp_path / "whole")
    assert [path.name for path in tmp_path.glob("out.jsonl.*")] == []


def pages(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.html")}


def interrupt(source: Path, out: Path, n_rows: int, torn: int = 0, changed: dict[str, Any] | None = None) -> Path:
    """Leave what a call that was killed after `n_rows` whole lines and `torn` bytes leaves."""
    whole = out.with_name("whole.jsonl")
    batch(source, whole)
    lines = whole.read_bytes().splitlines(keepends=True)
    part = out.with_name(f"{out.name}.part")
    part.write_bytes(b"".join(lines[:n_rows]) + lines[n_rows][:torn])
    identity = {"source": str(source), "bytes": source.stat().st_size, "target": None, "html": None, "model": "0" * 64}
    part.with_name(f"{part.name}.json").write_text(json.dumps({**identity, **(changed or {})}), encoding="utf-8")
    return part


def test_a_torn_line_is_written_anew_and_earlier_errors_still_count(source: Path, tmp_path: Path) -> None:
    break_line(source, BROKEN)
    part = interrupt(source, tmp_path / "out.jsonl", n_rows=23, torn=50)
    assert batch(source, tmp_path / "out.jsonl", resume=True) == BatchCounts(N_ROWS, 1, n_resumed=23)
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert not part.exists()


def test_an_interrupted_batch_is_not_overwritten_unasked(source: Path, tmp_path: Path) -> None:
    part = interrupt(source, tmp_path / "out.jsonl", n_rows=3)
    before = part.read_bytes()
    with pytest.raises(InputError, match="add --resume to go on, or delete it"):
        batch(source, tmp_path / "out.jsonl")
    assert part.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "value"), [("source", "b.jsonl"), ("bytes", 1), ("target", "ت"), ("html", "pages"), ("model", "1")]
)
def test_rows_made_from_something_else_are_not_mixed_in(
    source: Path, tmp_path: Path, name: str, value: str | int
) -> None:
    part = interrupt(source, tmp_path / "out.jsonl", n_rows=3, changed={name: value})
    before = part.read_bytes()
    with pytest.raises(InputError, match=f"out.jsonl.part: was made with {name} {value!r}; expected"):
        batch(source, tmp_path / "out.jsonl", resume=True)
    assert part.read_bytes() == before


def test_a_limit_below_what_is_there_is_refused(source: Path, tmp_path: Path) -> None:
    interrupt(source, tmp_path / "out.jsonl", n_rows=3)
    with pytest.raises(InputError, match="out.jsonl.part: holds 3 rows already; expected a --limit no lower"):
        batch(source, tmp_path / "out.jsonl", resume=True, limit=2)
    assert batch(source, tmp_path / "out.jsonl", resume=True, limit=4) == BatchCounts(4, 0, n_resumed=3)


def test_two_calls_do_not_write_one_output(source: Path, tmp_path: Path) -> None:
    with FileLock(tmp_path / "out.jsonl.part.lock"), pytest.raises(BusyError, match="another call is writing it"):
        batch(source, tmp_path / "out.jsonl")


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_memory_does_not_grow_with_the_input(tmp_path: Path, suffix: str) -> None:
    def peak_bytes(n_rows: int) -> int:
        analyzer = StubAnalyzer()
        source = write_rows(tmp_path / f"{n_rows}{suffix}", n_rows, n_characters=6000)
        tracemalloc.start()
        run_batch(analyzer, BatchOptions(str(source), tmp_path / "out.jsonl"))  # type: ignore[arg-type]
        tracemalloc.stop()
        return analyzer.peak_bytes

    once, tenfold = peak_bytes(400), peak_bytes(4000)
    assert (tmp_path / f"4000{suffix}").stat().st_size > 20_000_000
    assert tenfold - once < 2_000_000
