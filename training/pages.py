"""What the HTML pages share: strict templates, and style and script that the Content-Security-Policy allows by hash."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def page_environment(
    *templates: Path, keep_trailing_newline: bool = False, **filters: Callable[..., Any]
) -> Environment:
    """An escaping environment on folders of templates, with `style_source`, `script_source` and the given filters."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=keep_trailing_newline,
    )
    environment.filters.update(style_source=style_source, script_source=script_source, **filters)
    return environment


def style_source(css: str) -> str:
    """The Content-Security-Policy source that allows exactly this style sheet."""
    return _hash_source(css)


def script_source(script: str) -> str:
    """The Content-Security-Policy source that allows exactly this script."""
    return _hash_source(script)


def _hash_source(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
