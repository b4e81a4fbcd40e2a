"""Stage `sources`: which public corpora are at hand, so that `corpus` runs again when one comes, goes or changes."""

from argparse import Namespace

from training.files import write_json
from training.sources import mirror_folder
from training.sources.at_hand import at_hand
from training.stages.entry import run_stage


def main(paths: Namespace) -> None:
    """Look, and write what is there."""
    write_json(paths.out, at_hand(mirror_folder()))


if __name__ == "__main__":
    run_stage("sources", main, "out")
