"""Actors over many articles: who is one, what counts when, what a spreadsheet must not run. Names are invented."""

from __future__ import annotations

import csv
import gzip
import html
import io
import re
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.inference.output import BRIDGE, stance
from training.cli import app
from training.errors import InputError, RecordError
from training.inference.actors import Actor, Gathered, full_names, gather, gather_file
from training.inference.actors_page import render_actors
from training.inference.actors_table import CSV_COLUMNS, format_actors, harmless, write_csv
from training.jsonl import write_jsonl
from training.schema import Stance

BADI, HADI = "سالم البادي", "منى الهادي"
TAX = "ضريبة الملح"  # the salt tax
ERROR = {"id": "e", "error": {"code": "empty_text", "message": "'text' is empty"}}


def quote(actor: str | None, *stances: dict[str, Any], kind: str = "person", words: str = "نعم") -> dict[str, Any]:
    span = {"start": 0, "end": len(words), "text": words}
    return {
        "id": "q",
        "kind": "direct",
        "content": [span],
        "cue": None,
        "speaker": None,
        "actor": actor,
        "actor_type": kind if actor else None,
        "attribution": "explicit" if actor else "none",
        "confidence": 0.9,
        "stances": list(stances),
    }


def line(article: str | None, date: str | None, *quotes: dict[str, Any]) -> dict[str, Any]:
    dated = {"date": date} if date else {}
    return {"id": article, **dated, "sections": [], "quotes": list(quotes), "actors": [], "warnings": [], "model": {}}


def names(gathered: Gathered) -> list[str]:
    return [actor.name for actor in gathered.actors]


def only(gathered: Gathered) -> Actor:
    (actor,) = gathered.actors
    return actor


LINES = [
    line("a2", "2023-03-01", quote(BADI, stance("oppose"), words="=لا"), quote(HADI, stance("neutral"))),
    line("a1", "2023-01-18", quote(BADI, stance("support")), quote(BADI, stance("neutral"), words="ربما")),
    line("a3", None, quote(BADI, stance("support", abstained=True))),
    ERROR,
]


def test_an_actor_of_several_articles_is_one_with_the_stances_in_order_of_date() -> None:
    gathered = gather(LINES)
    assert names(gathered) == [BADI, HADI]
    (position,) = gathered.actors[0].positions
    seen = [(o.article, o.date, o.stance.label, o.stance.abstained) for o in position.observations]
    assert seen == [
        ("a1", "2023-01-18", "support", False),
        ("a2", "2023-03-01", "oppose", False),
        ("a3", None, "support", True),
    ]
    assert position.dates == ("2023-01-18", "2023-03-01")
    assert [position.n_articles(Stance(label)) for label in ("support", "oppose", "neutral")] == [1, 1, 0]
    assert (position.n_abstained, position.n_quotes) == (1, 4)


def test_skipped_rows_are_counted_by_what_is_wrong_with_them() -> None:
    broken = RecordError("out.jsonl:7", "not JSON", "one JSON object a line", "mend it")
    gathered = gather([*LINES, broken, {"text": "an article"}, {**LINES[0], "quotes": [{"content": 1}]}])
    assert (gathered.n_articles, gathered.n_errors, gathered.n_unreadable, gathered.n_skipped) == (3, 1, 3, 4)


def test_each_target_is_a_position_of_its_own() -> None:
    actor = only(gather([line("a", None, quote(BADI, stance("support"), stance("oppose", TAX)))]))
    assert [(p.target, p.observations[0].stance.label) for p in actor.positions] == [
        (BRIDGE, "support"),
        (TAX, "oppose"),
    ]


def test_a_short_name_means_the_full_one_of_its_own_article_only() -> None:
    first = line("a1", None, quote(BADI, stance("support")), quote("البادي", stance("support")))
    second = line("a2", None, quote("البادي", stance("oppose")))
    gathered = gather([first, second])
    assert [(actor.name, actor.n_quotes) for actor in gathered.actors] == [(BADI, 2), ("البادي", 1)]


def test_a_short_name_that_two_persons_bear_stays_as_it_is() -> None:
    assert full_names([BADI, "عمر البادي", "البادي"])["البادي"] == "البادي"
    assert full_names(["البادي", BADI, "سالم بن عمر البادي"]) == {
        "البادي": "سالم بن عمر البادي",
        BADI: "سالم بن عمر البادي",
        "سالم بن عمر البادي": "سالم بن عمر البادي",
    }


def test_only_persons_are_joined_by_a_short_name() -> None:
    body = line(
        "a", None, quote("وزارة النقل", stance("support"), kind="organization"), quote("النقل", stance("neutral"))
    )
    assert sorted(names(gather([body]))) == ["النقل", "وزارة النقل"]


def test_unnamed_sources_of_two_articles_are_two() -> None:
    source = quote("مصدر أمني", stance("neutral"), kind="anonymous")
    assert names(gather([line("a", None, source, source), line("b", None, source)])) == ["مصدر أمني", "مصدر أمني"]


def test_a_quote_that_nobody_says_is_no_evidence() -> None:
    assert gather([line("a", None, quote(None, stance("support")))]).actors == ()


def test_an_article_without_id_is_named_by_its_place() -> None:
    actor = only(gather([ERROR, line(None, None, quote(BADI, stance("support")))]))
    assert actor.positions[0].observations[0].article == "#1"


class Row(dict[str, Any]):
    """An output line that can be watched."""


def test_a_row_is_let_go_before_the_one_after_the_next_is_read() -> None:
    watched: list[weakref.ref[Row]] = []

    def rows() -> Iterator[Row]:
        for number in range(5):
            assert [ref() for ref in watched[:-1]] == [None] * max(0, len(watched) - 1)
            row = Row(line(str(number), None, quote(BADI, stance("support"))))
            watched.append(weakref.ref(row))
            yield row
            del row

    assert gather(rows()).n_articles == 5


class TestTable:
    def test_it_is_a_line_an_actor_and_target(self) -> None:
        assert format_actors(gather(LINES)).splitlines() == [
            "articles  quotes  support  oppose  neutral  abstained       first        last  over time  actor | target",
            f"       3       4        1       1        0          1  2023-01-18  2023-03-01        ▲▼?  {BADI} | {BRIDGE}",
            f"       1       1        0       0        1          0  2023-03-01  2023-03-01          ◆  {HADI} | {BRIDGE}",
        ]

    def test_of_many_articles_the_latest_are_shown(self) -> None:
        many = [line(str(n), f"2023-01-{n + 1:02}", quote(BADI, stance("support"))) for n in range(20)]
        assert f"…{'▲' * 12}  {BADI}" in format_actors(gather(many))

    def test_no_actor_is_a_bare_heading(self) -> None:
        assert len(format_actors(gather([])).splitlines()) == 1


class TestCsv:
    def rows(self, path: Path) -> list[list[str]]:
        return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))

    def test_it_is_a_row_a_quote_with_stances_abstained_as_such(self, tmp_path: Path) -> None:
        write_csv(tmp_path / "a.csv", gather(LINES))
        heading, *rows = self.rows(tmp_path / "a.csv")
        assert tuple(heading) == CSV_COLUMNS
        first = [BADI, "person", BRIDGE, "2023-01-18", "a1", "support", "support", "0.7523"]
        assert rows[0] == [*first, "نعم", "support", "support", "0.8000"]
        assert rows[3][5:] == ["abstained", "support", "0.8000", "نعم", "abstained", "support", "0.8000"]
        assert len(rows) == 5

    def test_excel_reads_its_arabic(self, tmp_path: Path) -> None:
        write_csv(tmp_path / "a.csv", gather(LINES))
        assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")

    @pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n1", "  =1", "＝1"])
    def test_no_cell_is_run_as_a_formula(self, tmp_path: Path, formula: str) -> None:
        bad = line(formula, None, quote(formula, stance("support", formula), words=formula))
        write_csv(tmp_path / "a.csv", gather([bad]))
        (row,) = self.rows(tmp_path / "a.csv")[1:]
        assert [row[column] for column in (0, 2, 4, 8)] == [f"'{formula}"] * 4

    @given(st.text())
    def test_a_harmless_cell_stays_as_it_is(self, cell: str) -> None:
        assert harmless(cell) in (cell, f"'{cell}")
        assert not harmless(cell).lstrip().startswith(("=", "+", "-", "@"))


class TestPage:
    def test_it_is_self_contained_and_right_to_left(self) -> None:
        page = render_actors(gather(LINES))
        assert '<html lang="ar" dir="rtl">' in page
        assert not re.search(r"https?:|<script|<link|style=|\son\w+=|href=|src=|url\(|@import", page)
        assert "default-src 'none'; style-src 'sha256-" in html.unescape(page)

    def test_it_has_time_lines_counts_and_the_quotes(self) -> None:
        page = render_actors(gather(LINES))
        assert 'aria-label="2023-01-18 ▲ مؤيّد، 2023-03-01 ▼ معارض"' in page
        assert '<svg class="support" x="96.0%" y="9"' in page  # the first day, in the upper row
        assert '<svg class="oppose" x="4.0%" y="45"' in page
        assert '<span class="word unsure">غير محسوم؟ 1</span>' in page
        assert page.count("<blockquote>") == 5
        assert "<bdi>ربما</bdi>" in page
        assert "بلا تاريخ" in page
        assert "تُرك 1 من السجلات" in page

    def test_one_date_needs_no_time_line(self) -> None:
        page = render_actors(gather(LINES[:1]))
        assert "<svg" not in page
        assert page.count('<time datetime="2023-03-01">') == 6

    def test_nothing_from_outside_becomes_markup(self) -> None:
        hostile = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>{{ 7 * 7 }}</style>"""
        page = render_actors(gather([line(hostile, None, quote(hostile, stance("support", hostile), words=hostile))]))
        assert "<script" not in page
        assert "<img" not in page
        assert page.count("</style>") == 1
        assert page.count("{{ 7 * 7 }}") == 4

    def test_no_actor_makes_a_page_that_says_so(self) -> None:
        assert "لا قائل معروفاً" in render_actors(gather([]))


class TestCommand:
    def run(self, *arguments: str) -> Any:
        return CliRunner().invoke(app, ["actors", *arguments])

    @pytest.fixture
    def out(self, tmp_path: Path) -> Path:
        write_jsonl(tmp_path / "out.jsonl", LINES)
        return tmp_path / "out.jsonl"

    def test_it_prints_the_table_and_what_was_skipped(self, out: Path) -> None:
        done = self.run(str(out))
        assert done.exit_code == 3
        assert done.stdout.splitlines()[1].endswith(f"{BADI} | {BRIDGE}")
        assert done.stderr == "2 actors in 3 articles; skipped: 1 error rows, 0 that are no output of analyze\n"

    def test_it_writes_files_instead_of_the_table(self, out: Path) -> None:
        done = self.run(str(out), "--csv", str(out.with_suffix(".csv")), "--html", str(out.with_suffix(".html")))
        assert done.stdout == ""
        assert "<blockquote>" in out.with_suffix(".html").read_text(encoding="utf-8")
        assert out.with_suffix(".csv").exists()

    def test_compressed_input_without_errors_exits_with_0(self, tmp_path: Path, out: Path) -> None:
        packed = tmp_path / "out.jsonl.gz"
        packed.write_bytes(gzip.compress(b"".join(out.read_bytes().splitlines(keepends=True)[:3])))
        assert self.run(str(packed)).exit_code == 0

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("none.jsonl", r"none.jsonl: cannot be read"),
            ("article.txt", r"article.txt: a '.txt' file; expected the JSON Lines that `mawaqif analyze` writes"),
            ("articles.jsonl", r"articles.jsonl: none of its 2 rows can be used; expected the JSON Lines"),
        ],
    )
    def test_a_wrong_input_is_named(self, tmp_path: Path, name: str, message: str) -> None:
        write_jsonl(tmp_path / "articles.jsonl", [{"text": "نص"}] * 2)
        with pytest.raises(InputError, match=message):
            gather_file(str(tmp_path / name))
