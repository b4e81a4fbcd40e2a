"""What quote extraction and stance must be read against: quotation marks, a classical rule set, the cue verb's lean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.quotes.clauses import trim
from training.quotes.document import Document
from training.quotes.lexicon import Lexicon
from training.quotes.marks import Marked
from training.quotes.names import NameFinder
from training.quotes.normalise import fold
from training.quotes.phrases import NounPhrases, Phrase
from training.quotes.readings import COMPLEMENTISERS, read_cue
from training.schema import ActorType, Attribution, Quote, QuoteKind, Span, Stance

MIN_MARKED_WORDS = 4
MAX_GAP = 15
"""Tokens between an indicator and the words it introduces."""
_MAX_NAME = 4

_STANCES = {"for": Stance.SUPPORT, "against": Stance.OPPOSE, "distancing": Stance.NEUTRAL, "neutral": Stance.NEUTRAL}


def marks_nearest_name(text: str, lexicon: Lexicon) -> tuple[Quote, ...]:
    """Every closed marked stretch of at least `MIN_MARKED_WORDS` words, said by the nearest name outside the marks.

    Of two names equally near, the one before is taken.
    """
    page = _Page.read(text, lexicon)
    names = list(page.names())
    found = []
    for marked in page.marked():
        near = min(names, key=lambda name: page.distance(name, marked), default=None)
        found.append(_Found(QuoteKind.DIRECT, (marked.first, marked.last), None, near))
    return page.quotes(found)


def indicator_quotes(text: str, lexicon: Lexicon) -> tuple[Quote, ...]:
    """Quotes by surface indicators alone, after E-Quotes (Alrahabi, HAL hal-03199839; Alrahabi, Desclés & Suh 2010).

    There a quotation is a stretch in marks introduced by a marker of an act of speaking, before or after it, a "that"
    allowed in between; no syntax is analysed and no speaker sought. Two rules are added so that every kind of quote
    and its speaker can be scored: where the verb opens a clause by a complementiser, the clause up to the end of the
    sentence is reported; the speaker is the noun phrase after the verb, else the one before it. Nothing is inherited.
    """
    page = _Page.read(text, lexicon)
    found: list[_Found] = []
    for first, last in page.document.sentences:
        reached = first
        for cue in range(first, last):
            report = page.report(cue, reached, last) if cue >= reached else None
            if report is not None:
                found.append(report)
                reached = max(report.content[1], cue + 1)
    return page.quotes(found)


def cue_stance(cue: str | None, lexicon: Lexicon) -> Stance:
    """The stance a cue's first verb leans to; neutral for noun cues and unknown words."""
    for word in (cue or "").split():
        reading = read_cue(lexicon, fold(word))
        if reading is not None:
            return _STANCES[reading.form.verb.lean]
    return Stance.NEUTRAL


@dataclass(frozen=True)
class _Found:
    """Reported tokens with the token of the verb and the phrase that names the speaker."""

    kind: QuoteKind
    content: tuple[int, int]
    cue: int | None
    speaker: Phrase | None


@dataclass(frozen=True)
class _Page:
    """A text with what both extraction baselines read in it."""

    document: Document
    lexicon: Lexicon
    phrases: NounPhrases
    finder: NameFinder

    @classmethod
    def read(cls, text: str, lexicon: Lexicon) -> _Page:
        document = Document.read(text)
        return cls(document, lexicon, NounPhrases(document, lexicon), NameFinder(document, lexicon))

    def marked(self) -> list[Marked]:
        stretches = (marked for marked in self.document.marks.values() if marked.closed)
        long = (m for m in stretches if self.document.words(m.first, m.last) >= MIN_MARKED_WORDS)
        return sorted(long, key=lambda marked: marked.first)

    def names(self) -> Iterator[Phrase]:
        """Titled persons, bodies, unnamed sources and bare personal names outside marks, in order."""
        for first, last in self.document.sentences:
            place = first
            while place < last:
                name = self._name_at(place, last) if self.document.mark_around[place] < 0 else None
                if name is not None:
                    yield name
                place = name.last if name is not None else place + 1

    def distance(self, name: Phrase, marked: Marked) -> int:
        """Tokens between a name and a marked stretch."""
        return marked.opening - name.last if name.last <= marked.opening else name.first - marked.after

    def report(self, cue: int, first: int, last: int) -> _Found | None:
        """What the verb at `cue` reports among tokens `[first, last)`: words after it, else marks right before it."""
        inside = self.document.mark_around[cue] >= 0
        if inside or read_cue(self.lexicon, self.document.folded(cue)) is None:
            return None
        return self._after(cue, last) or self._before(cue, first, last)

    def quotes(self, found: Sequence[_Found]) -> tuple[Quote, ...]:
        """Stored quotes, ordered by content."""
        ordered = sorted(found, key=lambda report: report.content)
        return tuple(self._quote(f"q{number}", report) for number, report in enumerate(ordered, start=1))

    def _name_at(self, place: int, last: int) -> Phrase | None:
        phrase = self.phrases.mention(place, last)
        if phrase is None and self.lexicon.has("given_names", self.document.folded(place)):
            run = self.finder.find(place, min(last, place + _MAX_NAME))
            phrase = Phrase(*run) if run is not None and run[0] == place else None
        return phrase

    def _after(self, cue: int, last: int) -> _Found | None:
        for place in range(cue + 1, min(last, cue + MAX_GAP)):
            opening = place + 1 if self.document.folded(place) in COMPLEMENTISERS else place
            marked = self.document.marks.get(opening)
            if marked is not None and marked.closed and not self.phrases.is_name(marked):
                speaker = self._speaker(cue, place, last)
                return _Found(QuoteKind.DIRECT, (marked.first, marked.last), cue, speaker)
            clause = trim(self.document, opening, last) if opening > place else None
            if clause is not None:
                partly = any(clause[0] <= start < clause[1] for start in self.document.marks)
                kind = QuoteKind.MIXED if partly else QuoteKind.INDIRECT
                return _Found(kind, clause, cue, self._speaker(cue, place, last))
        return None

    def _before(self, cue: int, first: int, last: int) -> _Found | None:
        comma = cue > first and self.document.tokens[cue - 1].is_comma
        closing = cue - 2 if comma else cue - 1
        ending = [m for m in self.marked() if m.last == closing and m.first >= first]
        if not ending:
            return None
        return _Found(QuoteKind.DIRECT, (ending[0].first, closing), cue, self._speaker(cue, last, last))

    def _speaker(self, cue: int, content: int, last: int) -> Phrase | None:
        after = self.phrases.after(cue + 1, min(content, last))
        sentence = next(first for first, end in self.document.sentences if first <= cue < end)
        return after or self.phrases.before(cue, sentence)

    def _quote(self, quote_id: str, report: _Found) -> Quote:
        speaker = report.speaker
        return Quote(
            id=quote_id,
            kind=report.kind,
            content=(self._span(*report.content),),
            cue=None if report.cue is None else self._span(report.cue, report.cue + 1),
            speaker=None if speaker is None else self._span(speaker.first, speaker.last, speaker.proclitic),
            actor=None if speaker is None else self._actor(speaker),
            actor_type=None if speaker is None else self._actor_type(speaker),
            attribution=Attribution.NONE if speaker is None else Attribution.EXPLICIT,
        )

    def _actor(self, speaker: Phrase) -> str:
        """The personal name in the phrase, else the phrase itself."""
        run = self.finder.find(speaker.first, speaker.last)
        return (
            self.document.slice(*run) if run else self.document.slice(speaker.first, speaker.last)[speaker.proclitic :]
        )

    def _actor_type(self, speaker: Phrase) -> ActorType:
        if self.finder.find(speaker.first, speaker.last):
            return ActorType.PERSON
        unnamed = self.phrases.head(speaker.first) in {"titles", "anonymous_words"}
        return ActorType.ANONYMOUS if unnamed else ActorType.ORGANIZATION

    def _span(self, first: int, last: int, skipped: int = 0) -> Span:
        tokens = self.document.tokens
        return Span.of(self.document.text, tokens[first].start + skipped, tokens[last - 1].end)
