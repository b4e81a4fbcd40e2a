"""Fill the cells of protocols: what is there is kept, what is missing is computed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.errors import InputError, nearest
from training.params import Params
from training.public.cells import (
    Cell,
    MixedCellsError,
    ScoredPart,
    cell_path,
    check_settings,
    code_sha256,
    data_sha256,
    numbered,
    read_cell,
    write_cell,
)
from training.public.protocols import PROTOCOLS
from training.public.rows import Row
from training.public.systems import SYSTEMS, Job, Outcome
from training.sources import available, mirror_folder

logger = logging.getLogger(__name__)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    protocols: tuple[str, ...]
    systems: tuple[str, ...]
    seeds: tuple[int, ...]
    encoder: Path
    mirror: Path | None
    out: Path
    force: bool


def check_names(protocols: Sequence[str], systems: Sequence[str]) -> None:
    """Raise `InputError` for a protocol or system that there is not."""
    for kind, names, known in (("protocol", protocols, PROTOCOLS), ("system", systems, SYSTEMS)):
        for name in names:
            if name not in known:
                raise InputError(
                    f"{kind} '{name}': unknown{nearest(name, known)}; expected one of {', '.join(known)}; correct it"
                )


def fill_cells(options: Options, params: Params, say: Say) -> None:
    """Compute every missing cell, protocol after protocol.

    Raises `InputError` naming what to fetch where a corpus is missing, before anything is computed.
    """
    check_names(options.protocols, options.systems)
    folder = corpora_folder(options.protocols, options.mirror)
    for name in options.protocols:
        protocol = PROTOCOLS[name]
        rows = protocol.load(folder, params)
        digest = data_sha256(rows)
        for system in options.systems:
            if seen := SYSTEMS[system].seen.intersection(protocol.corpora):
                say(f"{name}, {system}: left out, it has learned from {', '.join(sorted(seen))}")
                continue
            seeds = options.seeds if SYSTEMS[system].seeded else options.seeds[:1]
            for seed in seeds:
                for fold in protocol.divide(rows):
                    job = Job(protocol, rows, fold, seed, params, options.encoder)
                    _ensure_cell(job, system, digest, options, say)


def corpora_folder(protocols: Sequence[str], mirror: Path | None) -> Path:
    """The folder that holds every corpus the protocols need."""
    needed = dict.fromkeys(corpus for name in protocols for corpus in PROTOCOLS[name].corpora)
    folder = mirror or mirror_folder()
    found = available(folder) if folder is not None else []
    missing = [corpus for corpus in needed if corpus not in found]
    if folder is None or missing:
        place = folder or "no folder of public corpora"
        raise InputError(
            f"{place}: {', '.join(missing)} not found; expected the corpora of {', '.join(protocols)}; run `mawaqif"
            f" fetch {' '.join(missing)}`, or point --mirror or MAWAQIF_MIRROR at a folder that has them"
        )
    return folder


def _ensure_cell(job: Job, system: str, digest: str, options: Options, say: Say) -> None:
    name = f"{job.protocol.name}, {system}, seed {job.seed}, {job.fold.name}"
    path = cell_path(options.out, job.protocol.name, system, job.seed, job.fold.name)
    settings = SYSTEMS[system].settings(job.protocol, job.params, job.encoder)
    if path.exists() and not options.force:
        _check_known(path, settings, digest)
        say(f"{name}: kept")
        return
    started = time.perf_counter()
    outcome = SYSTEMS[system].run(job)
    seconds = round(time.perf_counter() - started, 1)
    write_cell(path, _cell(job, system, settings, digest, outcome, seconds))
    say(f"{name}: {seconds} s")


def _check_known(path: Path, settings: dict[str, Any], digest: str) -> None:
    known = read_cell(path)
    check_settings(path, known.settings, settings, "as params.yaml and the code have it")
    if known.data_sha256 != digest:
        raise MixedCellsError(
            path, f"made on rows {known.data_sha256[:12]}", f"the rows that are read now, {digest[:12]}"
        )


def _cell(job: Job, system: str, settings: dict[str, Any], digest: str, outcome: Outcome, seconds: float) -> Cell:
    predicted = dict(zip(job.scored, outcome.predicted.tolist(), strict=True))
    groups, slices = numbered(row.group for row in job.rows), numbered(sorted({row.slice for row in job.rows}))
    return Cell(
        protocol=job.protocol.name,
        system=system,
        seed=job.seed,
        fold=job.fold.name,
        folds=[fold.name for fold in job.protocol.divide(job.rows)],
        labels=list(job.protocol.labels),
        slices=list(slices),
        settings=settings,
        data_sha256=digest,
        code_sha256=code_sha256(system),
        n_train=outcome.n_train,
        seconds=seconds,
        notes=outcome.notes,
        parts={
            part: _scored_part(
                [job.rows[index] for index in indices], [predicted[index] for index in indices], groups, slices
            )
            for part, indices in job.fold.scored.items()
        },
    )


def _scored_part(
    rows: Sequence[Row], predicted: list[int], groups: dict[str, int], slices: dict[str, int]
) -> ScoredPart:
    return ScoredPart(
        rows=[row.sha256 for row in rows],
        groups=[groups[row.group] for row in rows],
        slices=[slices[row.slice] for row in rows],
        gold=[row.label for row in rows],
        predicted=predicted,
    )
