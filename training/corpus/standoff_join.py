"""Standoff records meet their texts, where the public corpora that hold them are at hand."""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from datasets import Dataset, DatasetDict, disable_progress_bars

from training.corpus.standoff import Split, StandoffRecord, fill, text_sha256
from training.corpus.storage import FEATURES, to_dataset
from training.errors import RecordError
from training.schema import Article
from training.sources import SourceDocument, available, documents, mirror_folder

logger = logging.getLogger(__name__)

NEXT_STEP = "`mawaqif fetch {}`, or set MAWAQIF_MIRROR to a folder that holds them, then `make repro`"
SEE_DOCS = "docs/standoff.md says what to do"


class Reason(StrEnum):
    """Why no text was found for a record."""

    SOURCE_ABSENT = "source absent"
    DOCUMENT_ABSENT = "document absent"
    TEXT_CHANGED = "text changed"


Outcome = Article | Reason | RecordError
"""`RecordError`: the text was found, the record's offsets do not fit it."""


@dataclass(frozen=True)
class JoinedRecord:
    """A record and what became of it."""

    record: StandoffRecord
    outcome: Outcome


@dataclass(frozen=True)
class JoinedStandoff:
    """Every record with its outcome, in record order."""

    joined: Sequence[JoinedRecord]

    @property
    def articles(self) -> dict[Split, list[Article]]:
        """The articles of each split; a split without any has an empty list."""
        found: dict[Split, list[Article]] = {split: [] for split in Split}
        for each in self.joined:
            if isinstance(each.outcome, Article):
                found[each.record.split].append(each.outcome)
        return found

    @property
    def missing(self) -> dict[str, Counter[Reason]]:
        """By source: how many records have no text, by reason; sources without such records are left out."""
        counts: dict[str, Counter[Reason]] = {}
        for each in self.joined:
            if isinstance(each.outcome, Reason):
                counts.setdefault(each.record.source, Counter())[each.outcome] += 1
        return counts

    @property
    def broken(self) -> list[RecordError]:
        """Why texts that were found do not fit their records."""
        return [each.outcome for each in self.joined if isinstance(each.outcome, RecordError)]

    def statistics(self) -> dict[str, object]:
        """Counts for the stage report."""
        return {
            "n_articles": {split.value: len(articles) for split, articles in self.articles.items()},
            "sources": {source: self._source_statistics(source) for source in self._sources()},
            "broken": [str(error) for error in self.broken],
        }

    def notice(self) -> str | None:
        """One line for people: how many were joined, what is left out and why; None when nothing is."""
        n_joined = sum(len(articles) for articles in self.articles.values())
        if n_joined == len(self.joined):
            return None
        reasons = [f"{source} {n} ({why})" for source, counts in self.missing.items() for why, n in counts.items()]
        reasons += [f"broken {len(self.broken)} ({self.broken[0]})"] if self.broken else []
        absent = [source for source, counts in self.missing.items() if Reason.SOURCE_ABSENT in counts]
        return (
            f"{n_joined} of {len(self.joined)} real articles joined with their texts; left out: {', '.join(reasons)}; "
            + (f"the texts lie in public corpora: {NEXT_STEP.format(' '.join(absent))}" if absent else SEE_DOCS)
        )

    def _sources(self) -> list[str]:
        return list(dict.fromkeys(each.record.source for each in self.joined))

    def _source_statistics(self, source: str) -> dict[str, object]:
        outcomes = [each.outcome for each in self.joined if each.record.source == source]
        reasons = self.missing.get(source, Counter())
        return {
            "n_found": sum(isinstance(outcome, Article) for outcome in outcomes),
            "n_missing": reasons.total(),
            "n_broken": sum(isinstance(outcome, RecordError) for outcome in outcomes),
            "missing": {reason.value: n for reason, n in reasons.items()},
        }


def join(records: Sequence[StandoffRecord], texts: Mapping[str, Iterable[SourceDocument]]) -> JoinedStandoff:
    """Match records with texts by source and SHA-256; `texts` holds the sources at hand.

    A source is read only until every text wanted of it was found.
    """
    outcomes: dict[str, Outcome] = dict.fromkeys((record.id for record in records), Reason.SOURCE_ABSENT)
    for source, found in texts.items():
        outcomes |= _join_source([record for record in records if record.source == source], found)
    return JoinedStandoff([JoinedRecord(record, outcomes[record.id]) for record in records])


def _join_source(records: Sequence[StandoffRecord], texts: Iterable[SourceDocument]) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = dict.fromkeys((record.id for record in records), Reason.DOCUMENT_ABSENT)
    wanted = {record.sha256: record for record in records}
    ids = {record.document: record.id for record in records}
    for document in texts:
        record = wanted.pop(text_sha256(document.text), None)
        if record is not None:
            outcomes[record.id] = _outcome(record, document)
        elif outcomes.get(ids.get(document.document, "")) is Reason.DOCUMENT_ABSENT:
            outcomes[ids[document.document]] = Reason.TEXT_CHANGED
        if not wanted:
            break
    return outcomes


def _outcome(record: StandoffRecord, document: SourceDocument) -> Outcome:
    try:
        return fill(record, document.text, document.title)
    except RecordError as error:
        return error


def join_available(records: Sequence[StandoffRecord]) -> JoinedStandoff:
    """`join` with the public corpora of this machine; logs a notice when records are left out."""
    folder = mirror_folder()
    present = set(available(folder)) if folder is not None else set()
    wanted = dict.fromkeys(record.source for record in records if record.source in present)
    joined = join(records, {source: documents(source, folder) for source in wanted if folder is not None})
    if (notice := joined.notice()) is not None:
        logger.warning(notice)
    return joined


def save_splits(joined: JoinedStandoff, folder: Path) -> None:
    """Write `dev` and `test` for `storage.load_splits`, replacing `folder`; a split may have no rows."""
    splits = DatasetDict({split.value: _to_dataset(articles) for split, articles in joined.articles.items()})
    disable_progress_bars()
    shutil.rmtree(folder, ignore_errors=True)
    # Left to itself, `datasets` writes no file for no rows and cannot load what it wrote.
    splits.save_to_disk(str(folder), num_shards=dict.fromkeys(splits, 1))


def _to_dataset(articles: Sequence[Article]) -> Dataset:
    # A list without rows loses the features, columns without rows keep them.
    return to_dataset(articles) if articles else Dataset.from_dict({name: [] for name in FEATURES}, features=FEATURES)
