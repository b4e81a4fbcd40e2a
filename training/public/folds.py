"""Who is trained on and who is scored: the corpus's own parts, its own folds, or seeded grouped ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from training.corpus.dedupe import near_duplicates
from training.errors import CorpusError
from training.public.rows import TRAIN, Row

TENTHS = 10
POOLED = "pooled"
"""The name of the part that all cross-validation folds make up together."""


@dataclass(frozen=True)
class Fold:
    """One training: row indices to train on, and by part those to score."""

    name: str
    train: list[int]
    scored: dict[str, list[int]]


def by_part(rows: Sequence[Row]) -> list[Fold]:
    """One fold: rows of part `train` are trained on, every other part is scored."""
    parts: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        parts.setdefault(row.part, []).append(index)
    train = parts.pop(TRAIN, [])
    return [Fold("split", train, parts)]


def leave_one_out(rows: Sequence[Row]) -> list[Fold]:
    """One fold a part: it is scored after training on the others. Raises `CorpusError` on fewer than two parts."""
    names = sorted({row.part for row in rows})
    if len(names) < 2:
        raise CorpusError(f"{len(names)} folds; expected at least 2 to leave one out; fetch the whole corpus")
    return [
        Fold(
            name,
            [index for index, row in enumerate(rows) if row.part != name],
            {POOLED: [index for index, row in enumerate(rows) if row.part == name]},
        )
        for name in names
    ]


def with_folds(rows: Sequence[Row], n_folds: int, seed: int) -> list[Row]:
    """Rows with a seeded fold as part: groups stay together, shares of (slice, label) stay even."""
    numbers = _fold_numbers(rows, n_folds, seed)
    return [replace(row, part=f"fold-{number + 1}") for row, number in zip(rows, numbers, strict=True)]


def with_parts(rows: Sequence[Row], seed: int) -> list[Row]:
    """Rows with part train, dev or test (8 : 1 : 1), groups together, labels even."""
    numbers = _fold_numbers(rows, TENTHS, seed)
    names = {0: "test", 1: "dev"}
    return [replace(row, part=names.get(number, TRAIN)) for row, number in zip(rows, numbers, strict=True)]


def with_duplicate_groups(rows: Sequence[Row], shingle_words: int, jaccard: float) -> list[Row]:
    """Rows whose group is their cluster of exact and near duplicates, named by its first document."""
    leader = list(range(len(rows)))

    def root(index: int) -> int:
        while leader[index] != index:
            index = leader[index]
        return index

    for first, second in near_duplicates([row.second for row in rows], shingle_words, jaccard):
        low, high = sorted((root(first), root(second)))
        leader[high] = low
    return [replace(row, group=rows[root(index)].sha256) for index, row in enumerate(rows)]


def sample_per_label(rows: Sequence[Row], per_label: int, seed: int) -> list[Row]:
    """At most `per_label` rows of each label, drawn with the seed, in the corpus's order."""
    return [rows[index] for index in sample_indices([row.label for row in rows], per_label, seed)]


def sample_indices(labels: Sequence[int], per_label: int, seed: int) -> list[int]:
    """Indices of at most `per_label` rows of each label, ascending."""
    draw = np.random.default_rng(seed)
    values = np.asarray(labels)
    kept: list[int] = []
    for label in sorted(set(labels)):
        members = np.flatnonzero(values == label)
        kept += draw.permutation(members)[:per_label].tolist()
    return sorted(kept)


def hold_out(rows: Sequence[Row], indices: Sequence[int], n_folds: int, seed: int) -> tuple[list[int], list[int]]:
    """`indices` without, and only, one grouped and stratified share of 1 / `n_folds`."""
    numbers = _fold_numbers([rows[index] for index in indices], n_folds, seed)
    pairs = list(zip(indices, numbers, strict=True))
    return [index for index, number in pairs if number], [index for index, number in pairs if not number]


def _fold_numbers(rows: Sequence[Row], n_folds: int, seed: int) -> list[int]:
    n_groups = len({row.group for row in rows})
    if n_groups < n_folds:
        raise CorpusError(
            f"{n_groups} independent groups of rows; expected at least {n_folds}, one a fold; "
            "fetch the whole corpus or set public.folds lower"
        )
    strata = _strata(rows)
    if max(Counter(strata).values()) < n_folds:
        raise CorpusError(
            f"no label has more than {max(Counter(strata).values())} rows; expected at least {n_folds} of one label, "
            "one a fold; fetch the whole corpus, set public.folds lower or public.sanad_per_label higher"
        )
    numbers = np.zeros(len(rows), dtype=np.int64)
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    for number, (_, held_out) in enumerate(splitter.split(rows, strata, [row.group for row in rows])):
        numbers[held_out] = number
    return [int(number) for number in numbers]


def _strata(rows: Sequence[Row]) -> list[int]:
    known = {key: number for number, key in enumerate(sorted({(row.slice, row.label) for row in rows}))}
    return [known[row.slice, row.label] for row in rows]
