"""Files below a folder and inside the zip archives there, read as they lie: nothing is ever unpacked to disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from training.errors import RecordError
from training.sources.errors import UntrustedFileError
from training.sources.lines import MAX_EXPANSION, MAX_UNPACKED_BYTES, unpacked_limit

ENCRYPTED = 0x1


@dataclass(frozen=True)
class Member:
    """One file: `name` is its path below the folder or inside its archive."""

    place: str
    name: PurePosixPath
    content: bytes

    def text(self) -> str:
        """The content as UTF-8, line ends as they are, without a byte order mark. Raises `RecordError`."""
        try:
            return self.content.decode("utf-8").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
        except UnicodeDecodeError as error:
            raise RecordError(self.place, f"not UTF-8 ({error.reason})", "text in UTF-8", "it is left out") from error


def members(folder: Path, suffix: str) -> Iterator[Member]:
    """Every file that ends in `suffix`, in the order of names: loose ones first, then archive by archive."""
    for path in sorted(path for path in folder.rglob(f"*{suffix}") if path.is_file()):
        yield Member(str(path), PurePosixPath(path.relative_to(folder).as_posix()), path.read_bytes())
    for path in sorted(folder.rglob("*.zip")):
        yield from _archive_members(path, suffix)


def _archive_members(path: Path, suffix: str) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check_archive(path, infos)
            for info in sorted(infos, key=lambda info: info.filename):
                if info.filename.endswith(suffix):
                    yield Member(f"{path}!{info.filename}", PurePosixPath(info.filename), archive.read(info))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise UntrustedFileError(
            path, f"damaged ({error})", "a whole zip archive", "delete it and fetch it again"
        ) from error


def _check_archive(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    for info in infos:
        if _leaves_its_folder(info.filename):
            raise UntrustedFileError(
                path,
                f"member {info.filename!r} points outside the archive",
                "relative names without '..'",
                "do not use it; fetch it again from its origin",
            )
        if info.flag_bits & ENCRYPTED:
            raise UntrustedFileError(path, f"member {info.filename!r} is encrypted", "plain members", "fetch it again")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > unpacked_limit(path.stat().st_size):
        raise UntrustedFileError(
            path,
            f"unpacks to {unpacked} bytes",
            f"at most {MAX_EXPANSION} times the packed size and {MAX_UNPACKED_BYTES} bytes",
            "do not use it; fetch it again from its origin",
        )


def _leaves_its_folder(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or ":" in parts[0]
