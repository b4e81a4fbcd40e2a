"""Score a Spark DataFrame with a bundle: shipped to every executor once, loaded once a Python worker, one thread a core.

Executors need `pip install mawaqif[inference]` and no access to the tracking server: the driver finds the model.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from training.errors import InputError
from training.export.bundle import open_bundle
from training.inference.analyzer import Analyzer
from training.inference.rows import ROW_FIELDS
from training.tracking.locate import DEFAULT_MODEL, locate_bundle

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SPAN = "struct<start:int, end:int, text:string>"
_STANCE = (
    "label:string, probability:double, probabilities:struct<support:double, oppose:double, neutral:double>, "
    "abstained:boolean"
)
COLUMNS = {
    "id": "string",
    "date": "string",
    "sections": "array<struct<label:string, probability:double, assigned:boolean>>",
    "quotes": (
        f"array<struct<id:string, kind:string, content:array<{_SPAN}>, cue:{_SPAN}, speaker:{_SPAN}, actor:string, "
        f"actor_type:string, attribution:string, confidence:double, stances:array<struct<target:string, {_STANCE}>>>>"
    ),
    "actors": f"array<struct<actor:string, actor_type:string, target:string, {_STANCE}, quotes:array<string>>>",
    "warnings": "array<string>",
    "model": "struct<name:string, version:string, content_sha256:string>",
    "error": "struct<code:string, message:string>",
}
SCHEMA = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
"""What `analyze_frame` gives, as Spark's DDL; the fields mean what `mawaqif analyze` writes."""


def analyze_frame(frame: DataFrame, model: str = DEFAULT_MODEL) -> DataFrame:
    """One output row an input row, with the columns of `SCHEMA`; a row that cannot be scored has its `error`.

    `frame` has `text` and perhaps `id`, `date`, `title`, `target`; other columns are dropped, so give rows an `id` to join by.
    `model` is `models:/NAME@ALIAS`, `models:/NAME/VERSION` or a bundle folder, as the driver sees it. Raises
    `InputError` when there is no such model or no column `text`.
    """
    if "text" not in frame.columns:
        raise InputError(
            f"columns {', '.join(frame.columns)}: no 'text'; expected one; rename the column that holds it"
        )
    archive, name, version = ship_bundle(frame.sparkSession, model)

    def score(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        analyzer = _analyzer(archive, name, version)
        for batch in batches:
            records = cast("list[dict[str, Any]]", batch.to_dict(orient="records"))
            results = analyzer.analyze(records)
            yield pd.DataFrame([[result.get(column) for column in COLUMNS] for result in results], columns=[*COLUMNS])

    return frame.select(*(column for column in ROW_FIELDS if column in frame.columns)).mapInPandas(score, SCHEMA)


def ship_bundle(spark: SparkSession, model: str) -> tuple[str, str, str | None]:
    """Send a bundle to the executors; returns the folder's name there, the model's name and its registered version."""
    with locate_bundle(model) as bundle:
        archive = f"mawaqif-{open_bundle(bundle.folder).content_sha256[:16]}"
        if not any(archive in known for known in spark.sparkContext.listArchives):
            scratch = tempfile.mkdtemp(prefix="mawaqif-")
            atexit.register(shutil.rmtree, scratch, ignore_errors=True)
            packed = shutil.make_archive(str(Path(scratch) / archive), "zip", bundle.folder)
            spark.sparkContext.addArchive(f"{packed}#{archive}")
        return archive, bundle.name or bundle.folder.name, bundle.version


@cache
def _analyzer(archive: str, name: str, version: str | None) -> Analyzer:
    from pyspark import SparkFiles

    return Analyzer(Path(SparkFiles.get(archive)), name=name, version=version, threads=1)
