"""A loopback server that breaks off, refuses and changes its mind when told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONTENT = bytes(range(256)) * 4000


@dataclass
class Origin:
    """What the loopback server serves and what it was asked."""

    url: str = ""
    content: bytes = CONTENT
    tag: str | None = '"v1"'
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    """Bytes of the body after which each of the next connections breaks off."""
    statuses: list[int] = field(default_factory=list)
    """Refusals before the next success."""
    asked: list[str | None] = field(default_factory=list)
    """The Range header of every request."""


def _handler(origin: Origin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            origin.asked.append(self.headers.get("Range"))
            if origin.statuses:
                self.send_response(origin.statuses.pop(0))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = self._start()
            if start >= len(origin.content):
                self.send_error(416)
                return
            body = origin.content[start:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(origin.content) - 1}/{len(origin.content)}")
            if origin.tag:
                self.send_header("ETag", origin.tag)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: origin.cuts.pop(0)] if origin.cuts else body)

        def _start(self) -> int:
            asked = self.headers.get("Range")
            same = self.headers.get("If-Range") in (None, origin.tag)
            return int(asked.removeprefix("bytes=").rstrip("-")) if asked and same and origin.ranges else 0

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def serving() -> Iterator[Origin]:
    """An origin that answers at its `url`."""
    origin = Origin()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(origin))
    origin.url = f"http://127.0.0.1:{server.server_port}/file.zip"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
