"""One thin module a DVC stage; `run_stage` is what they share."""

import os

STARTED_BY = os.getppid()
"""The process that started this one, read before the slow imports during which it may die."""
