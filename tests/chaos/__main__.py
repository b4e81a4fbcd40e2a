"""`python -m tests.chaos`: kill the pipeline at random points, then look; exit code 1 when anything was wrong."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import NoReturn

os.environ.update({"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "MLFLOW_DISABLE_TELEMETRY": "true"})
os.environ.pop("MLFLOW_TRACKING_URI", None)

from tests.chaos.cases import Case, cases
from tests.chaos.dvc_rounds import NAME, DvcRounds
from tests.chaos.process import wait
from tests.chaos.rounds import Rounds
from tests.reliability import PAGE, RESULTS, Row, record
from training.files import read_json, write_json

DVC_ROUNDS = 6
"""Of a hundred."""
TOGETHER = {"register, empty registry": (20, "20 registrations"), "creation of the store": (8, "8 cold starts")}


def main() -> int:
    options = parse()
    _warm_up()
    with tempfile.TemporaryDirectory(prefix="mawaqif-chaos-") as scratch:
        base = options.project or _make_project(Path(scratch))
        rows = _play_all(base, Path(scratch), options)
    for row in rows:
        print(f"{row.area:8} {row.case:28} {row.tries:4} tries {row.failures:3} failures")
    record(rows, options.results, options.page)
    return int(any(row.failures for row in rows))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=110)
    parser.add_argument("--minutes", type=float, default=60, help="no round begins later, however few were played")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="left out: other points each time")
    parser.add_argument("--project", type=Path, help="a finished small project; left out: one is made (minutes)")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    return options


def _play_all(base: Path, scratch: Path, options: argparse.Namespace) -> list[Row]:
    """Each case in a process and a folder of its own; a case that cannot be set up raises."""
    n_rounds, until = options.rounds, time.monotonic() + 60 * options.minutes
    players: dict[str, Callable[[Path, random.Random], Iterator[Row]]] = {
        case.name: partial(_play, case, base, max(1, n_rounds * case.weight // 100), until) for case in cases(base)
    }
    if n_dvc_rounds := n_rounds * DVC_ROUNDS // 100:  # minutes each: none where few rounds are asked for
        players[NAME] = partial(_play_dvc, base, n_dvc_rounds, until)
    children = []
    for number, (name, play) in enumerate(players.items()):
        folder = scratch / f"{number}"
        folder.mkdir()
        child = os.fork()
        if child == 0:
            _write_rows(folder, partial(play, folder, random.Random(f"{options.seed} {name}")))
        children.append((folder, child))
    codes = [wait(child) for _, child in children]
    if any(codes):
        raise RuntimeError("a case could not be played; its traceback is above")
    return [Row(**row) for folder, _ in children for row in read_json(folder / "rows.json")]


def _write_rows(folder: Path, play: Callable[[], Iterator[Row]]) -> NoReturn:
    code = 1
    try:
        write_json(folder / "rows.json", [asdict(row) for row in play()])
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)


def _play(case: Case, base: Path, n: int, until: float, scratch: Path, rng: random.Random) -> Iterator[Row]:
    rounds = Rounds(case, base, scratch)
    undisturbed = rounds.set_up()
    print(f"{case.name}: {undisturbed.outcome.seconds:.1f} s, {undisturbed.outcome.n_writes} writes", flush=True)
    if case.name in TOGETHER:
        n_together, name = TOGETHER[case.name]
        yield Row("at once", name, n_together, n_together * _failed(rounds.play_together(undisturbed, n_together)))
    yield _count(case.name, n, until, lambda: rounds.play(undisturbed, rng))


def _play_dvc(base: Path, n: int, until: float, scratch: Path, rng: random.Random) -> Iterator[Row]:
    rounds = DvcRounds(base, scratch)
    undisturbed = rounds.set_up()
    print(f"{NAME}: {undisturbed.outcome.seconds:.1f} s", flush=True)
    yield _count(NAME, n, until, lambda: rounds.play(undisturbed, rng))


def _count(case: str, n: int, until: float, play: Callable[[], Iterator[str]]) -> Row:
    """Play `n` rounds, or fewer when the time is up; the first is always played."""
    tries = failures = 0
    while tries < n and (tries == 0 or time.monotonic() < until):
        failures += _failed(play())
        tries += 1
    return Row("killed", case, tries, failures)


def _failed(faults: Iterator[str]) -> bool:
    found = list(faults)
    for fault in found:
        print(f"FAILED {fault}", flush=True)
    return bool(found)


def _make_project(scratch: Path) -> Path:
    from tests.tiny import make_encoder, make_project, repro

    project = make_project(scratch / "base", make_encoder(scratch / "encoder"))
    repro(project)
    return project


def _warm_up() -> None:
    """Import what the children need, once; nothing of it is run here, for threads do not survive a fork."""
    import training.cli
    import training.inference.batch
    import training.stages.export
    import training.stages.register
    import training.stages.train
    import training.tracking.locate  # noqa: F401


if __name__ == "__main__":
    sys.exit(main())
