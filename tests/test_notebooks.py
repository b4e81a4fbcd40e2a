"""Every notebook runs from top to bottom on the repository's own data."""

import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.tiny import run

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_it_runs(notebook: Path, tmp_path: Path) -> None:
    done = run(
        ROOT, sys.executable, "-m", "pytest", "--nbmake", "-p", "no:cacheprovider", "-W", "ignore", str(notebook)
    )
    assert done.returncode == 0, done.stdout
