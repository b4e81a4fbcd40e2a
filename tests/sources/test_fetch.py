from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from tests.sources.origin import CONTENT, Origin, serving
from training.cli import app
from training.errors import BusyError, InputError
from training.sources.catalogue import Corpus, MirrorFile, UpstreamFile
from training.sources.download import CHUNK_BYTES, Expected, Partial, Patience, download
from training.sources.errors import DownloadError, UntrustedFileError
from training.sources.fetch import LOCK_FILE, Fetched, fetch

SHA256 = hashlib.sha256(CONTENT).hexdigest()
HASTE = Patience(attempts=3, backoff_seconds=0.0, timeout_seconds=5.0)


@pytest.fixture
def origin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Origin]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as origin:
        yield origin


def a_corpus(url: str = "http://127.0.0.1:9/file.zip", size: int | None = None, sha256: str | None = None) -> Corpus:
    return Corpus(
        title="Invented",
        reader="training.sources.ant",
        holds=("documents",),
        licence="CC0",
        licence_allows_reuse=True,
        citation="Nobody",
        origin="http://127.0.0.1",
        commit="0123abcd",
        mirror=(MirrorFile(path="section/a.xz", bytes=len(CONTENT), sha256=SHA256),),
        upstream=(UpstreamFile(path="ant/file.zip", url=url, bytes=size, sha256=sha256),),
    )


def run(corpus: Corpus, to: Path, mirror: Path | None = None) -> list[Fetched]:
    return list(fetch(corpus, to, mirror, patience=HASTE, quiet=True))


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {".fetch.lock"}


def test_a_file_of_unknown_hash_is_fetched_and_recorded(origin: Origin, tmp_path: Path) -> None:
    (fetched,) = run(a_corpus(origin.url), tmp_path)
    assert fetched == Fetched("ant/file.zip", len(CONTENT), SHA256, origin.url, "fetched", pinned=False)
    assert (tmp_path / "ant/file.zip").read_bytes() == CONTENT
    assert json.loads((tmp_path / LOCK_FILE).read_text(encoding="utf-8")) == {
        "ant/file.zip": {"bytes": len(CONTENT), "sha256": SHA256, "origin": origin.url, "pinned": False}
    }
    assert files_in(tmp_path) == {"ant/file.zip", LOCK_FILE}


def test_what_is_there_is_not_fetched_again(origin: Origin, tmp_path: Path) -> None:
    run(a_corpus(origin.url), tmp_path)
    (again,) = run(a_corpus(origin.url), tmp_path)
    assert again.state == "already there"
    assert len(origin.asked) == 1


def test_another_file_under_the_recorded_url_is_refused(origin: Origin, tmp_path: Path) -> None:
    run(a_corpus(origin.url), tmp_path)
    (tmp_path / "ant/file.zip").write_bytes(b"altered")
    origin.content = b"other"
    with pytest.raises(UntrustedFileError, match=f"sha256 .*expected {SHA256}.*{LOCK_FILE}"):
        run(a_corpus(origin.url), tmp_path)
    assert (tmp_path / "ant/file.zip").read_bytes() == b"altered"


def test_an_altered_file_is_replaced(origin: Origin, tmp_path: Path) -> None:
    run(a_corpus(origin.url), tmp_path)
    (tmp_path / "ant/file.zip").write_bytes(b"altered")
    (again,) = run(a_corpus(origin.url), tmp_path)
    assert again.state == "fetched"
    assert (tmp_path / "ant/file.zip").read_bytes() == CONTENT


def test_a_cut_connection_is_resumed_where_it_broke(origin: Origin, tmp_path: Path) -> None:
    origin.cuts = [20 * CHUNK_BYTES, 5 * CHUNK_BYTES + 1]
    (fetched,) = run(a_corpus(origin.url), tmp_path)
    assert fetched.sha256 == SHA256
    assert origin.asked == [None, f"bytes={20 * CHUNK_BYTES}-", f"bytes={25 * CHUNK_BYTES}-"]


def test_an_interrupted_fetch_goes_on_in_the_next_run(origin: Origin, tmp_path: Path) -> None:
    partial = Partial(tmp_path / "ant/file.zip.part")
    partial.path.parent.mkdir()
    partial.path.write_bytes(CONTENT[:1000])
    partial.keep_tag('"v1"')
    run(a_corpus(origin.url), tmp_path)
    assert origin.asked == ["bytes=1000-"]
    assert (tmp_path / "ant/file.zip").read_bytes() == CONTENT


def test_nothing_is_resumed_from_a_file_that_changed(origin: Origin, tmp_path: Path) -> None:
    partial = Partial(tmp_path / "ant/file.zip.part")
    partial.path.parent.mkdir()
    partial.path.write_bytes(b"old" * 1000)
    partial.keep_tag('"v0"')
    (fetched,) = run(a_corpus(origin.url), tmp_path)
    assert fetched.sha256 == SHA256


@pytest.mark.parametrize("tag", [None, 'W/"v1"'])
def test_bytes_of_an_unidentified_file_are_not_resumed(origin: Origin, tmp_path: Path, tag: str | None) -> None:
    origin.tag, origin.cuts = tag, [300_000]
    partial = Partial(tmp_path / "ant/file.zip.part")
    partial.path.parent.mkdir()
    partial.path.write_bytes(b"?" * 1000)
    (fetched,) = run(a_corpus(origin.url), tmp_path)
    assert fetched.sha256 == SHA256
    assert origin.asked[0] is None


def test_a_server_without_ranges_sends_the_whole_file_again(origin: Origin, tmp_path: Path) -> None:
    origin.ranges, origin.cuts = False, [300_000]
    (fetched,) = run(a_corpus(origin.url, len(CONTENT), SHA256), tmp_path)
    assert fetched.sha256 == SHA256
    assert fetched.pinned


def test_more_bytes_than_the_server_has_start_over(origin: Origin, tmp_path: Path) -> None:
    partial = Partial(tmp_path / "file.part")
    partial.path.write_bytes(CONTENT + b"more")
    partial.keep_tag('"v1"')
    download(origin.url, partial, Expected(None, None), lambda size, total: None, HASTE)
    assert partial.path.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(origin: Origin, tmp_path: Path, status: int) -> None:
    origin.statuses = [status, status]
    (fetched,) = run(a_corpus(origin.url), tmp_path)
    assert fetched.sha256 == SHA256
    assert len(origin.asked) == 3


def test_a_server_that_stays_busy_is_given_up(origin: Origin, tmp_path: Path) -> None:
    origin.statuses = [503] * 20
    with pytest.raises(DownloadError, match="HTTP 503 .*--mirror"):
        run(a_corpus(origin.url), tmp_path)
    assert len(origin.asked) == 1 + HASTE.attempts


def test_a_missing_file_says_so_at_once(origin: Origin, tmp_path: Path) -> None:
    origin.statuses = [404]
    with pytest.raises(DownloadError) as caught:
        run(a_corpus(origin.url), tmp_path)
    assert str(caught.value) == (
        f"{origin.url}: HTTP 404 Not Found; expected the file as pinned in data/sources.yaml;"
        " the file, commit or repository is gone: give a folder that has it with --mirror"
    )
    assert len(origin.asked) == 1
    assert files_in(tmp_path) == set()


def test_no_server_is_a_download_error(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="no answer .*Connection refused"):
        run(a_corpus(), tmp_path)


@pytest.mark.parametrize(
    ("size", "sha256", "message"),
    [
        (None, "0" * 64, f"sha256 {SHA256}; expected {'0' * 64}"),
        (len(CONTENT) + 1, SHA256, f"{len(CONTENT)} bytes; expected {len(CONTENT) + 1} bytes"),
        (len(CONTENT) - 1, SHA256, f"more than {len(CONTENT) - 1} bytes"),
    ],
)
def test_a_file_that_is_not_the_pinned_one_is_refused_and_not_kept(
    origin: Origin, tmp_path: Path, size: int | None, sha256: str, message: str
) -> None:
    with pytest.raises(UntrustedFileError, match=message):
        run(a_corpus(origin.url, size, sha256), tmp_path)
    assert files_in(tmp_path) == set()


def test_a_mirror_folder_goes_through_the_same_checks(tmp_path: Path) -> None:
    mirror, to = tmp_path / "mirror", tmp_path / "to"
    (mirror / "section").mkdir(parents=True)
    with pytest.raises(InputError, match=r"section/a\.xz: missing"):
        run(a_corpus(), to, mirror)
    (mirror / "section/a.xz").write_bytes(CONTENT[:-1] + b"?")
    with pytest.raises(UntrustedFileError, match="it was not kept"):
        run(a_corpus(), to, mirror)
    assert files_in(to) == set()
    (mirror / "section/a.xz").write_bytes(CONTENT)
    (fetched,) = run(a_corpus(), to, mirror)
    assert fetched == Fetched("section/a.xz", len(CONTENT), SHA256, "mirror", "fetched", pinned=True)
    assert run(a_corpus(), to, mirror)[0].state == "already there"


def test_two_fetches_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    with FileLock(tmp_path / ".fetch.lock"), pytest.raises(BusyError, match="another fetch"):
        run(a_corpus(), tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        run(a_corpus(), tmp_path / "file" / "below")


def test_the_command_fetches_reports_and_goes_on_after_a_failure(tmp_path: Path, packed: Path) -> None:
    to = tmp_path / "to"
    result = CliRunner().invoke(app, ["fetch", "ans", "mawqif", "--mirror", str(packed), "--to", str(to)])
    assert result.exit_code == 1
    assert "mawaqif: ans: " in result.stderr
    assert "mawaqif: mawqif: " in result.stderr
    assert CliRunner().invoke(app, ["fetch", "--to", str(to)]).exit_code == 2
    assert CliRunner().invoke(app, ["fetch", "ans", "--all", "--to", str(to)]).exit_code == 2
