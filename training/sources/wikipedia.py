"""Arabic Wikipedia of January 2017, the articles that have an Egyptian Arabic counterpart: plain text, no labels."""

from __future__ import annotations

from pathlib import Path

from training.errors import RecordError
from training.jsonl import Line
from training.sources.layout import Layout
from training.sources.lines import Rows, field, optional_field
from training.sources.members import Member, members
from training.sources.records import SourceDocument

NAME = "wikipedia"
LAYOUT = Layout(NAME, ("raw/wikipedia_ar_2017.jsonl.xz",), "wikipedia", (("**/*.txt", "**/*.zip"),))

_LANGUAGE = "ar"


def lines(folder: Path) -> Rows:
    """Every article as a record with `id`, `title` and `text`, the title being the text's first line too."""
    if LAYOUT.has_packed(folder):
        yield from LAYOUT.packed_lines(folder)
        return
    for member in members(LAYOUT.originals(folder), ".txt"):
        if member.name.parent.name in ("", _LANGUAGE):
            yield parse_original(member)


def parse_original(member: Member) -> Line | RecordError:
    """One file: the title, a blank line, the text."""
    try:
        text = member.text().strip()
    except RecordError as error:
        return error
    return Line(member.place, {"id": member.name.stem, "title": text.partition("\n")[0].strip(), "text": text})


def document(line: Line) -> SourceDocument:
    """The article under its id."""
    return SourceDocument(NAME, field(line, "id"), optional_field(line, "title") or None, field(line, "text"))
