"""`mawaqif analyze`: order, resuming, broken input, exit codes."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.inference.test_analyzer import ROW
from training.cli import app
from training.errors import InputError
from training.inference.analyzer import Analyzer
from training.inference.batch import BatchCounts, BatchOptions, run_batch
from training.inference.sources import headline, read_rows
from training.jsonl import read_records, write_jsonl


@pytest.fixture(scope="module")
def analyzer(tiny_project: Path) -> Analyzer:
    return Analyzer(tiny_project / "models" / "analyzer")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    write_jsonl(tmp_path / "in.jsonl", [{**ROW, "id": str(n)} for n in range(40)])
    return tmp_path / "in.jsonl"


def test_rows_come_out_in_order_and_broken_lines_become_error_rows(analyzer: Analyzer, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    good = json.dumps(ROW).encode()
    source.write_bytes(b"\n".join([good, b'{"text": ', b"[1]", b"", good, b'{"id": "e", "text": ""}', b"\xff\xfe"]))
    counts = run_batch(analyzer, BatchOptions(str(source), out))
    rows = read_records(out)
    assert counts == BatchCounts(6, 4)
    assert [row.get("error", {}).get("code") for row in rows] == [
        None,
        "bad_record",
        "bad_record",
        None,
        "empty_text",
        "bad_record",
    ]
    assert f"{source}:2: not JSON" in rows[1]["error"]["message"]
    assert f"{source}:3: a JSON list; expected an object with 'text'" in rows[2]["error"]["message"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_resume_loses_and_repeats_nothing(analyzer: Analyzer, articles: Path, tmp_path: Path) -> None:
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    run_batch(analyzer, BatchOptions(str(articles), whole))
    part = tmp_path / "out.jsonl.part"
    lines = whole.read_bytes().splitlines(keepends=True)
    write_origin(analyzer, articles, part)
    part.write_bytes(b"".join(lines[:23]) + lines[23][:50])
    counts = run_batch(analyzer, BatchOptions(str(articles), out, resume=True))
    assert counts.n_rows == 17
    assert [row["id"] for row in read_records(out)] == [str(n) for n in range(40)]
    assert out.read_bytes()[: len(b"".join(lines[:23]))] == b"".join(lines[:23])
    assert not part.exists()


def write_origin(analyzer: Analyzer, source: Path, part: Path) -> None:
    origin = {"source": str(source), "target": None, "model": analyzer.identity.content_sha256}
    part.with_name(f"{part.name}.json").write_text(json.dumps(origin), encoding="utf-8")


def test_an_interrupted_run_is_not_overwritten_unasked(analyzer: Analyzer, articles: Path, tmp_path: Path) -> None:
    part = tmp_path / "out.jsonl.part"
    part.write_bytes(b"{}\n")
    with pytest.raises(InputError, match="add --resume to go on, or delete it"):
        run_batch(analyzer, BatchOptions(str(articles), tmp_path / "out.jsonl"))
    write_origin(analyzer, tmp_path / "other.jsonl", part)
    with pytest.raises(InputError, match="belongs to another source, target or model"):
        run_batch(analyzer, BatchOptions(str(articles), tmp_path / "out.jsonl", resume=True))
    assert part.read_bytes() == b"{}\n"


def test_limit_and_compressed_input(analyzer: Analyzer, articles: Path, tmp_path: Path) -> None:
    packed = tmp_path / "in.jsonl.xz"
    packed.write_bytes(lzma.compress(articles.read_bytes()))
    assert run_batch(analyzer, BatchOptions(str(packed), tmp_path / "o.jsonl", limit=5)) == BatchCounts(5, 0)


def test_a_truncated_archive_is_an_input_error(tmp_path: Path, articles: Path) -> None:
    packed = tmp_path / "in.jsonl.xz"
    packed.write_bytes(lzma.compress(articles.read_bytes())[:-40])
    with pytest.raises(InputError, match=r"in.jsonl.xz: cannot be read"):
        list(read_rows(str(packed)))


def test_pages_are_written_beside(analyzer: Analyzer, articles: Path, tmp_path: Path) -> None:
    run_batch(analyzer, BatchOptions(str(articles), tmp_path / "o.jsonl", html=tmp_path / "html", limit=3))
    pages = sorted((tmp_path / "html").iterdir())
    assert len(pages) == 3
    assert 'dir="rtl"' in pages[0].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("أخبار - دولية\n\nبلدية المرسى تؤجل نقل السوق\n\nأجّلت البلدية النقل. وقالت.", "بلدية المرسى تؤجل نقل السوق"),
        ("أجّلت البلدية نقل السوق.\nوقالت.", None),
        ("سطر وحيد بلا نقطة", None),
    ],
)
def test_a_text_file_gives_its_headline(text: str, title: str | None) -> None:
    assert headline(text) == title


def test_a_text_file_is_one_row_with_offsets_into_the_file(tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text("عنوان الخبر\n\nقال الوزير إن الأمر بسيط.", encoding="utf-8")
    (row,) = read_rows(str(path), "الأمر")
    assert row.record == {
        "id": "story",
        "text": path.read_text(encoding="utf-8"),
        "title": "عنوان الخبر",
        "target": "الأمر",
    }
    path.write_bytes("نص".encode("cp1256"))
    with pytest.raises(InputError, match="byte 0 is not UTF-8"):
        list(read_rows(str(path)))


class TestCommand:
    def run(self, *arguments: str) -> Any:
        return CliRunner().invoke(app, ["analyze", *arguments])

    def test_the_champion_is_the_default_model(self, at_tiny_project: Path, articles: Path, tmp_path: Path) -> None:
        out = tmp_path / "o.jsonl"
        done = self.run(str(articles), "-o", str(out), "--limit", "2")
        assert done.exit_code == 0, done.output
        first, second = read_records(out)
        assert first["model"]["name"] == "mawaqif-analyzer"
        assert first["model"]["version"] == "1"
        assert (first["id"], second["id"]) == ("0", "1")

    def test_some_failed_rows_exit_with_3(self, at_tiny_project: Path, tmp_path: Path) -> None:
        write_jsonl(tmp_path / "in.jsonl", [ROW, {"text": ""}])
        done = self.run(str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "o.jsonl"))
        assert done.exit_code == 3

    def test_standard_output_is_the_default(self, at_tiny_project: Path, articles: Path) -> None:
        done = self.run(str(articles), "--model", "models/analyzer", "--limit", "1")
        assert json.loads(done.stdout.splitlines()[0])["model"]["version"] is None

    @pytest.mark.parametrize(
        ("model", "message"),
        [
            ("models:/mawaqif-analyzer@nobody", "not in the registry at sqlite:////"),
            ("models:/no-such/1", "not in the registry"),
            ("no/such/folder", "no such folder; expected a bundle folder or models:/NAME@ALIAS"),
        ],
    )
    def test_an_unknown_model_is_named(self, at_tiny_project: Path, articles: Path, model: str, message: str) -> None:
        done = self.run(str(articles), "--model", model)
        assert isinstance(done.exception, InputError)
        assert message in str(done.exception)

    def test_a_missing_source_is_named(self, at_tiny_project: Path) -> None:
        done = self.run("none.jsonl", "--model", "models/analyzer")
        assert "none.jsonl: cannot be read" in str(done.exception)
