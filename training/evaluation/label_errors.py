"""Every error of the evaluations that compare labels, from the rows of their `predictions.jsonl`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from training.evaluation.error_page import ErrorCard, Side, Stretch
from training.evaluation.spans import same_actor

Row = Mapping[str, Any]


def section_cards(rows: Sequence[Row]) -> list[ErrorCard]:
    """A card a wrong label: given though gold lacks it, or missing."""
    return sorted((card for row in rows for card in _sections(row)), key=lambda card: card.kind)


def stance_cards(rows: Sequence[Row]) -> list[ErrorCard]:
    """A card a wrong stance, grouped by what was taken for what."""
    wrong = [row for row in rows if row["gold"] != row["predicted"]]
    return sorted(map(_stance, wrong), key=lambda card: card.kind)


def actor_cards(rows: Sequence[Row]) -> list[ErrorCard]:
    """A card an actor missed, invented, or put on the wrong side."""
    return sorted((card for row in rows for card in _actors(row)), key=lambda card: card.kind)


def _sections(row: Row) -> Iterator[ErrorCard]:
    for fault, labels in (("missed", set(row["gold"]) - set(row["predicted"])),
                          ("added", set(row["predicted"]) - set(row["gold"]))):  # fmt: skip
        for label in sorted(labels):
            gold, predicted = ({"sections": ", ".join(row[side])} for side in ("gold", "predicted"))
            yield _card(row["id"], f"{fault} {label}", "", {}, row["title"], gold, predicted)


def _stance(row: Row) -> ErrorCard:
    asked = {name: row[name] for name in ("target", "actor", "cue") if row[name]}
    return _card(
        row["id"],
        f"{row['gold']} read as {row['predicted']}",
        row["gold"],
        {"quote": row["quote"]},
        row["words"],
        {"stance": row["gold"], **asked},
        {"stance": row["predicted"], "probability": f"{row['probabilities'][row['predicted']]:.2f}"},
    )


def _actors(row: Row) -> Iterator[ErrorCard]:
    for actor, gold in row["gold"].items():
        found = [label for other, label in row["predicted"].items() if same_actor(actor, other)]
        if gold not in found:
            kind = f"{gold} read as {found[0]}" if found else "actor missed"
            yield _card(row["id"], kind, gold, {}, actor, {"stance": gold}, {"stance": found[0]} if found else {})
    for actor, label in row["predicted"].items():
        if not any(same_actor(actor, other) for other in row["gold"]):
            yield _card(row["id"], "actor invented", label, {}, actor, {}, {"stance": label})


def _card(
    article_id: str,
    kind: str,
    label: str,
    index: Mapping[str, Any],
    text: str,
    gold: Mapping[str, str],
    predicted: Mapping[str, str],
) -> ErrorCard:
    """Both sides show the same unmarked text; a side without facts has nothing of it."""
    stretches = (Stretch(text),)
    return ErrorCard(
        article_id,
        kind,
        label,
        index,
        Side(stretches, gold),
        Side(stretches if predicted else (), predicted),
        place=article_id,
    )
