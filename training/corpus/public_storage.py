"""Rows of public corpora that train beside the authored articles, as a `datasets` folder: other people's text."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value, disable_progress_bars, load_from_disk

from training.errors import CorpusError
from training.schema import STANCES, Section, Stance

Part = Literal["train", "dev"]
_PARTS: tuple[Part, ...] = ("train", "dev")


@dataclass(frozen=True)
class PublicArticle:
    """An article with what its desk says about sections; sections named by neither field are unknown."""

    source: str
    document: str
    part: Part
    title: str
    text: str
    present: tuple[Section, ...]
    absent: tuple[Section, ...]


@dataclass(frozen=True)
class PublicStance:
    """A text and where it stands toward a target."""

    source: str
    document: str
    part: Part
    target: str
    text: str
    label: Stance


@dataclass(frozen=True)
class PublicRows:
    """What was read of the corpora that `corpus.sources` names beside the authored one."""

    section: Sequence[PublicArticle] = ()
    stance: Sequence[PublicStance] = ()


_ROW = {"source": Value("string"), "document": Value("string"), "part": ClassLabel(names=list(_PARTS))}
_SECTIONS = List(ClassLabel(names=[*Section]))
_ARTICLES = Features(
    {**_ROW, "title": Value("string"), "text": Value("string"), "present": _SECTIONS, "absent": _SECTIONS}
)
_STANCES = Features(
    {**_ROW, "target": Value("string"), "text": Value("string"), "label": ClassLabel(names=list(STANCES))}
)


def save_public(rows: PublicRows, folder: Path) -> None:
    """Write both kinds of rows, replacing `folder`; either may be empty."""
    parts = DatasetDict({"section": _dataset(rows.section, _ARTICLES), "stance": _dataset(rows.stance, _STANCES)})
    disable_progress_bars()
    shutil.rmtree(folder, ignore_errors=True)
    # Left to itself, `datasets` writes no file for no rows and cannot load what it wrote.
    parts.save_to_disk(str(folder), num_shards=dict.fromkeys(parts, 1))


def load_public(folder: Path) -> PublicRows:
    """Read what `save_public` wrote. Raises `CorpusError` when the stage `corpus` has not run."""
    try:
        stored = load_from_disk(str(folder))
    except (FileNotFoundError, OSError) as error:
        raise CorpusError(f"{folder}: not a dataset ({error}); expected the output of `dvc repro corpus`") from error
    sections, stances = [*Section], [*Stance]
    return PublicRows(
        section=[
            PublicArticle(
                **{key: row[key] for key in ("source", "document", "title", "text")},
                part=_PARTS[row["part"]],
                present=tuple(sections[index] for index in row["present"]),
                absent=tuple(sections[index] for index in row["absent"]),
            )
            for row in stored["section"]
        ],
        stance=[
            PublicStance(**{**row, "part": _PARTS[row["part"]], "label": stances[row["label"]]})
            for row in stored["stance"]
        ],
    )


def _dataset(rows: Iterable[PublicArticle | PublicStance], features: Features) -> Dataset:
    records = [asdict(row) for row in rows]
    return Dataset.from_dict({name: [record[name] for record in records] for name in features}, features=features)
