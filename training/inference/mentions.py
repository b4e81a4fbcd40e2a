"""Where a text names the actor whom a cue without a subject means, so that a page can draw the two together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.schema import Attribution


@dataclass(frozen=True)
class Mention:
    """The words that name an actor; offsets half-open, in code points."""

    start: int
    end: int


def find_mentions(text: str, quotes: Sequence[Mapping[str, Any]]) -> list[Mention | None]:
    """For each quote of an output line the mention its dropped subject goes back to; None where nothing is dropped.

    It is the last speaker of the same actor that stands before the cue, else the last place before it with the
    actor's name; None too where the text has neither.
    """
    speakers: dict[str, list[Mention]] = {}
    for quote in quotes:
        speaker = quote.get("speaker")
        if speaker and quote.get("actor") and quote["attribution"] == Attribution.EXPLICIT:
            speakers.setdefault(quote["actor"], []).append(Mention(speaker["start"], speaker["end"]))
    return [_mention(text, quote, speakers.get(quote.get("actor") or "", ())) for quote in quotes]


def _mention(text: str, quote: Mapping[str, Any], speakers: Sequence[Mention]) -> Mention | None:
    actor = quote.get("actor")
    if quote["attribution"] != Attribution.INHERITED or not actor:
        return None
    place = (quote.get("cue") or quote["content"][0])["start"]
    before = [mention for mention in speakers if mention.end <= place]
    if before:
        return max(before, key=lambda mention: mention.start)
    found = text.rfind(actor, 0, max(place, 0))
    return Mention(found, found + len(actor)) if found >= 0 else None
