"""Full analysis of one article of about 300 words on two cores, again and again: sections, quotes, stances."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.inputs import Setting, require, split_articles
from benchmarks.measure import in_own_process, significant, timed
from training.inference.analyzer import Analyzer

N_WORDS = 300
N_ARTICLES = 10
"""Those nearest to `N_WORDS` words."""
CALLS_A_ROUND = 2
N_CORES = 2


def run(setting: Setting) -> dict[str, Any]:
    """Median and 95th percentile over every call; the first call of each article warms up and does not count."""
    require(setting.bundle, "dvc repro export")
    every = [*split_articles(setting, "train"), *split_articles(setting, "dev")]
    nearest = sorted(every, key=lambda article: abs(len(article.text.split()) - N_WORDS))[:N_ARTICLES]
    rows = [{"id": article.id, "title": article.title, "text": article.text} for article in nearest]
    found = in_own_process(measure, setting.bundle, rows, CALLS_A_ROUND * setting.n_rounds).result
    words = [len(article.text.split()) for article in nearest]
    return {**found, "n_articles": len(rows), "words": {"least": min(words), "most": max(words)}}


def measure(bundle: Path, rows: list[dict[str, Any]], n_calls: int) -> dict[str, Any]:
    """Milliseconds a call, on the first `N_CORES` cores that this process may use where the system lets it choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:N_CORES])
    analyzer = Analyzer(bundle)
    n_quotes = [len(next(analyzer.analyze([row]))["quotes"]) for row in rows]
    taken = [1000 * timed(lambda row=row: list(analyzer.analyze([row]))) for _ in range(n_calls) for row in rows]
    return {
        "p50_milliseconds": significant(statistics.median(taken)),
        "p95_milliseconds": significant(statistics.quantiles(taken, n=20)[-1]),
        "n_calls": len(taken),
        "quotes_an_article": significant(statistics.fmean(n_quotes)),
    }


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """One line."""
    yield (
        f"p50 {found['p50_milliseconds']:.0f} ms, p95 {found['p95_milliseconds']:.0f} ms "
        f"({found['n_calls']} calls, {found['n_articles']} articles of {found['words']['least']} to "
        f"{found['words']['most']} words, {found['quotes_an_article']:.1f} quotes each)"
    )
