"""Articles as Label Studio tasks and back, unchanged; `label_studio.xml` is the labelling configuration to use.

A task's `data` holds what people do not edit there. Sections, targets and quotes are annotation results (see
`label_studio_regions`): targets are text areas `target_1` (the main one) and so on, stances choices `stance_1` and
so on of a content region.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from training.corpus.label_studio_regions import (
    QuoteRegions,
    Region,
    Result,
    Role,
    article_answers,
    group_quotes,
    read_regions,
    utf16_length,
)
from training.corpus.read import ReadResult, parse_lines
from training.errors import RecordError
from training.jsonl import Line
from training.schema import Article, Quote, Span

MAX_TARGETS = 3
"""As many as the labelling configuration has controls for."""

DATA_FIELDS = ("id", "title", "text", "date", "outlet", "story", "style", "traps")

SETUP = Path(__file__).with_name("label_studio.xml")
"""The labelling interface that the tasks are made for."""


class _Annotation(BaseModel):
    result: list[Result]
    was_cancelled: bool = False


class _Task(BaseModel):
    data: dict[str, Any]
    annotations: list[_Annotation] = []
    predictions: list[_Annotation] = []


def to_tasks(articles: Iterable[Article]) -> list[dict[str, Any]]:
    """One task an article, its labels as an annotation. Raises `RecordError` on more than `MAX_TARGETS` targets."""
    return [_to_task(article) for article in articles]


def from_tasks(tasks: Sequence[Any], place: str) -> ReadResult:
    """The articles of an export in the tool's JSON format; `place` names it in errors.

    Of several annotations the last one not cancelled counts; a task without any keeps its last prediction.
    Content regions the tool added become quotes with fresh ids, placed where they begin. A faulty task is
    rejected, the others go on.
    """
    return parse_lines(_line(task, f"{place}: task {number}") for number, task in enumerate(tasks, start=1))


def _to_task(article: Article) -> dict[str, Any]:
    if len(article.targets) > MAX_TARGETS:
        raise RecordError(
            article.id,
            f"{len(article.targets)} targets",
            f"at most {MAX_TARGETS}",
            "add controls to label_studio.xml and raise MAX_TARGETS",
        )
    data = article.model_dump(mode="json", include=set(DATA_FIELDS))
    data["quote_ids"] = [quote.id for quote in article.quotes]
    return {"data": data, "annotations": [{"result": list(_results(article))}]}


def _results(article: Article) -> Iterator[dict[str, Any]]:
    yield _result("sections", "sections", "choices", {"choices": list(article.sections)})
    for number, target in enumerate(article.targets, start=1):
        yield _result(f"target_{number}", f"target_{number}", "textarea", {"text": [target]})
    for quote in article.quotes:
        yield from _quote_results(article, quote)


def _quote_results(article: Article, quote: Quote) -> Iterator[dict[str, Any]]:
    parts = [(Role.CONTENT, span) for span in quote.content]
    parts += [(role, span) for role, span in ((Role.CUE, quote.cue), (Role.SPEAKER, quote.speaker)) if span]
    ids = [f"{quote.id}/{role}/{number}" for number, (role, _) in enumerate(parts, start=1)]
    for region_id, (role, span) in zip(ids, parts, strict=True):
        yield _result(region_id, "role", "labels", {**_place(article.text, span), "labels": [role]})
    for name, choice in _choices(article, quote):
        yield _result(ids[0], name, "choices", {**_place(article.text, quote.content[0]), "choices": [choice]})
    if quote.actor is not None:
        yield _result(ids[0], "actor", "textarea", {**_place(article.text, quote.content[0]), "text": [quote.actor]})
    for region_id in ids[1:]:
        yield {"type": "relation", "from_id": ids[0], "to_id": region_id, "direction": "right"}


def _choices(article: Article, quote: Quote) -> Iterator[tuple[str, str]]:
    yield "kind", quote.kind
    yield "attribution", quote.attribution
    if quote.actor_type is not None:
        yield "actor_type", quote.actor_type
    for stance in quote.stances:
        yield f"stance_{article.targets.index(stance.target) + 1}", stance.label


def _result(result_id: str, from_name: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": result_id, "from_name": from_name, "to_name": "text", "type": kind, "value": value}


def _place(text: str, span: Span) -> dict[str, Any]:
    start = utf16_length(text[: span.start])
    return {"start": start, "end": start + utf16_length(span.text), "text": span.text}


def _line(task: Any, place: str) -> Line | RecordError:
    try:
        return Line(place, _record(_validated(task, place), place))
    except RecordError as error:
        return error


def _validated(task: Any, place: str) -> _Task:
    try:
        return _Task.model_validate(task)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "task"
        raise RecordError(
            place, f"{where} is {first['input']!r:.60}", first["msg"], "export again in the format JSON (not JSON-MIN)"
        ) from error


def _record(task: _Task, place: str) -> dict[str, Any]:
    """The article as a corpus record, labels not yet validated."""
    text = task.data.get("text")
    if not isinstance(text, str):
        raise RecordError(place, f"data.text is {text!r:.60}", "the article's text", "import tasks with that field")
    results = _chosen(task, place)
    answers = article_answers(results)
    targets = {name: _only(values, name, place) for name, values in answers.items() if name.startswith("target_")}
    grouped = list(group_quotes(read_regions(results, text, place), results, place))
    quotes = [_quote_record(quote, targets, place) for quote in grouped]
    record = {name: task.data[name] for name in DATA_FIELDS if name in task.data}
    return {
        **record,
        "sections": answers.get("sections", []),
        "target": targets.get("target_1"),
        "quotes": _ordered(quotes, list(task.data.get("quote_ids") or ())),
    }


def _chosen(task: _Task, place: str) -> list[Result]:
    kept = [annotation for annotation in task.annotations if not annotation.was_cancelled] or task.predictions
    if not kept:
        raise RecordError(place, "no annotation", "at least one that is not cancelled", "annotate the task or drop it")
    return kept[-1].result


def _quote_record(quote: QuoteRegions, targets: dict[str, str | None], place: str) -> dict[str, Any]:
    head, place = quote.head, f"{place}: region {quote.head.id}"
    return {
        "id": _quote_id(head),
        "kind": _needed(head, "kind", place),
        "content": [region.span.model_dump() for region in quote.content],
        "cue": quote.cue.span.model_dump() if quote.cue else None,
        "speaker": quote.speaker.span.model_dump() if quote.speaker else None,
        "actor": _only(head.answers.get("actor", []), "actor", place),
        "actor_type": _only(head.answers.get("actor_type", []), "actor_type", place),
        "attribution": _needed(head, "attribution", place),
        "stances": list(_stances(head, targets, place)),
    }


def _quote_id(head: Region) -> str | None:
    """The id that `to_tasks` wrote into the region's; None for a region made in the tool."""
    quote_id = head.id.removesuffix(f"/{Role.CONTENT}/1")
    return quote_id if quote_id != head.id else None


def _stances(head: Region, targets: dict[str, str | None], place: str) -> Iterator[dict[str, Any]]:
    for name, values in head.answers.items():
        number = name.removeprefix("stance_")
        label = _only(values, name, place)
        if number == name or label is None:
            continue
        target = targets.get(f"target_{number}")
        if target is None:
            raise RecordError(
                place, f"{name} is '{label}'", f"a target_{number}", "name the target or clear the stance"
            )
        yield {"target": target, "label": label}


def _needed(head: Region, name: str, place: str) -> str:
    value = _only(head.answers.get(name, []), name, place)
    if value is None:
        raise RecordError(place, f"no {name} for {head.span.text!r:.60}", "one choice", "choose one in the tool")
    return value


def _only(values: Sequence[str], name: str, place: str) -> str | None:
    if len(values) > 1:
        raise RecordError(place, f"{len(values)} answers for {name}: {', '.join(values)}", "one", "delete the others")
    return values[0] if values else None


def _ordered(quotes: list[dict[str, Any]], order: list[str]) -> list[dict[str, Any]]:
    """Known quotes as they were; each new one, with the next free id, before the first that begins after it."""
    known = sorted((quote for quote in quotes if quote["id"] in order), key=lambda quote: order.index(quote["id"]))
    taken = {*order, *(quote["id"] for quote in quotes)}
    for quote in quotes:
        if quote["id"] not in order:
            quote["id"] = quote["id"] or next(f"q{n}" for n in range(1, len(taken) + 2) if f"q{n}" not in taken)
            taken.add(quote["id"])
            later = (index for index, other in enumerate(known) if _start(other) > _start(quote))
            known.insert(next(later, len(known)), quote)
    return known


def _start(quote: dict[str, Any]) -> int:
    return int(quote["content"][0]["start"])
