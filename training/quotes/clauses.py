"""Where reported words begin and end, and whether they are direct, indirect or mixed."""

from __future__ import annotations

from collections.abc import Sequence

from training.quotes.cues import COMPLEMENTISERS, Cue
from training.quotes.document import Document
from training.quotes.lexicon import Lexicon
from training.quotes.marks import Marked
from training.quotes.phrases import NounPhrases
from training.quotes.readings import PREPOSITIONS
from training.quotes.report import Content, TokenRange
from training.quotes.turns import Turns
from training.schema import QuoteKind

_MIN_FRAGMENT = 3
_MAX_LEAD = 4
_MAX_CLAUSE = 400  # tokens; a text without punctuation stays linear
_NOMINAL = frozenset({"object", "bi_noun", "an", "fi"})
_DESCRIBING = frozenset({"وصف", "اتهم", "حمل", "توعد"})


class Clauses:
    """Reads the content a cue opens."""

    def __init__(self, document: Document, lexicon: Lexicon, phrases: NounPhrases) -> None:
        self._document = document
        self._lexicon = lexicon
        self._phrases = phrases
        self._turns = Turns(document, lexicon)

    def read(self, cue: Cue, cues: Sequence[Cue], last: int, first: int = 0) -> Content | None:
        """The content of `cue` in its sentence, which ends at token `last`; `cues` are all cues near it, in order.

        `first` is the token after the report before, from which a clause before its cue may begin.
        """
        if cue.complement.kind == "clause_before":
            span = self._trim(first, cue.first)
            after = cue.subject.last if cue.subject else cue.last
            return Content(QuoteKind.INDIRECT, (span,), after, _rule(cue, "after_clause")) if span else None
        start = cue.complement.start
        opening = self._document.mark_around[cue.first]
        if opening >= 0:
            last = min(last, self._document.marks[opening].last)
        marked = self._document.marks.get(start)
        if cue.complement.kind == "before" and marked is not None:
            return self._around(cue, marked, last)
        if cue.complement.kind in {"marks", "colon"} and marked is not None:
            return self._direct(cue, marked, cues, last)
        if cue.complement.kind == "colon" and self._document.folded(start) in COMPLEMENTISERS:
            start += 1
        cues = [other for other in cues if not _is_embedded(other, cue)]
        end = self.clause_end(start, last, cues)
        start = self._described(cue, self._opening(cue, start))
        marked = self._document.marks.get(start)
        if marked is not None and not self._phrases.is_name(marked):
            return self._marked_clause(cue, marked, end, cues)
        return self._indirect(cue, start, end) if end > start else None

    def _described(self, cue: Cue, start: int) -> int:
        """The party described, accused or threatened opens the words: «اتهم الوزير | الحزب بالفساد»."""
        if cue.form.verb.past not in _DESCRIBING or cue.complement.kind not in {"bi", "bi_noun", "object"}:
            return start
        place = cue.subject.last if cue.subject else cue.last
        between = range(place, start)
        plain = all(self._document.tokens[n].is_word for n in between)
        party = self._document.folded(place) not in COMPLEMENTISERS
        return place if place < start and plain and party else start

    def _opening(self, cue: Cue, start: int) -> int:
        """A preposition that the speaker parts from its cue opens the words («دعت النقابة | إلى الحوار»)."""
        before = self._document.folded(start - 1)
        parted = cue.complement.kind in {"ila", "ala", "an", "min"} and start - 1 >= cue.last
        clause = self._document.folded(start - 2) in PREPOSITIONS or before in COMPLEMENTISERS
        return start - 1 if parted and PREPOSITIONS.get(before) == cue.complement.kind and not clause else start

    def clause_end(self, start: int, last: int, cues: Sequence[Cue] = (), *, at_comma: bool = False) -> int:
        """Where the clause stops: the next report of its level, the writer's own voice, or the sentence."""
        reports = {
            cue.clause_start if cue.clause_start > start else cue.first
            for cue in cues
            if cue.opens_clause and cue.first > start
        }
        last = min(last, start + _MAX_CLAUSE)
        index = start
        while index < last:
            marked = self._document.marks.get(index)
            if index > start and (index in reports or self._turns.is_tail(index)):
                return self._before_conjunction(index, start)
            if at_comma and self._document.tokens[index].is_comma:
                return index
            index = self._next(index, marked, reports, last)
        return min(index, last)

    def _next(self, index: int, marked: Marked | None, reports: set[int], last: int) -> int:
        """Leap over a closed stretch, unless a report begins inside it."""
        if marked is None or not marked.closed:
            return index + 1
        if marked.last - index < _MAX_CLAUSE and any(place in reports for place in range(index, marked.last)):
            return index + 1
        return marked.after

    def _around(self, cue: Cue, marked: Marked, last: int) -> Content | None:
        """«“أ”، قال الوزير، “ب”»: the stretch before the cue and the one that goes on after its speaker."""
        spans = [self._trim(marked.first, marked.last)]
        place = cue.subject.last if cue.subject else cue.last
        while place < last and self._document.tokens[place].is_comma:
            place += 1
        second = self._document.marks.get(place) if place < last else None
        if second is not None and second.closed:
            spans.append(self._trim(second.first, second.last))
        kept = tuple(span for span in spans if span)
        return Content(QuoteKind.DIRECT, kept, kept[-1][1], _rule(cue, "after_marks")) if kept else None

    def _direct(self, cue: Cue, marked: Marked, cues: Sequence[Cue], last: int) -> Content | None:
        rule = "colon" if cue.complement.kind == "colon" else _rule(cue, "marks")
        end = marked.last if marked.closed else self.clause_end(marked.first, max(last, marked.first), cues)
        spoken = cue.complement.kind == "marks" and self._document.folded(marked.first) in COMPLEMENTISERS
        span = self._trim(marked.first + spoken, self._before_inner_cue(marked, end, cues))
        if span is None:
            return None
        return Content(QuoteKind.DIRECT, (span, *self._resumed(marked, last)), span[1], rule)

    def _resumed(self, marked: Marked, last: int) -> tuple[TokenRange, ...]:
        """The second half of «قال: “أ” – متابعا – “ب”» is read by its own cue; of «“أ”.. “ب”» it belongs here."""
        place = marked.after
        while marked.closed and place < last and self._document.folded(place) in {".", "…"}:
            place += 1
        second = self._document.marks.get(place) if place < last and place > marked.after else None
        if second is None or not second.closed:
            return ()
        span = self._trim(second.first, second.last)
        return (span,) if span else ()

    def _before_inner_cue(self, marked: Marked, end: int, cues: Sequence[Cue]) -> int:
        return next((cue.first for cue in cues if cue.opens_clause and marked.first < cue.first < end), end)

    def _marked_clause(self, cue: Cue, marked: Marked, end: int, cues: Sequence[Cue]) -> Content | None:
        """A clause that begins with a mark: direct where the marks fill it, else mixed."""
        if not marked.closed or marked.after >= end or self._is_empty(marked.after, end):
            stop = marked.last if marked.closed else min(marked.last, end)
            span = self._trim(marked.first, self._before_inner_cue(marked, stop, cues))
            return Content(QuoteKind.DIRECT, (span,), span[1], _rule(cue)) if span else None
        second = self._coordinated(marked, end)
        if second is not None:
            spans = (self._trim(marked.first, marked.last), self._trim(second.first, second.last))
            return Content(QuoteKind.DIRECT, tuple(span for span in spans if span), end, _rule(cue))
        if self._document.words(marked.first, marked.last) < _MIN_FRAGMENT:
            return self._indirect(cue, marked.opening, end)
        span = self._trim(marked.first, end)
        return Content(QuoteKind.MIXED, (span,), end, _rule(cue)) if span else None

    def _coordinated(self, marked: Marked, end: int) -> Marked | None:
        """The second stretch of «أن “أ”، وأن “ب”», where it fills the rest of the clause."""
        place = marked.after
        while place < end and self._document.tokens[place].is_comma:
            place += 1
        word = self._document.folded(place)
        second = self._document.marks.get(place + 1)
        joined = word[:1] == "و" and word[1:] in COMPLEMENTISERS
        if joined and second is not None and second.closed and second.last <= end and self._is_empty(second.after, end):
            return second
        return None

    def _indirect(self, cue: Cue, start: int, end: int) -> Content | None:
        if cue.complement.kind in _NOMINAL and self._document.folded(start - 1) not in COMPLEMENTISERS:
            end = next((n for n in range(start + 1, end) if self._turns.is_occasion(n) or self._turns.leaves(n)), end)
        fragments = [
            marked
            for opening in range(start, end)
            if (marked := self._document.marks.get(opening)) is not None and self._is_fragment(marked)
        ]
        if fragments and self._is_linked(start, fragments[0], end):
            span = self._trim(fragments[0].first, min(fragments[0].last, end))
            return Content(QuoteKind.DIRECT, (span,), end, _rule(cue)) if span else None
        kind = QuoteKind.MIXED if fragments else QuoteKind.INDIRECT
        last = next((marked for marked in fragments if marked.closed and self._is_empty(marked.after, end)), None)
        end = last.after if last is not None else end
        span = self._trim(start, end)
        return Content(kind, (span,), end, _rule(cue)) if span else None

    def _is_fragment(self, marked: Marked) -> bool:
        long = self._document.words(marked.first, marked.last) >= _MIN_FRAGMENT
        return long and not self._phrases.is_name(marked)

    def _is_linked(self, start: int, marked: Marked, end: int) -> bool:
        """«العام مثّل “…”»: a short subject, a linking verb, and marks to the end of the clause."""
        lead = self._document.words(start, marked.opening)
        linked = self._lexicon.has("linking_verbs", self._document.folded(marked.opening - 1))
        return linked and lead <= _MAX_LEAD and self._is_empty(marked.after, end)

    def _before_conjunction(self, index: int, start: int) -> int:
        """Leave «كما» and «في حين» to the report they open."""
        labels = self._lexicon.words["function_words"]
        while index > start and labels.get(self._document.folded(index - 1)) in {"conj", "particle"}:
            index -= 1
        return index - 1 if index > start and self._document.folded(index - 1) == "في" else index

    def _is_empty(self, first: int, last: int) -> bool:
        return self._document.words(first, last) == 0

    def _trim(self, first: int, last: int) -> TokenRange | None:
        return trim(self._document, first, last)


def trim(document: Document, first: int, last: int) -> TokenRange | None:
    """Tokens `[first, last)` without punctuation at the edges; brackets, «؟» and «!» and marks of names stay."""
    counted = {"word", "number"}
    while first < last and document.tokens[first].kind not in counted and document.folded(first) not in {"(", "["}:
        if document.tokens[first].kind == "mark" and _pairs(document, first, last):
            break
        first += 1
    while last > first and document.tokens[last - 1].kind not in counted:
        if document.folded(last - 1) in {")", "]", "؟", "?", "!", "%"}:
            break
        if document.tokens[last - 1].kind == "mark" and first <= document.mark_around[last - 1]:
            break
        last -= 1
    return (first, last) if document.words(first, last) else None


def _pairs(document: Document, opening: int, last: int) -> bool:
    marked = document.marks.get(opening)
    return marked is not None and marked.closed and marked.last < last


def _is_embedded(other: Cue, cue: Cue) -> bool:
    """Whether a later cue with a dropped subject disagrees with `cue`, so that its subject stands in the words."""
    return other.subject is None and other.form.gender is not cue.form.gender


def _rule(cue: Cue, suffix: str = "") -> str:
    if suffix:
        return f"{'participle' if cue.is_participle else 'verb'}_{suffix}"
    if cue.is_participle:
        return "participle"
    names = {"object": "bare_object", "bi_noun": "preposition_noun", "colon": "colon"}
    return names.get(cue.complement.kind, "verb_complementiser")
