"""`python -m tests.hostile`: the tables of hostile rows and files, counted into docs/reliability.md."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.reliability import Row, record

CASES = {
    "test_rows.py": "rows: analyzer, command, MLflow",
    "test_files.py": "files: tampered bundles, links, full disks, read-only stores, packed bombs",
}


class Tally:
    """Counts the tests of a run by file."""

    def __init__(self) -> None:
        self.tries: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A test counts once it was called, and as failed whatever part of it failed."""
        name = Path(report.nodeid.partition("::")[0]).name
        self.tries[name] += report.when == "call"
        self.failures[name] += report.failed


if __name__ == "__main__":
    tally = Tally()
    pytest.main(["-q", *(str(Path(__file__).with_name(name)) for name in CASES)], plugins=[tally])
    record([Row("hostile input", case, tally.tries[name], tally.failures[name]) for name, case in CASES.items()])
    sys.exit(int(any(tally.failures.values())))
