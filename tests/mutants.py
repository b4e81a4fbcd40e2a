"""`python -m tests.mutants`, after `mutmut run`: the mutants of each file and how many survived, in docs/reliability.md."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from tests.reliability import Row, record

SURVIVED = 0
"""The tests' exit code when none of them noticed the change; a mutant that hangs was noticed."""


def count(file: str, folder: Path = Path("mutants")) -> Row:
    """One row a mutated file. Raises `FileNotFoundError` where mutmut has not been there."""
    codes = json.loads((folder / f"{file}.meta").read_text(encoding="utf-8"))["exit_code_by_key"].values()
    return Row("mutants that survive", file, len(codes), sum(code == SURVIVED for code in codes))


if __name__ == "__main__":
    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    record([count(file) for file in settings["only_mutate"]])
