"""From cells to scores: folds pooled, seeds averaged, intervals over groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.evaluation.bootstrap import Counts, Estimate, estimate
from training.params import EvaluateParams
from training.public.cells import Cell, ScoredPart, read_cells
from training.public.metrics import Metric, label_counts
from training.public.protocols import PROTOCOLS, Protocol
from training.public.systems import SYSTEMS


@dataclass(frozen=True)
class Score:
    """Mean of one metric over seeds with the interval of that mean, and the standard deviation between seeds."""

    metric: str
    key: str
    estimate: Estimate
    sd: float | None
    """None for one seed."""
    by_seed: list[float]


@dataclass(frozen=True)
class SystemResult:
    """One system on one part."""

    system: str
    part: str
    n: int
    n_groups: int
    n_train: int
    """Rows trained on, averaged over folds."""
    seeds: list[int]
    seconds: float
    """All folds of one seed, on the machine that made the cells."""
    settings: dict[str, Any]
    scores: list[Score]


@dataclass(frozen=True)
class ProtocolResult:
    """All systems on one protocol."""

    protocol: Protocol
    results: list[SystemResult]
    incomplete: list[str]
    """Seeds that were left out because folds are missing."""
    data_sha256: str
    of_two_codes: list[str]
    """Systems whose cells were made by more than one state of the code."""


def protocol_result(out: Path, name: str, params: EvaluateParams) -> ProtocolResult | None:
    """The scores of every complete (system, seed) on disk, None where there is no cell."""
    cells = list(read_cells(out, name).values())
    if not cells:
        return None
    results: list[SystemResult] = []
    incomplete: list[str] = []
    for system in SYSTEMS:
        own = [cell for cell in cells if cell.system == system]
        complete = {}
        for seed in sorted({cell.seed for cell in own}):
            found = [cell for cell in own if cell.seed == seed]
            if {cell.fold for cell in found} == set(found[0].folds):
                complete[seed] = found
            else:
                incomplete.append(f"{system}, seed {seed}: {len(found)} of {len(found[0].folds)} folds")
        if complete:
            results += _system_results(PROTOCOLS[name], system, complete, params)
    of_two_codes = [name for name in SYSTEMS if len({cell.code_sha256 for cell in cells if cell.system == name}) > 1]
    return ProtocolResult(PROTOCOLS[name], results, incomplete, cells[0].data_sha256, of_two_codes)


def _system_results(
    protocol: Protocol, system: str, by_seed: dict[int, list[Cell]], params: EvaluateParams
) -> Iterator[SystemResult]:
    cells = [cell for found in by_seed.values() for cell in found]
    for part in cells[0].parts:
        pooled = [[cell.parts[part] for cell in found] for found in by_seed.values()]
        counts = {
            merged: np.stack([group_counts(parts, cells[0], merged) for parts in pooled], axis=1)
            for merged in {metric.merged for metric in protocol.metrics}
        }
        yield SystemResult(
            system=system,
            part=part,
            n=sum(len(scored.gold) for scored in pooled[0]),
            n_groups=len(set(np.concatenate([scored.groups for scored in pooled[0]]).tolist())),
            n_train=round(sum(cell.n_train for cell in cells) / len(cells)),
            seeds=list(by_seed),
            seconds=round(sum(cell.seconds for cell in cells) / len(by_seed), 1),
            settings=cells[0].settings,
            scores=[_score(metric, counts[metric.merged], params) for metric in protocol.metrics],
        )


def group_counts(parts: Sequence[ScoredPart], cell: Cell, merged: tuple[int, ...] = ()) -> Counts:
    """What each resampled group adds to the counts of one seed, groups in ascending order; `merged` as in `Metric`.

    *Shape:* (groups, slices, labels or classes, 3).
    """
    classes = np.asarray(merged or range(len(cell.labels)))
    gold, predicted, groups, slices = (
        np.concatenate([np.asarray(getattr(part, name), dtype=np.int64) for part in parts])
        for name in ("gold", "predicted", "groups", "slices")
    )
    rows = label_counts(classes[gold], classes[predicted], int(classes.max()) + 1)
    numbers, inverse = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(numbers), len(cell.slices), *rows.shape[1:]))
    np.add.at(counts, (inverse, slices), rows)
    return counts


def _score(metric: Metric, counts: Counts, params: EvaluateParams) -> Score:
    """*Shape:* counts (groups, seeds, slices, labels, 3)."""
    by_seed = [round(float(value), 4) for value in metric.of(counts.sum(axis=0))]
    mean = estimate(counts, lambda sums: metric.of(sums).mean(axis=-1), params)
    sd = round(float(np.std(by_seed, ddof=1)), 4) if len(by_seed) > 1 else None
    return Score(metric.name, metric.key, mean, sd, by_seed)
