"""Stage `encoder`: the pretrained encoder as a standard Hugging Face folder."""

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from training.encoder import EncoderSummary, materialise_adapted, materialise_bundled, materialise_hub, materialise_path
from training.files import write_json
from training.params import EncoderParams, load_params
from training.stages.entry import run_stage

ADAPTED = Path("data/encoder")


def main(paths: Namespace) -> None:
    """Materialise and summarise."""
    write_json(paths.report, asdict(materialise(load_params().encoder, paths.out)))


def materialise(params: EncoderParams, out: Path) -> EncoderSummary:
    """Choose the source."""
    match params.source:
        case "bundled":
            return materialise_bundled(out)
        case "adapted":
            return materialise_adapted(ADAPTED, out)
        case "hub":
            return materialise_hub(str(params.name), str(params.revision), out)
        case "path":
            return materialise_path(Path(str(params.path)), out)


if __name__ == "__main__":
    run_stage("encoder", main, "out", "report")
