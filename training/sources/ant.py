"""ANT v1.1: a Tunisian radio station's articles, one tagged text file each, filed under nine desks."""

from __future__ import annotations

import re
from pathlib import Path

from training.errors import RecordError
from training.jsonl import Line
from training.sources.labels import SECTION_LABELS, known_sections
from training.sources.layout import Layout
from training.sources.lines import Rows, field, optional_field
from training.sources.members import Member, members
from training.sources.records import SectionRow, SourceDocument

NAME = "ant"
LAYOUT = Layout(NAME, ("section/ant.jsonl.xz",), "ant", (("**/*.txt", "**/*.zip"),))

_TAGS = {"DOCNO": "id", "CAT": "section", "TITLE": "title", "TIME": "time", "URL": "url", "ABSTRACT": "abstract"}
_FIELD = re.compile(r"<(?P<tag>[A-Z]+)>(?P<value>.*?)</(?P=tag)>", re.DOTALL)
# The text comes last and runs to the last closing tag: it may hold angle brackets of its own.
_TEXT = re.compile(r"<TEXT>(?P<value>.*)</TEXT>", re.DOTALL)


def lines(folder: Path) -> Rows:
    """Every article as a record with `id`, `section`, `title`, `time`, `url`, `abstract` and `text`."""
    if LAYOUT.has_packed(folder):
        yield from LAYOUT.packed_lines(folder)
        return
    for member in members(LAYOUT.originals(folder), ".txt"):
        if member.name.parent.name in SECTION_LABELS[NAME]:
            yield parse_original(member)


def parse_original(member: Member) -> Line | RecordError:
    """Read one tagged file, whose text is what stands between `<TEXT>` and `</TEXT>` less the white space around it."""
    try:
        content = member.text()
    except RecordError as error:
        return error
    text = _TEXT.search(content)
    if text is None:
        return RecordError(member.place, "no <TEXT>…</TEXT>", "the tags of ANT v1.1", "it is left out")
    record = {
        _TAGS[match["tag"]]: match["value"].strip()
        for match in _FIELD.finditer(content[: text.start()])
        if match["tag"] in _TAGS
    }
    return Line(member.place, record | {"text": text["value"].strip()})


def document(line: Line) -> SourceDocument:
    """The article under its DOCNO."""
    return SourceDocument(NAME, field(line, "id"), optional_field(line, "title") or None, field(line, "text"))


def section_row(line: Line) -> SectionRow | None:
    """The article with what its desk says; None where it says nothing."""
    label = field(line, "section")
    sections = known_sections(NAME, label, line.place)
    if not sections:
        return None
    return SectionRow(NAME, field(line, "id"), optional_field(line, "title"), field(line, "text"), label, sections)
