"""B³ (Bagga & Baldwin 1998, "Algorithms for scoring coreference chains"): are the quotes of one actor kept together?

The mentions are the quotes both sides have, their clusters the actors' names. An actor named otherwise than in gold
costs nothing here, as long as the name is used for the same quotes: that is what tells resolution from naming.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class BCubed:
    """Sums over the mentions of one document; divide by `n` for precision and recall, each mention weighing the same."""

    precision_sum: float
    recall_sum: float
    n: int


def b_cubed(gold: Sequence[Hashable | None], predicted: Sequence[Hashable | None]) -> BCubed:
    """Score one document whose mention i belongs to the clusters `gold[i]` and `predicted[i]`.

    A mention's precision is the share of its predicted cluster that is in its gold cluster, its recall the share of
    its gold cluster that is in its predicted one. None is a cluster of its own.
    """
    gold_clusters, predicted_clusters = _clusters(gold), _clusters(predicted)
    shared = [len(one & two) for one, two in zip(gold_clusters, predicted_clusters, strict=True)]
    return BCubed(
        precision_sum=sum(n / len(cluster) for n, cluster in zip(shared, predicted_clusters, strict=True)),
        recall_sum=sum(n / len(cluster) for n, cluster in zip(shared, gold_clusters, strict=True)),
        n=len(gold_clusters),
    )


def _clusters(names: Sequence[Hashable | None]) -> list[set[int]]:
    """For each mention the indices of its cluster, its own among them."""
    members: dict[Hashable, set[int]] = {}
    for index, name in enumerate(names):
        members.setdefault(name, set()).add(index)
    return [{index} if name is None else members[name] for index, name in enumerate(names)]
