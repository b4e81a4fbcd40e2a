"""Run `properties` on as many random inputs as asked: `python -m tests.hostile.fuzz models/analyzer --cases 100000`.

Prints one line a property, writes docs/reliability/hostile.json, and ends with 1 when a property failed. The seed
makes a run repeatable. `--cases` is the number over all properties; the cheap ones get the larger shares.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings

from tests.conftest import ROOT
from tests.hostile.properties import Property, Subject
from training.files import read_json, write_json

SHARES = {
    "reader": 0.2,
    "corpus reader": 0.1,
    "normaliser": 0.2,
    "tokeniser": 0.1,
    "extractor": 0.2,
    "extractor, invisible characters": 0.08,
    "analyzer": 0.07,
    "analyzer, from a file": 0.03,
    "pyfunc": 0.02,
}
RESULTS = ROOT / "docs" / "reliability" / "hostile.json"


def record(rows: list[dict[str, Any]]) -> None:
    """Put rows into `RESULTS`, in place of earlier ones of the same cases."""
    known = {row["case"]: row for row in (read_json(RESULTS) if RESULTS.exists() else [])}
    write_json(RESULTS, list((known | {row["case"]: row for row in rows}).values()))


def main() -> None:
    """Run every property and write the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.fuzz")
    parser.add_argument("bundle", type=Path, help="an exported bundle")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=13)
    arguments = parser.parse_args()
    command = f"python -m tests.hostile.fuzz BUNDLE --cases {arguments.cases} --seed {arguments.seed}"
    rows = []
    for name, tested in Subject(arguments.bundle).properties().items():
        row = run(name, tested, round(SHARES[name] * arguments.cases), arguments.seed)
        print(f"{name:<34}{row['tries']:>9} cases {row['failures']:>3} failures {row.pop('seconds'):>7} s", flush=True)
        rows.append({**row, "command": command})
    record(rows)
    if any(row["failures"] for row in rows):
        sys.exit(1)


def run(name: str, tested: Property, n_cases: int, random_seed: int) -> dict[str, Any]:
    """Try `n_cases` inputs; the first failure ends the property, shrunk and printed."""
    tries, started = 0, time.monotonic()

    def counted(value: Any) -> None:
        nonlocal tries
        tries += 1
        tested.check(value)

    check = settings(
        max_examples=n_cases, deadline=None, database=None, print_blob=False, suppress_health_check=list(HealthCheck)
    )(seed(random_seed)(given(tested.inputs)(counted)))
    failures = 0
    try:
        check()
    except Exception:  # whatever escapes is the failure looked for
        failures = 1
        traceback.print_exc()
    seconds = round(time.monotonic() - started)
    return {"case": f"hypothesis: {name}", "tries": tries, "failures": failures, "seconds": seconds}


if __name__ == "__main__":
    main()
