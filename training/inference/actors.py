"""Who says what about what over many articles: the output of `mawaqif analyze` gathered by actor and target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from training.errors import InputError, RecordError
from training.inference.sources import open_source
from training.inference.stance import StanceScore, actor_stance
from training.schema import ActorType, Stance


@dataclass(frozen=True)
class Evidence:
    """One quote with its own stance."""

    words: str
    stance: StanceScore


@dataclass(frozen=True)
class Observation:
    """An actor's stance on a target in one article, and the quotes it rests on."""

    article: str
    date: str | None
    """`YYYY-MM-DD`."""
    stance: StanceScore
    quotes: tuple[Evidence, ...]


@dataclass(frozen=True)
class Position:
    """Where an actor stands on a target: observations by date, those without one last, in the order of the input."""

    target: str
    observations: tuple[Observation, ...]

    @property
    def n_quotes(self) -> int:
        """Quotes of all observations."""
        return sum(len(observation.quotes) for observation in self.observations)

    @property
    def dates(self) -> tuple[str, ...]:
        """The first and the last date, empty where no article has one."""
        dated = [observation.date for observation in self.observations if observation.date]
        return (dated[0], dated[-1]) if dated else ()

    @property
    def n_abstained(self) -> int:
        """Articles in which the model was too unsure to be relied on."""
        return sum(observation.stance.abstained for observation in self.observations)

    def n_articles(self, label: Stance) -> int:
        """Articles in which the actor takes this stance, abstained ones left out."""
        return sum(o.stance.label == label and not o.stance.abstained for o in self.observations)


@dataclass(frozen=True)
class Actor:
    """An actor with a position on each target, the most quoted one first."""

    name: str
    type: str
    positions: tuple[Position, ...]

    @property
    def n_quotes(self) -> int:
        """Quotes on all targets."""
        return sum(position.n_quotes for position in self.positions)


@dataclass(frozen=True)
class Gathered:
    """Actors, the most quoted first, and what was read for them."""

    actors: tuple[Actor, ...]
    n_articles: int
    n_errors: int
    """Rows skipped because `analyze` could not read the article."""
    n_unreadable: int
    """Rows skipped because they are no output of `analyze`."""

    @property
    def n_skipped(self) -> int:
        """Rows that gave nothing."""
        return self.n_errors + self.n_unreadable


class _Span(BaseModel):
    text: str


class _Probabilities(BaseModel):
    support: float
    oppose: float
    neutral: float


class _Stance(BaseModel):
    target: str
    probabilities: _Probabilities
    abstained: bool

    @property
    def score(self) -> StanceScore:
        return StanceScore(dict(self.probabilities), self.abstained)


class _Quote(BaseModel):
    content: list[_Span]
    actor: str | None
    actor_type: str | None
    stances: list[_Stance]


class _Line(BaseModel):
    id: str | None
    date: str | None = None
    quotes: list[_Quote]


@dataclass(frozen=True)
class _Key:
    """An actor over all articles; an unnamed source is one only within its own."""

    name: str
    article: int | None


@dataclass
class _Known:
    """What is known of an actor so far."""

    types: Counter[str] = field(default_factory=Counter)
    targets: dict[str, list[Observation]] = field(default_factory=dict)


def gather_file(source: str) -> Gathered:
    """Gather an output file (also .gz, .xz, or - for standard input), one line in memory at a time.

    Raises `InputError` when it cannot be read or no line of it is an output of `analyze`.
    """
    expected = "expected the JSON Lines that `mawaqif analyze` writes"
    if Path(source).suffix in {".txt", ".parquet"}:
        raise InputError(f"{source}: a '{Path(source).suffix}' file; {expected}; run it first")
    with open_source(source) as opened:
        gathered = gather(row.record for row in opened.rows)
    if gathered.n_unreadable and not gathered.n_articles + gathered.n_errors:
        raise InputError(f"{source}: none of its {gathered.n_unreadable} rows can be used; {expected}; run it first")
    return gathered


def gather(rows: Iterable[Mapping[str, Any] | RecordError]) -> Gathered:
    """Gather output lines. What is kept grows with the quotes that name an actor, not with the articles."""
    known: dict[_Key, _Known] = {}
    n_articles = n_errors = n_unreadable = 0
    for row in rows:
        line = _parse(row)
        if line is None:
            failed = isinstance(row, Mapping) and row.get("error") is not None
            n_errors, n_unreadable = n_errors + failed, n_unreadable + (not failed)
            continue
        n_articles += 1
        _add(known, line, n_articles)
    actors = [_actor(key, found) for key, found in known.items()]
    actors.sort(key=lambda actor: (-actor.n_quotes, actor.name))
    return Gathered(tuple(actors), n_articles, n_errors, n_unreadable)


def full_names(names: Iterable[str]) -> dict[str, str]:
    """For each person's name of one article the fullest form it shortens there, itself where that is not certain.

    A shorter form ends in the same word and has no word of its own («الكاظمي» and «مصطفى الكاظمي»); two fuller names
    of different persons leave it as it is.
    """
    known = list(dict.fromkeys(names))
    return {name: _fullest(name, known) for name in known}


def _fullest(name: str, known: Sequence[str]) -> str:
    fuller = [other for other in known if _shortens(name, other)]
    longest = max(fuller, key=lambda other: len(other.split()), default=name)
    return longest if all(other == longest or _shortens(other, longest) for other in fuller) else name


def _shortens(name: str, other: str) -> bool:
    words, others = name.split(), other.split()
    return words[-1:] == others[-1:] and set(words) < set(others)


def _parse(row: Mapping[str, Any] | RecordError) -> _Line | None:
    if isinstance(row, RecordError) or row.get("error") is not None:
        return None
    try:
        return _Line.model_validate(row)
    except ValidationError:
        return None


def _add(known: dict[_Key, _Known], line: _Line, number: int) -> None:
    article = line.id if line.id is not None else f"#{number}"
    for (name, target), quotes in _by_actor(line).items():
        kind = str(quotes[0].actor_type)
        found = known.setdefault(_Key(name, number if kind == ActorType.ANONYMOUS else None), _Known())
        found.types[kind] += 1
        evidence = tuple(_evidence(quote, target) for quote in quotes)
        stance = actor_stance([one.stance for one in evidence])
        found.targets.setdefault(target, []).append(Observation(article, line.date, stance, evidence))


def _by_actor(line: _Line) -> dict[tuple[str, str], list[_Quote]]:
    """The quotes of an article by actor and target."""
    names = full_names(quote.actor for quote in line.quotes if quote.actor and quote.actor_type == ActorType.PERSON)
    found: dict[tuple[str, str], list[_Quote]] = {}
    for quote in line.quotes:
        for target in dict.fromkeys(stance.target for stance in quote.stances):
            if quote.actor:
                found.setdefault((names.get(quote.actor, quote.actor), target), []).append(quote)
    return found


def _evidence(quote: _Quote, target: str) -> Evidence:
    stance = next(stance.score for stance in quote.stances if stance.target == target)
    return Evidence(" … ".join(span.text for span in quote.content), stance)


def _actor(key: _Key, known: _Known) -> Actor:
    positions = [Position(target, tuple(sorted(found, key=_when))) for target, found in known.targets.items()]
    positions.sort(key=lambda position: -position.n_quotes)
    return Actor(key.name, known.types.most_common(1)[0][0], tuple(positions))


def _when(observation: Observation) -> tuple[bool, str]:
    return observation.date is None, observation.date or ""
