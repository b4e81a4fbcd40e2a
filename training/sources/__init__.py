"""Public corpora: fetched or read from a mirror folder, in their original formats or as compressed JSON Lines."""

from training.sources.read import (
    CORPORA,
    SECTION_CORPORA,
    STANCE_CORPORA,
    available,
    documents,
    mirror_folder,
    section_rows,
    stance_pairs,
)
from training.sources.records import Part, SectionRow, SourceDocument, StancePair

__all__ = [
    "CORPORA",
    "SECTION_CORPORA",
    "STANCE_CORPORA",
    "Part",
    "SectionRow",
    "SourceDocument",
    "StancePair",
    "available",
    "documents",
    "mirror_folder",
    "section_rows",
    "stance_pairs",
]
