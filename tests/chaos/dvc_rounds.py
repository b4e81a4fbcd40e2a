"""Rounds that kill dvc, or the `mawaqif repro` around it, while it trains: the stage must go down with them."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.chaos.cases import fresh_store, trained
from tests.chaos.process import Outcome, survivors
from tests.chaos.rounds import Undisturbed, differences, replace_folder
from tests.tiny import environment

NAME = "dvc repro"
COMMAND = (sys.executable, "-m", "training.cli", "repro", "--single-item", "train@stance")


class DvcRounds:
    """Rounds in one folder, which is set back before each."""

    def __init__(self, base: Path, scratch: Path) -> None:
        self.project = scratch / "project"
        self._base, self._template, self._log = base, scratch / "template", scratch / "log"

    def set_up(self) -> Undisturbed:
        """Forget one training, also in dvc's run-cache, and let `mawaqif repro` do it undisturbed."""
        replace_folder(self._base, self.project)
        fresh_store(self.project)
        for folder in ("models/stance", ".checkpoints", ".dvc/cache/runs"):
            shutil.rmtree(self.project / folder, ignore_errors=True)
        lock = yaml.safe_load((self.project / "dvc.lock").read_text(encoding="utf-8"))
        del lock["stages"]["train@stance"]
        (self.project / "dvc.lock").write_text(yaml.safe_dump(lock), encoding="utf-8")
        replace_folder(self.project, self._template)
        started = time.monotonic()
        code = self._start().wait()
        if code != 0:
            raise RuntimeError(f"{NAME}: fails undisturbed: {self._tail()}")
        return Undisturbed(self._facts(), Outcome(code, time.monotonic() - started, 0))

    def play(self, undisturbed: Undisturbed, rng: random.Random) -> Iterator[str]:
        """Kill one of the two once, at a random moment; yields what is wrong afterwards."""
        replace_folder(self._template, self.project)
        seconds, victim = rng.uniform(0, undisturbed.outcome.seconds), rng.choice(["dvc", "mawaqif repro"])
        process = self._start()
        time.sleep(seconds)
        os.kill(_child_of(process.pid) if victim == "dvc" else process.pid, signal.SIGKILL)
        process.wait()
        where = f"{NAME}, {victim} killed after {seconds:.1f} s"
        if alive := survivors(process.pid):
            yield f"{where}: still running: {alive}"
        if self._start().wait() != 0:
            yield f"{where}: the next call fails: {self._tail()}"
        else:
            yield from (f"{where}: {fault}" for fault in differences(undisturbed.facts, self._facts()))

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                COMMAND, cwd=self.project, env=environment(), stdout=log, stderr=log, start_new_session=True
            )

    def _facts(self) -> dict[str, Any]:
        recorded = yaml.safe_load((self.project / "dvc.lock").read_text(encoding="utf-8"))["stages"]["train@stance"]
        return {**trained(self.project), "recorded": recorded["outs"]}

    def _tail(self) -> str:
        return " | ".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-4:])[-800:]


def _child_of(process_id: int) -> int:
    """The first child of a process; itself where it has none (yet, or no more)."""
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text(encoding="utf-8").split()
    return int(children[0]) if children else process_id
