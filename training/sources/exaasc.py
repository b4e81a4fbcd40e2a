"""ExaASC: replies to tweets and their stance toward a person or body named in the tweet they answer."""

from __future__ import annotations

import html
import re
from pathlib import Path

from training.jsonl import Line
from training.sources.labels import known_stance
from training.sources.layout import Layout
from training.sources.lines import Rows, csv_lines, field
from training.sources.records import StancePair

NAME = "exaasc"
LAYOUT = Layout(NAME, ("stance/exaasc_test.jsonl.xz",), "exaasc", (("test_final.csv",),))

_SPAN = re.compile(r"</?span[^<>]*>")


def lines(folder: Path) -> Rows:
    """Every reply as a record with `id`, `main`, `reply`, `target` and `majority`."""
    if LAYOUT.has_packed(folder):
        yield from LAYOUT.packed_lines(folder)
        return
    ((table,),) = LAYOUT.needs
    yield from csv_lines(LAYOUT.originals(folder) / table)


def stance_pair(line: Line) -> StancePair:
    """The text is the tweet, its markup removed, then the reply on a line of its own: the reply's stance is labelled.

    Targets lose hash marks, underscores and stray punctuation, so that one person is one group.
    """
    label = field(line, "majority")
    target = plain_target(field(line, "target"))
    main = html.unescape(_SPAN.sub("", field(line, "main"))).strip()
    return StancePair(
        source=NAME,
        document=field(line, "id"),
        group=target,
        target=target,
        text=f"{main}\n{html.unescape(field(line, 'reply')).strip()}",
        label=known_stance(NAME, label, line.place),
        source_label=label,
        fold=None,
        part="test",
    )


def plain_target(target: str) -> str:
    """The target as words: `#ولي_العهد` and `ولي العهد.` («the crown prince») are one."""
    return " ".join(target.replace("#", " ").replace("_", " ").split()).rstrip(".:،")
