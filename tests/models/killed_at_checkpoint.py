"""`python -m tests.models.killed_at_checkpoint …` is the stage `train`, killed once its first checkpoint is complete."""

import os
import runpy
import signal
from typing import Any

from training.models.fine_tune import _MarkComplete

mark_complete = _MarkComplete.on_save


def mark_and_die(self: _MarkComplete, args: Any, state: Any, control: Any, **others: Any) -> None:
    mark_complete(self, args, state, control, **others)
    if state.is_world_process_zero:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _MarkComplete.on_save = mark_and_die  # type: ignore[method-assign]
    runpy.run_module("training.stages.train", run_name="__main__")
