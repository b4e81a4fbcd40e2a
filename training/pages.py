"""What the HTML pages share: strict templates, and a style sheet that the Content-Security-Policy allows by its hash."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def page_environment(
    templates: Path, *, keep_trailing_newline: bool = False, **filters: Callable[..., Any]
) -> Environment:
    """An escaping environment on a folder of templates, with `style_source` and the given filters."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=keep_trailing_newline,
    )
    environment.filters.update(style_source=style_source, **filters)
    return environment


def style_source(css: str) -> str:
    """The Content-Security-Policy source that allows exactly this style sheet."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}'"
