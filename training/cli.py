"""The `mawaqif` command. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but some rows are errors."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from training.errors import MawaqifError

# Commands import what they need when they run: `--help` stays fast and light installs stay light.

SOME_ROWS_FAILED = 3

app = typer.Typer(help="Arabic news: sections, quoted actors and their stances.", no_args_is_help=True)
corpus_app = typer.Typer(help="Look after the annotated corpus.", no_args_is_help=True)
app.add_typer(corpus_app, name="corpus")


@app.command()
def analyze(
    source: Annotated[str, typer.Argument(help="IN.jsonl (also .gz, .xz), article.txt, or - for standard input")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="OUT.jsonl; standard output when left out")] = None,
    model: Annotated[str, typer.Option(help="models:/NAME@ALIAS, or a bundle folder")] = "",
    target: Annotated[str | None, typer.Option(help="what stances are taken toward; default: each title")] = None,
    html: Annotated[Path | None, typer.Option(help="also write a reading page an article into this folder")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on with an interrupted OUT.jsonl.part")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="read only this many rows")] = None,
) -> None:
    """Read articles: one JSON result a row, in input order; a row that cannot be read becomes an error row."""
    from training.inference.analyzer import Analyzer
    from training.inference.batch import BatchOptions, run_batch
    from training.tracking.locate import DEFAULT_MODEL, locate_bundle

    with locate_bundle(model or DEFAULT_MODEL) as bundle:
        analyzer = Analyzer(bundle.folder, name=bundle.name, version=bundle.version)
    counts = run_batch(analyzer, BatchOptions(source, out, target, html, resume, limit))
    print(f"{counts.n_rows} rows, {counts.n_errors} errors", file=sys.stderr)
    if counts.n_errors:
        raise typer.Exit(SOME_ROWS_FAILED)


@app.command()
def doctor() -> None:
    """Say what is installed, where tracking points and which champions are there."""
    from training.tracking.doctor import examine

    findings = list(examine())
    for finding in findings:
        print(f"{'ok ' if finding.ok else 'BAD'}  {finding.name:18} {finding.state}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command()
def results(reports: Annotated[Path, typer.Option(help="folder the pipeline reports into")] = Path("reports")) -> None:
    """Print the results table of the last training."""
    from training.evaluation.page import format_table, results_table
    from training.files import read_json
    from training.tracking.items import EVALUATIONS

    print(
        format_table(
            results_table({name: read_json(reports / name / "metrics.json") for name in EVALUATIONS["analyzer"]})
        )
    )
    print(f"Report: {reports / 'index.html'}")


@app.command()
def ui(port: Annotated[int, typer.Option(help="port on this machine")] = 5000) -> None:
    """Open the MLflow UI on the tracking store."""
    from training.tracking.store import connect, tracking_uri

    connect()
    command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", tracking_uri(), "--port", str(port)]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


@corpus_app.command("add")
def corpus_add(
    drafts: Annotated[list[Path], typer.Argument(help="files with inline annotation marks (docs/own-data.md)")],
    to: Annotated[Path, typer.Option(help="JSON Lines file that the articles are added to")],
) -> None:
    """Turn hand-marked articles into the corpus format; nothing is written when one of them is wrong."""
    from training.corpus.markup import add_drafts

    added = add_drafts(drafts, to)
    print(f"{added} articles added to {to}")


def main() -> None:
    """Entry point: one line on standard error for a mistake of the user's."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s", stream=sys.stderr)
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    try:
        app()
    except MawaqifError as error:
        sys.exit(f"mawaqif: {error}")


if __name__ == "__main__":
    main()
