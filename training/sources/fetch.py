"""Bring corpora into a data folder, from their origins or from a mirror folder; nothing unverified is left behind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout
from tqdm import tqdm

from training.errors import BusyError, InputError
from training.files import atomic_write, read_json, sha256_file, write_json
from training.sources.catalogue import Corpus, MirrorFile, UpstreamFile
from training.sources.download import CHUNK_BYTES, Expected, Partial, Patience, Progress, download
from training.sources.errors import UntrustedFileError

LOCK_FILE = "sources.lock.json"
"""Beside the data: what each fetched file was, by its path."""


@dataclass(frozen=True)
class Fetched:
    """One file of a corpus, as it now lies in the data folder."""

    path: str
    bytes: int
    sha256: str
    origin: str
    """Its URL, or `mirror`."""
    state: Literal["fetched", "already there"]
    pinned: bool
    """Whether the catalogue knew the hash; otherwise it is what the first fetch got."""


def fetch(
    corpus: Corpus, to: Path, mirror: Path | None = None, *, patience: Patience | None = None, quiet: bool = False
) -> Iterator[Fetched]:
    """Bring every file of a corpus into `to`: the mirror's files from a folder, else the original ones by URL.

    A file that is there and has the right hash is left alone; one with another hash is replaced. Raises
    `UntrustedFileError`, `DownloadError`, `InputError` or `BusyError`; files fetched before that stay.
    """
    patience = patience or Patience()
    with _only_one(to):
        for file in corpus.upstream if mirror is None else corpus.mirror:
            yield _fetch_file(file, to, mirror, patience, quiet)


def format_fetched(fetched: Fetched) -> str:
    """One line: state, size, path, and whether the hash was known before."""
    trust = "verified" if fetched.pinned else f"sha256 {fetched.sha256[:12]}… recorded in {LOCK_FILE}"
    return f"{fetched.state:13}  {tqdm.format_sizeof(fetched.bytes, 'B'):>6}  {fetched.path}  ({trust})"


def format_terms(name: str, corpus: Corpus) -> str:
    """The licence and what to cite."""
    reuse = "" if corpus.licence_allows_reuse else "; weights trained on it must say so in their model card"
    return f"{name}: {corpus.licence}{reuse}. Cite: {corpus.citation}"


def _fetch_file(
    file: MirrorFile | UpstreamFile, to: Path, mirror: Path | None, patience: Patience, quiet: bool
) -> Fetched:
    origin = file.url if isinstance(file, UpstreamFile) else "mirror"
    expected = Expected(file.bytes, file.sha256 or _recorded_sha256(to, file.path, origin))
    target = to / file.path
    is_there = expected.sha256 is not None and target.is_file() and sha256_file(target) == expected.sha256
    if not is_there:
        with _progress_bar(file.path, quiet) as progress, _writable(target):
            if isinstance(file, UpstreamFile):
                _download(file, target, expected, progress, patience)
            else:
                _copy(_mirrored(file, mirror), target, expected, progress)
    sha256 = expected.sha256 or sha256_file(target)
    fetched = Fetched(
        path=file.path,
        bytes=target.stat().st_size,
        sha256=sha256,
        origin=origin,
        state="already there" if is_there else "fetched",
        pinned=file.sha256 is not None,
    )
    _record(to, fetched)
    return fetched


def _download(file: UpstreamFile, target: Path, expected: Expected, progress: Progress, patience: Patience) -> None:
    partial = Partial(target.with_name(f"{target.name}.part"))
    download(file.url, partial, expected, progress, patience)
    try:
        _check(file.url, partial.size, sha256_file(partial.path), expected)
    except UntrustedFileError:
        partial.drop()
        raise
    partial.path.replace(target)
    partial.drop()


def _mirrored(file: MirrorFile, mirror: Path | None) -> Path:
    path = (mirror or Path()) / file.path
    if not path.is_file():
        raise InputError(f"{path}: missing; expected a file of the mirror; leave --mirror out to fetch from the origin")
    return path


def _copy(source: Path, target: Path, expected: Expected, progress: Progress) -> None:
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as handle, atomic_write(target) as out:
        while chunk := handle.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
            progress(size, expected.bytes)
        _check(source, size, digest.hexdigest(), expected)


def _check(place: Path | str, size: int, sha256: str, expected: Expected) -> None:
    if expected.bytes is not None and size != expected.bytes:
        raise UntrustedFileError(place, f"{size} bytes", f"{expected.bytes} bytes", "it was not kept; fetch it again")
    if expected.sha256 is not None and sha256 != expected.sha256:
        raise UntrustedFileError(
            place,
            f"sha256 {sha256}",
            f"{expected.sha256} as data/sources.yaml or an earlier fetch ({LOCK_FILE}) has it",
            "it was not kept; if the origin changed for a good reason, correct the record",
        )


def _recorded_sha256(to: Path, path: str, origin: str) -> str | None:
    record = _records(to).get(path, {})
    return record.get("sha256") if record.get("origin") == origin else None


def _records(to: Path) -> dict[str, Any]:
    path = to / LOCK_FILE
    records = read_json(path) if path.exists() else {}
    if not isinstance(records, dict):
        raise InputError(f"{path}: a {type(records).__name__}; expected records by path; delete it and fetch again")
    return records


def _record(to: Path, fetched: Fetched) -> None:
    record = {key: value for key, value in asdict(fetched).items() if key not in ("path", "state")}
    write_json(to / LOCK_FILE, dict(sorted((_records(to) | {fetched.path: record}).items())))


@contextmanager
def _only_one(to: Path) -> Iterator[None]:
    with _writable(to):
        to.mkdir(parents=True, exist_ok=True)
    lock = FileLock(to / ".fetch.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(f"{to}: another fetch is writing here; expected one at a time; wait for it") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _writable(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{target}: cannot be written ({error}); expected room and rights; mend it and run again"
        ) from error


@contextmanager
def _progress_bar(name: str, quiet: bool) -> Iterator[Progress]:
    with tqdm(desc=name, unit="B", unit_scale=True, unit_divisor=1024, disable=quiet or None, leave=False) as bar:

        def progress(size: int, total: int | None) -> None:
            bar.total = total
            bar.update(size - bar.n)

        yield progress
