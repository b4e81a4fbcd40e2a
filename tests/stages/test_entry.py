"""A stage does not outlive the process that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.tiny import environment

STAGE = """
import sys, time
from pathlib import Path
from training.stages.entry import run_stage
def main(paths):
    Path("running").touch()
    while True:
        Path("beat").write_text(str(time.time_ns()))
        time.sleep(0.02)
{before}
sys.argv = ["slow"]
run_stage("slow", main)
"""
"""Writes for ever; `before` is what happens while its imports run."""

PARENT = "import subprocess, sys; subprocess.run([sys.executable, 'stage.py'])"


def start(folder: Path, before: str) -> subprocess.Popen[str]:
    (folder / "stage.py").write_text(STAGE.format(before=before), encoding="utf-8")
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-c", PARENT],
            cwd=folder,
            env=environment() | {"PYTHONPATH": str(ROOT)},
            stderr=log,
            text=True,
        )


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, path
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
@pytest.mark.parametrize("early", [False, True])
def test_a_stage_ends_with_the_process_that_started_it(tmp_path: Path, early: bool) -> None:
    """`early`: it is killed before the stage could ask for the signal."""
    before = "Path('importing').touch()\nwhile not Path('go on').exists(): time.sleep(0.02)" if early else ""
    parent = start(tmp_path, before)
    wait_for(tmp_path / ("importing" if early else "beat"))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    (tmp_path / "go on").touch()
    if early:
        deadline = time.monotonic() + 60
        while "is gone" not in (tmp_path / "log").read_text(encoding="utf-8"):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert not (tmp_path / "running").exists()
        return
    last = ""
    while last != (last := (tmp_path / "beat").read_text(encoding="utf-8")):
        time.sleep(0.5)
