"""A few rounds of the harness; `make chaos` plays a hundred, those of `dvc repro` among them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.rounds import differences
from tests.conftest import ROOT
from tests.reliability import PAGE
from tests.tiny import environment

pytestmark = pytest.mark.pipeline


@pytest.mark.chaos
def test_killed_at_random_points_the_pipeline_recovers(tiny_project: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    shutil.copyfile(PAGE, page)
    command = [sys.executable, "-m", "tests.chaos", "--rounds", "15", "--project", str(tiny_project)]
    done = subprocess.run(
        [*command, "--results", str(tmp_path / "rows.json"), "--page", str(page)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
    assert sum(row["tries"] for row in rows if row["area"] == "killed") >= 10
    assert {row["case"]: row["tries"] for row in rows if row["area"] == "at once"} == {
        "20 registrations": 20,
        "8 cold starts": 8,
    }
    assert sum(row["failures"] for row in rows) == 0


def test_the_harness_sees_what_differs() -> None:
    expected = {"files": ["a", "b"], "runs": {"one": "FINISHED"}, "same": 1}
    found = {"files": ["b", "c"], "runs": {"one": "RUNNING"}, "same": 1}
    assert sorted(differences(expected, found)) == [
        "/files: missing ['a'], added ['c']",
        "/runs/one: RUNNING, expected FINISHED",
    ]
    assert list(differences(expected, expected)) == []
    assert list(differences({"a": [1, 1]}, {"a": [1]})) == ["/a: 1 items, expected 2"]
