"""Quotes from the scores of a word tagger: spans and links from the model, names and kinds from the rules."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.quotes.clauses import trim
from training.quotes.document import Document
from training.quotes.extract import ExtractedQuote, store
from training.quotes.lexicon import Lexicon
from training.quotes.phrases import NounPhrases, Phrase
from training.quotes.report import Content, Report, TokenRange
from training.quotes.speakers import Speakers
from training.schema import QuoteKind
from training.word_inputs import BEGIN, INSIDE, RELATIONS, ROLES

Scores = NDArray[np.float32]
_CUE, _EXPLICIT, _INHERITED, _CONTINUES, _END = range(len(RELATIONS))


@dataclass(frozen=True)
class WindowScores:
    """A tagger's scores of one window.

    `links` holds, for each word that may begin a content, its scores to all words of the window.

    *Shape:* tags (words, roles, tags); each of links (relations, words).
    """

    first: int
    tags: Scores
    links: Mapping[int, Scores]


@dataclass(frozen=True)
class _Link:
    """The best answer to one question: relation and word, None for «none»; `probability` in [0, 1]."""

    relation: int | None
    word: int | None
    probability: float


def may_begin(tags: Scores) -> NDArray[np.bool_]:
    """Which words may begin a content: its best tag is `B`, or `I` after a word outside.

    *Shape:* tags (words, roles, tags); result (words,).
    """
    best = tags[:, ROLES.index("content")].argmax(axis=-1)
    before = np.concatenate([[0], best[:-1]])
    return np.asarray((best == BEGIN) | ((best == INSIDE) & (before == 0)))


def tagged_quotes(document: Document, windows: Sequence[WindowScores], lexicon: Lexicon) -> tuple[ExtractedQuote, ...]:
    """The quotes a tagger sees, ordered by first content offset, each with a raw score in [0, 1].

    `windows` cover the document's tokens. The score is the least sure of: tags of the content, link
    to the cue, link to the speaker.
    """
    if not windows:
        return ()
    phrases = NounPhrases(document, lexicon)
    scores = _Scores(windows, len(document.tokens))
    reports = _join(list(_reports(document, phrases, scores)))
    actors = Speakers(document, lexicon, phrases).resolve(reports)
    return store(document, zip(reports, actors, strict=True))


class _Scores:
    """Windows seen as one text: each word is read in the window where it stands nearest the middle."""

    def __init__(self, windows: Sequence[WindowScores], n_words: int) -> None:
        margin = np.full(n_words, -1)
        self._window = np.zeros(n_words, dtype=np.int64)
        self._windows = windows
        self.tags = np.zeros((n_words, len(ROLES), 3), dtype=np.float32)
        for number, window in enumerate(windows):
            length = len(window.tags)
            words = slice(window.first, window.first + length)
            own = np.minimum(np.arange(length), np.arange(length)[::-1])
            nearer = own > margin[words]
            margin[words][nearer] = own[nearer]
            self._window[words][nearer] = number
            self.tags[words][nearer] = _softmax(window.tags[nearer])

    def spans(self, role: str) -> list[TokenRange]:
        """Runs of words the model puts into `role`."""
        best = self.tags[:, ROLES.index(role)].argmax(axis=-1)
        found: list[TokenRange] = []
        start: int | None = None
        for word, tag in enumerate([*best.tolist(), 0]):
            if start is not None and tag != INSIDE:
                found.append((start, word))
                start = None
            if tag == BEGIN or (tag == INSIDE and start is None):
                start = word
        return found

    def contents(self) -> list[TokenRange]:
        """Each word that begins a content, with the end it points to; none begins inside another."""
        found: list[TokenRange] = []
        best = self.tags[:, ROLES.index("content")].argmax(axis=-1)
        for anchor in np.flatnonzero(best == BEGIN).tolist():
            window = self._windows[self._window[anchor]]
            row = window.links.get(anchor - window.first)
            if row is None or (found and anchor < found[-1][1]):
                continue
            found.append((anchor, anchor + int(row[_END, anchor - window.first :].argmax()) + 1))
        return found

    def sureness(self, role: str, span: TokenRange) -> float:
        """Mean probability of the words of `span` being in `role`."""
        return float(1.0 - self.tags[span[0] : span[1], ROLES.index(role), 0].mean())

    def link(self, anchor: int, candidates: dict[int, Sequence[int]]) -> _Link:
        """The best of the candidate words of each relation and «none», whose score is 0."""
        window = self._windows[self._window[anchor]]
        last = window.first + len(window.tags)
        cells = [
            (relation, word)
            for relation, words in candidates.items()
            for word in words
            if window.first <= word < last and word != anchor
        ]
        row = window.links.get(anchor - window.first)
        cells = cells if row is not None else []
        scores = [0.0] + [float(row[relation, word - window.first]) for relation, word in cells if row is not None]
        probabilities = _softmax(np.asarray(scores, dtype=np.float32))
        best = int(probabilities.argmax())
        relation, word = cells[best - 1] if best else (None, None)
        return _Link(relation, word, float(probabilities[best]))


def _reports(document: Document, phrases: NounPhrases, scores: _Scores) -> Iterator[tuple[Report, int | None]]:
    """Each content as a report, with the first word of the content it continues."""
    cues = {first: (first, last) for first, last in scores.spans("cue")}
    speakers = {first: (first, last) for first, last in scores.spans("speaker")}
    contents = scores.contents()
    firsts = [first for first, _ in document.sentences]
    for number, content in enumerate(contents):
        span = trim(document, *content)
        if span is None:
            continue
        anchor = content[0]
        cue = scores.link(anchor, {_CUE: list(cues)})
        speaker = scores.link(anchor, {_EXPLICIT: list(speakers), _INHERITED: list(speakers)})
        earlier = [first for first, _ in contents[:number]]
        before = scores.link(anchor, {_CONTINUES: earlier})
        named = _phrase(document, phrases, speakers[speaker.word]) if speaker.word is not None else None
        sureness = min(scores.sureness("content", content), cue.probability, speaker.probability)
        place = cue.word if cue.word is not None else anchor
        yield (
            Report(
                Content(kind_of(document, phrases, (span,)), (span,), span[1], "tagged"),
                cues[cue.word] if cue.word is not None else None,
                named if speaker.relation == _EXPLICIT else None,
                None,
                max(0, bisect_right(firsts, place) - 1),
                place,
                antecedent=named if speaker.relation == _INHERITED else None,
                score=sureness,
            ),
            before.word,
        )


def _join(found: list[tuple[Report, int | None]]) -> list[Report]:
    """Join the later parts of interrupted quotes to their first."""
    by_start: dict[int, int] = {}
    reports: list[Report] = []
    for report, before in found:
        first = report.content.spans[0][0]
        if before is not None and before in by_start:
            index = by_start[first] = by_start[before]
            whole = reports[index]
            spans = whole.content.spans + report.content.spans
            reports[index] = replace(whole, content=replace(whole.content, spans=spans), cue=whole.cue or report.cue)
        else:
            by_start[first] = len(reports)
            reports.append(report)
    return reports


def kind_of(document: Document, phrases: NounPhrases, spans: Sequence[TokenRange]) -> QuoteKind:
    """`direct` where marks enclose the words, `mixed` where they hold a marked part that is no name, else `indirect`."""
    first, last = spans[0]
    around = document.mark_around[first]
    if around >= 0 and around == document.mark_around[last - 1] and around < first:
        return QuoteKind.DIRECT
    opening = document.marks.get(first - 1)
    if opening is not None and not opening.closed:
        return QuoteKind.DIRECT
    for start, end in spans:
        for index in range(start, end):
            marked = document.marks.get(index)
            if marked is not None and not phrases.is_name(marked):
                return QuoteKind.MIXED
    return QuoteKind.INDIRECT


def _phrase(document: Document, phrases: NounPhrases, span: TokenRange) -> Phrase:
    first, last = span
    while last > first + 1 and document.tokens[last - 1].kind not in {"word", "number", "mark"}:
        last -= 1
    return Phrase(first, last, phrases.proclitic(first))


def _softmax(scores: Scores) -> Scores:
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
