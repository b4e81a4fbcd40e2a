"""Every notebook runs from top to bottom on a small trained project."""

import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.tiny import run

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert [notebook.name[:2] for notebook in NOTEBOOKS] == ["01", "02", "03", "04"]


def test_they_run(tiny_project: Path, tmp_path: Path) -> None:
    for path in tiny_project.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "notebooks").mkdir()
    for notebook in NOTEBOOKS:
        (tmp_path / "notebooks" / notebook.name).write_bytes(notebook.read_bytes())
    options = ["--nbmake", "-p", "no:cacheprovider", "-W", "ignore", "--rootdir", str(tmp_path)]
    done = run(tmp_path, sys.executable, "-m", "pytest", *options, "notebooks")
    assert done.returncode == 0, done.stdout
    assert f"{len(NOTEBOOKS)} passed" in done.stdout
