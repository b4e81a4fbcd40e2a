"""One analysed article as a self-contained page for people: right to left, no script, nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Template
from markupsafe import Markup, escape

from training.inference.segments import Layer, QuoteView, StanceView, paragraphs
from training.pages import page_environment
from training.schema import SECTION_NAMES_AR, ActorType, Attribution, QuoteKind, Stance

TEMPLATES = Path(__file__).parent / "templates"
MAX_NAME_CHARACTERS = 60
EXCERPT_WORDS = 14
N_LANES = 3
"""Underlines of nested quotes that can lie below each other; deeper ones share the last."""

STANCE_NAMES_AR: dict[str, str] = {Stance.SUPPORT: "مؤيّد", Stance.OPPOSE: "معارض", Stance.NEUTRAL: "محايد"}
KIND_NAMES_AR: dict[str, str] = {
    QuoteKind.DIRECT: "اقتباس مباشر",
    QuoteKind.INDIRECT: "اقتباس غير مباشر",
    QuoteKind.MIXED: "اقتباس مختلط",
}
ACTOR_TYPE_NAMES_AR: dict[str, str] = {
    ActorType.PERSON: "شخص",
    ActorType.ORGANIZATION: "جهة",
    ActorType.ANONYMOUS: "مصدر غير مسمّى",
}
ATTRIBUTION_NAMES_AR: dict[str, str] = {
    Attribution.EXPLICIT: "القائل مذكور في الجملة",
    Attribution.INHERITED: "القائل مضمر، يُفهم مما سبق",
    Attribution.NONE: "لا يذكر النص القائل",
}
MESSAGES_AR = {
    "empty_text": "لا نص في هذا السجل.",
    "not_text": "محتوى هذا السجل ليس نصاً.",
    "invalid_unicode": "في النص رموز غير صالحة.",
    "too_long": "النص أطول من الحد المسموح.",
    "no_arabic": "لا حرف عربياً في النص، فلا معنى يُذكر للنتائج.",
    "long_text": "النص طويل، ولم يقرأ نموذج الأقسام إلا جزءاً منه.",
}
"""By the stable code of an error or warning; the English message stands beside it."""

_UNSHOWABLE = re.compile("[\0\ud800-\udfff]")
_OUTSIDE_NAME = re.compile(r"[^A-Za-z0-9]+")


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


def render_article(text: str, result: Mapping[str, Any], title: str = "") -> str:
    """The page of one article; `result` is the analyzer's output for it, an `error` included.

    Every code point of `text` is on the page, NUL and lone surrogates as U+FFFD. Spans may nest and overlap;
    what lies outside the text is cut off.
    """
    shown = showable(text)
    quotes = _quotes(result)
    return showable(
        _template().render(
            title=title,
            heading=title or result.get("id") or "مقال",
            error=_error(result.get("error")),
            paragraphs=paragraphs(shown, _layers(shown, result, quotes)),
            quotes=quotes,
            actors=_actors(result, quotes),
            sections=[{**section, "name": _section_name(section["label"])} for section in result.get("sections") or ()],
            targets=list(dict.fromkeys(stance.target for quote in quotes for stance in quote.stances)),
            warnings=[_notice(*_code_and_message(warning)) for warning in result.get("warnings") or ()],
            model=result.get("model"),
            legend=STANCE_NAMES_AR,
        )
    )


def page_name(identifier: str | None, position: int) -> str:
    """A file name for the article at `position` of its batch: ASCII letters, digits and hyphens, ending in `.html`.

    The position leads, so that pages sort in input order and no two ids, however alike, share a name.
    """
    slug = _OUTSIDE_NAME.sub("-", identifier or "").strip("-")[:MAX_NAME_CHARACTERS].strip("-")
    return f"{position:06d}-{slug}.html" if slug else f"{position:06d}.html"


def showable(text: str) -> str:
    """The text with what an HTML page cannot hold (NUL, lone surrogates) replaced one for one by U+FFFD."""
    return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _layers(text: str, result: Mapping[str, Any], quotes: Sequence[QuoteView]) -> Iterator[Layer]:
    for record, quote in zip(result.get("quotes") or (), quotes, strict=True):
        spans = [("quote", span) for span in record["content"]]
        spans += [(role, record[role]) for role in ("cue", "speaker") if record.get(role)]
        for role, span in spans:
            start, end = max(0, span["start"]), min(len(text), span["end"])
            if start < end:
                yield Layer(start, end, role, quote)


def _quotes(result: Mapping[str, Any]) -> list[QuoteView]:
    records = result.get("quotes") or ()
    return [
        QuoteView(
            number=number,
            lane=lane,
            kind=KIND_NAMES_AR.get(record["kind"], record["kind"]),
            actor=record.get("actor"),
            attribution=ATTRIBUTION_NAMES_AR.get(record["attribution"], record["attribution"]),
            note=_note(record),
            excerpt=_excerpt(span["text"] for span in record["content"]),
            confidence=record.get("confidence"),
            stances=tuple(_stance(stance) for stance in record.get("stances") or ()),
        )
        for number, (record, lane) in enumerate(zip(records, _lanes(records), strict=True), start=1)
    ]


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


def _note(record: Mapping[str, Any]) -> str | None:
    """Whom a cue without a named subject means; None where the sentence says it."""
    if record["attribution"] == Attribution.INHERITED and record.get("actor"):
        return f"أي {record['actor']}"
    return "القائل غير مذكور" if record["attribution"] == Attribution.NONE else None


def _stance(stance: Mapping[str, Any]) -> StanceView:
    name = STANCE_NAMES_AR.get(stance["label"], stance["label"])
    unsure = bool(stance.get("abstained"))
    probabilities = stance.get("probabilities") or {}
    return StanceView(
        css=f"{_css_name(stance['label'])} unsure" if unsure else _css_name(stance["label"]),
        mark=f"{name}؟" if unsure else name,
        target=stance["target"],
        probability=stance["probability"],
        probabilities=tuple((STANCE_NAMES_AR.get(label, label), value) for label, value in probabilities.items()),
    )


def _css_name(label: str) -> str:
    return label if label in STANCE_NAMES_AR else Stance.NEUTRAL


def _actors(result: Mapping[str, Any], quotes: Sequence[QuoteView]) -> list[ActorView]:
    numbers = {record["id"]: quote.number for record, quote in zip(result.get("quotes") or (), quotes, strict=True)}
    return [
        ActorView(
            name=actor["actor"],
            type=ACTOR_TYPE_NAMES_AR.get(actor["actor_type"], actor["actor_type"]),
            stance=_stance(actor),
            quotes=tuple(numbers[quote_id] for quote_id in actor["quotes"] if quote_id in numbers),
        )
        for actor in result.get("actors") or ()
    ]


def _excerpt(surfaces: Iterable[str]) -> str:
    words = " … ".join(surfaces).split()
    return " ".join(words[:EXCERPT_WORDS]) + (" …" if len(words) > EXCERPT_WORDS else "")


def _section_name(label: str) -> str:
    return SECTION_NAMES_AR.get(label, label)


def _error(error: Mapping[str, str] | None) -> NoticeView | None:
    return _notice(error["code"], error["message"]) if error else None


def _notice(code: str, message: str) -> NoticeView:
    return NoticeView(MESSAGES_AR.get(code, ""), message)


def _code_and_message(warning: str) -> tuple[str, str]:
    code, _, message = warning.partition(": ")
    return code, message or warning


def _verbatim(text: str) -> Markup:
    """Escaped, with carriage returns that an HTML parser would otherwise turn into line feeds."""
    return Markup(escape(text).replace("\r", Markup("&#13;")))


def _percent(value: float) -> str:
    return f"{value:.0%}"


@cache
def _template() -> Template:
    environment = page_environment(TEMPLATES, percent=_percent, verbatim=_verbatim)
    return environment.get_template("article.html.jinja")
