"""The date of an input row: what is understood, and what is said where it is not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from training.inference.rows import parse_row

TEXT = "قال الوزير إن الأمر بسيط."  # «The minister said the matter is simple.»


@pytest.mark.parametrize(
    "given",
    [
        "2023-01-18",
        " 2023-01-18 ",
        "2023-01-18T07:30:00Z",
        "2023-01-18 07:30",
        "20230118",
        date(2023, 1, 18),
        datetime(2023, 1, 18, 7, 30, tzinfo=UTC),
        pd.Timestamp("2023-01-18 07:30"),
    ],
)
def test_the_day_of_a_date_is_kept(given: Any) -> None:
    row = parse_row({"text": TEXT, "date": given})
    assert (row.date, row.warnings) == ("2023-01-18", ())


@pytest.mark.parametrize("given", [None, "", float("nan"), pd.NaT, pd.NA])
def test_a_missing_date_is_no_trouble(given: Any) -> None:
    row = parse_row({"text": TEXT, "date": given})
    assert (row.date, row.warnings) == (None, ())


@pytest.mark.parametrize("given", ["18/1/2023", "2023-02-31", "أمس", 20230118, ["2023-01-18"], "\ud800"])
def test_a_date_that_is_not_understood_is_left_out_and_said_so(given: Any) -> None:
    row = parse_row({"text": TEXT, "date": given})
    shown = repr(str(given))
    assert row.date is None
    assert row.warnings == (f"bad_date: {shown} is left out; expected a date such as 2023-01-18",)
