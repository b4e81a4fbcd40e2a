"""What the readers of public corpora give: documents, section labels, stance pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from training.schema import Stance

Part = Literal["train", "dev", "test"]


@dataclass(frozen=True)
class SourceDocument:
    """One text as its corpus holds it."""

    source: str
    """Name of the corpus, as `data/sources.yaml` has it."""
    document: str
    """The corpus's own id, or the URL. A URL that was crawled twice may stand for two texts."""
    title: str | None
    text: str
    """Raw code points, nothing cleaned: offsets kept elsewhere count these."""


@dataclass(frozen=True)
class SectionRow:
    """One labelled article."""

    source: str
    document: str
    title: str
    """Empty where the corpus has none."""
    text: str
    source_label: str
    """The label as the corpus has it."""
    sections: Mapping[str, bool]
    """What that label says about the guide's sections; a section that is left out is unknown, not negative."""


@dataclass(frozen=True)
class StancePair:
    """A text and what it may be for or against."""

    source: str
    document: str
    group: str
    """Pairs with one group share a target or claim: keep them in one split."""
    target: str
    text: str
    label: Stance | None
    """None: the text is about something else."""
    source_label: str
    fold: str | None
    """The corpus's own cross-validation fold."""
    part: Part | None
    """The corpus's own split; None where it has none."""
