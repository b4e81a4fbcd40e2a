"""The reliability table: rows of one harness replace its own, the page keeps its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability import BEGIN, END, PAGE, RESULTS, Row, record, render


def test_a_harness_replaces_its_rows_and_keeps_the_others(tmp_path: Path) -> None:
    results, page = tmp_path / "r.json", tmp_path / "r.md"
    page.write_text(f"# Words\n\n{BEGIN}\nold\n{END}\nmore\n", encoding="utf-8")
    record([Row("killed", "train", 3, 1), Row("killed", "export", 2, 0)], results, page)
    record([Row("at once", "20 registrations", 20, 0)], results, page)
    record([Row("killed", "train", 5, 0)], results, page)
    assert page.read_text(encoding="utf-8") == (
        f"# Words\n\n{BEGIN}\n"
        "| | case | tries | failures |\n|---|---|---:|---:|\n"
        "| at once | 20 registrations | 20 | 0 |\n"
        "| killed | train | 5 | 0 |\n"
        f"{END}\nmore\n"
    )


def test_the_page_of_the_repository_is_that_of_its_results(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    render(RESULTS, page)
    assert page.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")


def test_a_page_without_markers_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "r.md").write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError):
        record([Row("a", "b", 1, 0)], tmp_path / "r.json", tmp_path / "r.md")
