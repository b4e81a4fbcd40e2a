"""The public corpora that `corpus.sources` names, read for training: sampled, held out in part, free of scored texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from training.corpus.dedupe import near_duplicates
from training.corpus.public_storage import Part, PublicArticle, PublicRows, PublicStance
from training.errors import InputError, nearest
from training.params import AUTHORED, CorpusParams, SplitParams
from training.schema import Article, Section
from training.sources import (
    SECTION_CORPORA,
    STANCE_CORPORA,
    SectionRow,
    StancePair,
    available,
    mirror_folder,
    section_rows,
    stance_pairs,
)

DEV_SHARE = 10
"""One in so many groups of a corpus without a split of its own is held out to report on."""

_Row = TypeVar("_Row", PublicArticle, PublicStance)
_Grouped = list[tuple[str, _Row]]


def read_public(params: CorpusParams, split: SplitParams, scored: Iterable[Article]) -> PublicRows:
    """Rows of every public corpus in `params.sources`; none that is a near-duplicate of a `scored` article.

    Raises `InputError` for a name that is no corpus, or a corpus that is not at hand.
    """
    wanted = [name for name in params.sources if name != AUTHORED]
    folder = _folder_with(wanted) if wanted else Path()
    found = PublicRows(
        [row for name in wanted if name in SECTION_CORPORA for row in _articles(name, folder, params)],
        [row for name in wanted if name in STANCE_CORPORA for row in _stances(name, folder, params)],
    )
    texts = [article.text for article in scored]
    return PublicRows(_unlike(texts, found.section, split), _unlike(texts, found.stance, split))


def public_statistics(rows: PublicRows) -> dict[str, object]:
    """Row counts by task, source and part."""
    return {
        task: {f"{source}/{part}": n for (source, part), n in Counter((row.source, row.part) for row in found).items()}
        for task, found in (("section", rows.section), ("stance", rows.stance))
    }


def _folder_with(names: Sequence[str]) -> Path:
    known = sorted({*SECTION_CORPORA, *STANCE_CORPORA})
    for name in names:
        if name not in known:
            raise InputError(
                f"params.yaml: corpus.sources: '{name}'{nearest(name, known)}; expected {AUTHORED} and any of "
                f"{', '.join(known)}; correct it"
            )
    folder = mirror_folder()
    missing = [name for name in names if folder is None or name not in available(folder)]
    if folder is None or missing:
        raise InputError(
            f"params.yaml: corpus.sources: {', '.join(missing)} not found in {folder or 'data/public'}; expected the "
            f"corpora named; run `mawaqif fetch {' '.join(missing)}`, or set MAWAQIF_MIRROR to a folder that has them"
        )
    return folder


def _articles(name: str, folder: Path, params: CorpusParams) -> list[PublicArticle]:
    return _sampled([(row.document, _article(row)) for row in section_rows(name, folder)], params)


def _article(row: SectionRow) -> PublicArticle:
    present, absent = (
        [Section(name) for name, known in row.sections.items() if known is is_it] for is_it in (True, False)
    )
    return PublicArticle(row.source, row.document, "train", row.title, row.text, tuple(present), tuple(absent))


def _stances(name: str, folder: Path, params: CorpusParams) -> list[PublicStance]:
    """A test part never trains, unless the corpus has nothing else: then it is divided like one without parts."""
    every = list(stance_pairs(name, folder))
    pairs = [pair for pair in every if pair.part != "test"] or every
    own_dev = any(pair.part == "dev" for pair in pairs)
    return _sampled([(pair.group, row) for pair in pairs for row in _stance(pair)], params, own_dev=own_dev)


def _stance(pair: StancePair) -> list[PublicStance]:
    if pair.label is None:
        return []
    part: Part = "dev" if pair.part == "dev" else "train"
    return [PublicStance(pair.source, pair.document, part, pair.target, pair.text, pair.label)]


def _sampled(rows: _Grouped[_Row], params: CorpusParams, *, own_dev: bool = False) -> list[_Row]:
    """At most `rows_per_source` rows for training and a tenth as many to report on, in the corpus's order."""
    draw = np.random.default_rng(params.seed)
    parted = rows if own_dev else _with_held_out(rows, draw)
    limits: dict[Part, int] = {"train": params.rows_per_source, "dev": max(1, params.rows_per_source // DEV_SHARE)}
    kept: set[int] = set()
    for part, limit in limits.items():
        members = [number for number, (_, row) in enumerate(parted) if row.part == part]
        kept |= set(draw.permutation(members)[:limit].tolist())
    return [row for number, (_, row) in enumerate(parted) if number in kept]


def _with_held_out(rows: _Grouped[_Row], draw: np.random.Generator) -> _Grouped[_Row]:
    groups = sorted({group for group, _ in rows})
    held_out = set(draw.permutation(groups)[: max(1, len(groups) // DEV_SHARE)].tolist())
    return [(group, replace(row, part="dev" if group in held_out else "train")) for group, row in rows]


def _unlike(texts: Sequence[str], rows: Sequence[_Row], split: SplitParams) -> list[_Row]:
    if not rows:
        return []
    pairs = near_duplicates([*texts, *(row.text for row in rows)], split.shingle_words, split.jaccard)
    alike = {second - len(texts) for first, second in pairs if first < len(texts) <= second}
    return [row for number, row in enumerate(rows) if number not in alike]
