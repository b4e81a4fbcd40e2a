"""Input rows of a batch: what is accepted, and why a row cannot be scored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from numbers import Real
from typing import Any

from training.errors import RowError
from training.invisible import strip_invisible

ROW_FIELDS = ("id", "date", "title", "text", "target")
"""What is read of an input row; only `text` is required."""

MAX_CHARACTERS = 2_000_000
MAX_TARGET_CHARACTERS = 300

_ARABIC = re.compile("[\N{ARABIC LETTER HAMZA}-\N{ARABIC LETTER GHAIN}\N{ARABIC LETTER FEH}-\N{ARABIC LETTER YEH}]")
"""The tatweel between them is no letter."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_SENTENCE_END = re.compile(r"[.!؟?](?=\s|$)|\n")


@dataclass(frozen=True)
class ArticleRow:
    """A row that can be scored. `title` may be empty; `target` is what stances are taken toward."""

    id: str | None
    text: str
    title: str
    target: str
    date: str | None
    """`YYYY-MM-DD`."""
    warnings: tuple[str, ...]


def parse_row(row: Mapping[str, Any]) -> ArticleRow:
    """Check one row. Raises `RowError` with a stable code: `not_text`, `invalid_unicode`, `empty_text`, `too_long`."""
    text = require_text(row, "text")
    if len(text) > MAX_CHARACTERS:
        raise RowError("too_long", f"text has {len(text)} characters; expected at most {MAX_CHARACTERS}; split it")
    title = optional_text(row, "title") or ""
    day = row_date(row)
    return ArticleRow(
        id=row_id(row),
        text=text,
        title=title,
        target=optional_text(row, "target") or title or first_sentence(text),
        date=day,
        warnings=tuple(_warnings(row, text, day)),
    )


def row_id(row: Mapping[str, Any]) -> str | None:
    """The row's id as a string, None when it has none, or one that cannot be written as a string."""
    value = row.get("id")
    try:
        return None if is_missing(value) else str(value).encode("utf-8", "replace").decode()
    except (RecursionError, ValueError):  # lists a thousand deep, numbers of thousands of digits
        return None


def row_date(row: Mapping[str, Any]) -> str | None:
    """The day of a row's `date` (ISO 8601, or a date object), None when it has none or one that is not understood."""
    value = row.get("date")
    if is_missing(value) or not isinstance(value, str | date):
        return None
    day, _, _ = (value if isinstance(value, str) else value.isoformat()).strip().replace(" ", "T").partition("T")
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return None


def require_text(row: Mapping[str, Any], name: str) -> str:
    """A field that must hold a non-blank string of valid Unicode."""
    value = row.get(name)
    if is_missing(value):
        raise RowError("empty_text", f"'{name}' is missing or null; expected a string")
    text = _check_string(value, name)
    if _is_blank(text):
        raise RowError("empty_text", f"'{name}' is empty; expected at least one word")
    return text


def optional_text(row: Mapping[str, Any], name: str) -> str | None:
    """A field that may be missing, null, NaN or blank (None), else a string of valid Unicode."""
    value = row.get(name)
    text = "" if is_missing(value) else _check_string(value, name).strip()
    return None if _is_blank(text) else text


def first_sentence(text: str) -> str:
    """The first sentence of a text without its invisible characters, at most `MAX_TARGET_CHARACTERS` long."""
    stripped = strip_invisible(text).strip()
    end = _SENTENCE_END.search(stripped)
    return stripped[: end.start() if end else None][:MAX_TARGET_CHARACTERS].strip()


def is_missing(value: Any) -> bool:
    """None, NaN and pandas' NA and NaT count as missing."""
    not_a_number = isinstance(value, Real) and bool(value != value)
    return value is None or not_a_number or type(value).__name__ in {"NAType", "NaTType"}


def _is_blank(text: str) -> bool:
    return not strip_invisible(text).strip()


def _warnings(row: Mapping[str, Any], text: str, day: str | None) -> Iterator[str]:
    if not _ARABIC.search(text):
        yield "no_arabic: the text has no Arabic letter; scores mean little"
    given = row.get("date")
    if day is None and not is_missing(given) and given != "":
        yield f"bad_date: {str(given)[:40]!r} is left out; expected a date such as 2023-01-18"


def _check_string(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise RowError("not_text", f"'{name}' is a {type(value).__name__}; expected a string")
    bad = _SURROGATE.search(value)
    if bad:
        raise RowError("invalid_unicode", f"'{name}' has a lone surrogate at {bad.start()}; expected valid Unicode")
    return value
