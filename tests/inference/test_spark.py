"""A real Spark with two executors scores a DataFrame as the analyzer on this machine does."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from tests.inference.local_cluster import local_cluster
from tests.inference.test_analyzer import ROW
from training.errors import InputError
from training.inference.analyzer import Analyzer
from training.inference.spark import COLUMNS, analyze_frame, ship_bundle

pytestmark = [
    pytest.mark.skipif(find_spec("pyspark") is None, reason="pyspark is not installed: requirements-spark.lock"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java (apt install openjdk-17-jre-headless)"),
    # pyspark 4.2 warns of pandas 3 itself, and leaves sockets to the garbage collector
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

SCHEMA = "id string, title string, text string, target string, outlet string"
TASKS = 4
TEXTS = [
    ROW["text"],
    "   ",
    "وقالت رئيسة البلدية هاجر المنصوري إن القرار يحمي أرزاق التجار، مضيفة أن النقل لن يتم قبل الصيف.",
    None,
    "أعلن مصدر حكومي أن المفاوضات تأجلت إلى الأسبوع المقبل.",
    "no Arabic here",
]
ROWS: list[dict[str, Any]] = [
    {
        "id": str(number),
        "title": "تأجيل نقل السوق" if number % 2 else None,
        "text": text,
        "target": "نقل السوق" if number % 3 == 0 else None,
        "outlet": "not read",
    }
    for number, text in enumerate(TEXTS * 4)
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with local_cluster(2) as session:
        driver = psutil.Process(session.sparkContext._gateway.proc.pid)
        processes = [driver, *driver.children(recursive=True)]
        yield session
    assert psutil.wait_procs(processes, timeout=60)[1] == []


@pytest.fixture(scope="module")
def bundle(tiny_project: Path) -> str:
    return str(tiny_project / "models" / "analyzer")


@pytest.fixture(scope="module")
def analysed(spark: Any, bundle: str) -> dict[str, dict[str, Any]]:
    return collect(spark, bundle)


def test_two_executors_give_row_for_row_what_one_analyzer_gives(
    analysed: dict[str, dict[str, Any]], bundle: str
) -> None:
    expected = Analyzer(Path(bundle), threads=1).analyze(ROWS)
    assert analysed == {row["id"]: {name: as_json(row.get(name)) for name in COLUMNS} for row in expected}
    assert any(row["quotes"] and row["actors"] for row in analysed.values())
    codes = [row["error"]["code"] for row in analysed.values() if row["error"]]
    assert codes == ["empty_text"] * 8


def test_a_registered_model_is_found_by_the_driver(
    spark: Any, analysed: dict[str, dict[str, Any]], at_tiny_project: Path
) -> None:
    for row in collect(spark, "models:/mawaqif-analyzer@champion").values():
        if row["error"] is None:
            assert row["model"] | {"name": "analyzer", "version": None} == analysed[row["id"]]["model"]
            assert (row["model"]["name"], row["model"]["version"]) == ("mawaqif-analyzer", "1")
        else:
            assert row == analysed[row["id"]]


def test_the_bundle_is_shipped_once_and_loaded_once_a_worker_with_one_thread(
    spark: Any, analysed: dict[str, dict[str, Any]], bundle: str
) -> None:
    shipped = ship_bundle(spark, bundle)
    assert [path for path in spark.sparkContext.listArchives if shipped[0] in path] == spark.sparkContext.listArchives

    def look(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        import os

        from training.inference import spark as module

        analyzer = module._analyzer(*shipped)
        for _ in batches:
            pool = analyzer.section._threads.submit.__self__
            seen = (os.getpid(), module._analyzer.cache_info().misses, pool._max_workers)
            yield pd.DataFrame([(*seen, sys.executable)], columns=["pid", "n_loads", "n_threads", "python"])

    schema = "pid long, n_loads int, n_threads int, python string"
    tasks = spark.range(64).repartition(16).mapInPandas(look, schema).collect()
    workers = {row["pid"] for row in tasks}
    assert len(tasks) == 16
    assert 2 <= len(workers) <= 4
    assert len({(row["pid"], row["n_loads"]) for row in tasks}) == len(workers)
    assert {row["n_threads"] for row in tasks} == {1}
    assert {Path(row["python"]).parent for row in tasks} == {Path(sys.executable).parent}


def test_every_server_of_this_spark_is_on_loopback(spark: Any) -> None:
    driver = psutil.Process(spark.sparkContext._gateway.proc.pid)
    addresses = {
        connection.laddr.ip
        for process in (driver, *driver.children(recursive=True))
        for connection in process.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses
    assert {ip.removeprefix("::ffff:") for ip in addresses} <= {"127.0.0.1", "::1"}


def test_a_frame_without_text_is_refused(spark: Any, bundle: str) -> None:
    with pytest.raises(InputError, match=r"columns id, body: no 'text'; expected one"):
        analyze_frame(spark.createDataFrame([("1", "x")], "id string, body string"), bundle)


@pytest.mark.parametrize("model", ["models:/mawaqif-analyzer@nobody", "models:/mawaqif-analyzer/99", "no/such/folder"])
def test_an_unknown_model_is_refused_before_a_task_starts(spark: Any, at_tiny_project: Path, model: str) -> None:
    with pytest.raises(InputError, match=f"{model}: (not in the registry|no such folder)"):
        analyze_frame(spark.createDataFrame(ROWS, SCHEMA), model)


def collect(spark: Any, model: str) -> dict[str, dict[str, Any]]:
    """The analysed rows by id; each task has its share of `ROWS`, in order."""
    frame = spark.createDataFrame(spark.sparkContext.parallelize(ROWS, TASKS), SCHEMA)
    return {row["id"]: row.asDict(recursive=True) for row in analyze_frame(frame, model).collect()}


def as_json(value: Any) -> Any:
    """Tuples and enumerations as JSON has them."""
    return json.loads(json.dumps(value))
