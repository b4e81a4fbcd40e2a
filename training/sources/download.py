"""One file over HTTP: resumed where it broke off, retried with growing pauses, never larger than expected."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from training.sources.errors import DownloadError, UntrustedFileError

CHUNK_BYTES = 16 * 1024
"""At most this much is lost when a connection breaks."""
MAX_BYTES = 4 * 1024**3
"""Of a file whose size the catalogue does not know."""
MAX_RETRY_AFTER_SECONDS = 120
"""However long a busy server asks to be left alone."""
BUSY = (429, 500, 502, 503, 504)
FROM_A_MIRROR = "try again later, or give a folder that has it with --mirror"

Progress = Callable[[int, int | None], None]
"""Called with the bytes at hand and, where known, the bytes in all."""


@dataclass(frozen=True)
class Expected:
    """What is known of the file before it is fetched."""

    bytes: int | None
    sha256: str | None


@dataclass(frozen=True)
class Patience:
    """How long to go on without getting anywhere."""

    attempts: int = 5
    backoff_seconds: float = 1.0
    """Pause before the second attempt; it doubles from there."""
    timeout_seconds: float = 60.0


@dataclass(frozen=True)
class Partial:
    """A download under way: `path` holds the bytes so far, `tag` the entity tag of the file they belong to."""

    path: Path

    @property
    def tag_path(self) -> Path:
        """Where the tag is kept between runs."""
        return self.path.with_name(f"{self.path.name}.etag")

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def tag(self) -> str | None:
        """The strong entity tag, None where the server gave none."""
        return self.tag_path.read_text(encoding="utf-8") if self.tag_path.exists() else None

    def keep_tag(self, tag: str | None) -> None:
        """Remember what file the bytes come from; weak tags do not identify bytes."""
        self.tag_path.unlink(missing_ok=True)
        if tag and not tag.startswith("W/"):
            self.tag_path.write_text(tag, encoding="utf-8")

    def drop(self) -> None:
        """Start over."""
        self.path.unlink(missing_ok=True)
        self.tag_path.unlink(missing_ok=True)


def download(url: str, partial: Partial, expected: Expected, progress: Progress, patience: Patience) -> None:
    """Bring `partial` up to the whole file. What is there already is kept if the file can be told to be the same.

    Raises `DownloadError` when the server refuses or stays silent, `UntrustedFileError` when it sends too much.
    """
    if expected.sha256 is None and partial.tag is None:
        partial.drop()
    n_failures = 0
    with _session(patience) as session:
        while True:
            size_before = partial.size
            try:
                return _receive(session, url, partial, expected, progress, patience)
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                n_failures = 0 if partial.size > size_before else n_failures + 1
                if n_failures >= patience.attempts:
                    raise DownloadError(url, f"no answer ({_reason(error)})", FROM_A_MIRROR) from error
            except requests.RequestException as error:
                raise DownloadError(url, f"no file ({_reason(error)})", FROM_A_MIRROR) from error
            time.sleep(patience.backoff_seconds * 2 ** (n_failures - 1))


def _session(patience: Patience) -> requests.Session:
    retry = Retry(
        total=patience.attempts,
        connect=0,
        read=0,
        status_forcelist=BUSY,
        backoff_factor=patience.backoff_seconds,
        retry_after_max=MAX_RETRY_AFTER_SECONDS,
        raise_on_status=False,
    )
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _receive(
    session: requests.Session, url: str, partial: Partial, expected: Expected, progress: Progress, patience: Patience
) -> None:
    start = partial.size
    if start and start == expected.bytes:
        return
    # Compressed transfer would make the bytes on the wire others than the file's.
    headers = {"Accept-Encoding": "identity"} | (_resume_headers(partial) if start else {})
    with session.get(url, headers=headers, stream=True, timeout=patience.timeout_seconds) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable and start:
            partial.drop()
            raise requests.ConnectionError("the server holds less than what is here")
        _check_status(url, response)
        resumes = response.status_code == requests.codes.partial_content
        if resumes and not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            partial.drop()
            raise requests.ConnectionError("the server sent another range than asked for")
        if not resumes:
            partial.drop()
        partial.path.parent.mkdir(parents=True, exist_ok=True)
        partial.keep_tag(response.headers.get("ETag"))
        _write(response, partial, start if resumes else 0, expected, progress)


def _resume_headers(partial: Partial) -> dict[str, str]:
    tag = partial.tag
    return {"Range": f"bytes={partial.size}-"} | ({"If-Range": tag} if tag else {})


def _check_status(url: str, response: requests.Response) -> None:
    status = f"HTTP {response.status_code} {response.reason}"
    if response.status_code in (requests.codes.not_found, requests.codes.gone):
        raise DownloadError(
            url, status, "the file, commit or repository is gone: give a folder that has it with --mirror"
        )
    if not response.ok:
        raise DownloadError(url, status, FROM_A_MIRROR)


def _write(response: requests.Response, partial: Partial, start: int, expected: Expected, progress: Progress) -> None:
    length = response.headers.get("Content-Length", "")
    total = expected.bytes or (start + int(length) if length.isdecimal() else None)
    limit = expected.bytes or MAX_BYTES
    size = start
    with partial.path.open("ab" if start else "wb") as handle:
        progress(size, total)
        for chunk in response.iter_content(CHUNK_BYTES):
            size += len(chunk)
            if size > limit:
                break
            handle.write(chunk)
            progress(size, total)
    if size > limit:
        partial.drop()
        raise UntrustedFileError(
            response.url, f"more than {limit} bytes", f"at most {limit}", "the origin changed: tell the maintainers"
        )


def _reason(error: Exception) -> str:
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return str(cause) or type(cause).__name__
