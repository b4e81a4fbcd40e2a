"""What `mawaqif analyze` writes, one JSON object a line, as types; docs/reference/analysis.md is made from them.

Offsets count code points of the row's `text`, half-open. Probabilities lie in [0, 1] and are calibrated on dev.
"""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict  # pydantic reads that of typing from 3.12 on only

from training.schema import ActorType, Attribution, QuoteKind, Section, Stance


class SpanRecord(TypedDict):
    """A stretch of the text."""

    start: int
    end: int
    text: str
    """The characters of `[start, end)`, as they stand."""


class SectionRecord(TypedDict):
    """One desk; every row has all of them, in the order of the guide."""

    label: Section
    probability: float
    assigned: bool
    """Whether the article goes there: `probability` reaches the label's threshold; at least one label is assigned."""


class StanceProbabilities(TypedDict):
    """They add up to 1."""

    support: float
    oppose: float
    neutral: float


class StanceRecord(TypedDict):
    """Where the actor of one quote stands on the target."""

    target: str
    """The row's `target`, else its title, else its first sentence."""
    label: Stance
    """The most probable one, also when abstained."""
    probability: float
    """Of `label`."""
    probabilities: StanceProbabilities
    abstained: bool
    """Too unsure to be relied on (`export.selective_accuracy`)."""


class QuoteRecord(TypedDict):
    """Speech, writing or a stated position that the article attributes to an actor."""

    id: str
    """q1, q2, … in the order of the text."""
    kind: QuoteKind
    content: list[SpanRecord]
    """The reported words; two or more spans when the cue interrupts them."""
    cue: SpanRecord | None
    speaker: SpanRecord | None
    """The words that name who speaks; null where Arabic drops the subject."""
    actor: str | None
    """The fullest name the article gives, without titles."""
    actor_type: ActorType | None
    attribution: Attribution
    """Named in the sentence, carried over from an earlier one, or never said."""
    confidence: float
    """Share of the quotes found by the same rule on dev that are quotes."""
    stances: list[StanceRecord]


class ActorRecord(TypedDict):
    """One actor of the article: a side where at least one of their quotes takes it, else neutral."""

    actor: str
    actor_type: ActorType
    target: str
    label: Stance
    probability: float
    probabilities: StanceProbabilities
    abstained: bool
    quotes: list[str]
    """Ids of the quotes that the stance rests on."""


class ModelRecord(TypedDict):
    """What scored the row."""

    name: str
    version: str | None
    """In the registry; null for a bundle folder."""
    content_sha256: str
    """Of the bundle: equal hashes give equal results."""


class Analysis(TypedDict):
    """A row that was scored."""

    id: str | None
    date: NotRequired[str]
    """The row's `date` as YYYY-MM-DD; absent where the row has none that can be read."""
    sections: list[SectionRecord]
    quotes: list[QuoteRecord]
    actors: list[ActorRecord]
    warnings: list[str]
    """Such as `long_text: …`: a code, then what the reader should know."""
    model: ModelRecord


class ErrorRecord(TypedDict):
    """Why a row could not be scored."""

    code: str
    """Stable: `empty_text`, `not_text`, `invalid_unicode`, `too_long`, or `bad_record` for a line that is no JSON object."""
    message: str
    """What was found, what was expected, what to do."""


class Failure(TypedDict):
    """A row that could not be scored; the others go on."""

    id: str | None
    error: ErrorRecord
