"""Source-balanced sampling: in each epoch every source gives as many rows as the authored corpus has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler
from transformers.trainer_pt_utils import get_length_grouped_indices

from training.params import AUTHORED


class SourceBalancedSampler(Sampler[int]):
    """Row numbers of one epoch, batches of like length, drawn anew for each epoch from `seed` and its number.

    A source with fewer rows than the authored corpus repeats them, one with more gives others in the next epoch.
    """

    def __init__(self, sources: Sequence[str], lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self._rows: dict[str, list[int]] = {}
        for number, source in enumerate(sources):
            self._rows.setdefault(source, []).append(number)
        self._lengths, self._batch_size, self._seed, self._epoch = lengths, batch_size, seed, 0
        self._share = len(self._rows[AUTHORED])

    def __len__(self) -> int:
        return self._share * len(self._rows)

    def set_epoch(self, epoch: int) -> None:
        """The Trainer's data loader calls this before each epoch, also after a resumption."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + self._epoch)
        drawn = [row for rows in self._rows.values() for row in self._draw(rows, generator)]
        order = get_length_grouped_indices([self._lengths[row] for row in drawn], self._batch_size, generator=generator)
        return iter([drawn[place] for place in order])

    def _draw(self, rows: Sequence[int], generator: torch.Generator) -> list[int]:
        drawn: list[int] = []
        while len(drawn) < self._share:
            drawn += [rows[place] for place in torch.randperm(len(rows), generator=generator).tolist()]
        return drawn[: self._share]
