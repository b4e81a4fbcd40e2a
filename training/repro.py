"""`mawaqif repro`: `dvc repro`, one at a time, after mending what a kill of dvc itself can leave broken."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml
from filelock import FileLock, Timeout

from training.errors import BusyError, InputError
from training.files import write_bytes
from training.processes import LOCKS, die_with_parent

logger = logging.getLogger(__name__)

DVC_LOCK = Path("dvc.lock")
LAST_GOOD = LOCKS / "dvc.lock"
RW_LOCK = Path(".dvc/tmp/rwlock")


def reproduce(arguments: Sequence[str]) -> int:
    """Run `dvc repro` with `arguments`; returns its exit code. Raises `BusyError` while another call runs here."""
    LOCKS.mkdir(exist_ok=True)
    lock = FileLock(LOCKS / "repro.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(
            f"{Path.cwd()}: another `make repro` is running here; expected one at a time; wait for its end, then run "
            "it again: what is done by then is not done twice"
        ) from error
    with lock:
        mend()
        command = [sys.executable, "-m", "dvc", "repro", *arguments]
        code = subprocess.run(command, check=False, preexec_fn=die_with_parent).returncode
        if DVC_LOCK.exists() and _is_lock_file(DVC_LOCK):
            write_bytes(LAST_GOOD, DVC_LOCK.read_bytes())
    return code


def mend() -> None:
    """Repair dvc's own files where a kill cut their writing short; whole files are left alone.

    dvc writes them in place: a torn `dvc.lock` or `.dvc/tmp/rwlock` would stop every later run.
    """
    if RW_LOCK.exists() and not _is_json(RW_LOCK):
        logger.warning("%s: torn by a kill; removed", RW_LOCK)
        RW_LOCK.unlink()
    if DVC_LOCK.exists() and not _is_lock_file(DVC_LOCK):
        if not LAST_GOOD.exists():
            raise InputError(f"{DVC_LOCK}: torn by a kill; expected YAML; run `git checkout {DVC_LOCK}`, then again")
        logger.warning("%s: torn by a kill; the last whole one is back", DVC_LOCK)
        write_bytes(DVC_LOCK, LAST_GOOD.read_bytes())


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return True


def _is_lock_file(path: Path) -> bool:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        return False
    return isinstance(content, dict) and "stages" in content
