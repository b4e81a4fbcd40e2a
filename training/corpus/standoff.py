"""Annotations of articles whose text is not ours to publish: offsets and labels here, the text in a public corpus.

A standoff record names its text by source and SHA-256, so that a changed text is noticed and never mislabelled.
`data/README.md` says what the records below `data/standoff` are, `docs/standoff.md` how to add more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from training.errors import CorpusError, InputError, RecordError
from training.jsonl import read_jsonl, write_jsonl
from training.schema import ActorType, Article, Attribution, QuoteKind, Section, StanceLabel, parse_article

MAX_WORDING = 120
"""Longest actor or target in code points: the annotator's wording, too short to hold a passage of the article."""
MAX_DOCUMENT = 500
"""Longest document id in code points: addresses with escaped Arabic are long."""

Wording = Annotated[str, StringConstraints(min_length=1, max_length=MAX_WORDING, pattern=r"\S")]
DocumentId = Annotated[str, StringConstraints(max_length=MAX_DOCUMENT, pattern=r"^\S+$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Split(StrEnum):
    """`dev` to develop on, `test` to measure on: nobody tunes on `test`."""

    DEV = "dev"
    TEST = "test"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Offsets(_Record):
    """Code points `[start, end)` of a text that is not stored here."""

    start: Annotated[int, Field(ge=0)]
    end: int

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"offsets [{self.start}, {self.end}) hold nothing")
        return self


class StandoffStance(StanceLabel):
    """`schema.StanceLabel` with a target short enough to publish."""

    target: Wording


class StandoffQuote(_Record):
    """`schema.Quote` without surfaces."""

    id: Wording
    kind: QuoteKind
    content: Annotated[tuple[Offsets, ...], Field(min_length=1)]
    cue: Offsets | None
    speaker: Offsets | None
    actor: Wording | None
    actor_type: ActorType | None
    attribution: Attribution
    stances: tuple[StandoffStance, ...] = ()

    @property
    def end(self) -> int:
        """Where the last of its spans ends."""
        return max(span.end for span in (*self.content, self.cue, self.speaker) if span is not None)

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if any(later.start < earlier.end for earlier, later in zip(self.content, self.content[1:], strict=False)):
            raise ValueError("content spans overlap or stand in the wrong order")
        return self


class StandoffRecord(_Record):
    """One annotated article without its text and title."""

    source: Wording
    """The public corpus by its name in `training.sources`."""
    document: DocumentId
    """The article's id in that corpus: a file, an address, a number."""
    sha256: Sha256
    """Of the text in UTF-8, as `training.sources` reads it."""
    split: Split
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    target: Wording | None = None
    quotes: tuple[StandoffQuote, ...] = ()

    @property
    def id(self) -> str:
        """Id of the article with its text, unique over all sources."""
        return f"{self.source}:{self.document}"


def read_standoff(folder: Path) -> list[StandoffRecord]:
    """Every record of the `*.jsonl` files below `folder`, files sorted by name.

    Raises the first `RecordError`, or `CorpusError` when the folder holds no such file.
    """
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise CorpusError(f"{folder}: no *.jsonl file; expected standoff annotations; see docs/standoff.md")
    records: list[StandoffRecord] = []
    taken: set[tuple[str, str]] = set()
    for line in (line for path in paths for line in read_jsonl(path)):
        if isinstance(line, RecordError):
            raise line
        record = parse_standoff(line.record, line.place)
        keys = {(record.source, record.document), (record.source, record.sha256)}
        if keys & taken:
            raise RecordError(line.place, f"{record.id} is already annotated", "one record a text", "delete one")
        taken |= keys
        records.append(record)
    return records


def parse_standoff(record: Any, place: str) -> StandoffRecord:
    """Validate one decoded record as far as that goes without its text. Raises `RecordError` naming `place`."""
    try:
        parsed = StandoffRecord.model_validate(record)
    except ValidationError as error:
        raise _record_error(error, place) from error
    # The rules between fields are the article format's: a stand-in text lets its own reader check them.
    fill(parsed, "x" * max((quote.end for quote in parsed.quotes), default=1), place=place)
    return parsed


def fill(record: StandoffRecord, text: str, title: str | None = None, place: str | None = None) -> Article:
    """The record as an article: every offset gets its surface from `text`.

    Raises `RecordError` naming `place` (the article's id when None) when the record does not fit the text.
    """
    place = place or record.id
    for quote in record.quotes:
        if quote.end > len(text):
            raise RecordError(
                f"{place}: quote {quote.id}",
                f"an offset of {quote.end}",
                f"at most {len(text)}, the text's length in code points",
                "correct the offsets",
            )
    labels = record.model_dump(mode="json", include={"sections", "target"})
    quotes = [_with_surfaces(quote, text) for quote in record.quotes]
    return parse_article({"id": record.id, "title": title or "", "text": text, **labels, "quotes": quotes}, place)


def to_standoff(article: Article, source: str, document: str, split: Split) -> StandoffRecord:
    """Drop text, title and surfaces. Raises `RecordError` on an actor or target too long to publish."""
    no_surface: dict[str, Any] = {"content": {"__all__": {"text"}}, "cue": {"text"}, "speaker": {"text"}}
    quotes = [quote.model_dump(mode="json", exclude=no_surface) for quote in article.quotes]
    labels = article.model_dump(mode="json", include={"sections", "target"})
    origin = {"source": source, "document": document, "sha256": text_sha256(article.text), "split": split}
    return parse_standoff({**origin, **labels, "quotes": quotes}, f"article {article.id}")


def to_records(articles: Sequence[Article], source: str) -> list[StandoffRecord]:
    """Records of articles whose ids are document ids of `source`, with or without its name in front.

    Half are for test: every other one in the order of their texts' hashes, whatever the order they come in.
    """
    ordered = sorted(articles, key=lambda article: text_sha256(article.text))
    splits = {article.id: (Split.DEV, Split.TEST)[number % 2] for number, article in enumerate(ordered)}
    return [
        to_standoff(article, source, article.id.removeprefix(f"{source}:"), splits[article.id]) for article in articles
    ]


def write_standoff(path: Path, records: Iterable[StandoffRecord]) -> None:
    """Write a new file of records. Raises `InputError` when it exists: its splits must not be drawn again."""
    if path.exists():
        raise InputError(f"{path}: exists already; expected a new file; name another one or delete it")
    write_jsonl(path, (record.model_dump(mode="json") for record in records))


def text_sha256(text: str) -> str:
    """Hex SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _with_surfaces(quote: StandoffQuote, text: str) -> dict[str, Any]:
    values = quote.model_dump(mode="json")
    for span in (*values["content"], values["cue"], values["speaker"]):
        if span is not None:
            span["text"] = text[span["start"] : span["end"]]
    return values


def _record_error(error: ValidationError, place: str) -> RecordError:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "record"
    found = f"{where} is {first['input']!r:.60}"
    expected = first["msg"][0].lower() + first["msg"][1:]
    match first["type"]:
        case "extra_forbidden":
            found, expected = f"unknown field '{where}'", "offsets and labels only, nothing of the article's text"
        case "missing":
            found, expected = f"field '{where}' is missing", "it to be present"
        case "value_error":
            found, expected = f"{where}: {first['ctx']['error']}", "ascending offsets"
    return RecordError(place, found, expected, "see docs/standoff.md for the format")
