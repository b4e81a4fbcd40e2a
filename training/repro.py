"""`mawaqif repro`: `dvc repro`, one at a time, after mending what a kill of dvc itself can leave broken."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import yaml
from filelock import FileLock, Timeout

from training.errors import BusyError, InputError
from training.files import write_bytes, write_json
from training.processes import LOCKS, REPRO_VARIABLE, adopt_orphans, die_with_parent

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
        code = _run_dvc(["repro", *arguments])
        if DVC_LOCK.exists() and _is_lock_file(DVC_LOCK):
            write_bytes(LAST_GOOD, DVC_LOCK.read_bytes())
    return code


def _run_dvc(arguments: Sequence[str]) -> int:
    """Run dvc to its end, and end what it leaves running when it is killed."""
    adopt_orphans()
    environment = {**os.environ, REPRO_VARIABLE: str(os.getpid())}
    command = [sys.executable, "-m", "dvc", *arguments]
    code = subprocess.run(command, check=False, env=environment, preexec_fn=die_with_parent).returncode
    if code < 0:
        orphans = psutil.Process().children(recursive=True)
        for orphan in orphans:
            with suppress(psutil.NoSuchProcess):
                orphan.kill()
        psutil.wait_procs(orphans)
    return code


def mend() -> None:
    """Repair dvc's own files where a kill cut their writing short; whole files are left alone.

    dvc writes them in place: a torn `dvc.lock` or `.dvc/tmp/rwlock` would stop every later run. So would what a killed
    dvc has claimed in a whole one, while its process id is a zombie's or another program's.
    """
    if RW_LOCK.exists():
        _mend_claims()
    if DVC_LOCK.exists() and not _is_lock_file(DVC_LOCK):
        if not LAST_GOOD.exists():
            raise InputError(f"{DVC_LOCK}: torn by a kill; expected YAML; run `git checkout {DVC_LOCK}`, then again")
        logger.warning("%s: torn by a kill; the last whole one is back", DVC_LOCK)
        write_bytes(DVC_LOCK, LAST_GOOD.read_bytes())


def _mend_claims() -> None:
    """Of the paths that dvc processes have claimed to read or to write, keep those whose process still runs dvc."""
    try:
        claims: dict[str, dict[str, Any]] = json.loads(RW_LOCK.read_text(encoding="utf-8"))
        kept = {
            "write": {path: by for path, by in claims.get("write", {}).items() if _runs_dvc(by["pid"])},
            "read": {
                path: [by for by in all_by if _runs_dvc(by["pid"])] for path, all_by in claims.get("read", {}).items()
            },
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        logger.warning("%s: torn by a kill; removed", RW_LOCK)
        RW_LOCK.unlink()
        return
    kept["read"] = {path: by for path, by in kept["read"].items() if by}
    if kept != {"write": {}, "read": {}, **claims}:
        logger.warning("%s: had claims of a killed dvc; removed", RW_LOCK)
        write_json(RW_LOCK, kept)


def _runs_dvc(process_id: int) -> bool:
    try:
        process = psutil.Process(process_id)
        return process.status() != psutil.STATUS_ZOMBIE and any("dvc" in part for part in process.cmdline())
    except psutil.Error:
        return False


def _is_lock_file(path: Path) -> bool:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        return False
    return isinstance(content, dict) and "stages" in content
