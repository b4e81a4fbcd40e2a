"""Gathered actors for a terminal and for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from training.drawing import STANCE_SYMBOLS
from training.files import atomic_write
from training.inference.actors import Actor, Gathered, Observation, Position
from training.inference.stance import StanceScore
from training.schema import STANCES, Stance

ABSTAINED = "abstained"
MAX_MARKS = 12
MAX_TARGET_CHARACTERS = 70

TABLE_COLUMNS = ("articles", "quotes", *STANCES, ABSTAINED, "first", "last", "over time", "actor | target")
CSV_COLUMNS = (
    "actor", "actor_type", "target", "date", "article", "stance", "leaning", "probability",
    "quote", "quote_stance", "quote_leaning", "quote_probability",
)  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A cell that begins so is a formula to a spreadsheet, the full-width forms to some."""


def format_actors(gathered: Gathered) -> str:
    """A line an actor and target; the Arabic stands last, where its direction moves no column."""
    rows = [TABLE_COLUMNS, *(_row(actor, position) for actor in gathered.actors for position in actor.positions)]
    widths = [max(map(len, column)) for column in zip(*(row[:-1] for row in rows), strict=True)]
    return "\n".join(
        "  ".join([*(cell.rjust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    )


def write_csv(path: Path, gathered: Gathered) -> None:
    """A row a quote, all or nothing; with a byte order mark, without which Excel reads no Arabic.

    Cells that a spreadsheet would run as a formula get a leading apostrophe.
    """
    with atomic_write(path) as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        writer = csv.writer(text)
        writer.writerow(CSV_COLUMNS)
        writer.writerows([harmless(cell) for cell in row] for row in _csv_rows(gathered))
        text.detach()  # flushed; `raw` is closed by its owner


def harmless(cell: str) -> str:
    """The cell as it is, or behind an apostrophe where a spreadsheet would run it as a formula."""
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) or cell.startswith(("\t", "\r", "\n")) else cell


def _row(actor: Actor, position: Position) -> tuple[str, ...]:
    first, last = position.dates or ("", "")
    target = position.target
    short = target if len(target) <= MAX_TARGET_CHARACTERS else f"{target[: MAX_TARGET_CHARACTERS - 1]}…"
    return (
        str(len(position.observations)),
        str(position.n_quotes),
        *(str(position.n_articles(Stance(label))) for label in STANCES),
        str(position.n_abstained),
        first,
        last,
        _over_time(position.observations),
        f"{actor.name} | {short}",
    )


def _over_time(observations: Sequence[Observation]) -> str:
    """A mark an article, the oldest first, an abstained one as `?`; of many the latest."""
    marks = ["?" if o.stance.abstained else STANCE_SYMBOLS[o.stance.label] for o in observations]
    return ("…" if len(marks) > MAX_MARKS else "") + "".join(marks[-MAX_MARKS:])


def _csv_rows(gathered: Gathered) -> Iterator[tuple[str, ...]]:
    for actor in gathered.actors:
        for position in actor.positions:
            for seen in position.observations:
                place = (actor.name, actor.type, position.target, seen.date or "", seen.article)
                for quote in seen.quotes:
                    yield (*place, *_stance_cells(seen.stance), quote.words, *_stance_cells(quote.stance))


def _stance_cells(stance: StanceScore) -> tuple[str, str, str]:
    """The stance, `abstained` if so; what it would be without that; the probability of the latter."""
    return ABSTAINED if stance.abstained else stance.label, stance.label, f"{stance.probability:.4f}"
