"""Processes that work in one project folder: where their locks lie, and how one ends with the other."""

from __future__ import annotations

import ctypes
import signal
import sys
from pathlib import Path

LOCKS = Path(".locks")
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent is killed, so that no orphan goes on writing; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
