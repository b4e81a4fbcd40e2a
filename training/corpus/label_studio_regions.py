"""Label Studio's list of results, read into labelled regions and the quotes they make up.

Results are flat: a region is one `labels` result, its attributes are `choices` and `textarea` results with the
same id, and `relation` results join regions. Offsets count UTF-16 units, as JavaScript does. A quote is a content
region; its cue, its speaker and further content spans are related to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel

from training.errors import RecordError, nearest
from training.schema import Span

CodePoints = Mapping[int | None, int]
"""Code point offsets by UTF-16 offset; None, a missing offset, has none."""


class Role(StrEnum):
    """The labels of a region."""

    CONTENT = "content"
    CUE = "cue"
    SPEAKER = "speaker"


class Value(BaseModel):
    """What a result says; which fields it carries depends on its type."""

    start: int | None = None
    end: int | None = None
    text: str | list[str] = ""
    labels: list[str] = []
    choices: list[str] = []


class Result(BaseModel):
    """One entry of `annotations[].result`."""

    type: Literal["labels", "choices", "textarea", "relation"]
    id: str = ""
    from_name: str = ""
    value: Value = Value()
    from_id: str = ""
    to_id: str = ""
    direction: Literal["right", "left", "bi"] = "right"


@dataclass(frozen=True)
class Region:
    """A labelled span with its answers by control name; answers keep the order of the results."""

    id: str
    role: Role
    span: Span
    answers: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class QuoteRegions:
    """The regions of one quote. `head` is the content region that carries the answers."""

    head: Region
    content: tuple[Region, ...]
    cue: Region | None
    speaker: Region | None


def utf16_length(text: str) -> int:
    """Length in UTF-16 units: a character beyond the basic plane counts two."""
    return len(text) + sum(char > "\uffff" for char in text)


def article_answers(results: Iterable[Result]) -> dict[str, list[str]]:
    """The answers that belong to the whole article, by control name."""
    return {item.from_name: _answer(item) for item in results if _is_answer(item) and item.value.start is None}


def read_regions(results: Sequence[Result], text: str, place: str) -> dict[str, Region]:
    """The labelled regions by id, in order.

    Raises `RecordError` on an unknown label, offsets outside the text, or an answer for a region without label.
    """
    points = _code_points(text)
    regions = {item.id: _region(item, text, points, place) for item in results if item.type == "labels"}
    for item in results:
        if _is_answer(item) and item.value.start is not None:
            if item.id not in regions:
                raise RecordError(
                    f"{place}: region {item.id}",
                    f"an answer for '{item.from_name}' but no label",
                    f"one of {', '.join(Role)}",
                    "label the region or delete it",
                )
            regions[item.id].answers[item.from_name] = _answer(item)
    return regions


def group_quotes(regions: dict[str, Region], results: Sequence[Result], place: str) -> Iterator[QuoteRegions]:
    """The quotes in the order of their head regions; content spans in reading order.

    Raises `RecordError` on a region that belongs to no quote, and on a quote with two cues or speakers.
    """
    links = [link for item in results if item.type == "relation" for link in _links(item, regions, place)]
    continued = {link.part: link.content for link in links if regions[link.part].role is Role.CONTENT}
    heads = [region for region in regions.values() if region.role is Role.CONTENT and region.id not in continued]
    members: dict[str, list[Region]] = {head.id: [head] for head in heads}
    for link in links:
        members.get(_head_of(link.content, continued), []).append(regions[link.part])
    used = {region.id for parts in members.values() for region in parts}
    for region in regions.values():
        if region.id not in used:
            raise RecordError(
                f"{place}: region {region.id}",
                f"{region.role} {region.span.text!r} belongs to no quote",
                "a relation to a content region",
                "relate it to its quote's content or delete it",
            )
    for head in heads:
        yield _quote(head, members[head.id], place)


@dataclass(frozen=True)
class _Link:
    """`part` belongs to the quote of the region `content`; both are ids."""

    content: str
    part: str


def _links(relation: Result, regions: dict[str, Region], place: str) -> Iterator[_Link]:
    ends = [relation.from_id, relation.to_id]
    for end in ends:
        if end not in regions:
            raise RecordError(
                place, f"a relation with region {end!r}, which is not there", "two regions", "delete the relation"
            )
    source, part = reversed(ends) if relation.direction == "left" else ends
    if regions[source].role is not Role.CONTENT:
        source, part = part, source
    if regions[source].role is Role.CONTENT:
        yield _Link(source, part)


def _head_of(content: str, continued: dict[str, str]) -> str:
    seen: set[str] = set()
    while content in continued and content not in seen:
        seen.add(content)
        content = continued[content]
    return content


def _quote(head: Region, parts: Sequence[Region], place: str) -> QuoteRegions:
    content = sorted((region for region in parts if region.role is Role.CONTENT), key=lambda region: region.span.start)
    return QuoteRegions(
        head, tuple(content), _at_most_one(parts, Role.CUE, place), _at_most_one(parts, Role.SPEAKER, place)
    )


def _at_most_one(parts: Sequence[Region], role: Role, place: str) -> Region | None:
    found = [region for region in parts if region.role is role]
    if len(found) > 1:
        surfaces = " and ".join(repr(region.span.text) for region in found)
        raise RecordError(
            f"{place}: region {parts[0].id}", f"{len(found)} {role} regions, {surfaces}", "one at most", "delete one"
        )
    return found[0] if found else None


def _region(item: Result, text: str, points: CodePoints, place: str) -> Region:
    place = f"{place}: region {item.id}"
    if len(item.value.labels) != 1 or item.value.labels[0] not in list(Role):
        found = ", ".join(item.value.labels)
        hint = nearest(found, Role)
        raise RecordError(place, f"label '{found}'{hint}", f"one of {', '.join(Role)}", "relabel the region")
    return Region(item.id, Role(item.value.labels[0]), _span(item.value, text, points, place))


def _span(value: Value, text: str, points: CodePoints, place: str) -> Span:
    start, end = points.get(value.start), points.get(value.end)
    if start is None or end is None or start >= end:
        raise RecordError(
            place,
            f"offsets [{value.start}, {value.end})",
            f"two positions in order in a text of {utf16_length(text)} UTF-16 units",
            "mark the region again",
        )
    surface = text[start:end]
    if isinstance(value.text, str) and value.text.split() not in ([], surface.split()):
        raise RecordError(
            place, f"offsets hold {surface!r}", f"the stored text {value.text!r}", "import the tasks with the same text"
        )
    return Span(start=start, end=end, text=surface)


def _code_points(text: str) -> CodePoints:
    """Code point offset of each UTF-16 offset that does not fall inside a character."""
    points: dict[int | None, int] = {0: 0}
    units = 0
    for number, char in enumerate(text, start=1):
        units += utf16_length(char)
        points[units] = number
    return points


def _is_answer(item: Result) -> bool:
    return item.type in ("choices", "textarea")


def _answer(item: Result) -> list[str]:
    text = item.value.text
    return item.value.choices if item.type == "choices" else [text] if isinstance(text, str) else text
