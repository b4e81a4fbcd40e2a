"""An analyzer without a model, for what concerns rows only; as a command it runs a batch and may kill itself."""

from __future__ import annotations

import os
import signal
import sys
import tracemalloc
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from training.inference.analyzer import ModelIdentity, Results, n_characters
from training.inference.batch import BatchOptions, run_batch


class StubAnalyzer:
    """Answers with the length of each text; SIGKILLs the process before row `kill_at` of this call."""

    def __init__(self, kill_at: int | None = None) -> None:
        self.identity = ModelIdentity("stub", None, "0" * 64)
        self.peak_bytes = 0
        self._left = kill_at

    def begin(self, rows: Sequence[Mapping[str, Any]]) -> Results:
        self.peak_bytes = max(self.peak_bytes, tracemalloc.get_traced_memory()[0] + pa.total_allocated_bytes())
        return lambda: self._results(rows)

    def _results(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        for row in rows:
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            self._left = None if self._left is None else self._left - 1
            yield {"id": row["id"], "warnings": ["w" * 700], "n": n_characters(row)}


if __name__ == "__main__":
    source, out, html, limit, kill_at = sys.argv[1:]
    options = BatchOptions(source, Path(out), html=Path(html), resume=True, limit=int(limit) or None)
    run_batch(StubAnalyzer(int(kill_at) if kill_at else None), options)  # type: ignore[arg-type]
