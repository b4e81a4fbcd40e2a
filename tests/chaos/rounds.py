"""One round: set the project back, start, kill, look, start again, compare with a run that nothing disturbed."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.cases import Case
from tests.chaos.process import Kill, Outcome, run, start, wait

MAX_DRAWS = 5
"""A kill may come after the end: the point is drawn anew so often."""


@dataclass(frozen=True)
class Undisturbed:
    """One run to its end: what it left, how long it took."""

    facts: Any
    outcome: Outcome


class Rounds:
    """Rounds of one case in one folder, which is set back before each: paths in the store are absolute."""

    def __init__(self, case: Case, base: Path, scratch: Path) -> None:
        self.case = case
        self.project = scratch / "project"
        self.log = scratch / "log"
        self._base, self._template = base, scratch / "template"

    def set_up(self) -> Undisturbed:
        """Prepare the starting point and run once to the end."""
        replace_folder(self._base, self.project)
        self.case.prepare(self.project)
        replace_folder(self.project, self._template)
        outcome = run(self.project, self.case.action, self.log)
        if outcome.code != 0:
            raise RuntimeError(f"{self.case.name}: fails undisturbed: {self.tail()}")
        return Undisturbed(self.case.facts(self.project), outcome)

    def play(self, undisturbed: Undisturbed, rng: random.Random) -> Iterator[str]:
        """Kill once at a random point; yields what is wrong afterwards."""
        for n_late in range(MAX_DRAWS):
            self.set_back()
            kill = draw(undisturbed.outcome, rng, moments=n_late == 0)
            killed = run(self.project, self.case.action, self.log, kill)
            if killed.was_killed:
                break
        else:
            yield f"no kill in {MAX_DRAWS} draws: {self.tail()}"
        where = f"{self.case.name}, {kill}"
        if killed.survivors:
            yield f"{where}: still running: {killed.survivors}"
        fault = self.case.after_kill(self.project)
        if fault is not None:
            yield f"{where}: {fault}"
        again = run(self.project, self.case.action, self.log)
        if again.code != 0:
            yield f"{where}: the next call fails ({again.code}): {self.tail()}"
        else:
            yield from (f"{where}: {fault}" for fault in differences(undisturbed.facts, self.case.facts(self.project)))

    def play_together(self, undisturbed: Undisturbed, n: int) -> Iterator[str]:
        """Run `n` at once; yields what is wrong afterwards."""
        self.set_back()
        action = self.case.together or self.case.action
        children = [start(self.project, action, self.log) for _ in range(n)]
        codes = [wait(child) for child in children]
        if any(codes):
            yield f"{self.case.name}, {n} at once: {sum(map(bool, codes))} fail: {self.tail()}"
        yield from differences(undisturbed.facts, self.case.facts(self.project))

    def set_back(self) -> None:
        """The starting point again."""
        replace_folder(self._template, self.project)
        self.log.unlink(missing_ok=True)

    def tail(self) -> str:
        return " | ".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-4:])[-800:]


def draw(undisturbed: Outcome, rng: random.Random, *, moments: bool) -> Kill:
    """A point in the run, by turns of chance a write or, where `moments` may be drawn, a moment.

    On a machine that has become faster since the undisturbed run, moments come after the end; writes do not.
    """
    if not moments or rng.random() < 0.5:
        return Kill(before_write=rng.randint(1, undisturbed.n_writes))
    return Kill(after_seconds=rng.uniform(0, undisturbed.seconds))


def differences(expected: Any, found: Any, place: str = "") -> Iterator[str]:
    """Where two values differ."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in expected.keys() | found.keys():
            yield from differences(expected.get(key), found.get(key), f"{place}/{key}")
    elif isinstance(expected, list) and isinstance(found, list):
        missing, added = ([x for x in a if x not in b] for a, b in ((expected, found), (found, expected)))
        if missing or added:
            yield f"{place}: missing {missing}, added {added}"
        elif len(expected) != len(found):
            yield f"{place}: {len(found)} items, expected {len(expected)}"
    elif expected != found:
        yield f"{place}: {found}, expected {expected}"


def replace_folder(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)
