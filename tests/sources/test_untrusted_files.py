import lzma
import struct
import zipfile
from pathlib import Path

import pytest

from tests.sources.conftest import SANAD, write_packed, write_text, write_zip
from training.sources import documents, stance_pairs
from training.sources.errors import UntrustedFileError
from training.sources.lines import MAX_EXPANSION, SMALL_BYTES, unpacked_limit, xz_lines
from training.sources.members import members


def test_the_limit_grows_with_the_file_and_has_a_floor_and_a_ceiling() -> None:
    assert unpacked_limit(1) == SMALL_BYTES
    assert unpacked_limit(SMALL_BYTES) == SMALL_BYTES * MAX_EXPANSION
    assert unpacked_limit(10**12) == 4 * 1024**3


@pytest.mark.parametrize("content", [b" " * (4 * SMALL_BYTES), b"{}\n" * (2 * SMALL_BYTES)])
def test_an_xz_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bomb.jsonl.xz"
    path.write_bytes(lzma.compress(content))
    with pytest.raises(UntrustedFileError, match=f"{path}: unpacks to more than {SMALL_BYTES} bytes"):
        list(xz_lines(path))


def test_a_truncated_xz_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "section/sanad_alkhaleej.jsonl.xz"
    write_packed(path, SANAD)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UntrustedFileError, match=f"{path}: damaged .* delete it and fetch it again"):
        list(documents("sanad", tmp_path))
    path.write_bytes(b"not xz")
    with pytest.raises(UntrustedFileError, match="damaged"):
        list(documents("sanad", tmp_path))


def test_a_zip_bomb_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    write_zip(tmp_path / "bomb.zip", {"a.txt": b"0" * (3 * SMALL_BYTES), "b.txt": b"0" * SMALL_BYTES})
    with pytest.raises(UntrustedFileError, match=f"unpacks to {4 * SMALL_BYTES} bytes"):
        next(members(tmp_path, ".txt"))


def test_a_zip_member_that_understates_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lie.zip"
    write_zip(path, {"a.txt": b"0" * 5000})
    path.write_bytes(path.read_bytes().replace(struct.pack("<L", 5000), struct.pack("<L", 50)))
    with pytest.raises(UntrustedFileError, match="damaged"):
        list(members(tmp_path, ".txt"))


@pytest.mark.parametrize("name", ["../a.txt", "/a.txt", "b/../../a.txt", "c:/a.txt", "..\\a.txt"])
def test_a_zip_member_that_leaves_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    write_zip(tmp_path / "z.zip", {"fine.txt": "x", name: "y"})
    with pytest.raises(UntrustedFileError, match="points outside the archive"):
        list(members(tmp_path, ".txt"))


def test_an_encrypted_or_broken_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(UntrustedFileError, match="encrypted"):
        list(members(tmp_path, ".txt"))
    path.write_bytes(b"PK no")
    with pytest.raises(UntrustedFileError, match="damaged"):
        list(members(tmp_path, ".txt"))


def test_a_table_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    write_text(tmp_path / "ans/dev.csv", "s1,s2,stance\n")
    (tmp_path / "ans/train.csv").write_bytes(b"s1,s2,stance\n\xff,b,agree\n")
    with pytest.raises(UntrustedFileError, match="train.csv: not readable"):
        list(stance_pairs("ans", tmp_path))
