"""Writes docs/reference from the code: parameters, output rows, commands. `make docs` runs it, a test compares."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, cast, get_args, get_origin

import typer
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.cli import get_docs_for_click

from training.cli import app
from training.params import Params
from training.schema import ActorType, Attribution, QuoteKind, Section, Stance

ROOT = Path(__file__).parents[1]
LABELS = (Section, Stance, QuoteKind, ActorType, Attribution)
BOUNDS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
KINDS = {"int": "whole number", "float": "number", "str": "text", "bool": "true or false", "NoneType": "null"}
PARAMS, OUTPUT = Path("training/params.py"), Path("training/inference/output.py")
MADE = "<!-- Made by `make docs` from {source}; edit there. -->\n\n"


class Field(NamedTuple):
    """A field of a class, as its source has it."""

    name: str
    type: str
    doc: str


class Record(NamedTuple):
    """A class whose fields are documented by the string below each."""

    doc: str
    fields: list[Field]


def read_records(source: Path) -> dict[str, Record]:
    """Every class of a module with its annotated fields, in order."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {node.name: Record(ast.get_docstring(node) or "", list(_fields(node))) for node in classes}


def _fields(node: ast.ClassDef) -> Iterator[Field]:
    for statement, following in zip(node.body, [*node.body[1:], ast.Pass()], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            is_doc = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            doc = str(following.value.value) if is_doc else ""  # type: ignore[attr-defined]
            yield Field(statement.target.id, ast.unparse(statement.annotation), doc)


def params_page(root: Path = ROOT) -> str:
    """Every key of params.yaml: its value there, what it takes and means."""
    records = read_records(root / PARAMS)
    values = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    lines = [MADE.format(source=PARAMS), "# Parameters\n\n", "Every number of the pipeline stands in `params.yaml`. "]
    lines.append("A key that is unknown or out of range stops the stage and is named.\n")
    for name, info in Params.model_fields.items():
        key, model = info.alias or name, cast("type[BaseModel]", info.annotation)
        lines.append(f"\n## {key}\n{records[model.__name__].doc}\n\n")
        lines.append("| key | value | takes | meaning |\n|---|---|---|---|\n")
        lines += _rows(records, model, values[key], "")
    return "".join(lines)


def _rows(records: dict[str, Record], model: type[BaseModel], values: dict[str, Any], prefix: str) -> Iterator[str]:
    docs = {field.name: field.doc for field in records[model.__name__].fields}
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from _rows(records, info.annotation, values[name], f"{prefix}{name}.")
        else:
            shown = yaml.safe_dump(values.get(name), default_flow_style=True, width=1000).splitlines()[0]
            yield f"| `{prefix}{name}` | `{shown}` | {_cell(_takes(info))} | {_cell(docs[name])} |\n"


def _takes(info: FieldInfo) -> str:
    """The type of a value and its range, in words."""
    options = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
    if options:
        return ", ".join(f"`{option}`" for option in options)
    bounds = [
        f"{sign} {getattr(bound, name)}"
        for bound in info.metadata
        for name, sign in BOUNDS.items()
        if getattr(bound, name, None) is not None
    ]
    return " ".join([_kind(info.annotation), ", ".join(bounds)]).strip()


def _kind(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(inner[0])
    if origin is dict:
        return "ranges or choices by key"
    if origin is list:
        return f"list of {_kind(inner[0])}"
    if inner:
        return " or ".join(_kind(part) for part in inner)
    return KINDS[annotation.__name__]


def output_page(root: Path = ROOT) -> str:
    """Every field of a row of `mawaqif analyze`."""
    records = read_records(root / OUTPUT)
    lines = [MADE.format(source=OUTPUT), "# What `mawaqif analyze` writes\n\n"]
    lines.append("One JSON object a row, in input order: an `Analysis`, or a `Failure`. Offsets count code points of\n")
    lines.append("the row's `text`, half-open; probabilities lie in [0, 1].\n")
    for name in ("Analysis", "Failure", *(name for name in records if name not in {"Analysis", "Failure"})):
        lines.append(f"\n## {name}\n{records[name].doc}\n\n| field | type | meaning |\n|---|---|---|\n")
        lines += [
            f"| `{field.name}` | `{_cell(field.type)}` | {_cell(field.doc)} |\n" for field in records[name].fields
        ]
    lines.append("\n## Labels\n[What they mean](../annotation.md).\n\n")
    lines += [f"* `{kind.__name__}`: {', '.join(f'`{label}`' for label in kind)}\n" for kind in LABELS]
    return "".join(lines)


def commands_page() -> str:
    """The help of every command."""
    command = typer.main.get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name="mawaqif", title="Commands")
    body = "\n".join(line.rstrip() for line in text.splitlines() if "--install-completion" not in line)
    return MADE.format(source="training/cli.py") + "\n".join(_without_completion(body.splitlines())) + "\n"


def _without_completion(lines: list[str]) -> Iterator[str]:
    return (line for line in lines if "--show-completion" not in line)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def pages(root: Path = ROOT) -> dict[Path, str]:
    """Every page with its place."""
    folder = root / "docs" / "reference"
    return {
        folder / "params.md": params_page(root),
        folder / "analysis.md": output_page(root),
        folder / "commands.md": commands_page(),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path, file=sys.stderr)
