"""Run `properties` on as many random inputs as asked: `python -m tests.hostile.fuzz models/analyzer --cases 100000`.

Prints one line a property, writes docs/reliability.md, and ends with 1 when a property failed. The seed makes a run
repeatable. `--cases` is the number over all properties; the cheap ones get the larger shares.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings

from tests.hostile.properties import Property, Subject
from tests.reliability import Row, record

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


def main() -> None:
    """Run every property and write the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.fuzz")
    parser.add_argument("bundle", type=Path, help="an exported bundle")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=13)
    arguments = parser.parse_args()
    rows = []
    for name, tested in Subject(arguments.bundle).properties().items():
        started = time.monotonic()
        row = run(name, tested, round(SHARES[name] * arguments.cases), arguments.seed)
        seconds = round(time.monotonic() - started)
        print(f"{name:<34}{row.tries:>9} cases {row.failures:>3} failures {seconds:>7} s", flush=True)
        rows.append(row)
    record(rows)
    if any(row.failures for row in rows):
        sys.exit(1)


def run(name: str, tested: Property, n_cases: int, random_seed: int) -> Row:
    """Try `n_cases` inputs; the first failure ends the property, shrunk and printed."""
    tries = 0

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
    return Row("fuzzed (hypothesis)", name, tries, failures)


if __name__ == "__main__":
    main()
