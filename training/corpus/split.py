"""Grouped, stratified, seeded train / dev / test split, with the proof that nothing crosses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupShuffleSplit

from training.corpus.dedupe import cluster_stories, near_duplicates
from training.corpus.normalise import comparison_words
from training.errors import CorpusError
from training.params import SplitParams
from training.schema import SECTIONS, STANCES, Article

SPLITS = ("train", "dev", "test")
MIN_GROUPS = 6


@dataclass(frozen=True)
class Split:
    """Article indices of each part and the group number of every article."""

    indices: dict[str, list[int]]
    groups: list[int]


def split_by_story(articles: Sequence[Article], params: SplitParams) -> Split:
    """Divide articles so that no story or near-duplicate crosses parts and label shares stay even.

    Of `candidates` seeded group draws (scikit-learn's `GroupShuffleSplit`) the one whose section and stance
    shares lie nearest to the corpus's is kept; ties go to the first. Raises `CorpusError` on too few groups.
    """
    groups = cluster_stories(articles, params.shingle_words, params.jaccard)
    if len(set(groups)) < MIN_GROUPS:
        raise CorpusError(
            f"{len(set(groups))} independent stories; expected at least {MIN_GROUPS} to fill train, dev and test; "
            "add articles to data/articles"
        )
    labels = label_matrix(articles)
    rest, test = _best_draw(np.arange(len(articles)), groups, labels, params.test_fraction, params)
    dev_share = params.dev_fraction / (1.0 - params.test_fraction)
    train, dev = _best_draw(rest, groups, labels, dev_share, params)
    return Split({name: sorted(part.tolist()) for name, part in zip(SPLITS, (train, dev, test), strict=True)}, groups)


def add_briefs(
    articles: Sequence[Article], split: Split, briefs: Sequence[Article], params: SplitParams
) -> tuple[list[Article], Split]:
    """All articles with `briefs` in train; a brief near an article of dev or test, or of its story, is left out."""
    if not briefs:
        return list(articles), split
    together = [*articles, *briefs]
    groups = cluster_stories(together, params.shingle_words, params.jaccard)
    held_out = {groups[index] for name in ("dev", "test") for index in split.indices[name]}
    kept = [*articles, *(together[n] for n in range(len(articles), len(together)) if groups[n] not in held_out)]
    train = [*split.indices["train"], *range(len(articles), len(kept))]
    groups = cluster_stories(kept, params.shingle_words, params.jaccard)
    return kept, Split({**split.indices, "train": train}, groups)


def label_matrix(articles: Sequence[Article]) -> NDArray[np.float64]:
    """*Shape:* (articles, sections + stances). 1 for each section, the number of quotes for each stance."""
    rows = np.zeros((len(articles), len(SECTIONS) + len(STANCES)))
    for row, article in zip(rows, articles, strict=True):
        for section in article.sections:
            row[SECTIONS.index(section)] = 1
        for quote in article.quotes:
            for stance in quote.stances:
                row[len(SECTIONS) + STANCES.index(stance.label)] += 1
    return rows


def _best_draw(
    items: NDArray[np.int64],
    groups: Sequence[int],
    labels: NDArray[np.float64],
    fraction: float,
    params: SplitParams,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    drawer = GroupShuffleSplit(n_splits=params.candidates, test_size=fraction, random_state=params.seed)
    draws = drawer.split(items, groups=np.asarray(groups)[items])
    totals = labels[items].sum(axis=0)
    present = totals > 0

    def unevenness(draw: tuple[NDArray[np.int64], NDArray[np.int64]]) -> float:
        held_out = labels[items[draw[1]]].sum(axis=0)[present] / totals[present]
        return float(np.abs(held_out - fraction).max() + abs(len(draw[1]) / len(items) - fraction))

    larger, smaller = min(draws, key=unevenness)
    return items[larger], items[smaller]


def split_report(articles: Sequence[Article], split: Split, params: SplitParams) -> dict[str, object]:
    """Sizes, label counts, and the proof: shared stories and nearest pair across parts (both must be none).

    Raises `CorpusError` when something crosses, so a leak cannot go unnoticed.
    """
    part_of = {index: name for name, indices in split.indices.items() for index in indices}
    parts_of_group: dict[int, set[str]] = {}
    for index, group in enumerate(split.groups):
        parts_of_group.setdefault(group, set()).add(part_of[index])
    crossing = [group for group, parts in parts_of_group.items() if len(parts) > 1]
    pairs = near_duplicates([article.text for article in articles], params.shingle_words, params.jaccard)
    leaks = [(articles[a].id, articles[b].id) for a, b in pairs if part_of[a] != part_of[b]]
    copies = _exact_duplicates(articles, part_of)
    if crossing or leaks or copies or len(part_of) != len(articles):
        raise CorpusError(
            f"split leaks: groups {crossing}, near-duplicates {leaks}, copies {copies}; this is a fault, please report it"
        )
    matrix = label_matrix(articles)
    return {
        "n_articles": {name: len(indices) for name, indices in split.indices.items()},
        "n_stories": len(parts_of_group),
        "stories_in_two_parts": len(crossing),
        "exact_duplicates_across_parts": len(copies),
        "near_duplicates_across_parts": len(leaks),
        "near_duplicates_inside_parts": len(pairs),
        "labels": {
            name: dict(zip((*SECTIONS, *STANCES), matrix[indices].sum(axis=0).astype(int).tolist(), strict=True))
            for name, indices in split.indices.items()
        },
    }


def _exact_duplicates(articles: Sequence[Article], part_of: Mapping[int, str]) -> list[list[str]]:
    """Ids of articles that share every word, folded, and lie in different parts."""
    copies: dict[str, list[int]] = {}
    for index, article in enumerate(articles):
        copies.setdefault(" ".join(comparison_words(article.text)), []).append(index)
    return [
        [articles[index].id for index in same] for same in copies.values() if len({part_of.get(i) for i in same}) > 1
    ]
