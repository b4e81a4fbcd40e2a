"""SaudiNewsNet: fourteen Saudi outlets, July and August 2015; the URLs of three of them name the desk."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from training.errors import RecordError
from training.jsonl import Line
from training.sources.labels import SAUDI_DESKS, known_sections
from training.sources.layout import Layout
from training.sources.lines import Rows, field, optional_field
from training.sources.members import Member, members
from training.sources.records import SectionRow, SourceDocument

NAME = "saudinewsnet"
LAYOUT = Layout(
    NAME,
    ("raw/saudinewsnet.jsonl.xz", "section/saudinewsnet_sections.jsonl.xz"),
    "saudinewsnet",
    (("**/*.json", "**/*.zip"),),
)
_ARTICLES, _SECTIONS = (Layout(NAME, (packed,), LAYOUT.original, LAYOUT.needs) for packed in LAYOUT.packed)


def lines(folder: Path) -> Rows:
    """Every article as a record with `source`, `url`, `title`, `author`, `date_extracted` and `content`."""
    if _ARTICLES.has_packed(folder):
        yield from _ARTICLES.packed_lines(folder)
        return
    for member in members(_ARTICLES.originals(folder), ".json"):
        yield from parse_original(member)


def section_lines(folder: Path) -> Rows:
    """Every article whose URL names a known desk, as a record with `section`, `url`, `title` and `text`."""
    if _SECTIONS.has_packed(folder):
        yield from _SECTIONS.packed_lines(folder)
        return
    for line in lines(folder):
        if isinstance(line, RecordError):
            yield line
        elif (desk := desk_of(line)) is not None:
            yield Line(line.place, {**line.record, "section": desk, "text": line.record.get("content")})


def parse_original(member: Member) -> Rows:
    """Read one day's file: a JSON array of articles, placed by their index, counted from 1."""
    try:
        articles = orjson.loads(member.content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        yield RecordError(member.place, f"not JSON ({error})", "an array of articles", "it is left out")
        return
    if not isinstance(articles, list):
        yield RecordError(member.place, f"a {type(articles).__name__}", "an array of articles", "it is left out")
        return
    for index, article in enumerate(articles, start=1):
        yield Line(f"{member.place}:{index}", article)


def desk_of(line: Line) -> str | None:
    """The label that the paper's URL gives: `/2015/20150721/sp16.htm`, `/Sports/…`, `/news/local/a/…`; else None."""
    try:
        paper, url = optional_field(line, "source"), optional_field(line, "url")
    except RecordError:
        return None
    parts = [part for part in urlsplit(url).path.split("/") if part]
    match paper, parts:
        case "aljazirah", [*_, page]:
            return SAUDI_DESKS.get((paper, re.sub(r"\d.*", "", page)))
        case "alwatan", [desk, *_]:
            return SAUDI_DESKS.get((paper, desk))
        case "3alyoum", [desk, part, *_]:
            return SAUDI_DESKS.get((paper, f"{desk}/{part}"))
    return None


def document(line: Line) -> SourceDocument:
    """The article under its URL, white space around the content included."""
    return SourceDocument(
        NAME, field(line, "url"), optional_field(line, "title").strip() or None, field(line, "content")
    )


def section_row(line: Line) -> SectionRow | None:
    """The article, white space around it dropped, with what its desk says; None where that says nothing."""
    label = field(line, "section")
    sections = known_sections(NAME, label, line.place)
    if not sections:
        return None
    title, text = optional_field(line, "title").strip(), field(line, "text").strip()
    return SectionRow(NAME, field(line, "url"), title, text, label, sections)
