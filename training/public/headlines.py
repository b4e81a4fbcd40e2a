"""The headline score of every protocol, system beside system, for the terminal and the README."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from training.errors import InputError
from training.evaluation.table import aligned
from training.files import read_json
from training.public.protocols import PROTOCOLS

HEADINGS = ("protocol", "part", "metric", "system", "score", "interval", "± sd", "seeds", "n")
TEXT_COLUMNS = 4


def format_headlines(out: Path) -> str:
    """Aligned lines, one a protocol, part and system, from `table.json` in `out`; a published score ends its protocol.

    Raises `InputError` where nothing has been measured yet.
    """
    path = out / "table.json"
    if not path.is_file():
        raise InputError(f"{path}: not found; expected scores on public corpora; run `mawaqif public --all` first")
    lines = [line for record in read_json(path) for line in _lines(record)]
    return aligned([HEADINGS, *_without_repeats(lines)], TEXT_COLUMNS)


def _lines(record: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    name = record["protocol"]
    metric = PROTOCOLS[name].metrics[0]
    for row in sorted(record["results"], key=lambda row: str(row["part"])):
        score = row["scores"][metric.key]
        sd = "" if score["sd"] is None else f"{score['sd']:.3f}"
        counts = (str(len(row["seeds"])), f"{row['n']:,}")
        interval = f"{score['low']:.3f}–{score['high']:.3f}"
        yield (name, row["part"], metric.name, row["system"], f"{score['value']:.3f}", interval, sd, *counts)
    for anchor in record["anchors"]:
        yield (
            name,
            "elsewhere",
            anchor["metric"],
            f"published, {anchor['system']}",
            f"{anchor['value']:.3f}",
            *[""] * 4,
        )


def _without_repeats(lines: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Protocol, part and metric stand only where they change."""
    before: tuple[str, ...] = ()
    for line in lines:
        again = next((column for column in range(3) if line[: column + 1] != before[: column + 1]), 3)
        yield (*[""] * again, *line[again:])
        before = line
