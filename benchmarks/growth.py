"""How time and memory grow with the number of articles: stages `corpus` and `split`, and `analyze`.

`analyze` runs with the real model on few articles, with the quote rules alone on more, and with an analyzer that answers
at once on as many as the stages have: the last shows what reading, ordering and writing rows costs.
"""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.inputs import Setting, require, synthetic_articles
from benchmarks.measure import exponent, in_own_process, significant
from training.inference.analyzer import Analyzer, ModelIdentity, Results, n_characters
from training.inference.batch import BatchOptions, run_batch
from training.jsonl import write_jsonl
from training.quotes import Lexicon, extract_quotes
from training.schema import SECTIONS
from training.stages import corpus, split


def run(setting: Setting) -> dict[str, Any]:
    """One row a size and system; each runs in a process of its own. What needs a trained model is left out without."""
    require(setting.articles, "git checkout data/articles")
    with tempfile.TemporaryDirectory(prefix="mawaqif-") as scratch:
        folder = Path(scratch)
        found = {
            "corpus_to_split": _series(corpus_to_split, setting.corpus_sizes, setting, folder),
            "analyze_rows": _series(analyze_rows, setting.corpus_sizes, setting, folder),
            "analyze_rules": _series(analyze_rules, setting.rules_sizes, setting, folder),
        }
        if setting.bundle.exists():
            found["analyze_model"] = _series(analyze_model, setting.model_sizes, setting, folder)
    return found


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """A line a size, with the exponents."""
    for name, series in found.items():
        for row in series["rows"]:
            yield f"{name:<17}{row['n_articles']:>8} articles  {row['seconds']:>9.2f} s  {row['peak_mib']:>7.0f} MiB, {row['grown_mib']:.0f} of them after the imports"
        yield f"{name:<17}time ~ n^{series['time_exponent']}, memory after the imports ~ n^{series['memory_exponent']}"


def _series(
    work: Callable[[Path, Path, Setting], None], sizes: Sequence[int], setting: Setting, folder: Path
) -> dict[str, Any]:
    rows = []
    for n in sizes:
        source = folder / f"{n}" / "articles.jsonl"
        if not source.exists():
            write_jsonl(source, synthetic_articles(setting.articles, n))
        cost = in_own_process(work, source, folder / f"{work.__name__}-{n}", setting)
        memory = {"peak_mib": significant(cost.peak_mib), "grown_mib": significant(cost.grown_mib)}
        rows.append({"n_articles": n, "seconds": significant(cost.seconds), **memory})
    return {
        "rows": rows,
        "time_exponent": exponent(sizes, [row["seconds"] for row in rows]),
        "memory_exponent": exponent(sizes, [row["grown_mib"] for row in rows]),
    }


def corpus_to_split(source: Path, out: Path, setting: Setting) -> None:
    """The two stages as `dvc repro` runs them, on a corpus without briefs and real articles."""
    del setting
    nothing = out / "nothing"
    write_jsonl(nothing / "none.jsonl", [])
    given = {"articles": source.parent, "briefs": nothing, "standoff": nothing, "report": out / "corpus.json"}
    corpus.main(Namespace(**given, out=out / "corpus", real=out / "real", public=out / "public"))
    split.main(Namespace(corpus=out / "corpus", out=out / "splits", report=out / "split.json"))


def analyze_rows(source: Path, out: Path, setting: Setting) -> None:
    """Rows through `mawaqif analyze` with an analyzer that answers at once."""
    del setting
    _analyze(_Instant(lambda text: []), source, out)


def analyze_rules(source: Path, out: Path, setting: Setting) -> None:
    """The same with the quote rules."""
    lexicon = Lexicon.load(setting.lexicon)
    _analyze(
        _Instant(lambda text: [found.quote.model_dump(mode="json") for found in extract_quotes(text, lexicon)]),
        source,
        out,
    )


def analyze_model(source: Path, out: Path, setting: Setting) -> None:
    """The same with everything."""
    _analyze(Analyzer(setting.bundle), source, out)


def _analyze(analyzer: Any, source: Path, out: Path) -> None:
    run_batch(analyzer, BatchOptions(str(source), out / "out.jsonl"))


class _Instant:
    """Stands in for an analyzer: no model, quotes by the function given, sections of the size that a model's have."""

    def __init__(self, quotes: Callable[[str], list[dict[str, Any]]]) -> None:
        self.identity = ModelIdentity("instant", None, "0" * 64)
        self._quotes = quotes

    def begin(self, rows: Sequence[Mapping[str, Any]]) -> Results:
        """Answers, each when it is asked for."""
        return lambda: (self._result(row) for row in rows)

    def _result(self, row: Mapping[str, Any]) -> dict[str, Any]:
        sections = [{"label": label, "probability": 0.5, "assigned": False} for label in SECTIONS]
        return {"id": row["id"], "sections": sections, "quotes": self._quotes(row["text"]), "n": n_characters(row)}
