"""Stage `register`: ensure that the store holds the three models, and say which is champion."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from training.params import load_params
from training.stages.entry import run_stage
from training.tracking.place import tracking_uri
from training.tracking.receipt import keep_outcome, known_outcome

if TYPE_CHECKING:
    from training.tracking.registry import Registration


def main(paths: Namespace) -> None:
    """Publish, and print one line a model."""
    inputs = (paths.models, paths.reports, paths.splits, Path("params.yaml"))
    outcome = known_outcome(inputs)
    if outcome is not None:
        print("\n".join(outcome))
        return
    from training.tracking.publish import Outputs, publish  # loads MLflow, which takes seconds

    registrations = publish(Outputs(paths.models, paths.reports, paths.splits), load_params())
    print("\n".join(_lines(registrations)))
    keep_outcome(inputs, _lines([replace(done, created=False) for done in registrations]))


def _lines(registrations: Sequence[Registration]) -> list[str]:
    lines = []
    for done in registrations:
        state = "registered" if done.created else "known"
        champion = "champion" if done.champion else "not promoted"
        lines.append(f"{done.name} version {done.version}: {state}, {champion} ({done.reason})")
    return [*lines, f"tracking store: {tracking_uri()}"]


if __name__ == "__main__":
    run_stage("register", main, "models", "reports", "splits")
