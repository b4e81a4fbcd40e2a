"""Stage `register`: ensure that the store holds the three models, and say which is champion."""

from argparse import Namespace

from training.params import load_params
from training.stages.entry import run_stage
from training.tracking.publish import Outputs, publish
from training.tracking.store import tracking_uri


def main(paths: Namespace) -> None:
    """Publish, and print one line a model."""
    for done in publish(Outputs(paths.models, paths.reports, paths.splits), load_params()):
        state = "registered" if done.created else "known"
        champion = "champion" if done.champion else "not promoted"
        print(f"{done.name} version {done.version}: {state}, {champion} ({done.reason})")
    print(f"tracking store: {tracking_uri()}")


if __name__ == "__main__":
    run_stage("register", main, "models", "reports", "splits")
