"""docs/reliability.md: what was tried to break the project, how often, and how often it broke.

Each harness records its rows in docs/reliability.json; `python -m tests.reliability` writes the table anew from them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.conftest import ROOT

RESULTS = ROOT / "docs" / "reliability.json"
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- table: written by `python -m tests.reliability` -->", "<!-- end of table -->"


@dataclass(frozen=True)
class Row:
    """One case of one area."""

    area: str
    """What is done to the project, such as `killed` or `at once`; the harness that owns it replaces all its rows."""
    case: str
    tries: int
    failures: int


def record(rows: Sequence[Row], results: Path = RESULTS, page: Path = PAGE) -> None:
    """Replace the rows of these areas, keep the others, and write the table into the page."""
    known = [Row(**row) for row in json.loads(results.read_text(encoding="utf-8"))] if results.exists() else []
    areas = {row.area for row in rows}
    kept = [row for row in known if row.area not in areas] + list(rows)
    kept.sort(key=lambda row: row.area)
    results.write_text(json.dumps([asdict(row) for row in kept], ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    render(results, page)


def render(results: Path = RESULTS, page: Path = PAGE) -> None:
    """Write the table between the page's markers."""
    rows = [Row(**row) for row in json.loads(results.read_text(encoding="utf-8"))]
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    page.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{after}", encoding="utf-8")


def table(rows: Sequence[Row]) -> str:
    """Markdown."""
    lines = ["| | case | tries | failures |", "|---|---|---:|---:|"]
    lines += [f"| {row.area} | {row.case} | {row.tries} | {row.failures} |" for row in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    render()
