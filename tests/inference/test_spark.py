"""A real Spark with two executors scores a DataFrame as the analyzer on this machine does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from training.errors import InputError
from training.inference.analyzer import Analyzer
from training.inference.spark import COLUMNS, analyze_frame

pyspark_sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: pip install mawaqif[spark]")

TEXTS = [
    "وقالت رئيسة البلدية هاجر المنصوري إن القرار يحمي أرزاق التجار، مضيفة أن النقل لن يتم قبل الصيف.",
    "   ",
    "أعلن مصدر حكومي أن المفاوضات تأجلت إلى الأسبوع المقبل.",
    None,
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    session = (
        pyspark_sql.SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.executor.memory", "512m")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    yield session
    session.stop()


def rows() -> list[dict[str, Any]]:
    return [
        {"id": str(number), "title": "تأجيل نقل السوق", "text": text, "outlet": "not read"}
        for number, text in enumerate(TEXTS * 6)
    ]


def test_two_executors_give_what_one_analyzer_gives(spark: Any, tiny_project: Path) -> None:
    frame = spark.createDataFrame(rows(), "id string, title string, text string, outlet string").repartition(4)
    found = {
        row["id"]: row.asDict(recursive=True)
        for row in analyze_frame(frame, str(tiny_project / "models" / "analyzer")).collect()
    }
    expected = {
        result["id"]: result for result in Analyzer(tiny_project / "models" / "analyzer", threads=1).analyze(rows())
    }
    assert found.keys() == expected.keys()
    for identifier, result in expected.items():
        assert found[identifier] == {name: _as_read(result.get(name)) for name in COLUMNS}
    assert {error["code"] for row in found.values() if (error := row["error"])} == {"empty_text", "not_text"}
    assert any(row["quotes"] for row in found.values())


def test_a_frame_without_text_is_refused(spark: Any, tiny_project: Path) -> None:
    with pytest.raises(InputError, match=r"columns id, body: no 'text'"):
        analyze_frame(
            spark.createDataFrame([("1", "x")], "id string, body string"), str(tiny_project / "models" / "analyzer")
        )


def _as_read(value: Any) -> Any:
    """Tuples and enumerations as JSON has them."""
    return json.loads(json.dumps(value))
