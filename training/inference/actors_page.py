"""Gathered actors as a self-contained page: right to left, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Template

from training import drawing
from training.drawing import verbatim
from training.inference.actors import Actor, Gathered, Observation, Position
from training.inference.arabic import ACTOR_TYPE_NAMES_AR
from training.inference.html import showable
from training.inference.stance import StanceScore
from training.inference.views import percent, stance_mark
from training.pages import page_environment
from training.schema import STANCES, Stance

TEMPLATES = Path(__file__).parent / "templates"
ROWS: dict[str, int] = {Stance.SUPPORT: 0, Stance.NEUTRAL: 1, Stance.OPPOSE: 2}
"""From the top of the time line."""


@dataclass(frozen=True)
class Point:
    """One article on the time line: `left` is its place from the left edge, in per cent, the latest at the left."""

    left: float
    row: int
    css: str
    hint: str


@dataclass(frozen=True)
class Days:
    """The days between which the time lines of one actor run."""

    first: str
    last: str

    def left(self, day: str) -> float:
        """Place of a day in [4, 96] per cent from the left; time runs from right to left, as the page reads."""
        start, end = date.fromisoformat(self.first).toordinal(), date.fromisoformat(self.last).toordinal()
        gone = (date.fromisoformat(day).toordinal() - start) / max(end - start, 1)
        return round(96 - 92 * gone, 2)


def render_actors(gathered: Gathered) -> str:
    """The page of all actors with the quotes as evidence; an actor with several dates has time lines."""
    return showable(
        _template().render(
            gathered=gathered,
            days=_days(gathered.actors),
            actors=[(actor, _days([actor])) for actor in gathered.actors],
            points=lambda position, days: list(_points(position.observations, days)),
            counts=lambda position: list(_counts(position)),
            types=ACTOR_TYPE_NAMES_AR,
            legend={label: stance_mark(label) for label in STANCES},
        )
    )


def _days(actors: Iterable[Actor]) -> Days | None:
    """None where no article has a date."""
    days = [day for actor in actors for position in actor.positions for day in position.dates]
    return Days(min(days), max(days)) if days else None


def _points(observations: Sequence[Observation], days: Days) -> Iterator[Point]:
    for seen in observations:
        if seen.date is not None:
            hint = f"{seen.date} {_mark(seen.stance)}"
            yield Point(days.left(seen.date), ROWS[seen.stance.label], _css(seen.stance), hint)


def _counts(position: Position) -> Iterator[tuple[str, str]]:
    """Classes and words of how many articles show each stance; those that show none are left out."""
    for label in STANCES:
        n_articles = position.n_articles(Stance(label))
        if n_articles:
            yield label, f"{stance_mark(label)} {n_articles}"
    if position.n_abstained:
        yield "unsure", f"غير محسوم؟ {position.n_abstained}"


def _css(stance: StanceScore) -> str:
    return f"{stance.label} unsure" if stance.abstained else stance.label


def _mark(stance: StanceScore) -> str:
    return stance_mark(stance.label, unsure=stance.abstained)


@cache
def _template() -> Template:
    environment = page_environment(
        TEMPLATES, drawing.TEMPLATES, percent=percent, verbatim=verbatim, css=_css, mark=_mark
    )
    return environment.get_template("actors.html.jinja")
