"""A Spark of our own on this machine: driver, master, workers and one executor a core, all on loopback."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.executor.memory": "512m",
    "spark.locality.wait": "0s",
}


@contextmanager
def local_cluster(n_executors: int) -> Iterator[SparkSession]:
    """Real executors of one core, each a process of its own; every process is stopped when the block ends."""
    import pyspark
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory(prefix="mawaqif-spark-") as folder, patch.dict(os.environ, _environment(folder)):
        for name in ("bin", "jars", "python"):
            (Path(folder) / name).symlink_to(Path(pyspark.__file__).parent / name)
        session = (
            SparkSession.builder.master(f"local-cluster[{n_executors},1,1024]").config(map=dict(SETTINGS)).getOrCreate()
        )
        try:
            yield session
        finally:
            session.stop()
            _stop_driver()


def _environment(folder: str) -> dict[str, str]:
    """Workers put their folders into SPARK_HOME, and bind to every address unless told."""
    return {"SPARK_HOME": folder, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}


def _stop_driver() -> None:
    """End the Java process, which would live as long as this Python."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(60)
    SparkContext._gateway = SparkContext._jvm = None
