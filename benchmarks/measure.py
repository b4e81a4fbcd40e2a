"""Timing that stands on a busy machine: candidates alternate in one process, medians with their range, ratios a round."""

from __future__ import annotations

import math
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Spread:
    """The median of `n` values, the least and the greatest."""

    median: float
    low: float
    high: float
    n: int

    def json(self) -> dict[str, float]:
        """As the report holds it, four significant digits."""
        return {name: significant(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Cost:
    """What one call took in a process of its own: wall seconds without the start, and memory."""

    seconds: float
    peak_mib: float
    grown_mib: float
    """Of the peak, what came after the imports; at least 1."""
    result: Any


def alternate(candidates: Mapping[str, Callable[[int], float]], n_rounds: int) -> dict[str, list[float]]:
    """What each candidate answers in each round, seconds as a rule; it is given the round's number, from 0.

    Every round runs every candidate once and begins with another one, so that a slow minute hits all alike.
    """
    names = list(candidates)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for n in range(n_rounds):
        first = n % len(names)
        for name in names[first:] + names[:first]:
            seconds[name].append(candidates[name](n))
    return seconds


def timed(run: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def spread(values: Sequence[float]) -> Spread:
    """Median and range. Raises `ValueError` when there is no value."""
    return Spread(statistics.median(values), min(values), max(values), len(values))


def rates(amount: float, seconds: Sequence[float]) -> Spread:
    """Of something a second, when `amount` of it took each of `seconds`."""
    return spread([amount / taken for taken in seconds])


def times_faster(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """How many times longer theirs took, round by round."""
    return spread([other / own for own, other in zip(ours, theirs, strict=True)])


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Of cost ~ size^exponent, the least-squares line through the logarithms: 1 where cost is linear."""
    points = [(math.log(size), math.log(cost)) for size, cost in zip(sizes, costs, strict=True)]
    return round(statistics.linear_regression(*zip(*points, strict=True)).slope, 3)


def in_own_process(function: Callable[..., Any], *arguments: Any) -> Cost:
    """Run a module's function in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_cost, function, arguments).result()


def _cost(function: Callable[..., Any], arguments: Sequence[Any]) -> Cost:
    before, started = peak_mib(), time.perf_counter()
    result = function(*arguments)
    seconds, peak = time.perf_counter() - started, peak_mib()
    return Cost(seconds, peak, max(1.0, peak - before), result)


def peak_mib() -> float:
    """The most memory this process ever held, MiB. Linux's own counter, for `getrusage` counts the parent's too."""
    if STATUS.exists():
        for line in STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def significant(value: float) -> float:
    """Rounded to four significant digits."""
    return float(f"{value:.4g}")
