"""ANS: pairs of headlines; one of a pair is a paraphrase or an altered version of a true one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from training.errors import RecordError
from training.jsonl import Line
from training.sources.labels import known_stance
from training.sources.layout import Layout
from training.sources.lines import Rows, csv_lines, field, xz_lines
from training.sources.records import Part, StancePair

NAME = "ans"
_FILES: tuple[tuple[Part, str, str], ...] = (
    ("train", "stance/ans_train.jsonl.xz", "train.csv"),
    ("dev", "stance/ans_dev.jsonl.xz", "dev.csv"),
)
LAYOUT = Layout(NAME, tuple(packed for _, packed, _ in _FILES), "ans", tuple((table,) for _, _, table in _FILES))


def lines(folder: Path) -> Rows:
    """Every pair as a record with `s1`, `s2`, `stance` and the `part` it belongs to."""
    has_packed = LAYOUT.has_packed(folder)
    for part, packed, table in _FILES:
        rows = xz_lines(folder / packed) if has_packed else csv_lines(LAYOUT.originals(folder) / table)
        for row in rows:
            yield row if isinstance(row, RecordError) else Line(row.place, {**row.record, "part": part})


def stance_pair(line: Line) -> StancePair:
    """The first headline is the target, the second the text, pairs with one first headline a group.

    The corpus has no ids: a pair goes by its part and a hash of its two headlines.
    """
    label, target, text = field(line, "stance"), field(line, "s1"), field(line, "s2")
    part: Part = line.record["part"]
    headlines = hashlib.sha256("\n".join((target, text)).encode()).hexdigest()
    return StancePair(
        source=NAME,
        document=f"{part}-{headlines[:12]}",
        group=target.strip(),
        target=target,
        text=text,
        label=known_stance(NAME, label, line.place),
        source_label=label,
        fold=None,
        part=part,
    )
