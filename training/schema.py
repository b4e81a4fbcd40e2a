"""The article format: labels, offsets and records, as `annotation-guide` and `data/README.md` define them.

Every offset is a Unicode code point of the article's raw `text`, half-open, stored with its surface.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from training.errors import RecordError, nearest


class Section(StrEnum):
    """Newsroom desks; an article carries every label whose definition its main event meets."""

    INTERNATIONAL = "international"
    SECURITY = "security"
    POLITICS = "politics"
    ECONOMY = "economy"
    SOCIETY = "society"
    CULTURE = "culture"
    SPORTS = "sports"
    SCIENCE = "science"


class Stance(StrEnum):
    """The quoted actor's position on a target."""

    SUPPORT = "support"
    OPPOSE = "oppose"
    NEUTRAL = "neutral"


class QuoteKind(StrEnum):
    """Whether the reported words stand in marks, in the writer's syntax, or partly in both."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"


class ActorType(StrEnum):
    """Named person, body of any kind, or unnamed source."""

    PERSON = "person"
    ORGANIZATION = "organization"
    ANONYMOUS = "anonymous"


class Attribution(StrEnum):
    """How the text says who speaks: in the sentence, by a dropped subject or participle, or not at all."""

    EXPLICIT = "explicit"
    INHERITED = "inherited"
    NONE = "none"


SECTIONS: tuple[str, ...] = tuple(section.value for section in Section)
STANCES: tuple[str, ...] = tuple(stance.value for stance in Stance)

SECTION_NAMES_AR: dict[str, str] = {
    Section.INTERNATIONAL: "دولي",
    Section.SECURITY: "أمني",
    Section.POLITICS: "سياسي",
    Section.ECONOMY: "اقتصاد",
    Section.SOCIETY: "مجتمع",
    Section.CULTURE: "ثقافة وفنون",
    Section.SPORTS: "رياضة",
    Section.SCIENCE: "علوم وصحة وتقنية",
}

NonBlank = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Record):
    """`text` is the surface of code points `[start, end)` of the article's text."""

    start: Annotated[int, Field(ge=0)]
    end: int
    text: NonBlank

    @classmethod
    def of(cls, text: str, start: int, end: int) -> Self:
        """The span of `text[start:end]`."""
        return cls(start=start, end=end, text=text[start:end])


class StanceLabel(_Record):
    """One actor's position on one target, as one quote shows it."""

    target: NonBlank
    label: Stance


class Quote(_Record):
    """Speech, writing or a stated position that the article attributes to an actor."""

    id: NonBlank
    kind: QuoteKind
    content: Annotated[tuple[Span, ...], Field(min_length=1)]
    cue: Span | None
    speaker: Span | None
    actor: NonBlank | None
    actor_type: ActorType | None
    attribution: Attribution
    stances: tuple[StanceLabel, ...] = ()

    @property
    def words(self) -> str:
        """The reported words, spans of an interrupted quote joined by ` … `."""
        return " … ".join(span.text for span in self.content)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Every span of the quote: content, then cue and speaker where present."""
        return self.content + tuple(span for span in (self.cue, self.speaker) if span is not None)

    @model_validator(mode="after")
    def _check_attribution(self) -> Self:
        if (self.actor is None) != (self.actor_type is None):
            raise ValueError("actor and actor_type must both be given or both be null")
        if (self.attribution is Attribution.NONE) != (self.actor is None):
            raise ValueError(f"attribution '{self.attribution}' does not fit actor {self.actor!r}")
        if self.attribution is Attribution.EXPLICIT and self.speaker is None:
            raise ValueError("attribution 'explicit' needs a speaker span")
        return self


class Article(_Record):
    """One article with its sections and its annotated quotes.

    `story` groups articles about one event: they never cross splits. `style` and `traps` describe how the
    text was written; models never see them.
    """

    id: NonBlank
    title: str
    text: NonBlank
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    outlet: str | None = None
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    target: NonBlank | None = None
    quotes: tuple[Quote, ...] = ()
    story: str | None = None
    style: str | None = None
    traps: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """The main target first, then every further target a quote is labelled for, in order of appearance."""
        named = [self.target] if self.target else []
        named += [stance.target for quote in self.quotes for stance in quote.stances]
        return tuple(dict.fromkeys(named))


def parse_article(record: Any, place: str) -> Article:
    """Validate one decoded JSON record, offsets against surfaces included.

    Raises `RecordError` naming `place` and the first fault found.
    """
    try:
        article = Article.model_validate(record)
    except ValidationError as error:
        raise _record_error(error, place) from error
    _check_offsets(article, place)
    _check_targets(article, place)
    return article


def _check_offsets(article: Article, place: str) -> None:
    for quote in article.quotes:
        for span in quote.spans:
            surface = article.text[span.start : span.end]
            if surface != span.text:
                raise RecordError(
                    f"{place}: quote {quote.id}",
                    f"offsets [{span.start}, {span.end}) hold {_clip(surface)}",
                    f"the stored surface {_clip(span.text)}",
                    "correct the offsets or the surface (offsets count Unicode code points of the raw text)",
                )
    ids = [quote.id for quote in article.quotes]
    repeated = sorted({quote_id for quote_id in ids if ids.count(quote_id) > 1})
    if repeated:
        raise RecordError(place, f"quote id {repeated[0]!r} appears twice", "one id a quote", "rename one of them")


def _check_targets(article: Article, place: str) -> None:
    if article.quotes and article.target is None:
        raise RecordError(place, "quotes but no target", "one main target", "add 'target', what the headline is about")
    for quote in article.quotes:
        labelled = [stance.target for stance in quote.stances]
        if len(set(labelled)) < len(labelled):
            raise RecordError(
                f"{place}: quote {quote.id}", "one target labelled twice", "one label a target", "delete one"
            )


def _record_error(error: ValidationError, place: str) -> RecordError:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "record"
    found = f"{where} is {_clip(first['input'])}"
    expected = first["msg"][0].lower() + first["msg"][1:]
    match first["type"]:
        case "enum":
            allowed = str(first["ctx"]["expected"])
            hint = nearest(str(first["input"]), [word.strip("' ") for word in allowed.replace(" or ", ",").split(",")])
            found, expected = (
                f"{where} '{first['input']}' is not a label of the guide{hint}",
                f"one of {allowed}",
            )
        case "extra_forbidden":
            found, expected = f"unknown field '{where}'", "only the fields of the article format"
        case "missing":
            found, expected = f"field '{where}' is missing", "it to be present"
        case "value_error":
            found, expected = (
                f"{where}: {first['ctx']['error']}",
                "actor, actor_type, attribution and speaker to agree",
            )
    return RecordError(place, found, expected, "see data/README.md for the format")


def _clip(value: Any, width: int = 60) -> str:
    shown = repr(value)
    return shown if len(shown) <= width else shown[: width - 1] + "…"
