"""How a stage starts and ends: paths from its command line, one lock, one line for an error."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from training.errors import BusyError, MawaqifError
from training.files import remove_leftovers
from training.processes import LOCKS, REPRO_VARIABLE, die_with_parent, process_rank
from training.stages import STARTED_BY


def run_stage(name: str, main: Callable[[argparse.Namespace], None], *paths: str, task: bool = False) -> None:
    """Run `main` with the paths (and the matrix item, where `task`) that dvc.yaml gives on the command line.

    Ends with exit code 1 and one line on a mistake of the user's, with a traceback on a fault of ours.
    """
    parser = argparse.ArgumentParser(prog=f"python -m training.stages.{name}")
    if task:
        parser.add_argument("task")
    for path in paths:
        parser.add_argument(f"--{path}", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s", stream=sys.stderr)
    for noisy in ("httpx", "alembic", "mlflow", "filelock", "urllib3", "torch.onnx", "onnxscript", "onnx_ir"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    die_with_parent()
    if _is_orphan():
        sys.exit(f"{name}: the process that started this stage is gone; run `dvc repro` again")
    try:
        with _stage_lock(f"{name}-{arguments.task}" if task else name):
            for path in (getattr(arguments, path) for path in paths):
                remove_leftovers(path.parent, path.name)
            main(arguments)
    except MawaqifError as error:
        sys.exit(f"{name}: {error}")


def _is_orphan() -> bool:
    """Whether what started this stage was killed before the stage could ask to die with it."""
    repro = os.environ.get(REPRO_VARIABLE)
    if repro is not None and int(repro) not in {parent.pid for parent in psutil.Process().parents()}:
        return True
    return os.getppid() != STARTED_BY


def _stage_lock(name: str) -> AbstractContextManager[object]:
    if process_rank() > 0:  # the first process holds it for all
        return nullcontext()
    LOCKS.mkdir(exist_ok=True)
    lock = FileLock(LOCKS / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(
            f"{lock.lock_file}: held by another process; expected one run of '{name}' at a time; wait for it"
        ) from error
    return lock
