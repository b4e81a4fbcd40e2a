"""Write an annotated article by hand: inline marks in the text, one line a quote below it.

Counting code points is for machines. An annotator marks speaker, cue and content where they stand::

    id: demo-001
    title: …
    date: 2023-04-11
    sections: international, security
    target: …                      (first the main target, then further ones, one a line)
    ---
    {s1|رئيس الوزراء} {c1|قال} إن {q1|البلاد مستقرة}، {c2|مضيفا} أن {q2|الحوار مستمر}.
    ---
    1; indirect; explicit; person; مصطفى الكاظمي; support
    2; indirect; inherited; person; مصطفى الكاظمي; neutral

Marks may nest; a number may carry two `q` marks (an interrupted quote). The last column holds one stance a
target, in the order of the targets, separated by commas; `-` stands for no actor, or for no label on a target.
Articles of one file are separated by a line of `===`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.corpus.read import read_file
from training.errors import RecordError
from training.jsonl import write_jsonl
from training.schema import Article, parse_article

_MARK = re.compile(r"\{(?P<role>[scq])(?P<number>\d+)\||(?P<close>\})")
_RULE = re.compile(r"^-{3,}\s*$", re.MULTILINE)
_FENCE = re.compile(r"^={3,}\s*$", re.MULTILINE)
_HEADERS = frozenset({"id", "title", "date", "outlet", "sections", "target", "story", "style", "traps"})
_LISTS = frozenset({"sections", "traps"})
_COLUMNS = ("number", "kind", "attribution", "actor_type", "actor", "stances")


@dataclass(frozen=True)
class MarkedSpan:
    """A mark taken out of the text: role `s`peaker, `c`ue or `q`uote content, its quote's number, its offsets."""

    role: str
    number: int
    start: int
    end: int


@dataclass(frozen=True)
class Draft:
    """One article of a markup file, unparsed, with the line it starts at."""

    place: str
    source: str


def add_drafts(paths: Iterable[Path], to: Path) -> int:
    """Append the articles of markup files to a corpus file, all or none, and return how many.

    Raises `RecordError` at the first article that is wrong or whose id is taken.
    """
    known = read_file(to) if to.exists() else []
    drafts = [draft for path in paths for draft in split_drafts(path.read_text(encoding="utf-8"), str(path))]
    articles = [parse_draft(draft) for draft in drafts]
    taken = {article.id for article in known}
    for draft, article in zip(drafts, articles, strict=True):
        if article.id in taken:
            raise RecordError(draft.place, f"id {article.id!r} is already taken", "one id an article", "rename it")
        taken.add(article.id)
    write_jsonl(to, (article.model_dump(mode="json") for article in [*known, *articles]))
    return len(articles)


def split_drafts(source: str, path: str) -> Iterator[Draft]:
    """Yield the non-blank articles of a markup file with their places (`path:line`)."""
    start = 0
    for fence in [*_FENCE.finditer(source), None]:
        end = fence.start() if fence else len(source)
        body = source[start:end]
        if body.strip():
            line = source.count("\n", 0, start) + 1 + len(body) - len(body.lstrip("\n"))
            yield Draft(f"{path}:{line}", body.strip("\n"))
        start = fence.end() if fence else end


def parse_draft(draft: Draft) -> Article:
    """Turn one marked article into the corpus format. Raises `RecordError` naming its place."""
    parts = _RULE.split(draft.source)
    if len(parts) != 3:
        raise _error(draft, f"{len(parts)} parts", "three parts (header, text, quotes) separated by lines of ---")
    header, body, table = parts
    fields = _parse_header(draft, header)
    text, spans = strip_marks(body.strip("\n").rstrip(), draft.place)
    targets = fields.pop("targets")
    quotes = [_quote(draft, row, text, spans, targets) for row in _rows(draft, table)]
    _check_all_used(draft, spans, quotes)
    quotes.sort(key=lambda quote: int(quote["content"][0]["start"]))
    record = {**fields, "text": text, "target": targets[0] if targets else None, "quotes": quotes}
    return parse_article(record, f"{draft.place} ({fields.get('id', 'no id')})")


def strip_marks(marked: str, place: str) -> tuple[str, list[MarkedSpan]]:
    """Take the marks out of a text and return it with their offsets into what is left.

    Raises `RecordError` on a mark never closed or a brace that closes nothing.
    """
    pieces: list[str] = []
    opened: list[tuple[str, int, int]] = []
    spans: list[MarkedSpan] = []
    length = last = 0
    for mark in _MARK.finditer(marked):
        pieces.append(marked[last : mark.start()])
        length += mark.start() - last
        last = mark.end()
        if mark["close"] is None:
            opened.append((mark["role"], int(mark["number"]), length))
            continue
        if not opened:
            raise RecordError(place, f"'}}' closes nothing near {marked[max(0, last - 30) : last]!r}", "pairs", "mend")
        role, number, start = opened.pop()
        spans.append(MarkedSpan(role, number, start, length))
    if opened:
        role, number, _ = opened[-1]
        raise RecordError(place, f"mark '{{{role}{number}|' is never closed", "a '}' after it", "close it")
    pieces.append(marked[last:])
    return "".join(pieces), sorted(spans, key=lambda span: (span.start, span.end))


def _parse_header(draft: Draft, header: str) -> dict[str, Any]:
    fields: dict[str, Any] = {"outlet": None, "date": None}
    targets: list[str] = []
    for line in filter(str.strip, header.splitlines()):
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or name not in _HEADERS:
            raise _error(draft, f"header line {line!r}", f"'name: value' with a name of {sorted(_HEADERS)}")
        if name == "target":
            targets.append(value)
        elif name in _LISTS:
            fields[name] = [item.strip() for item in value.split(",") if item.strip()]
        else:
            fields[name] = value or None
    return {**fields, "targets": targets}


def _rows(draft: Draft, table: str) -> Iterator[dict[str, str]]:
    for line in filter(str.strip, table.splitlines()):
        cells = [cell.strip() for cell in line.split(";")]
        if len(cells) != len(_COLUMNS) or not cells[0].isdigit():
            raise _error(draft, f"quote line {line!r}", f"{'; '.join(_COLUMNS)} (number first)")
        yield dict(zip(_COLUMNS, cells, strict=True))


def _quote(draft: Draft, row: dict[str, str], text: str, spans: list[MarkedSpan], targets: list[str]) -> dict[str, Any]:
    number = int(row["number"])

    def surfaces(role: str) -> list[dict[str, Any]]:
        chosen = [span for span in spans if (span.role, span.number) == (role, number)]
        return [{"start": s.start, "end": s.end, "text": text[s.start : s.end]} for s in chosen]

    def at_most_one(role: str) -> dict[str, Any] | None:
        found = surfaces(role)
        if len(found) > 1:
            raise _error(draft, f"{len(found)} marks '{role}{number}'", "one at most")
        return found[0] if found else None

    labels = [label.strip() for label in row["stances"].split(",")]
    if len(labels) != len(targets):
        raise _error(draft, f"{len(labels)} stances for quote {number}", f"{len(targets)}, one a target")
    return {
        "id": f"q{number}",
        "kind": row["kind"],
        "content": surfaces("q"),
        "cue": at_most_one("c"),
        "speaker": at_most_one("s"),
        "actor": None if row["actor"] == "-" else row["actor"],
        "actor_type": None if row["actor_type"] == "-" else row["actor_type"],
        "attribution": row["attribution"],
        "stances": [
            {"target": target, "label": label} for target, label in zip(targets, labels, strict=True) if label != "-"
        ],
    }


def _check_all_used(draft: Draft, spans: list[MarkedSpan], quotes: list[dict[str, Any]]) -> None:
    described = {quote["id"] for quote in quotes}
    for span in spans:
        if f"q{span.number}" not in described:
            raise _error(draft, f"mark '{span.role}{span.number}' without a line in the table", "a line a quote")


def _error(draft: Draft, found: str, expected: str) -> RecordError:
    return RecordError(draft.place, found, expected, "correct the markup (docs/own-data.md shows an example)")
