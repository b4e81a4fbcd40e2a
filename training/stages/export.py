"""Stage `export`: both trained folders and the lexicons → one sealed inference bundle, calibrated on dev."""

import shutil
from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.corpus.storage import load_splits, to_articles
from training.export.build import copy_lexicon, export_task
from training.export.bundle import ScorerCard, write_manifest, write_rule_card
from training.export.calibrate import fit_sides, pairs_of_quotes, probabilities
from training.files import read_json, write_json
from training.inference.calibration import Labelled, calibrate, calibrate_rules, check_export, dev_logits
from training.inference.sides import read_together
from training.models.folder import load_card
from training.models.tasks import STANCE, TASKS
from training.params import load_params
from training.quotes import Lexicon
from training.schema import Article
from training.stages.entry import run_stage


def stances_by_speaker(articles: Iterable[Article]) -> list[list[int]]:
    """The labelled stances of each speaker's quotes on one target in one article."""
    stances: dict[tuple[str, str, str], list[int]] = {}
    for example in STANCE.examples(articles):
        if example.speaker is not None and isinstance(example.label, int):
            stances.setdefault(example.speaker, []).append(example.label)
    return list(stances.values())


def sides_report(
    spoken: Sequence[Sequence[int]], logits: NDArray[np.float64], rows: Labelled, card: ScorerCard
) -> dict[str, Any]:
    """What reading a speaker's quotes together rests on in train, and what it gives on dev beside each quote alone.

    *Shape:* logits (rows, stances).
    """
    if card.sides is None:
        return {}
    both, apart = pairs_of_quotes(spoken)
    scores, gold = probabilities(logits, card.temperature, multi_label=False), rows.gold.astype(np.float64)
    readings = {"each_quote_alone": [None] * len(scores), "read_together": rows.speakers}
    return {
        "train_pairs": {"that_take_sides": both, "that_take_different_sides": apart},
        "dev": {
            name: STANCE.scores(read_together(scores, speakers, card.sides).astype(np.float32), gold)
            for name, speakers in readings.items()
        },
    }


def main(paths: Namespace) -> None:
    """Export, calibrate, seal, and move the bundle in as a whole."""
    params = load_params().export
    splits = load_splits(paths.splits)
    dev = list(to_articles(splits["dev"]))
    staging = paths.out.with_name(f"{paths.out.name}.part")
    shutil.rmtree(staging, ignore_errors=True)
    report: dict[str, object] = {"precision": params.precision}
    for name, task in TASKS.items():
        export_task(getattr(paths, name), staging / name, params.precision)
        examples = task.examples(dev)
        rows = Labelled(
            [e.pair for e in examples],
            np.asarray([e.label for e in examples]).astype(np.int64),
            [e.speaker for e in examples],
        )
        trained = load_card(getattr(paths, name)).dev_macro_f1
        logits = dev_logits(staging / name, rows)
        exported = task.scores(logits.astype(np.float32), rows.gold.astype(np.float64))
        check_export(staging / name, exported["macro_f1"], trained)
        spoken = stances_by_speaker(to_articles(splits["train"])) if name == STANCE.name else []
        sides = fit_sides(spoken) if name == STANCE.name else None
        card, chosen = calibrate(
            staging / name, logits, rows, sides=sides, selective_accuracy=params.selective_accuracy
        )
        report[name] = {
            "n_dev": len(examples),
            "dev_macro_f1": {"trained": trained, "exported": exported["macro_f1"]},
            **card.model_dump(include={"temperature", "thresholds", "sides"}, exclude_none=True),
            **({"abstention": asdict(chosen)} if chosen else {}),
            **sides_report(spoken, logits, rows, card),
        }
    copy_lexicon(paths.lexicon, staging / "lexicon")
    rules = calibrate_rules(dev, Lexicon.load(staging / "lexicon"))
    write_rule_card(staging / "quotes.json", rules)
    write_manifest(staging, precision=params.precision, encoder=read_json(paths.encoder))
    shutil.rmtree(paths.out, ignore_errors=True)
    staging.rename(paths.out)
    write_json(paths.report, {**report, "quotes": rules.model_dump()})


if __name__ == "__main__":
    run_stage("export", main, "section", "stance", "encoder", "lexicon", "splits", "out", "report")
