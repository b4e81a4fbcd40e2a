"""One way into every corpus: documents, section rows and stance pairs by name; broken rows are counted, the others go on."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from training.errors import InputError, RecordError
from training.jsonl import Line
from training.sources import ans, ant, exaasc, mawqif, sanad, saudinewsnet, unified_fc, wikipedia
from training.sources.errors import UnknownCorpusError
from training.sources.layout import Layout
from training.sources.lines import Rows
from training.sources.records import SectionRow, SourceDocument, StancePair

MIRROR_VARIABLE = "MAWAQIF_MIRROR"
FETCHED = Path("data/public")

_Row = TypeVar("_Row", SourceDocument, SectionRow, StancePair)
_Text = TypeVar("_Text", SourceDocument, SectionRow)
_Reader = tuple[Callable[[Path], Rows], Callable[[Line], _Row | None]]

LAYOUTS: Mapping[str, Layout] = {
    module.NAME: module.LAYOUT for module in (ant, saudinewsnet, sanad, unified_fc, ans, mawqif, exaasc, wikipedia)
}
_DOCUMENTS: Mapping[str, _Reader[SourceDocument]] = {
    module.NAME: (module.lines, module.document) for module in (ant, saudinewsnet, sanad, unified_fc, wikipedia)
}
_SECTION_ROWS: Mapping[str, _Reader[SectionRow]] = {
    ant.NAME: (ant.lines, ant.section_row),
    saudinewsnet.NAME: (saudinewsnet.section_lines, saudinewsnet.section_row),
    sanad.NAME: (sanad.lines, sanad.section_row),
}
_STANCE_PAIRS: Mapping[str, _Reader[StancePair]] = {
    module.NAME: (module.lines, module.stance_pair) for module in (unified_fc, ans, mawqif, exaasc)
}
CORPORA = tuple(LAYOUTS)
SECTION_CORPORA, STANCE_CORPORA = tuple(_SECTION_ROWS), tuple(_STANCE_PAIRS)
"""The corpora with labels for each task."""

logger = logging.getLogger(__name__)


def documents(name: str, folder: Path, rejected: list[RecordError] | None = None) -> Iterator[SourceDocument]:
    """Every text of a corpus once, in the corpus's order.

    Raises `MissingCorpusError`, `UnknownCorpusError` or `UntrustedFileError`. Broken rows are appended to `rejected`,
    or named in one warning where it is left out; `section_rows` and `stance_pairs` do the same.
    """
    return _once(_read(_DOCUMENTS, "documents", name, folder, rejected))


def section_rows(name: str, folder: Path, rejected: list[RecordError] | None = None) -> Iterator[SectionRow]:
    """Every article, once, whose label says something about a section (`labels.SECTION_LABELS`)."""
    return _once(_read(_SECTION_ROWS, "section labels", name, folder, rejected))


def stance_pairs(name: str, folder: Path, rejected: list[RecordError] | None = None) -> Iterator[StancePair]:
    """Every labelled (target, text) pair of a corpus."""
    return _read(_STANCE_PAIRS, "stance labels", name, folder, rejected)


def available(folder: Path) -> list[str]:
    """The corpora that can be read from `folder`, in catalogue order."""
    return [name for name, layout in LAYOUTS.items() if layout.is_in(folder)]


def mirror_folder() -> Path | None:
    """The folder that `MAWAQIF_MIRROR` names, else `data/public` if it is there.

    Raises `InputError` when the variable names no folder.
    """
    named = os.environ.get(MIRROR_VARIABLE)
    if not named:
        return FETCHED if FETCHED.is_dir() else None
    if not Path(named).is_dir():
        raise InputError(f"{MIRROR_VARIABLE}={named}: no such folder; expected one with corpora; correct or unset it")
    return Path(named)


def _read(
    readers: Mapping[str, _Reader[_Row]], holding: str, name: str, folder: Path, rejected: list[RecordError] | None
) -> Iterator[_Row]:
    if name not in readers:
        raise UnknownCorpusError(name, readers, holding)
    lines, parse = readers[name]
    faults: list[RecordError] = [] if rejected is None else rejected
    yield from _good_rows(lines(folder), parse, faults)
    if rejected is None and faults:
        logger.warning("%s: %d rows left out; the first: %s", name, len(faults), faults[0])


def _once(rows: Iterable[_Text]) -> Iterator[_Text]:
    """One of the rows that share document and text: pages crawled on two days, articles found for two claims."""
    seen: set[int] = set()
    for row in rows:
        key = hash((row.document, row.text))
        if key not in seen:
            seen.add(key)
            yield row


def _good_rows(
    lines: Iterable[Line | RecordError], parse: Callable[[Line], _Row | None], rejected: list[RecordError]
) -> Iterator[_Row]:
    for line in lines:
        row = line if isinstance(line, RecordError) else _parsed(line, parse)
        if isinstance(row, RecordError):
            rejected.append(row)
        elif row is not None:
            yield row


def _parsed(line: Line, parse: Callable[[Line], _Row | None]) -> _Row | RecordError | None:
    try:
        return parse(line)
    except RecordError as error:
        return error
