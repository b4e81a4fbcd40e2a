from pathlib import Path

import pytest

from training.errors import InputError, RecordError
from training.files import atomic_write, copy_folder, read_json, remove_leftovers, sha256_folder, write_json
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


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (".a.json.x1", ".a.json.x2", "a.json", ".b.json.x1", ".a.json"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path, "a.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.json", ".b.json.x1", "a.json"]
    remove_leftovers(tmp_path / "none", "*.html")


def test_a_copied_folder_replaces_the_old_one(tmp_path: Path) -> None:
    for name in ("new/a.txt", "out/old.txt", "out.part/torn.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    copy_folder(tmp_path / "new", tmp_path / "out")
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt")) == [
        "new/a.txt",
        "out/a.txt",
    ]


def test_folder_hash_sees_names_and_contents(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text("x", encoding="utf-8")
    assert sha256_folder(tmp_path / "one") == sha256_folder(tmp_path / "two")
    (tmp_path / "two" / "a.txt").rename(tmp_path / "two" / "b.txt")
    assert sha256_folder(tmp_path / "one") != sha256_folder(tmp_path / "two")


def test_folder_hash_can_be_that_of_some_files(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x", encoding="utf-8")
    before = sha256_folder(tmp_path, "*.py")
    (tmp_path / "a.pyc").write_text("y", encoding="utf-8")
    assert sha256_folder(tmp_path, "*.py") == before
    assert sha256_folder(tmp_path) != before
