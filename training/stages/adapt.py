"""Stage `adapt` (frozen): the bundled encoder, trained further on public corpora whose licence allows it."""

import logging
from argparse import Namespace
from pathlib import Path

from training.corpus.storage import load_splits, to_articles
from training.encoder.adapted import write_adapted
from training.errors import CorpusError
from training.jsonl import read_records
from training.models.adapt import adapt
from training.models.adapt_mixture import mix
from training.params import load_params
from training.quotes.word_labels import label_words
from training.sources import mirror_folder
from training.stages.entry import run_stage

logger = logging.getLogger(__name__)

CHECKPOINTS = Path(".checkpoints/adapt")


def main(paths: Namespace) -> None:
    """Train on what `adapt.epochs` names, or go on where a killed run stopped, and write encoder and card."""
    params = load_params().adapt
    folder = mirror_folder()
    if folder is None:
        raise CorpusError("adapt: no public corpora; expected MAWAQIF_MIRROR or data/public; run `mawaqif fetch --all`")
    articles = list(to_articles(load_splits(paths.splits)["train"]))
    mixture = mix(
        params,
        articles=articles,
        labelled=[(article.id, *label_words(article)) for article in articles],
        corpora=folder,
        withheld={row["sha256"] for file in sorted(paths.standoff.glob("*.jsonl")) for row in read_records(file)},
        encoder_folder=paths.encoder,
    )
    curve: list[dict[str, float]] = []

    def report(step: int, steps: int, losses: dict[str, float]) -> None:
        logger.info("step %d of %d: %s", step, steps, ", ".join(f"{k} {v:.3f}" for k, v in sorted(losses.items())))
        curve.append({"step": step, **losses})

    network = adapt(paths.encoder, mixture.families, mixture.sources, params, CHECKPOINTS, report)
    weights = {name: tensor.numpy() for name, tensor in network.encoder.state_dict().items()}
    card = {"params": params.model_dump(), "rows": mixture.rows, "curve": curve, "articles": [a.id for a in articles]}
    write_adapted(paths.encoder, weights, card, paths.out)


if __name__ == "__main__":
    run_stage("adapt", main, "splits", "standoff", "encoder", "out")
