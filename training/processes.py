"""Processes that work in one project folder: their locks, their end with a parent, their number among several."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

LOCKS = Path(".locks")
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent is killed, so that no orphan goes on writing; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def process_rank() -> int:
    """Number of this process among those that train together (`torchrun`), 0 for the one that writes, or for one alone."""
    return int(os.environ.get("RANK", "0"))


def n_processes() -> int:
    """How many processes train together, on all machines."""
    return int(os.environ.get("WORLD_SIZE", "1"))
