"""The documents say what the code does: reference pages are fresh, links resolve, commands exist."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from pydantic import ConfigDict, TypeAdapter, with_config

from tests.conftest import ROOT
from tests.inference.test_analyzer import ROW
from training.cli import app
from training.inference.analyzer import Analyzer
from training.inference.output import Analysis, Failure

DOCUMENTS = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/**/README.md")]
    if ".venv" not in path.parts
)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"\bmawaqif ((?:corpus )?[a-z][a-z-]+)")


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_code_says(reference: ModuleType) -> None:
    for path, text in reference.pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path} is old; run `make docs`"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    links = [link for link in LINK.findall(path.read_text(encoding="utf-8")) if not link.startswith(("http", "mailto"))]
    missing = [link for link in links if not (path.parent / link).exists()]
    assert missing == []


def test_every_command_that_is_named_exists() -> None:
    experiments = {"section", "stance", "analyzer", "sweep"}  # `mawaqif section` is also what MLflow calls one
    known = {*_names(typer.main.get_command(app)), *experiments}
    for path in DOCUMENTS:
        code = re.findall(r"`[^`\n]+`|^\$? ?mawaqif .*$", path.read_text(encoding="utf-8"), re.MULTILINE)
        named = {name for line in code for name in COMMAND.findall(line)}
        assert named <= known, f"{path}: {named - known}"


def _names(group: Any, prefix: str = "") -> list[str]:
    found = []
    for name, command in group.commands.items():
        found.append(f"{prefix}{name}")
        found += _names(command, f"{prefix}{name} ") if hasattr(command, "commands") else []
    return found


def test_a_result_has_the_documented_fields_and_no_others(tiny_project: Path) -> None:
    strict = with_config(ConfigDict(extra="forbid"))
    good, bad = Analyzer(tiny_project / "models" / "analyzer").analyze([ROW, {"id": "b", "text": ""}])
    assert TypeAdapter(strict(Analysis)).validate_python(good)["id"] == "a"
    assert TypeAdapter(strict(Failure)).validate_python(bad)["error"]["code"] == "empty_text"
