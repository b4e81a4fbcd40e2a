"""Run the benchmarks, print their tables, write `reports/benchmarks.json`.

    make bench                                             # all of them
    python -m benchmarks.run --only section,latency        # some; the others keep their figures of before
    python -m benchmarks.run --rounds 15                   # more rounds, narrower spread

Run on a quiet machine, after `dvc repro`. A benchmark whose inputs are not there says so and the others go on.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import time
from collections.abc import Iterable, Mapping
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from transformers.utils import logging as transformers_logging

from benchmarks.inputs import Setting
from benchmarks.measure import significant
from training.errors import MawaqifError
from training.files import read_json, write_json
from training.inference.scorer import available_cores

BENCHMARKS = ("section", "latency", "training_epoch", "processor", "noop_repro", "quote_rules", "growth")
"""Modules of this package with `run(setting)`, which gives figures, and `table(figures)`, which shows them."""
REPORT = Path("reports/benchmarks.json")
LIBRARIES = ("onnxruntime", "torch", "transformers", "tokenizers", "scikit-learn", "dvc")


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(BENCHMARKS), help=f"comma between: {', '.join(BENCHMARKS)}")
    parser.add_argument("--rounds", type=int, default=Setting.n_rounds, help="at least 5 for a report")
    parser.add_argument("--out", type=Path, default=REPORT)
    options = parser.parse_args()
    chosen = options.only.split(",")
    if unknown := sorted(set(chosen) - set(BENCHMARKS)):
        parser.error(f"--only: no benchmark {', '.join(unknown)}; expected some of {', '.join(BENCHMARKS)}")
    logging.getLogger("transformers.pipelines").setLevel(logging.CRITICAL)  # it lists the models it knows instead
    transformers_logging.disable_progress_bar()
    run_benchmarks(chosen, Setting(n_rounds=options.rounds), options.out)


def run_benchmarks(names: Iterable[str], setting: Setting, out: Path) -> dict[str, Any]:
    """Run by name, in order; what `out` holds of the others stays. The report is written after each."""
    report = read_json(out)["benchmarks"] if out.exists() else {}
    for name in names:
        print(f"\n== {name}", flush=True)
        report[name] = run_one(name, setting)
        write_json(out, {"machine": machine(), "benchmarks": report})
    print(f"\n{out}")
    return report


def run_one(name: str, setting: Setting) -> dict[str, Any]:
    """The figures with what they rest on, or `missing` with the reason where an input is not there."""
    module, started = import_module(f"benchmarks.{name}"), time.perf_counter()
    before = load()
    try:
        figures = module.run(setting)
    except MawaqifError as error:
        print(f"left out: {error}")
        return {"missing": str(error)}
    for line in module.table(figures):
        print(line, flush=True)
    took = significant(time.perf_counter() - started)
    return {**figures, "setting": {"n_rounds": setting.n_rounds, "load_before": before, "took_seconds": took}}


def machine() -> Mapping[str, Any]:
    """Where the figures were measured."""
    return {
        "processor": processor(),
        "n_cores": available_cores(),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
    }


def processor() -> str:
    """Its name where the system tells it, and those of its instructions that matter to matrix products."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    fields = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    known = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "amx_int8") if flag in fields.get("flags", "").split()]
    return " ".join([fields.get("model name", platform.processor()), *known]).strip()


def load() -> float | None:
    """Processes that wanted a core in the last minute, None where the system does not count them."""
    return significant(os.getloadavg()[0]) if hasattr(os, "getloadavg") else None


if __name__ == "__main__":
    main()
