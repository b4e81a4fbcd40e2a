"""`dvc repro` where nothing has changed: what the stages that always run, and DVC itself, take."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.inputs import Setting
from benchmarks.measure import spread, timed
from training.errors import InputError

DVC = (sys.executable, "-m", "dvc")
ALWAYS = ["always changed"]


def run(setting: Setting) -> dict[str, Any]:
    """Wall seconds. Raises `InputError` when a stage is out of date, for then `dvc repro` would train."""
    if not (Path(".dvc").is_dir() and Path("dvc.lock").is_file()):
        raise InputError("dvc.lock: not there; expected a project on which `dvc repro` has run; run it first")
    if stale := stale_stages(_dvc("status", "--json")):
        raise InputError(f"stages {', '.join(stale)} are out of date; expected none; run `dvc repro` first")
    return {"seconds": spread([timed(lambda: _dvc("repro")) for _ in range(setting.n_rounds)]).json()}


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """One line."""
    seconds = found["seconds"]
    yield f"{seconds['median']:.2f} s ({seconds['low']}–{seconds['high']})"


def stale_stages(status: str) -> list[str]:
    """Stages of dvc.yaml that `dvc status --json` names for another reason than that they always run.

    Those of other files, named `FILE:STAGE`, are recipes run by hand and no part of `dvc repro`.
    """
    return sorted(name for name, reasons in json.loads(status).items() if reasons != ALWAYS and ":" not in name)


def _dvc(*arguments: str) -> str:
    done = subprocess.run([*DVC, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise InputError(f"dvc {arguments[0]}: {done.stderr.strip()[-300:]}; expected it to succeed; mend that first")
    return done.stdout
