"""Group near-duplicates and articles of one story, so that a split cannot tear them apart.

MinHash with locality-sensitive hashing over word shingles (Broder 1997; datasketch).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.corpus.normalise import comparison_words
from training.schema import Article

N_PERMUTATIONS = 128


def shingles(text: str, n_words: int) -> frozenset[str]:
    """The distinct runs of `n_words` folded words; a shorter text is one shingle."""
    words = comparison_words(text)
    return frozenset(" ".join(words[i : i + n_words]) for i in range(max(1, len(words) - n_words + 1)))


def cluster_stories(articles: Sequence[Article], shingle_words: int, jaccard: float) -> list[int]:
    """A group number for each article, in order; articles with one number must share a split.

    Two articles share a group when they name the same `story` or when the estimated Jaccard similarity of
    their shingles is at least `jaccard`, transitively. Deterministic: MinHash permutations have a fixed seed.
    """
    groups = _DisjointSets(len(articles))
    _join_stories(articles, groups)
    for first, second in near_duplicates([article.text for article in articles], shingle_words, jaccard):
        groups.join(first, second)
    return groups.numbers()


def near_duplicates(texts: Sequence[str], shingle_words: int, jaccard: float) -> list[tuple[int, int]]:
    """Index pairs of texts whose estimated shingle Jaccard is at least `jaccard`."""
    from datasketch import MinHash, MinHashLSH  # brings scipy: a third of the start of stages that do not compare

    index = MinHashLSH(threshold=jaccard, num_perm=N_PERMUTATIONS)
    pairs: list[tuple[int, int]] = []
    sketches: list[MinHash] = []
    words = ([item.encode() for item in shingles(text, shingle_words)] for text in texts)
    for number, sketch in enumerate(MinHash.generator(words, num_perm=N_PERMUTATIONS)):
        near = sorted(int(key) for key in index.query(sketch))
        pairs += [(other, number) for other in near if sketches[other].jaccard(sketch) >= jaccard]
        index.insert(str(number), sketch)
        sketches.append(sketch)
    return pairs


def _join_stories(articles: Sequence[Article], groups: _DisjointSets) -> None:
    first_of: dict[str, int] = {}
    for number, article in enumerate(articles):
        if article.story is not None:
            groups.join(first_of.setdefault(article.story, number), number)


class _DisjointSets:
    def __init__(self, size: int) -> None:
        self._parent = np.arange(size)

    def _root(self, item: int) -> int:
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = int(self._parent[item])
        return item

    def join(self, first: int, second: int) -> None:
        low, high = sorted((self._root(first), self._root(second)))
        self._parent[high] = low

    def numbers(self) -> list[int]:
        return [self._root(item) for item in range(len(self._parent))]
