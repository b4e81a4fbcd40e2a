"""SANAD, its Al-Khaleej part: untitled articles of an Emirati newspaper, one text file each, in seven folders."""

from __future__ import annotations

from pathlib import Path

from training.errors import RecordError
from training.jsonl import Line
from training.sources.labels import SECTION_LABELS, known_sections
from training.sources.layout import Layout
from training.sources.lines import Rows, field
from training.sources.members import Member, members
from training.sources.records import SectionRow, SourceDocument

NAME = "sanad"
LAYOUT = Layout(NAME, ("section/sanad_alkhaleej.jsonl.xz",), "sanad", (("**/*.txt", "**/*.zip"),))

_PAPER = "Khaleej"


def lines(folder: Path) -> Rows:
    """Every article as a record with `id`, `section` and `text`."""
    if LAYOUT.has_packed(folder):
        yield from LAYOUT.packed_lines(folder)
        return
    for member in members(LAYOUT.originals(folder), ".txt"):
        if _is_article(member):
            yield parse_original(member)


def _is_article(member: Member) -> bool:
    """The distribution of all SANAD holds other papers beside Al-Khaleej, in the same seven folders."""
    section, above = member.name.parent.name, member.name.parent.parent.name
    return section in SECTION_LABELS[NAME] and above in ("", _PAPER)


def parse_original(member: Member) -> Line | RecordError:
    """One file: its folder is its label, its content its text."""
    section = member.name.parent.name
    try:
        text = member.text().strip()
    except RecordError as error:
        return error
    return Line(member.place, {"id": f"{_PAPER}/{section}/{member.name.name}", "section": section, "text": text})


def document(line: Line) -> SourceDocument:
    """The article under its path in the distribution."""
    return SourceDocument(NAME, field(line, "id"), None, field(line, "text"))


def section_row(line: Line) -> SectionRow | None:
    """The article with what its folder says."""
    label = field(line, "section")
    sections = known_sections(NAME, label, line.place)
    return SectionRow(NAME, field(line, "id"), "", field(line, "text"), label, sections) if sections else None
