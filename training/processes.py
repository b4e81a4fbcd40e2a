"""Processes that work in one project folder: their locks, their end with a parent, their number among several."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

LOCKS = Path(".locks")
REPRO_VARIABLE = "MAWAQIF_REPRO"
"""Environment variable that tells a stage the process id of the `mawaqif repro` above it."""
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent is killed, so that no orphan goes on writing; elsewhere nothing."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Ask Linux to make this process the parent of descendants whose own parent dies; elsewhere nothing."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value)


def process_rank() -> int:
    """Number of this process among those that train together (`torchrun`), 0 for the one that writes, or for one alone."""
    return int(os.environ.get("RANK", "0"))


def n_processes() -> int:
    """How many processes train together, on all machines."""
    return int(os.environ.get("WORLD_SIZE", "1"))
