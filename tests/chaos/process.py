"""Commands in forked children of one warm process, so that a round costs its work and not its imports."""

from __future__ import annotations

import os
import runpy
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.stages import entry

Action = Callable[[], None]
WRITES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree", "sqlite3.connect"}
ORPHAN_SECONDS = 15


@dataclass(frozen=True)
class Kill:
    """When to SIGKILL a child: before its n-th write to the file system, or after some seconds."""

    before_write: int | None = None
    after_seconds: float | None = None


@dataclass(frozen=True)
class Outcome:
    """How a child ended."""

    code: int
    """Exit code, or minus the signal."""
    seconds: float
    n_writes: int
    """0 when it did not live to say."""
    survivors: tuple[str, ...] = ()
    """Commands that its children still ran some seconds after it was killed."""

    @property
    def was_killed(self) -> bool:
        return self.code == -signal.SIGKILL


def module(name: str, *arguments: str) -> Action:
    """What `python -m name arguments` does."""

    def run() -> None:
        sys.argv = [name, *arguments]
        runpy.run_module(name, run_name="__main__", alter_sys=True)

    return run


def start(folder: Path, action: Action, log: Path, kill: Kill | None = None) -> int:
    """Run `action` in a child whose current folder is `folder`; returns its process id, which is its session too."""
    child = os.fork()
    if child == 0:
        _live(folder, action, log, kill)
    return child


def run(folder: Path, action: Action, log: Path, kill: Kill | None = None) -> Outcome:
    """Run `action` in a child to its end or its killing."""
    started = time.monotonic()
    child = start(folder, action, log, kill)
    if kill is not None and kill.after_seconds is not None:
        time.sleep(kill.after_seconds)
        os.kill(child, signal.SIGKILL)  # not reaped yet, so the id is still its own
    code = wait(child)
    counted = _count_file(log)
    n_writes = int(counted.read_text()) if counted.exists() else 0
    counted.unlink(missing_ok=True)
    return Outcome(code, time.monotonic() - started, n_writes, survivors(child))


def wait(child: int) -> int:
    """The exit code of a child, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def survivors(session: int) -> tuple[str, ...]:
    """Commands of a session that still run some seconds after its leader ended."""
    deadline = time.monotonic() + ORPHAN_SECONDS
    while (alive := _members(session)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return tuple(alive)


def _members(session: int) -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append((stat.parent / "cmdline").read_text().replace("\0", " ").strip())
        except OSError:  # gone meanwhile
            continue
    return found


def _live(folder: Path, action: Action, log: Path, kill: Kill | None) -> None:
    code = 70
    try:
        os.setsid()
        os.chdir(folder)
        with log.open("ab") as handle:
            os.dup2(handle.fileno(), 1)
            os.dup2(handle.fileno(), 2)
        entry.STARTED_BY = os.getppid()
        writes = _count_writes(kill.before_write if kill else None)
        warnings.simplefilter("ignore")
        action()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        print(end, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if code == 0:
            _count_file(log).write_text(str(writes()))
        os._exit(code)


def _count_writes(kill_before: int | None) -> Callable[[], int]:
    n = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal n
        if event in WRITES or (event == "open" and _is_write(arguments)):
            n += 1
            if n == kill_before:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return lambda: n


def _is_write(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = arguments
    return bool(set(mode or "") & set("wax+")) or bool((flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _count_file(log: Path) -> Path:
    return log.with_suffix(".writes")
