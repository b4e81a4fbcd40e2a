"""The analyzer's output for one article as what its page shows, in Arabic and numbered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.drawing import STANCE_SYMBOLS
from training.inference.arabic import (
    ACTOR_TYPE_NAMES_AR,
    ATTRIBUTION_NAMES_AR,
    KIND_NAMES_AR,
    MESSAGES_AR,
    STANCE_NAMES_AR,
)
from training.inference.mentions import Mention, find_mentions
from training.schema import Attribution, Stance

EXCERPT_WORDS = 14
N_LANES = 3
"""Underlines of nested quotes that can lie below each other; deeper ones share the last."""


@dataclass(frozen=True)
class StanceView:
    """A stance as shown: `css` is its class, `mark` the symbol and word that say it without colour."""

    css: str
    mark: str
    target: str
    probability: float
    probabilities: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class QuoteView:
    """A quote as shown; `number` counts from 1 and names its anchors, `lane` is the height of its underline."""

    number: int
    lane: int
    kind: str
    actor: str | None
    attribution: str
    note: str | None
    """Whom a cue without a named subject means; None where the sentence says it."""
    mention: Mention | None
    """Where the text names whom `note` means."""
    excerpt: str
    confidence: float | None
    stances: tuple[StanceView, ...]

    @property
    def stance(self) -> StanceView | None:
        """Toward the first target, None where the analyzer gave none."""
        return self.stances[0] if self.stances else None

    @property
    def mark(self) -> str:
        """The text marker before the quote."""
        return f"{self.number} {self.stance.mark}" if self.stance else str(self.number)

    @property
    def css(self) -> str:
        """The class that shades the quote."""
        return self.stance.css if self.stance else "neutral"


@dataclass(frozen=True)
class ActorView:
    """An actor with stance and the numbers of the quotes that show it."""

    name: str
    type: str | None
    stance: StanceView
    quotes: tuple[int, ...]


@dataclass(frozen=True)
class NoticeView:
    """A warning or error in Arabic, and as the analyzer worded it."""

    arabic: str
    message: str


def quote_views(text: str, result: Mapping[str, Any]) -> list[QuoteView]:
    """Every quote of an output line, numbered in its order."""
    records = result.get("quotes") or ()
    mentions = find_mentions(text, records)
    return [
        QuoteView(
            number=number,
            lane=lane,
            kind=KIND_NAMES_AR.get(record["kind"], record["kind"]),
            actor=record.get("actor"),
            attribution=ATTRIBUTION_NAMES_AR.get(record["attribution"], record["attribution"]),
            note=_note(record),
            mention=mention,
            excerpt=excerpt(span["text"] for span in record["content"]),
            confidence=record.get("confidence"),
            stances=tuple(stance_view(stance) for stance in record.get("stances") or ()),
        )
        for number, (record, lane, mention) in enumerate(zip(records, _lanes(records), mentions, strict=True), start=1)
    ]


def actor_views(result: Mapping[str, Any], quotes: Sequence[QuoteView]) -> list[ActorView]:
    """Every actor of an output line with the numbers of its quotes."""
    numbers = {record["id"]: quote.number for record, quote in zip(result.get("quotes") or (), quotes, strict=True)}
    return [
        ActorView(
            name=actor["actor"],
            type=ACTOR_TYPE_NAMES_AR.get(actor["actor_type"], actor["actor_type"]),
            stance=stance_view(actor),
            quotes=tuple(numbers[quote_id] for quote_id in actor["quotes"] if quote_id in numbers),
        )
        for actor in result.get("actors") or ()
    ]


def stance_view(stance: Mapping[str, Any]) -> StanceView:
    """A stance of the output; an abstained one keeps its label with a question mark."""
    label, unsure = stance["label"], bool(stance.get("abstained"))
    css = label if label in STANCE_NAMES_AR else Stance.NEUTRAL
    probabilities = stance.get("probabilities") or {}
    return StanceView(
        css=f"{css} unsure" if unsure else css,
        mark=stance_mark(label, unsure=unsure),
        target=stance["target"],
        probability=stance["probability"],
        probabilities=tuple((STANCE_NAMES_AR.get(label, label), value) for label, value in probabilities.items()),
    )


def stance_mark(label: str, *, unsure: bool = False) -> str:
    """The symbol and word of a stance, the word with a question mark when the model abstained."""
    words = [STANCE_SYMBOLS.get(label, ""), STANCE_NAMES_AR.get(label, label) + ("؟" if unsure else "")]
    return " ".join(word for word in words if word)


def error_view(result: Mapping[str, Any]) -> NoticeView | None:
    """Why an article could not be read, None where it was."""
    error = result.get("error")
    return _notice(error["code"], error["message"]) if error else None


def warning_views(result: Mapping[str, Any]) -> list[NoticeView]:
    """The warnings of an output line, `code: message` each."""
    return [_warning(warning) for warning in result.get("warnings") or ()]


def percent(value: float) -> str:
    """A probability in whole per cent."""
    return f"{value:.0%}"


def excerpt(surfaces: Iterable[str]) -> str:
    """The first `EXCERPT_WORDS` words."""
    words = " … ".join(surfaces).split()
    return " ".join(words[:EXCERPT_WORDS]) + (" …" if len(words) > EXCERPT_WORDS else "")


def _warning(warning: str) -> NoticeView:
    code, _, message = warning.partition(": ")
    return _notice(code, message or warning)


def _notice(code: str, message: str) -> NoticeView:
    return NoticeView(MESSAGES_AR.get(code, ""), message)


def _note(record: Mapping[str, Any]) -> str | None:
    if record["attribution"] == Attribution.INHERITED and record.get("actor"):
        return f"أي {record['actor']}"
    return "القائل غير مذكور" if record["attribution"] == Attribution.NONE else None


def _lanes(records: Sequence[Mapping[str, Any]]) -> list[int]:
    """For each quote the highest underline that no quote reaching into its start uses."""
    extents = [(record["content"][0]["start"], record["content"][-1]["end"]) for record in records]
    lanes = [0] * len(records)
    reaching: list[int] = []
    for index in sorted(range(len(records)), key=lambda index: (extents[index][0], -extents[index][1])):
        reaching = [other for other in reaching if extents[other][1] > extents[index][0]]
        taken = {lanes[other] for other in reaching}
        lanes[index] = next((lane for lane in range(N_LANES) if lane not in taken), N_LANES - 1)
        reaching.append(index)
    return lanes
