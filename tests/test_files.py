from pathlib import Path

import pytest

from training.errors import InputError, RecordError
from training.files import atomic_write, read_json, sha256_folder, write_json
from training.jsonl import Line, read_jsonl, write_jsonl


def test_json_lines_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_jsonl(path, [{"a": "نص"}, {"a": 2}])
    assert list(read_jsonl(path)) == [Line(f"{path}:1", {"a": "نص"}), Line(f"{path}:2", {"a": 2})]
    assert "نص" in path.read_text(encoding="utf-8")


def test_a_broken_line_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\n{"a": \n\n{"a": 3}\n"\xff"\n')
    first, second, third, fourth = read_jsonl(path)
    assert isinstance(first, Line)
    assert isinstance(second, RecordError)
    assert str(second).startswith(f"{path}:2: not JSON")
    assert third == Line(f"{path}:4", {"a": 3})
    assert isinstance(fourth, RecordError)


def test_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        list(read_jsonl(tmp_path / "none.jsonl"))
    with pytest.raises(InputError, match="missing"):
        read_json(tmp_path / "none.json")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"old": True})

    def write_half() -> None:
        with atomic_write(path) as handle:
            handle.write(b"half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_half()
    assert read_json(path) == {"old": True}
    assert [item.name for item in tmp_path.iterdir()] == ["a.json"]


def test_folder_hash_sees_names_and_contents(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text("x", encoding="utf-8")
    assert sha256_folder(tmp_path / "one") == sha256_folder(tmp_path / "two")
    (tmp_path / "two" / "a.txt").rename(tmp_path / "two" / "b.txt")
    assert sha256_folder(tmp_path / "one") != sha256_folder(tmp_path / "two")
