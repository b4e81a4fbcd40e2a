"""Stage `adapt`, apart from the pipeline: the bundled encoder, trained further on corpora whose licence allows it."""

import logging
from argparse import Namespace
from pathlib import Path

from training.adapt.loop import adapt
from training.adapt.mixture import mix
from training.corpus.standoff import read_standoff
from training.corpus.storage import load_splits, to_articles
from training.encoder import materialise_bundled
from training.encoder.adapted import write_adapted
from training.errors import InputError
from training.files import read_json, write_json
from training.params import load_params
from training.sources import mirror_folder
from training.stages.entry import run_stage

logger = logging.getLogger(__name__)

CHECKPOINTS = Path(".checkpoints/adapt")


def main(paths: Namespace) -> None:
    """Train on every source, or go on where a killed run stopped, and write encoder and record."""
    params = load_params().adapt
    corpora = mirror_folder()
    if corpora is None:
        raise InputError("adapt: no public corpora; expected MAWAQIF_MIRROR or data/public; run `mawaqif fetch --all`")
    base = CHECKPOINTS / "base"
    materialise_bundled(base)
    articles = list(to_articles(load_splits(paths.splits)["train"]))
    withheld = {record.sha256 for record in read_standoff(paths.standoff)}
    mixture = mix(params, articles=articles, corpora=corpora, withheld=withheld, encoder_folder=base)
    path = CHECKPOINTS / "curve.json"
    curve = read_json(path) if path.exists() else []

    def report(step: int, steps: int, losses: dict[str, float]) -> None:
        logger.info("step %d of %d: %s", step, steps, ", ".join(f"{k} {v:.3f}" for k, v in sorted(losses.items())))
        curve.append({"step": step, **losses})
        write_json(path, curve)

    network = adapt(base, mixture.families, mixture.sources, params, CHECKPOINTS, report)
    weights = {name: tensor.numpy() for name, tensor in network.encoder.state_dict().items()}
    record = {
        "params": params.model_dump(),
        "rows": mixture.rows,
        "curve": curve,
        "articles": [article.id for article in articles],
    }
    write_adapted(base, weights, record, paths.out)


if __name__ == "__main__":
    run_stage("adapt", main, "splits", "standoff", "out")
