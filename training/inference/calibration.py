"""Fit an exported bundle's temperatures, thresholds and rule confidences on dev, through the very scorer it ships."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.errors import BundleError
from training.evaluation.spans import match_quotes
from training.export.bundle import RuleCard, ScorerCard, SideCard, read_scorer_card, write_scorer_card
from training.export.calibrate import (
    Abstention,
    abstention,
    best_thresholds,
    fit_temperature,
    probabilities,
    rule_confidence,
)
from training.inference.scorer import Scorer
from training.inference.sides import read_together
from training.inputs import TextPair
from training.quotes import Lexicon, extract_quotes
from training.schema import Article

MAX_EXPORT_LOSS = 0.1
"""Dev macro-F1 that quantising may cost; int8 costs about 0.01, a wrong export nearly everything."""


@dataclass(frozen=True)
class Labelled:
    """Dev rows of one task: inputs, gold, and for stance who speaks.

    *Shape:* gold (rows,) class indices, or (rows, labels) 0/1.
    """

    pairs: Sequence[TextPair]
    gold: NDArray[np.int64]
    speakers: Sequence[Hashable | None] = ()


def dev_logits(folder: Path, rows: Labelled) -> NDArray[np.float64]:
    """What an exported model says about the rows before calibration.

    *Shape:* (rows, labels).
    """
    scorer = Scorer(folder)
    return scorer.logits(scorer.encode(rows.pairs))


def check_export(folder: Path, exported_macro_f1: float, trained_macro_f1: float) -> None:
    """Raise `BundleError` when an exported model scores much lower on dev than the network it came from."""
    if exported_macro_f1 < trained_macro_f1 - MAX_EXPORT_LOSS:
        raise BundleError(
            f"{folder}: dev macro-F1 {exported_macro_f1:.3f} after export; expected about {trained_macro_f1:.3f}, as "
            "trained; set export.precision to fp32 and report this"
        )


def calibrate(
    folder: Path, logits: NDArray[np.float64], rows: Labelled, *, sides: SideCard | None, selective_accuracy: float
) -> tuple[ScorerCard, Abstention | None]:
    """Fit temperature, and thresholds where a row has several labels, else abstention; rewrite `task.json`.

    `sides` are of stance alone. *Shape:* logits as `dev_logits` gives them.
    """
    card, gold = read_scorer_card(folder), rows.gold
    temperature = fit_temperature(logits, gold)
    changes: dict[str, object] = {"temperature": temperature, "sides": sides}
    scores, chosen = probabilities(logits, temperature, multi_label=gold.ndim == 2), None
    if gold.ndim == 2:
        changes["thresholds"] = best_thresholds(scores, gold)
    else:
        scores = scores if sides is None else read_together(scores, rows.speakers, sides)
        correct = (scores.argmax(axis=1) == gold).astype(np.int64)
        chosen = abstention(scores.max(axis=1), correct, selective_accuracy)
        changes["abstain_below"] = chosen.threshold
    calibrated = card.model_copy(update=changes)
    write_scorer_card(folder, calibrated)
    return calibrated, chosen


def calibrate_rules(articles: Iterable[Article], lexicon: Lexicon) -> RuleCard:
    """How often each extraction rule finds a gold quote (content IoU ≥ 0.5) of the dev articles."""
    outcomes: list[tuple[str, bool]] = []
    for article in articles:
        found = extract_quotes(article.text, lexicon)
        matches = match_quotes(article.quotes, [item.quote for item in found])
        right = {match.predicted for match in matches if match.gold is not None}
        outcomes += [(item.rule, number in right) for number, item in enumerate(found)]
    return rule_confidence(outcomes)
