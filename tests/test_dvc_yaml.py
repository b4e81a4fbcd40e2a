"""dvc.yaml against the code: DVC does not follow imports, so the lists in it must."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from training.cli import app

COMMAND_SECTIONS = {"public", "sweep"}
"""Sections of params.yaml that a `mawaqif` command of that name reads; no stage does."""
STAGES: dict[str, Any] = {
    name: stage
    for path in ("dvc.yaml", "training/adapt/dvc.yaml")
    for name, stage in yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))["stages"].items()
}


@cache
def imported_files(path: Path) -> frozenset[Path]:
    """Files of the package that `path` imports directly, with the packages they lie in."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("training"):
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names if alias.name.startswith("training")}
    candidates = [ROOT / module.replace(".", "/") for module in modules]
    files = [base.with_suffix(".py") for base in candidates] + [base / "__init__.py" for base in candidates]
    return frozenset(file for file in files if file.exists())


def import_closure(path: Path) -> set[Path]:
    seen: set[Path] = set()
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            parents = [parent / "__init__.py" for parent in current.parents if parent.is_relative_to(ROOT / "training")]
            waiting += [*imported_files(current), *(parent for parent in parents if parent.exists())]
    return seen


def is_covered(file: Path, deps: list[str]) -> bool:
    return any(file == ROOT / dep or file.is_relative_to(ROOT / dep) for dep in deps)


@pytest.mark.parametrize("name", [name for name, stage in STAGES.items() if not stage.get("always_changed")])
def test_deps_cover_the_import_closure(name: str) -> None:
    closure = import_closure(ROOT / "training" / "stages" / f"{name}.py")
    missing = [str(file.relative_to(ROOT)) for file in sorted(closure) if not is_covered(file, STAGES[name]["deps"])]
    assert len(closure) > 5
    assert missing == []


@pytest.mark.parametrize("name", STAGES)
def test_deps_name_existing_code(name: str) -> None:
    code = [dep for dep in STAGES[name]["deps"] if dep.startswith("training")]
    assert [dep for dep in code if not (ROOT / dep).exists()] == []


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_is_a_module_run_by_its_name(name: str) -> None:
    assert (ROOT / "training" / "stages" / f"{name}.py").exists()
    assert f"python -m training.stages.{name}" in STAGES[name]["cmd"]


def test_every_params_section_belongs_to_a_stage_or_a_command() -> None:
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    assert set(params) - set(STAGES) == COMMAND_SECTIONS
    assert {command.callback.__name__ for command in app.registered_commands if command.callback} >= COMMAND_SECTIONS


def test_the_closure_would_miss_a_forgotten_dep() -> None:
    closure = import_closure(ROOT / "training" / "stages" / "split.py")
    assert ROOT / "training" / "corpus" / "dedupe.py" in closure
    assert not is_covered(ROOT / "training" / "corpus" / "dedupe.py", ["training/stages"])
