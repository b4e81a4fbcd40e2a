"""`mawaqif repro`: one at a time, and dvc's own files mended where a kill tore them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from tests.conftest import ROOT
from tests.tiny import environment
from training import repro
from training.cli import app
from training.errors import BusyError, InputError
from training.repro import mend, reproduce

WHOLE = "schema: '2.0'\nstages:\n  split:\n    cmd: x\n"

SLOW_DVC = """
import sys, time
from pathlib import Path
Path("started").touch()
while not Path("go on").exists():
    time.sleep(0.05)
print("reproduced", *sys.argv[1:])
"""
"""Stands in for dvc: runs until it is told to end."""


def start_repro(folder: Path) -> subprocess.Popen[str]:
    (folder / "dvc.py").write_text(SLOW_DVC, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "training.cli", "repro", "split", "--force"],
        cwd=folder,
        env=environment() | {"PYTHONPATH": f"{folder}:{ROOT}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_of_two_at_once_one_runs_and_the_other_says_so(tmp_path: Path) -> None:
    first = start_repro(tmp_path)
    while not (tmp_path / "started").exists():
        assert first.poll() is None
        time.sleep(0.05)
    second = start_repro(tmp_path)
    _, message = second.communicate()
    assert second.returncode == 1
    assert message == (
        f"mawaqif: {tmp_path}: another `make repro` is running here; expected one at a time; wait for its end, then "
        "run it again: what is done by then is not done twice\n"
    )
    (tmp_path / "go on").touch()
    output, _ = first.communicate()
    assert (first.returncode, output) == (0, "reproduced repro split --force\n")


def test_make_repro_goes_through_it() -> None:
    assert "\tmawaqif repro\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_lock_is_free_again_after_the_end(in_tmp: Path) -> None:
    (in_tmp / ".locks").mkdir()
    with FileLock(in_tmp / ".locks" / "repro.lock"), pytest.raises(BusyError, match="another `make repro` is running"):
        reproduce([])
    assert reproduce(["--version"]) != 0  # dvc's own complaint: no project here


def test_the_exit_code_is_dvc_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repro, "reproduce", lambda arguments: 7 if arguments == ["a", "--b"] else 0)
    assert CliRunner().invoke(app, ["repro", "a", "--b"]).exit_code == 7


class TestMend:
    @pytest.fixture
    def project(self, in_tmp: Path) -> Path:
        for folder in (".locks", ".dvc/tmp"):
            (in_tmp / folder).mkdir(parents=True)
        (in_tmp / "dvc.lock").write_text(WHOLE, encoding="utf-8")
        (in_tmp / ".dvc" / "tmp" / "rwlock").write_text("{}", encoding="utf-8")
        return in_tmp

    def test_whole_files_are_left_alone(self, project: Path) -> None:
        mend()
        assert (project / "dvc.lock").read_text(encoding="utf-8") == WHOLE
        assert (project / ".dvc" / "tmp" / "rwlock").exists()

    def test_a_project_that_never_ran_has_nothing_to_mend(self, in_tmp: Path) -> None:
        mend()
        assert not (in_tmp / "dvc.lock").exists()

    @pytest.mark.parametrize("torn", ["", "schema: '2.0'\n", "schema: '2.0'\nstages:\n  split: [", "\x80"])
    def test_a_torn_lock_file_is_replaced_by_the_last_whole_one(self, project: Path, torn: str) -> None:
        (project / ".locks" / "dvc.lock").write_text(WHOLE, encoding="utf-8")
        (project / "dvc.lock").write_bytes(torn.encode("latin-1"))
        mend()
        assert (project / "dvc.lock").read_text(encoding="utf-8") == WHOLE

    def test_without_a_whole_one_it_says_what_to_do(self, project: Path) -> None:
        (project / "dvc.lock").write_text("", encoding="utf-8")
        with pytest.raises(InputError, match="dvc.lock: torn by a kill; expected YAML; run `git checkout dvc.lock`"):
            mend()

    def test_a_torn_rwlock_is_removed(self, project: Path) -> None:
        (project / ".dvc" / "tmp" / "rwlock").write_text('{"read": {', encoding="utf-8")
        mend()
        assert not (project / ".dvc" / "tmp" / "rwlock").exists()

    def test_claims_of_a_killed_dvc_are_removed_and_those_of_a_living_one_kept(self, project: Path) -> None:
        dvc, other, zombie = (
            subprocess.Popen([sys.executable, "-c", "input()", name], stdin=subprocess.PIPE)
            for name in ("dvc", "other program", "dvc")
        )
        zombie.kill()
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)  # dead, and not yet reaped
        claim = {
            name: {"pid": process.pid, "cmd": "dvc repro"}
            for name, process in [("d", dvc), ("o", other), ("z", zombie)]
        }
        path = project / ".dvc" / "tmp" / "rwlock"
        claims = {
            "write": {"a": claim["d"], "b": claim["o"], "c": claim["z"]},
            "read": {"a": [claim["d"], claim["z"]], "b": [claim["o"]]},
        }
        path.write_text(json.dumps(claims), encoding="utf-8")
        mend()
        for process in (dvc, other, zombie):
            process.communicate()
        assert json.loads(path.read_text(encoding="utf-8")) == {"write": {"a": claim["d"]}, "read": {"a": [claim["d"]]}}
