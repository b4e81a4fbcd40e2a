"""What a second Spark executor of one core brings, and what Spark costs beside the plain analyzer on one thread.

    python benchmarks/spark.py                        # the bundle models/analyzer on the authored articles
    python benchmarks/spark.py --model DIR --articles 400 --rounds 7

Three systems take turns on the same articles, each kept warm in a process of its own: the analyzer without Spark, a
`local-cluster` of one executor and one of two. Time is one job, from the driver's rows to scored rows that nobody keeps.
Results go to benchmarks/results/spark.json. Needs Java and requirements-spark.lock; run it on an idle machine.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.inference.local_cluster import local_cluster
from training.files import write_json
from training.inference.analyzer import Analyzer
from training.inference.scorer import available_cores
from training.inference.spark import analyze_frame
from training.jsonl import read_records

SYSTEMS = {"analyzer": 0, "one_executor": 1, "two_executors": 2}
"""Name of each system and its Spark executors."""
TASKS = 16
Job = Callable[[], None]
Row = dict[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="models/analyzer", help="a bundle folder, or models:/NAME@ALIAS")
    parser.add_argument("--articles", type=int, default=240, help="scored in each job")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/spark.json"))
    options = parser.parse_args()
    rows = authored_rows(options.articles)
    seconds: dict[str, list[float]] = {name: [] for name in SYSTEMS}
    with ExitStack() as stack:
        systems = {name: stack.enter_context(system(n, options.model, rows)) for name, n in SYSTEMS.items()}
        for _ in range(options.rounds):
            for name, measure in systems.items():
                seconds[name].append(measure())
    report = {
        "n_articles": len(rows),
        "n_rounds": options.rounds,
        "n_cores": available_cores(),
        **summary(seconds, len(rows)),
    }
    print_table(report)
    write_json(options.out, report)


def authored_rows(n: int) -> list[Row]:
    """`n` authored articles, in turn from each file, again from the start where they are not enough."""
    files = [read_records(path) for path in sorted(Path("data/articles").glob("*.jsonl"))]
    mixed = [row for same_place in zip(*files, strict=False) for row in same_place]
    return [
        {"id": str(number), "title": row["title"], "text": row["text"]}
        for number, row in enumerate(islice(cycle(mixed), n))
    ]


@contextmanager
def system(n_executors: int, model: str, rows: list[Row]) -> Iterator[Callable[[], float]]:
    """Seconds of one job, each time it is called; the system runs in a process of its own and is warm."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=serve, args=(there, n_executors, model, rows))
    process.start()
    there.close()
    try:
        here.recv()

        def measure() -> float:
            here.send("run")
            return float(here.recv())

        yield measure
    finally:
        here.close()
        process.join()


def serve(requests: Connection, n_executors: int, model: str, rows: list[Row]) -> None:
    """Run the job once a request until the other end closes."""
    with prepared(n_executors, model, rows) as job:
        job()
        requests.send("warm")
        while True:
            try:
                requests.recv()
            except EOFError:
                return
            started = time.perf_counter()
            job()
            requests.send(time.perf_counter() - started)


@contextmanager
def prepared(n_executors: int, model: str, rows: list[Row]) -> Iterator[Job]:
    """One pass over the rows, with Spark or, for 0 executors, without."""
    if n_executors == 0:
        analyzer = Analyzer(Path(model), threads=1)
        yield lambda: [*analyzer.analyze(rows)].clear()
        return
    with local_cluster(n_executors) as spark:
        scored = analyze_frame(spark.createDataFrame(pa.Table.from_pylist(rows)).repartition(TASKS), model)
        yield lambda: scored.write.format("noop").mode("overwrite").save()


def summary(seconds: dict[str, list[float]], n_articles: int) -> dict[str, Any]:
    """Medians with the lowest and highest round; a ratio compares the two of one round."""
    speeds = {name: [n_articles / value for value in values] for name, values in seconds.items()}
    ratios = [one / two for one, two in zip(seconds["one_executor"], seconds["two_executors"], strict=True)]
    costs = [one / plain for one, plain in zip(seconds["one_executor"], seconds["analyzer"], strict=True)]
    return {
        "articles_per_second": {name: spread(values) for name, values in speeds.items()},
        "two_executors_over_one": spread(ratios),
        "seconds_of_one_executor_over_analyzer": spread(costs),
    }


def spread(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 3), "low": round(min(values), 3), "high": round(max(values), 3)}


def print_table(report: dict[str, Any]) -> None:
    print(f"{report['n_articles']} articles, {report['n_rounds']} rounds, {report['n_cores']} cores; median (low–high)")
    lines = {f"{name}, articles/s": values for name, values in report["articles_per_second"].items()}
    lines["two executors over one"] = report["two_executors_over_one"]
    lines["Spark's cost: seconds of one executor over the analyzer's"] = report["seconds_of_one_executor_over_analyzer"]
    for name, values in lines.items():
        print(f"{name:60} {values['median']:8.2f} ({values['low']:.2f}–{values['high']:.2f})")


if __name__ == "__main__":
    main()
