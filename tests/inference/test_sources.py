"""Rows of a batch from every kind of source."""

from __future__ import annotations

import gzip
import lzma
import math
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from training.errors import InputError, RecordError
from training.inference.rows import parse_row
from training.inference.sources import MAX_LINE_BYTES, headline, open_source
from training.jsonl import write_jsonl

ROWS = [{"id": str(n), "title": "عنوان", "text": f"نص {n}"} for n in range(40)]


def read(source: Path, target: str | None = None) -> list[dict[str, Any] | RecordError]:
    with open_source(str(source), target) as opened:
        return [row.record for row in opened.rows]


def write_table(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture
def lines(tmp_path: Path) -> bytes:
    write_jsonl(tmp_path / "in.jsonl", ROWS)
    return (tmp_path / "in.jsonl").read_bytes()


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".jsonl.xz", ".ndjson", ".parquet"])
def test_every_format_gives_the_same_rows(tmp_path: Path, lines: bytes, suffix: str) -> None:
    source = tmp_path / f"rows{suffix}"
    if suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), source, row_group_size=7)
    else:
        pack = {".gz": gzip.compress, ".xz": lzma.compress}.get(source.suffix, bytes)
        source.write_bytes(pack(lines))
    assert read(source) == ROWS
    assert read(source, "هدف") == [{**row, "target": "هدف"} for row in ROWS]


@pytest.mark.parametrize("suffix", [".gz", ".xz"])
def test_a_truncated_or_altered_archive_is_an_input_error(tmp_path: Path, lines: bytes, suffix: str) -> None:
    packed = (gzip.compress if suffix == ".gz" else lzma.compress)(lines)
    source = tmp_path / f"in.jsonl{suffix}"
    for broken in (packed[:-40], packed[:40] + b"\0" * 40 + packed[80:]):
        source.write_bytes(broken)
        with pytest.raises(InputError, match=f"in.jsonl{suffix}: cannot be read"):
            read(source)


def test_a_byte_order_mark_does_not_spoil_the_first_row(tmp_path: Path, lines: bytes) -> None:
    (tmp_path / "bom.jsonl").write_bytes(b"\xef\xbb\xbf" + lines)
    assert read(tmp_path / "bom.jsonl") == ROWS


def test_an_endless_line_is_one_error_and_the_rows_around_it_go_on(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'{"text": "a"}\n' + b"x" * (MAX_LINE_BYTES * 2) + b'\n{"text": "b"}\n')
    first, endless, last = read(source)
    assert (first, last) == ({"text": "a"}, {"text": "b"})
    assert f"{source}:2: more than" in str(endless)


class TestParquet:
    def test_other_columns_nested_ones_too_are_not_read(self, tmp_path: Path) -> None:
        source = write_table(tmp_path / "in.parquet", text=["نص"], tags=[["a", "b"]], meta=[{"n": 1}], id=[7])
        assert read(source) == [{"id": 7, "text": "نص"}]

    def test_null_and_nan_are_missing_row_by_row(self, tmp_path: Path) -> None:
        source = write_table(
            tmp_path / "in.parquet",
            id=[1.0, math.nan],
            title=pa.array([math.nan, None], pa.float64()),
            text=pa.array(["نص", None]).dictionary_encode(),
        )
        first, second = read(source)
        assert isinstance(first, dict)
        assert isinstance(second, dict)
        assert (parse_row(first).id, parse_row(first).title) == ("1.0", "")
        assert second["text"] is None

    def test_a_missing_text_column_is_named_with_those_there(self, tmp_path: Path) -> None:
        source = write_table(tmp_path / "in.parquet", body=["نص"], id=["1"])
        with pytest.raises(InputError, match=r"in.parquet: no column 'text' among \['body', 'id'\]; expected 'text'"):
            read(source)

    def test_a_string_that_is_not_utf8_is_one_error(self, tmp_path: Path) -> None:
        text = pa.array(["نص".encode(), b"\xff", b"b"]).view(pa.string())
        first, bad, last = read(write_table(tmp_path / "in.parquet", text=text))
        assert (first, last) == ({"text": "نص"}, {"text": "b"})
        assert "in.parquet:2: 'text' cannot be read ('utf-8'" in str(bad)

    @pytest.mark.parametrize("content", [b"", b"PAR1", b"not parquet at all, but long enough to look"])
    def test_a_file_of_another_kind_is_an_input_error(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "in.parquet").write_bytes(content)
        with pytest.raises(InputError, match=r"in.parquet: cannot be read"):
            read(tmp_path / "in.parquet")

    def test_the_number_of_rows_is_known_at_once(self, tmp_path: Path) -> None:
        with open_source(str(write_table(tmp_path / "in.parquet", text=["ا", "ب", "ج"]))) as opened:
            assert (opened.total(), opened.is_estimate) == (3, False)


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_the_number_of_lines_is_estimated_from_the_bytes_read(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / f"in{suffix}"
    random = Random(1)
    content = b"".join(b'{"text": "%s"}\n' % random.randbytes(200).hex().encode() for _ in range(3000))
    source.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    with open_source(str(source)) as opened:
        assert opened.total() is None
        for _ in range(1500):
            next(opened.rows)
        assert opened.total() == pytest.approx(3000, rel=0.15)
        assert opened.is_estimate
        assert len(list(opened.rows)) == 1500
        assert opened.total() == 3000


@pytest.mark.parametrize("name", ["in.csv", "in.txt.gz", "in.parquet.xz", "in.docx"])
def test_another_kind_of_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(InputError, match=f"{name}: a '.*' file; expected .jsonl"):
        read(tmp_path / name)


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
    text = path.read_text(encoding="utf-8")
    assert read(path, "الأمر") == [{"id": "story", "text": text, "title": "عنوان الخبر", "target": "الأمر"}]
    path.write_bytes("نص".encode("cp1256"))
    with pytest.raises(InputError, match="byte 0 is not UTF-8"):
        read(path)
