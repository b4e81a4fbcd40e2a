"""The `mawaqif` command. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but some rows are errors."""

from __future__ import annotations

import errno
import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from training.errors import MawaqifError

# Commands import what they need when they run: `--help` stays fast and light installs stay light.

SOME_ROWS_FAILED = 3
CANNOT_WRITE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""Full, over quota, over the size limit, read-only: the user's to mend."""

app = typer.Typer(help="Arabic news: sections, quoted actors and their stances.", no_args_is_help=True)
corpus_app = typer.Typer(help="Look after the annotated corpus.", no_args_is_help=True)
app.add_typer(corpus_app, name="corpus")


@app.command(
    epilog="Exit codes: 0 all rows are good; 1 nothing is written, or what is stays in OUT.part for --resume; "
    "2 wrong command line; 3 all rows are written, some of them are errors."
)
def analyze(
    source: Annotated[
        str, typer.Argument(help="IN.jsonl (also .gz, .xz), IN.parquet, article.txt, or - for standard input")
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="OUT.jsonl; left out or -: standard output")] = None,
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

    out = None if out == Path("-") else out
    if resume and out is None:
        raise typer.BadParameter("--resume needs --out")
    with locate_bundle(model or DEFAULT_MODEL) as bundle:
        analyzer = Analyzer(bundle.folder, name=bundle.name, version=bundle.version)
    counts = run_batch(analyzer, BatchOptions(source, out, target, html, resume, limit))
    before = f", {counts.n_resumed} of them from before" if counts.n_resumed else ""
    print(f"{counts.n_rows} rows{before}, {counts.n_errors} errors", file=sys.stderr)
    if counts.n_errors:
        raise typer.Exit(SOME_ROWS_FAILED)


@app.command(
    epilog="Exit codes: 0 done; 1 the input cannot be used; 2 wrong command line; 3 done, but rows were skipped."
)
def actors(
    source: Annotated[str, typer.Argument(help="OUT.jsonl of analyze (also .gz, .xz), or - for standard input")],
    csv: Annotated[Path | None, typer.Option(help="write a row a quote into this file instead of a table")] = None,
    html: Annotated[
        Path | None, typer.Option(help="write a page with time lines and quotes instead of a table")
    ] = None,
) -> None:
    """Show who stands where on what over many articles, with the quotes as evidence (docs/actors.md)."""
    from training.files import write_bytes
    from training.inference.actors import gather_file
    from training.inference.actors_page import render_actors
    from training.inference.actors_table import format_actors, write_csv

    gathered = gather_file(source)
    if csv is not None:
        write_csv(csv, gathered)
    if html is not None:
        write_bytes(html, render_actors(gathered).encode())
    if csv is None and html is None:
        print(format_actors(gathered))
    print(
        f"{len(gathered.actors)} actors in {gathered.n_articles} articles; skipped: {gathered.n_errors} error rows, "
        f"{gathered.n_unreadable} that are no output of analyze",
        file=sys.stderr,
    )
    if gathered.n_skipped:
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


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def repro(context: typer.Context) -> None:
    """Run the pipeline, as `dvc repro` with the same arguments does, but never twice at once in one folder."""
    from training.repro import reproduce

    raise typer.Exit(reproduce(context.args))


ModelName = Annotated[str, typer.Argument(help="mawaqif-section, mawaqif-stance or mawaqif-analyzer")]


@app.command(epilog="Exit codes: 0 it is champion; 1 the gate refuses it, or there is no such version.")
def promote(
    name: ModelName,
    version: Annotated[str, typer.Argument(help="number of a registered version", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="whatever the gate says; needs --reason")] = False,
    reason: Annotated[str, typer.Option(help="why, for those who look at the version later")] = "",
) -> None:
    """Make a registered version champion if the gate lets it pass; the verdict is written to the version."""
    from training.params import load_params
    from training.tracking.promotion import promote as promote_version

    if force != bool(reason.strip()):
        raise typer.BadParameter("--force and --reason go together")
    verdict = promote_version(name, version, load_params(), force_reason=reason.strip() if force else None)
    print(f"{name} version {version}: {'champion' if verdict.promoted else 'refused'} ({verdict.reason})")
    if not verdict.promoted:
        raise typer.Exit(1)


@app.command()
def rollback(
    name: ModelName,
    reason: Annotated[str, typer.Option(help="why, for those who look at the version later")] = "no reason given",
) -> None:
    """Make the previous champion champion again."""
    from training.tracking.promotion import rollback as roll_back

    went, came = roll_back(name, reason)
    print(f"{name}: version {came} is champion again, in place of version {went}")


@app.command()
def results(
    reports: Annotated[Path, typer.Option(help="folder the pipeline reports into")] = Path("reports"),
    public: Annotated[bool, typer.Option("--public", help="the scores on public corpora instead")] = False,
) -> None:
    """Print the results table of the last training, or that of the last `mawaqif public`."""
    if public:
        from training.public.headlines import format_headlines

        print(format_headlines(reports / "public"))
        print(f"All metrics, settings and sources: {reports / 'public' / 'table.md'}")
        return
    from training.evaluation.table import format_table, results_table
    from training.files import read_json
    from training.tracking.items import EVALUATIONS

    print(
        format_table(
            results_table({name: read_json(reports / name / "metrics.json") for name in EVALUATIONS["analyzer"]})
        )
    )
    print(f"Report: {reports / 'index.html'}")


@app.command()
def fetch(
    names: Annotated[list[str] | None, typer.Argument(help="corpora of data/sources.yaml", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="every corpus")] = False,
    mirror: Annotated[
        Path | None, typer.Option(envvar="MAWAQIF_MIRROR", help="folder to copy from; left out: from the origins")
    ] = None,
    to: Annotated[Path, typer.Option(help="folder to fetch into")] = Path("data/public"),
) -> None:
    """Fetch public corpora, verified by size and hash (docs/public-corpora.md); goes on where it was interrupted."""
    from training.sources.catalogue import choose, load_catalogue
    from training.sources.fetch import fetch as fetch_corpus
    from training.sources.fetch import format_fetched, format_terms

    catalogue = load_catalogue()
    if every == bool(names):
        raise typer.BadParameter(f"give --all, or some of {', '.join(catalogue)}")
    failed = False
    for name, corpus in choose(catalogue, names or list(catalogue)).items():
        try:
            for fetched in fetch_corpus(corpus, to, mirror):
                print(format_fetched(fetched))
            print(format_terms(name, corpus))
        except MawaqifError as error:
            failed = True
            print(f"mawaqif: {name}: {error}", file=sys.stderr)
    if failed:
        raise typer.Exit(1)


@app.command()
def public(
    protocols: Annotated[
        list[str] | None,
        typer.Argument(help="ans, unified_fc, mawqif, exaasc, ant, saudinewsnet_to_ant, sanad", show_default=False),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="every protocol")] = False,
    seeds: Annotated[str, typer.Option(help="training seeds, comma between")] = "13,14,15",
    system: Annotated[
        list[str] | None,
        typer.Option(help="majority, tfidf_svm, fasttext, encoder, adapted; again for more; default: all"),
    ] = None,
    encoder: Annotated[Path, typer.Option(help="pretrained encoder, a Hugging Face folder")] = Path("models/encoder"),
    mirror: Annotated[Path | None, typer.Option(envvar="MAWAQIF_MIRROR", help="folder with the corpora")] = None,
    out: Annotated[Path, typer.Option(help="folder for cells and table")] = Path("reports/public"),
    force: Annotated[bool, typer.Option("--force", help="compute cells anew that are there")] = False,
) -> None:
    """Measure systems on public corpora and write the table (docs/public-corpora.md, "Measuring on them").

    What was computed before is kept, one file a protocol, system, seed and fold; an interrupted run goes on. Settings
    are in params.yaml below `public`. Each protocol becomes a run of the MLflow experiment `mawaqif-public`.
    """
    from training.public.command import measure

    measure(protocols or [], every, seeds, system or [], encoder, mirror, out, force=force, say=print)


@app.command()
def sweep(
    task: Annotated[str, typer.Argument(help="section or stance", show_default=False)],
    trials: Annotated[int, typer.Option(min=1, help="trials in all, those of earlier calls included")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="of the search; training has its own in params.yaml")] = 13,
    timeout: Annotated[float | None, typer.Option(min=0, help="start no trial after this many seconds")] = None,
) -> None:
    """Search for hyperparameters on the dev split (docs/experiments.md); goes on where it was interrupted."""
    from training.sweep.run import Options
    from training.sweep.run import sweep as search

    search(Options(task, trials, seed, timeout), say=print)


@app.command()
def seeds(
    task: Annotated[str, typer.Argument(help="section or stance", show_default=False)],
    numbers: Annotated[str, typer.Option("--seeds", help="training seeds, comma between")] = "13,14,15",
) -> None:
    """Train once a seed and report dev macro-F1 as mean ± sd (docs/experiments.md); goes on where it was interrupted."""
    from training.public.command import parse_seeds
    from training.sweep.seeds import SeedOptions, measure_seeds

    measure_seeds(SeedOptions(task, parse_seeds(numbers)), say=print)


@app.command()
def ui(port: Annotated[int, typer.Option(help="port on this machine")] = 5000) -> None:
    """Serve the MLflow UI on the tracking store, and say where in it the trainings and models are."""
    from training.tracking.ui import serve

    raise typer.Exit(serve(port, say=partial(print, flush=True)))


@corpus_app.command("add")
def corpus_add(
    drafts: Annotated[list[Path], typer.Argument(help="files with inline annotation marks (docs/own-data.md)")],
    to: Annotated[Path, typer.Option(help="JSON Lines file that the articles are added to")],
) -> None:
    """Turn hand-marked articles into the corpus format; nothing is written when one of them is wrong."""
    from training.corpus.markup import add_drafts

    added = add_drafts(drafts, to)
    print(f"{added} articles added to {to}")


ARTICLES = Path("data/articles")
Folder = Annotated[Path, typer.Argument(help="folder of annotated *.jsonl files")]


@corpus_app.command("check")
def corpus_check(folder: Folder = ARTICLES) -> None:
    """Print what the corpus holds beside the limits it must keep; exit 1 when one is missed."""
    from training.corpus.check import check_corpus, format_figures
    from training.corpus.read import read_articles

    result = read_articles(folder)
    for error in result.rejected:
        print(error, file=sys.stderr)
    figures = check_corpus(result)
    print(format_figures(figures))
    if not all(figure.ok for figure in figures):
        raise typer.Exit(1)


@corpus_app.command("leaks")
def corpus_leaks(folder: Folder = ARTICLES) -> None:
    """Print how far a name, a target or a cue alone gives the stance away."""
    from training.corpus.read import read_articles
    from training.evaluation.leak_probes import format_probes, probe_leaks
    from training.params import load_params

    print(format_probes(probe_leaks(read_articles(folder).articles, load_params().evaluate)))


@corpus_app.command("agreement")
def corpus_agreement(
    first: Annotated[Path, typer.Argument(help="one annotation, JSON Lines")],
    second: Annotated[Path, typer.Argument(help="another annotation of the same articles")],
    out: Annotated[Path | None, typer.Option(help="write every disagreement here, JSON Lines")] = None,
) -> None:
    """Print how far two annotations of the same articles agree."""
    from training.corpus.read import read_file
    from training.evaluation.agreement import compare_annotations, format_agreement
    from training.jsonl import write_jsonl
    from training.params import load_params

    agreement = compare_annotations(read_file(first), read_file(second), load_params().evaluate)
    print(format_agreement(agreement))
    if out is not None:
        write_jsonl(out, (vars(item) for item in agreement.disagreements))


STANDOFF = Path("data/standoff")


@corpus_app.command("standoff")
def corpus_standoff(
    path: Annotated[Path, typer.Argument(help="annotated articles, JSON Lines; with --check a folder")] = STANDOFF,
    source: Annotated[str | None, typer.Option(help="public corpus that the texts came from; ids are its own")] = None,
    out: Annotated[Path | None, typer.Option(help="new JSON Lines file, without any text")] = None,
    check: Annotated[bool, typer.Option("--check", help="validate standoff annotations and count them")] = False,
) -> None:
    """Keep offsets and labels of articles whose text may not be published (docs/standoff.md)."""
    from training.corpus.read import read_file
    from training.corpus.standoff import read_standoff, to_records, write_standoff
    from training.corpus.standoff_check import check_balance, check_source, check_sources, format_counts

    if check:
        records = read_standoff(path)
        print(format_counts(records))
        check_sources(records)
        check_balance(records)
        return
    if source is None or out is None:
        raise typer.BadParameter("give --source and --out, or --check")
    check_source(source)
    written = to_records(read_file(path), source)
    write_standoff(out, written)
    print(f"{len(written)} articles in {out}, none of them with text")


@corpus_app.command("export-label-studio")
def export_label_studio(
    source: Annotated[Path, typer.Argument(help="corpus file, JSON Lines")],
    out: Annotated[Path, typer.Argument(help="Label Studio tasks, JSON; the labelling set-up lands beside it")],
) -> None:
    """Write annotated articles as Label Studio tasks."""
    from training.corpus.label_studio import SETUP, to_tasks
    from training.corpus.read import read_file
    from training.files import write_bytes, write_json

    articles = read_file(source)
    write_json(out, to_tasks(articles))
    write_bytes(out.with_suffix(".xml"), SETUP.read_bytes())
    print(f"{len(articles)} tasks in {out}; paste {out.with_suffix('.xml')} as the labelling interface")


@corpus_app.command("import-label-studio")
def import_label_studio(
    source: Annotated[Path, typer.Argument(help="Label Studio's JSON export")],
    out: Annotated[Path, typer.Argument(help="corpus file to write, JSON Lines")],
) -> None:
    """Read Label Studio's JSON export back; tasks with faults are named and left out (exit 3)."""
    from training.corpus.label_studio import from_tasks
    from training.files import read_json
    from training.jsonl import write_jsonl

    tasks = read_json(source)
    result = from_tasks(tasks if isinstance(tasks, list) else [tasks], str(source))
    for error in result.rejected:
        print(error, file=sys.stderr)
    write_jsonl(out, (article.model_dump(mode="json") for article in result.articles))
    print(f"{len(result.articles)} articles in {out}, {len(result.rejected)} left out")
    if result.rejected:
        raise typer.Exit(SOME_ROWS_FAILED)


def main() -> None:
    """Entry point: one line on standard error for a mistake of the user's."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s", stream=sys.stderr)
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    try:
        app()
    except MawaqifError as error:
        sys.exit(f"mawaqif: {error}")
    except OSError as error:
        if error.errno not in CANNOT_WRITE:
            raise
        # what standard output still holds would fail once more when Python closes it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        place = error.filename or "the output"
        sys.exit(
            f"mawaqif: {place}: cannot be written ({error.strerror}); expected room to write; make some, try again"
        )


if __name__ == "__main__":
    main()
