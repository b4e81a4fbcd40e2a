"""Each protocol's result as one MLflow run."""

from __future__ import annotations

import hashlib
from pathlib import Path

from training.jsonl import dump_line
from training.public.results import ProtocolResult
from training.public.table import as_record
from training.tracking.items import provenance_tags
from training.tracking.run import find_run, new_run
from training.tracking.store import connect

EXPERIMENT = "mawaqif-public"
RESULT_TAG = "mawaqif.public_sha256"


def log_result(result: ProtocolResult, out: Path) -> bool:
    """Log parameters, scores and the table; False when a finished run has the same result already."""
    record = as_record(result, out)
    digest = hashlib.sha256(dump_line(record)).hexdigest()
    client = connect()
    if find_run(client, EXPERIMENT, RESULT_TAG, digest) is not None:
        return False
    run = new_run(client, EXPERIMENT, f"{result.protocol.name} {digest[:6]}")
    run.params({"protocol": result.protocol.name, "command": record["command"], "setting": result.protocol.setting})
    run.metrics(metrics_of(result))
    run.dataset(result.protocol.name, result.data_sha256, "public corpus", source="data/public")
    run.artifacts(out / "table.md", "table")
    run.tags({RESULT_TAG: digest, **provenance_tags()})
    run.finish()
    return True


def metrics_of(result: ProtocolResult) -> dict[str, float]:
    """Flat names such as `tfidf_svm_dev_macro_f1`, its `_low`, `_high` and `_sd`."""
    values: dict[str, float | None] = {}
    for row in result.results:
        for score in row.scores:
            name = f"{row.system}_{row.part}_{score.key}"
            values |= {
                name: score.estimate.value,
                f"{name}_low": score.estimate.low,
                f"{name}_high": score.estimate.high,
                f"{name}_sd": score.sd,
            }
        values[f"{row.system}_{row.part}_n"] = row.n
    return {name: value for name, value in values.items() if value is not None}
