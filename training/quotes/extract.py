"""Article text in, quotes out: the rules joined in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from training.invisible import Visible
from training.quotes.actors import Actor
from training.quotes.clauses import Clauses, trim
from training.quotes.cues import Cue, CueFinder
from training.quotes.document import Document
from training.quotes.inflection import Tense
from training.quotes.lexicon import Lexicon
from training.quotes.noun_cues import NounCues
from training.quotes.phrases import NounPhrases, Phrase
from training.quotes.report import Report
from training.quotes.speakers import Speakers
from training.schema import Attribution, Quote, Span

_CUES_AHEAD = 40
_CLAUSES = frozenset({"clause", "bi", "marks", "colon"})
_CONDITIONS = frozenset({"حال", "اذا", "لو", "متي", "كلما"})
"""In case, if, whenever: what follows was not said."""
_OWN_SIDE = frozenset({"بلاده", "بلادها", "بلده", "بلدها", "حكومته", "حزبه"})
"""His country, her country, his government, his party: inside a statement they are its speaker."""
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class ExtractedQuote:
    """A quote with the short stable name of the rule that found it."""

    quote: Quote
    rule: str


def extract_quotes(text: str, lexicon: Lexicon) -> tuple[ExtractedQuote, ...]:
    """Every quote of `text`, ordered by first content offset, with ids q1, q2, …

    Never raises on any string; the same text gives the same quotes; the time is linear in the text's length.
    Invisible characters change nothing: the rules read the visible text, and the spans are carried back.
    """
    visible = Visible.of(text)
    found = _extract(visible.text, lexicon)
    return found if visible.is_whole else tuple(_carried_back(extracted, visible) for extracted in found)


def _carried_back(extracted: ExtractedQuote, visible: Visible) -> ExtractedQuote:
    quote = extracted.quote

    def back(span: Span) -> Span:
        return Span.of(visible.raw, *visible.raw_range(span.start, span.end))

    spans = {"cue": quote.cue and back(quote.cue), "speaker": quote.speaker and back(quote.speaker)}
    return replace(extracted, quote=quote.model_copy(update={"content": tuple(map(back, quote.content)), **spans}))


def _extract(text: str, lexicon: Lexicon) -> tuple[ExtractedQuote, ...]:
    document = Document.read(text)
    phrases = NounPhrases(document, lexicon)
    reports = sorted(_reports(document, lexicon, phrases), key=lambda report: report.content.spans[0])
    reports = _join_paragraphs(document, _fill_unclosed(document, reports))
    actors = Speakers(document, lexicon, phrases).resolve(reports)
    told = [
        (report, actor)
        for report, actor in zip(reports, actors, strict=True)
        if (actor or _needs_no_actor(report)) and _is_text(document, report, actor)
    ]
    return tuple(
        ExtractedQuote(_quote(document, report, f"q{number}", actor), report.content.rule)
        for number, (report, actor) in enumerate(told, start=1)
    )


def _is_text(document: Document, report: Report, actor: Actor | None) -> bool:
    """Whether the report can be stored: a lone surrogate has no UTF-8 form."""
    spans = [*report.content.spans, *([(report.speaker.first, report.speaker.last)] if report.speaker else [])]
    surfaces = [document.slice(first, last) for first, last in spans] + ([actor.name] if actor else [])
    return not any(_SURROGATE.search(surface) for surface in surfaces)


def _fill_unclosed(document: Document, reports: list[Report]) -> list[Report]:
    """A mark left open reaches to the end of its paragraph where no other report begins on the way."""
    filled: list[Report] = []
    for report, following in zip_longest(reports, reports[1:]):
        marked = document.marks.get(report.content.spans[-1][0] - 1)
        bound = min(following.place, following.content.spans[0][0]) if following else len(document.tokens)
        span = (
            trim(document, marked.first, marked.last) if marked and not marked.closed and marked.last <= bound else None
        )
        spans = (*report.content.spans[:-1], span) if span else report.content.spans
        filled.append(replace(report, content=replace(report.content, spans=spans)))
    return filled


def _join_paragraphs(document: Document, reports: list[Report]) -> list[Report]:
    """A quote whose paragraphs each open with a mark while only the last one closes is one quote of several spans."""
    joined: list[Report] = []
    for report in reports:
        before = joined[-1] if joined else None
        if before is not None and report.content.rule == "marks_alone" and _is_left_open(document, before, report):
            spans = before.content.spans + report.content.spans
            joined[-1] = replace(before, content=replace(before.content, spans=spans), sentence=report.sentence)
        else:
            joined.append(report)
    return joined


def _is_left_open(document: Document, before: Report, report: Report) -> bool:
    marked = document.marks.get(before.content.spans[-1][0] - 1)
    return marked is not None and not marked.closed and report.sentence <= before.sentence + 2


def _needs_no_actor(report: Report) -> bool:
    """A nominalised statement or a lone mark is a quote only where someone states it («وُصفت العملية بأنها …» is not)."""
    return report.content.rule not in {"bare_object", "preposition_noun", "marks_alone", "nominalised"}


def _reports(document: Document, lexicon: Lexicon, phrases: NounPhrases) -> Iterator[Report]:
    finder, clauses = CueFinder(document, lexicon, phrases), Clauses(document, lexicon, phrases)
    noun_cues = NounCues(document, lexicon, phrases, clauses)
    for number, (first, last) in enumerate(document.sentences):
        verbal = list(_verbal(document, finder, clauses, number, first, last))
        yield from verbal
        yield from noun_cues.find(number, first, last, verbal)


def _verbal(
    document: Document, finder: CueFinder, clauses: Clauses, number: int, first: int, last: int
) -> Iterator[Report]:
    """The reports of one sentence that verbs and participles open; inside another's words those with their own speaker."""
    cues = list(finder.find(first, last))
    reached, outer = first, (first, first)
    for position, cue in enumerate(cues):
        nested = cue.first < reached
        bound, earliest = (outer[1], outer[0]) if nested else (last, reached)
        if nested and not outer[0] < cue.first < outer[1]:
            continue
        content = clauses.read(cue, cues[position + 1 : position + 1 + _CUES_AHEAD], bound, earliest)
        if content is None or content.spans[0][0] < earliest:
            continue
        speaker, told = _speaker(cue, finder, max(first, earliest)), finder.relay(cue, content.spans[0][0])
        if nested and not (speaker and _stands_alone(cue, document, speaker)):
            continue
        words, speaker = (told.cue, told.speaker) if told is not None else ((cue.first, cue.last), speaker)
        yield Report(content, words, speaker, cue.form.gender if told is None else None, number, cue.first, nested)
        if not nested:
            reached, outer = max(content.spans[-1][1], cue.last), content.spans[-1]


def _stands_alone(cue: Cue, document: Document, speaker: Phrase) -> bool:
    """Whether a report inside another's words is one: a clause or a past position, and not the outer speaker's side."""
    stated = cue.form.tense is Tense.PAST or cue.complement.kind in _CLAUSES
    supposed = document.folded(min(cue.first, speaker.first) - 1) in _CONDITIONS
    return stated and not supposed and document.folded(speaker.first) not in _OWN_SIDE


def _speaker(cue: Cue, finder: CueFinder, first: int) -> Phrase | None:
    if cue.is_participle:
        return None
    topic = finder.topic(cue, first) if cue.joined else None
    return (
        topic or cue.subject or (None if cue.joined and not finder.is_topic(first) else finder.before(cue.first, first))
    )


def _quote(document: Document, report: Report, quote_id: str, actor: Actor | None) -> Quote:
    attribution = Attribution.INHERITED if report.speaker is None else Attribution.EXPLICIT
    return Quote(
        id=quote_id,
        kind=report.content.kind,
        content=tuple(_span(document, first, last) for first, last in report.content.spans),
        cue=_span(document, *report.cue) if report.cue else None,
        speaker=_span(document, report.speaker.first, report.speaker.last, report.speaker.proclitic)
        if report.speaker
        else None,
        actor=actor.name if actor else None,
        actor_type=actor.type if actor else None,
        attribution=attribution if actor else Attribution.NONE,
    )


def _span(document: Document, first: int, last: int, skipped: int = 0) -> Span:
    return Span.of(document.text, document.tokens[first].start + skipped, document.tokens[last - 1].end)
