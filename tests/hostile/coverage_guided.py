"""Coverage-guided fuzzing with atheris (`pip install atheris==3.0.0`; Linux, 35 MB, so not in the lock file).

`python -m tests.hostile.coverage_guided --cases 100000` shares the cases over the targets, runs each in a process of
its own, and puts the results into docs/reliability.md. Ends with 1 when a target failed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["training.inference.sources", "training.inference.rows", "training.quotes"]):
    from tests.hostile import properties
    from tests.reliability import Row, record
    from training.errors import RowError
    from training.inference.rows import parse_row

SHARES = {"reader": 0.4, "rows": 0.2, "normaliser": 0.2, "extractor": 0.15, "extractor, invisible characters": 0.05}


def text_of(data: bytes) -> str:
    """Words of the hypothesis runs chosen by byte, every eighth byte a character of its own."""
    words = properties.FUZZ_WORDS
    return "".join(chr(byte * 13) if number % 8 == 7 else words[byte % len(words)] for number, byte in enumerate(data))


def row(data: bytes) -> None:
    """A row is parsed or refused with a code."""
    half = len(data) // 2
    try:
        parse_row({"id": data, "text": text_of(data[:half]), "title": text_of(data[half:])})
    except RowError as error:
        if error.code not in {"empty_text", "invalid_unicode"}:
            raise


TARGETS: dict[str, Callable[[bytes], None]] = {
    "reader": lambda data: properties.reader_gives_a_row_a_line(data.split(b"\n")),
    "rows": row,
    "normaliser": lambda data: properties.normalisers_settle(text_of(data)),
    "extractor": lambda data: properties.spans_are_the_text_s_own(text_of(data)),
    "extractor, invisible characters": lambda data: properties.invisible_characters_change_no_quote(
        (
            properties.strip_invisible(text_of(data)).encode("utf-8", "replace").decode(),
            [(b * 7, "\u200f") for b in data],
        )
    ),
}


def main() -> None:
    """Run every target and record, or one target with `--target`."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.coverage_guided")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--target", choices=TARGETS)
    arguments = parser.parse_args()
    if arguments.target:
        options = [f"-runs={arguments.cases}", f"-seed={arguments.seed}", "-max_len=200", "-verbosity=0"]
        atheris.Setup([sys.argv[0], *options], TARGETS[arguments.target])
        atheris.Fuzz()  # ends the process
    rows = []
    for name, share in SHARES.items():
        command = [sys.executable, "-m", "tests.hostile.coverage_guided", "--target", name]
        n_cases = round(share * arguments.cases)
        code = subprocess.run(
            [*command, "--cases", str(n_cases), "--seed", str(arguments.seed)], check=False
        ).returncode
        rows.append(Row("fuzzed (atheris)", name, n_cases, int(code != 0)))
        print(f"{name:<34}{n_cases:>9} cases, {'failed' if code else 'no failure'}", flush=True)
    record(rows)
    sys.exit(int(any(row.failures for row in rows)))


if __name__ == "__main__":
    main()
