"""A few dozen random inputs for each property of `properties`; `python -m tests.hostile.fuzz` runs as many as asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.hostile.properties import Subject

NAMES = (
    "reader",
    "corpus reader",
    "normaliser",
    "tokeniser",
    "extractor",
    "extractor, invisible characters",
    "analyzer",
    "analyzer, from a file",
    "pyfunc",
)


@pytest.fixture(scope="module")
def subject(tiny_project: Path) -> Subject:
    return Subject(tiny_project / "models" / "analyzer")


@pytest.mark.parametrize("name", NAMES)
def test_any_input_is_answered(subject: Subject, name: str) -> None:
    tested = subject.properties()[name]
    settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))(
        given(tested.inputs)(tested.check)
    )()


def test_every_property_is_run(subject: Subject) -> None:
    assert tuple(subject.properties()) == NAMES
