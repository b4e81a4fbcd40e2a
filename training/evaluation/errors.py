"""The mistakes worth reading: at most twenty a task, the most confident of every kind before the second of any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from training.evaluation.spans import same_actor
from training.schema import Stance

MAX_ERRORS = 20


def instructive_errors(task: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """At most `MAX_ERRORS` mistakes among the rows of a `predictions.jsonl`, spread over their kinds.

    The kinds take turns, the one with the most mistakes first; inside a kind the most confident come first. Each has
    `article`, `fault`, the Arabic `text` it is about, `facts` (name → Arabic or label) and `confidence`, the
    probability of the wrong answer (None where the file has none).
    """
    return _ERRORS[task](rows)[:MAX_ERRORS]


def _section_errors(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Kinds are desks missed and desks added; a mistake's confidence is that of its surest wrong desk."""
    wrong = [row for row in rows if set(row["gold"]) != set(row["predicted"])]
    return _spread(
        _error(
            row["id"],
            _section_fault(set(row["gold"]), set(row["predicted"])),
            row["title"],
            {"gold": _names(row["gold"]), "predicted": _names(row["predicted"])},
            _section_confidence(row),
        )
        for row in wrong
    )


def _section_confidence(row: Mapping[str, Any]) -> float:
    added = [row["probabilities"][label] for label in set(row["predicted"]) - set(row["gold"])]
    missed = [1 - row["probabilities"][label] for label in set(row["gold"]) - set(row["predicted"])]
    return round(float(max(added + missed)), 4)


def _section_fault(gold: set[str], predicted: set[str]) -> str:
    if not gold & predicted:
        return "no label right"
    missed, added = _names(sorted(gold - predicted)), _names(sorted(predicted - gold))
    return "; ".join(part for part in (missed and f"missed {missed}", added and f"added {added}") if part)


def _stance_errors(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    wrong = [row for row in rows if row["gold"] != row["predicted"]]
    return _spread(
        _error(
            row["id"],
            f"{row['gold']} read as {row['predicted']}" + (", the other side" if _opposite(row) else ""),
            row["words"],
            {"target": row["target"], "actor": row["actor"], "cue": row["cue"]},
            row["probabilities"][row["predicted"]],
        )
        for row in wrong
    )


def _opposite(row: Mapping[str, Any]) -> bool:
    return Stance.NEUTRAL not in (row["gold"], row["predicted"])


def _quote_errors(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Missed quotes, false alarms and wrong actors in turn, of each kind every article's first before its second."""
    faults: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for row in rows:
        seen: dict[str, int] = {}
        for error in _article_quote_errors(row):
            order = seen[error["fault"]] = seen.get(error["fault"], -1) + 1
            faults.setdefault(error["fault"], []).append((order, error))
    queues = [[error for _, error in sorted(found, key=lambda pair: pair[0])] for found in faults.values()]
    return list(_in_turn(queues))


def _article_quote_errors(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for match in row["matches"]:
        gold = None if match["gold"] is None else row["gold"][match["gold"]]
        predicted = None if match["predicted"] is None else row["predicted"][match["predicted"]]
        if gold is not None and predicted is None:
            yield _error(row["id"], "missed", _words(gold), _quote_facts(gold))
        elif predicted is not None and gold is None:
            yield _error(row["id"], "false alarm", _words(predicted), _quote_facts(predicted))
        elif gold is not None and predicted is not None and not same_actor(gold["actor"], predicted["actor"]):
            facts = {**_quote_facts(gold), "predicted actor": predicted["actor"] or "none"}
            yield _error(row["id"], "wrong actor", _words(gold), facts)


def _quote_facts(quote: Mapping[str, Any]) -> dict[str, str | None]:
    cue = quote["cue"]["text"] if quote["cue"] else None
    return {"actor": quote["actor"] or "none", "cue": cue, "kind": quote["kind"], "attribution": quote["attribution"]}


def _words(quote: Mapping[str, Any]) -> str:
    return " … ".join(span["text"] for span in quote["content"])


def _end_to_end_errors(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Actors on the wrong side by what was taken for what, actors missed, actors invented."""
    return _spread(error for row in rows for error in _actor_errors(row))


def _actor_errors(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for actor, gold in row["gold"].items():
        found = [other for other in row["predicted"] if same_actor(actor, other)]
        if not found:
            yield _error(row["id"], "actor missed", actor, {"gold": gold})
        elif gold not in [row["predicted"][other] for other in found]:
            taken, probability = row["predicted"][found[0]], row["probabilities"][found[0]]
            yield _error(row["id"], f"{gold} read as {taken}", actor, {}, probability)
    for actor, label in row["predicted"].items():
        if not any(same_actor(actor, other) for other in row["gold"]):
            yield _error(row["id"], "actor invented", actor, {"predicted": label}, row["probabilities"][actor])


_ERRORS = {
    "section": _section_errors,
    "stance": _stance_errors,
    "quotes": _quote_errors,
    "end_to_end": _end_to_end_errors,
}


def _error(
    article: str, fault: str, text: str, facts: Mapping[str, str | None], confidence: float | None = None
) -> dict[str, Any]:
    shown = {name: value for name, value in facts.items() if value is not None}
    return {"article": article, "fault": fault, "text": text, "facts": shown, "confidence": confidence}


def _spread(errors: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Kinds in turn, the largest first; inside a kind by falling confidence, those without one last."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for error in sorted(errors, key=lambda error: -(error["confidence"] or 0.0)):
        kinds.setdefault(error["fault"], []).append(error)
    return list(_in_turn(sorted(kinds.values(), key=lambda found: -len(found))))


def _in_turn(queues: Sequence[Sequence[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """The first of each queue, then the second of each, and so on."""
    for position in range(max(map(len, queues), default=0)):
        yield from (queue[position] for queue in queues if position < len(queue))


def _names(labels: Iterable[str]) -> str:
    return ", ".join(labels)
