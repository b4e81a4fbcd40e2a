"""What a protocol reads of a public corpus: one labelled row a text or text pair."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.errors import RecordError
from training.jsonl import Line
from training.sources import ant, saudinewsnet, section_rows, stance_pairs
from training.sources.labels import SECTION_LABELS
from training.sources.lines import Rows, field, optional_field

TRAIN = "train"
FOREIGN_PAGES: dict[str, frozenset[str]] = {
    ant.NAME: frozenset({"internationalNews"}),
    saudinewsnet.NAME: frozenset({"international_politics", "international", "politics"}),
}
"""The desks that file foreign news, wars and elections abroad included (`training.sources.labels`)."""
UNDECIDED: dict[str, frozenset[str]] = {saudinewsnet.NAME: frozenset({"opinion", "world_misc", "society_misc"})}
"""Desks that say nothing about home or abroad: not trained on. ANT's `diverse` stays, as not international."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """One text (title, text) or pair (target, text) and the index of its label."""

    document: str
    first: str
    """The target or claim; for sections the title, which may be empty."""
    second: str
    label: int
    group: str
    """Rows of one group share a claim, tweet or story: they are never divided, and the intervals resample groups."""
    slice: str = ""
    """Scores are averaged over slices (Mawqif's targets); empty where there is one."""
    part: str = ""
    """The corpus's own part or fold, where it has one."""

    @property
    def sha256(self) -> str:
        """Ten hexadecimal digits of the row's id and text: names it in public without showing it."""
        return hashlib.sha256("\n".join((self.document, self.first, self.second)).encode()).hexdigest()[:10]


def ans_rows(folder: Path, labels: Sequence[str]) -> list[Row]:
    """Pairs of headlines with their part; a group shares its first headline."""
    return _stance_rows("ans", folder, labels, part=True)


def unified_fc_rows(folder: Path, labels: Sequence[str]) -> list[Row]:
    """Claim and whole article with the corpus's fold; rationale lines are not read. A group is a claim."""
    return _stance_rows("unified_fc", folder, labels)


def mawqif_rows(folder: Path, labels: Sequence[str]) -> list[Row]:
    """Target and tweet; every tweet a group of its own, every target a slice."""
    pairs = stance_pairs("mawqif", folder)
    return [
        Row(pair.document, pair.target, pair.text, labels.index(pair.source_label), pair.document, slice=pair.group)
        for pair in pairs
    ]


def exaasc_rows(folder: Path, labels: Sequence[str]) -> list[Row]:
    """Target, and tweet with reply; a group is the tweet that is answered."""
    return [
        Row(
            pair.document,
            pair.target,
            pair.text,
            labels.index(pair.source_label),
            hashlib.sha256(pair.text.partition("\n")[0].encode()).hexdigest()[:12],
        )
        for pair in stance_pairs("exaasc", folder)
    ]


def ant_rows(folder: Path, labels: Sequence[str]) -> list[Row]:
    """Every article of all nine desks, also those that say nothing about the guide's sections."""
    return [Row(row.document, row.title, row.text, labels.index(row.desk), row.document) for row in _ant(folder)]


def sanad_rows(folder: Path, labels: Sequence[str]) -> list[Row]:
    """Every article; SANAD has no titles."""
    return [
        Row(row.document, row.title, row.text, labels.index(row.source_label), row.document)
        for row in section_rows("sanad", folder)
    ]


def foreign_rows(folder: Path, labels: Sequence[str]) -> list[Row]:
    """SaudiNewsNet's desks as part `train`, then all of ANT as part `ANT`; is the page the foreign one?"""
    del labels  # index 1 is international
    return [
        Row(row.document, row.title, row.text, int(row.desk in FOREIGN_PAGES[source]), row.document, part=part)
        for source, part, rows in ((saudinewsnet.NAME, TRAIN, _saudi(folder)), (ant.NAME, "ANT", _ant(folder)))
        for row in rows
        if row.desk not in UNDECIDED.get(source, ())
    ]


@dataclass(frozen=True)
class _Article:
    document: str
    title: str
    text: str
    desk: str


def _stance_rows(name: str, folder: Path, labels: Sequence[str], *, part: bool = False) -> list[Row]:
    return [
        Row(
            pair.document,
            pair.target,
            pair.text,
            labels.index(pair.source_label),
            pair.group,
            part=(pair.part if part else pair.fold) or "",
        )
        for pair in stance_pairs(name, folder)
    ]


def _ant(folder: Path) -> Iterator[_Article]:
    return _articles(ant.NAME, ant.lines(folder), lambda line: field(line, "id"))


def _saudi(folder: Path) -> Iterator[_Article]:
    return _articles(saudinewsnet.NAME, saudinewsnet.section_lines(folder), lambda line: field(line, "url"))


def _articles(name: str, lines: Rows, document: Callable[[Line], str]) -> Iterator[_Article]:
    """Articles by desk, each (document, text) once; `section_rows` would leave out desks that name no section."""
    seen: set[tuple[str, str]] = set()
    faults: list[RecordError] = []
    for line in lines:
        try:
            article = _article(name, line, document)
        except RecordError as error:
            faults.append(error)
            continue
        if (article.document, article.text) not in seen:
            seen.add((article.document, article.text))
            yield article
    if faults:
        logger.warning("%s: %d rows left out; the first: %s", name, len(faults), faults[0])


def _article(name: str, line: Line | RecordError, document: Callable[[Line], str]) -> _Article:
    if isinstance(line, RecordError):
        raise line
    desk = field(line, "section")
    if desk not in SECTION_LABELS[name]:
        raise RecordError(line.place, f"label '{desk}'", f"one of {', '.join(SECTION_LABELS[name])}", "it is left out")
    return _Article(document(line), optional_field(line, "title").strip(), field(line, "text").strip(), desk)
