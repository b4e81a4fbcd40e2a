"""`mawaqif analyze`: order, broken input, outputs that cannot be, exit codes."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.inference.test_analyzer import ROW
from training.cli import app
from training.errors import InputError
from training.inference.analyzer import Analyzer
from training.inference.batch import BatchCounts, BatchOptions, run_batch
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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"out": "."}, r"a folder; expected a file to write"),
        ({"out": "in.jsonl"}, r"in.jsonl: is the input too"),
        ({"out": "file/o.jsonl"}, r"file: cannot be written \(File exists\)"),
        ({"out": "o.jsonl", "html": "file"}, r"file: a file; expected a folder for pages"),
        ({"out": "o.jsonl", "source": "none.jsonl"}, r"none.jsonl: cannot be read"),
        ({"out": "o.jsonl", "source": "not.jsonl.xz"}, r"not.jsonl.xz: cannot be read"),
        ({"out": "o.jsonl", "source": "table.csv"}, r"table.csv: a '.csv' file; expected .jsonl"),
    ],
)
def test_a_mistake_is_named_and_leaves_nothing_behind(
    analyzer: Analyzer, articles: Path, tmp_path: Path, options: dict[str, str], message: str
) -> None:
    for name in ("file", "not.jsonl.xz", "table.csv"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    paths = {name: tmp_path / value for name, value in options.items()}
    source = str(paths.pop("source", articles))
    with pytest.raises(InputError, match=message):
        run_batch(analyzer, BatchOptions(source, **paths))
    assert sorted(tmp_path.iterdir()) == before


def test_limit_and_compressed_input(analyzer: Analyzer, articles: Path, tmp_path: Path) -> None:
    packed = tmp_path / "in.jsonl.xz"
    packed.write_bytes(lzma.compress(articles.read_bytes()))
    assert run_batch(analyzer, BatchOptions(str(packed), tmp_path / "o.jsonl", limit=5)) == BatchCounts(5, 0)


def test_pages_are_written_beside(analyzer: Analyzer, articles: Path, tmp_path: Path) -> None:
    run_batch(analyzer, BatchOptions(str(articles), tmp_path / "o.jsonl", html=tmp_path / "html", limit=3))
    pages = sorted((tmp_path / "html").iterdir())
    assert len(pages) == 3
    assert 'dir="rtl"' in pages[0].read_text(encoding="utf-8")


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

    def test_all_good_rows_exit_with_0_a_mistake_with_1_a_wrong_call_with_2(
        self, at_tiny_project: Path, articles: Path, tmp_path: Path
    ) -> None:
        def code(*arguments: str) -> int:
            command = [sys.executable, "-m", "training.cli", "analyze", "--model", "models/analyzer", *arguments]
            return subprocess.run(command, capture_output=True, check=False).returncode

        out = tmp_path / "o.jsonl"
        assert code(str(articles), "-o", str(out), "--limit", "1") == 0
        assert code("none.jsonl", "-o", str(out)) == 1
        assert code(str(articles), "--limit", "0") == 2

    def test_the_help_lists_the_exit_codes(self) -> None:
        assert "Exit codes: 0 all rows are good" in " ".join(self.run("--help").stdout.split())

    def test_resume_needs_a_file_to_go_on_with(self, at_tiny_project: Path, articles: Path, tmp_path: Path) -> None:
        assert self.run(str(articles), "--resume").exit_code == 2
        done = self.run("-", "--resume", "-o", str(tmp_path / "o.jsonl"), "--model", "models/analyzer")
        assert "-: cannot be read a second time" in str(done.exception)

    def test_standard_input_to_standard_output(self, at_tiny_project: Path, articles: Path) -> None:
        command = ["analyze", "-", "-o", "-", "--model", "models/analyzer", "--limit", "2"]
        done = CliRunner().invoke(app, command, input=articles.read_bytes())
        assert [json.loads(line)["id"] for line in done.stdout_bytes.splitlines()] == ["0", "1"]

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
