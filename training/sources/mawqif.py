"""Mawqif: dialectal tweets and their stance toward one of three targets that the tweet need not name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from training.errors import RecordError
from training.jsonl import Line
from training.sources.labels import known_stance
from training.sources.layout import Layout
from training.sources.lines import Rows, csv_lines, field
from training.sources.records import StancePair

NAME = "mawqif"
LAYOUT = Layout(NAME, ("stance/mawqif_train.jsonl.xz",), "mawqif", (("Mawqif_AllTargets_Train.csv",),))

TARGETS: Mapping[str, str] = {
    "Covid Vaccine": "لقاح كورونا",
    "Digital Transformation": "التحول الرقمي",
    "Women empowerment": "تمكين المرأة",
}
"""The corpus names its targets in English; models read Arabic."""


def lines(folder: Path) -> Rows:
    """Every tweet as a record with `ID`, `text`, `target` and `stance`."""
    if LAYOUT.has_packed(folder):
        yield from LAYOUT.packed_lines(folder)
        return
    ((table,),) = LAYOUT.needs
    yield from csv_lines(LAYOUT.originals(folder) / table)


def stance_pair(line: Line) -> StancePair:
    """The tweet as it is, the target in Arabic, one group a target."""
    label, target = field(line, "stance"), field(line, "target")
    if target not in TARGETS:
        raise RecordError(line.place, f"target '{target}'", f"one of {', '.join(TARGETS)}", "the row is left out")
    return StancePair(
        source=NAME,
        document=field(line, "ID"),
        group=target,
        target=TARGETS[target],
        text=field(line, "text"),
        label=known_stance(NAME, label, line.place),
        source_label=label,
        fold=None,
        part="train",
    )
