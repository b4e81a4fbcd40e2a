"""One of several training processes (`torchrun`, `accelerate launch`), as their environment variables tell it."""

from __future__ import annotations

import os


def process_rank() -> int:
    """Number of this process, 0 for the one that writes folders, locks and runs, and where there is only one."""
    return int(os.environ.get("RANK", "0"))


def n_processes() -> int:
    """How many processes train together, on all machines."""
    return int(os.environ.get("WORLD_SIZE", "1"))
