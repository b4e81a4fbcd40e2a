"""Reports without a verb of their own: بحسب …, على حد قوله, جاء في البيان, إعلان …, headline colons, lone marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from training.quotes.clauses import Clauses, trim
from training.quotes.cues import COMPLEMENTISERS, read_cue
from training.quotes.document import Document
from training.quotes.inflection import Gender, Tense
from training.quotes.lexicon import Lexicon
from training.quotes.marks import Marked
from training.quotes.phrases import NounPhrases, Phrase
from training.quotes.reach import Reach
from training.quotes.report import Content, Covered, Report, TokenRange
from training.quotes.turns import match_phrase
from training.schema import QuoteKind

_OF = frozenset({"عن", "من", "في"})
_MAX_MARKED_NAME = 4
_MIN_ALONE = 5
_MAX_SOURCE = 16
_MIN_MARKED = 3
_MIN_CLAUSE = 5
_MAX_CLAUSE_BEFORE = 200
_MAX_HEADLINE_SPEAKER = 8
_TEXTS = frozenset({"document_words", "outlet_words"})
_RELAYED = frozenset({"قوله", "قولها", "قولهم", "تاكيده", "تاكيدها"})


class NounCues:
    """Finds the reports of a sentence that no verbal cue opens."""

    def __init__(self, document: Document, lexicon: Lexicon, phrases: NounPhrases, clauses: Clauses) -> None:
        self._document = document
        self._lexicon = lexicon
        self._phrases = phrases
        self._clauses = clauses
        self._reach = Reach(document, lexicon, phrases)

    def find(self, sentence: int, first: int, last: int, taken: list[Report]) -> Iterator[Report]:
        """Reports of tokens `[first, last)` whose words no report in `taken` holds already."""
        covered = Covered()
        for report in taken:
            covered.add(report.content.spans)
        alone = self._alone(sentence, first, last) or self._headline(sentence, first, last)
        if alone is not None and not covered.overlaps(alone.content.spans[0]):
            yield alone
            covered.add(alone.content.spans)
        for index in range(first, last):
            if self._document.mark_around[index] >= 0:
                continue
            found = self._at(sentence, index, first, last, covered, taken)
            if found is not None and not covered.overlaps(found.content.spans[0]):
                covered.add(found.content.spans)
                yield found
        yield from self._unclaimed(sentence, first, last, covered)

    def _unclaimed(self, sentence: int, first: int, last: int, covered: Covered) -> Iterator[Report]:
        """Marked stretches no cue has opened: words after a colon, or long enough to be no name."""
        for opening in range(first, last):
            marked = self._document.marks.get(opening)
            if marked is None or not marked.closed or self._document.mark_around[opening] != opening:
                continue
            after_colon = opening > first and self._document.folded(opening - 1) == ":"
            span = self._inside(marked, last)
            if span is None or self._document.words(*span) < (_MIN_MARKED if after_colon else _MIN_ALONE):
                continue
            if covered.overlaps(span) or self._phrases.is_name(marked):
                continue
            start = covered.last_end(opening, first)
            cue, speaker = self._introduction(start, opening) if after_colon else (None, None)
            covered.add((span,))
            rule = "colon_alone" if after_colon else "marks_in_clause"
            yield self._report(sentence, cue, speaker, span, rule)

    def _introduction(self, start: int, end: int) -> tuple[TokenRange | None, Phrase | None]:
        """The verb of reporting and the person or body named before a colon."""
        nouns = self._lexicon.words["no_cues"]
        words = [(n, self._document.folded(n)) for n in range(start, end)]
        verbs = [n for n, word in words if read_cue(self._lexicon, word) and word.removeprefix("و") not in nouns]
        cue = min(verbs, key=lambda n: (not self._is_speech(n), n), default=None)
        places = [n for n in range(start, end) if self._names_speaker(n)]
        first = min(places, key=lambda n: (self._phrases.head(n) in _TEXTS, n), default=None)
        speaker = self._phrases.mention(first, end) if first is not None else None
        return (cue, cue + 1) if cue is not None else None, speaker

    def _is_speech(self, index: int) -> bool:
        reading = read_cue(self._lexicon, self._document.folded(index))
        return reading is not None and "speech" in reading.form.verb.complements

    def _names_speaker(self, index: int) -> bool:
        """Whether a person, body or text is named at `index`: not the adjective of «مؤتمر صحافي»."""
        definite = self._document.folded(index).startswith(("ال", "لل"))
        event = index > 0 and not definite and self._lexicon.has("event_words", self._document.folded(index - 1))
        return self._document.mark_around[index] < 0 and self._phrases.head(index) is not None and not event

    def _at(
        self, sentence: int, index: int, first: int, last: int, covered: Covered, taken: list[Report]
    ) -> Report | None:
        if self._document.folded(index) in _RELAYED:
            return self._relayed(sentence, index, first, last)
        match = match_phrase(self._document, self._lexicon, "noun_cues", index)
        if match is None or match[0] >= last + 1:
            return None
        end, label = match
        if label == "source_after":
            return self._according_to(sentence, index, end, first, last, covered, taken)
        if label == "own":
            return self._own_words(sentence, index, end, first, last, covered)
        if label == "document":
            return self._document_says(sentence, index, end, last)
        return self._body_states(sentence, index, end, first, last)

    def _according_to(
        self, sentence: int, index: int, end: int, first: int, last: int, covered: Covered, taken: list[Report]
    ) -> Report | None:
        source = self._source(end, last) or (self._before_clause(end, last) if index - first <= 1 else None)
        if source is None:
            return None
        if self._document.words(first, index) <= 1:
            stops = [report.place for report in taken if report.place > source.last]
            span = self._main_clause(source.last, min([last, *stops]))
        else:
            span = self._clause_before(index, first, covered)
        return self._report(sentence, (index, end), source, span, "noun_cue") if span else None

    def _source(self, index: int, last: int) -> Phrase | None:
        """The source after «بحسب», also through «ما ذكرته» and, where it relays another, the one relayed."""
        if index < last and self._document.folded(index) in {"ما", "لما"}:
            index += 2
        elif index < last and self._is_verb(index):
            index += 1
        if index >= last:
            return None
        marked = self._document.marks.get(index)
        if marked is not None:
            return Phrase(index, marked.after) if self._document.words(marked.first, marked.last) <= 4 else None
        if self._document.folded(index)[:1] == "ل" and self._phrases.head(index) in {"titles", "outlet_words"}:
            comma = self._document.comma_in(index, min(last, index + 8))
            index = comma + 1 if comma + 1 < last and self._document.tokens[comma].is_comma else index
        phrase = self._issued(index, last) or self._phrases.after(index, last) or self._phrases.mention(index, last)
        measured = self._lexicon.class_of("not_sources", self._document.folded(index)) is not None
        if phrase is None or measured or (self._phrases.head(index) is None and phrase.last - phrase.first > 4):
            return None
        phrase = self._widened(phrase, last)
        outlet = self._phrases.head(index) == "outlet_words"
        about = range(phrase.first + 1, min(last - 1, phrase.last + 1 if outlet else phrase.first))
        relayed = next((n + 1 for n in about if self._document.folded(n) == "عن"), None)
        relay = self._relay(relayed, last) if relayed is not None else None
        return self._widened(relay, last) if relay is not None else phrase

    def _relay(self, index: int, last: int) -> Phrase | None:
        return self._phrases.mention(index, last) or self._phrases.after(index, last)

    def _is_verb(self, index: int) -> bool:
        reading = read_cue(self._lexicon, self._document.folded(index))
        return reading is not None and reading.form.tense is not Tense.PARTICIPLE

    def _issued(self, index: int, last: int) -> Phrase | None:
        """A document with the body that issued it («مذكرة نشرتها السفارة الألمانية»)."""
        verb = self._document.folded(index + 1)
        issued = self._phrases.head(index) == "document_words" and verb.endswith(("ه", "ها")) and index + 2 < last
        body = self._phrases.mention(index + 2, last) if issued and not verb.startswith("ال") else None
        return Phrase(index, body.last) if body is not None else None

    def _widened(self, phrase: Phrase, last: int) -> Phrase:
        """The source with its place, up to the next comma, and the name in marks behind «الصادرة عن»."""
        phrase = self._reach.widen(phrase, self._document.comma_in(phrase.last, last), commas=False)
        marked = self._document.marks.get(phrase.last + 1) if self._document.folded(phrase.last) in _OF else None
        named = marked is not None and self._document.words(marked.first, marked.last) <= _MAX_MARKED_NAME
        return replace(phrase, last=marked.after) if marked is not None and named else phrase

    def _before_clause(self, index: int, last: int) -> Phrase | None:
        """Whatever stands between «بحسب» at the start of a sentence and «، فإن»."""
        for comma in range(index + 1, min(last - 1, index + _MAX_SOURCE)):
            word = self._document.folded(comma + 1)
            if self._document.tokens[comma].is_comma:
                return Phrase(index, comma) if word[:1] == "ف" and word[1:] in COMPLEMENTISERS else None
        return None

    def _main_clause(self, index: int, last: int) -> TokenRange | None:
        while index < last and self._document.tokens[index].is_comma:
            index += 1
        word = self._document.folded(index) if index < last else ""
        if word[:1] == "ف" and word[1:] in COMPLEMENTISERS:
            index += 1
        return trim(self._document, index, self._clauses.clause_end(index, last)) if index < last else None

    def _clause_before(self, index: int, first: int, covered: Covered) -> TokenRange | None:
        """The clause before a trailing cue: a marked stretch that ends there, or all since the last report."""
        place = index - 1
        while place > first and self._document.tokens[place].is_comma:
            place -= 1
        opening = self._document.mark_around[place]
        if opening >= first and self._document.marks[opening].last == place:
            marked = self._document.marks[opening]
            if self._document.words(marked.first, marked.last) >= _MIN_MARKED:
                return trim(self._document, marked.first, marked.last)
        if covered.overlaps((place, index)):
            return None
        start = max(covered.last_end(index, first), index - _MAX_CLAUSE_BEFORE)
        while start < index and self._document.folded(start) in {"وقد", "فقد", "لكن", "ولكن"}:
            start += 1
        span = trim(self._document, start, index)
        return span if span and self._document.words(*span) >= _MIN_CLAUSE else None

    def _own_words(self, sentence: int, index: int, end: int, first: int, last: int, covered: Covered) -> Report | None:
        span = self._clause_before(index, first, covered)
        if span is None:
            return None
        genitive = self._document.folded(end - 1)[-1:] not in {"ه", "ا", "م"} and end < last
        speaker = self._phrases.after(end, last, before_object=True) if genitive else None
        return self._report(sentence, (index, end), speaker, span, "noun_cue")

    def _document_says(self, sentence: int, index: int, end: int, last: int) -> Report | None:
        """«جاء في البيان أن …»."""
        source = self._phrases.mention(end, last) if end < last else None
        if source is None:
            return None
        for place in range(source.last, min(last, source.last + 20)):
            folded = self._document.folded(place)
            if folded in COMPLEMENTISERS or folded == ":":
                span = trim(self._document, place + 1, self._clauses.clause_end(place + 1, last))
                return self._report(sentence, (index, end), source, span, "noun_cue") if span else None
            marked = self._document.marks.get(place)
            if marked is not None and not self._phrases.is_name(marked):
                span = self._inside(marked, last)
                return self._report(sentence, (index, end), source, span, "noun_cue") if span else None
        return None

    def _body_states(self, sentence: int, index: int, end: int, first: int, last: int) -> Report | None:
        """«بعد إعلان السلطات النصر»: a nominalised statement, the body first and then what it states."""
        before = self._document.folded(index - 1) if index > first else ""
        bare = before[1:] if before[:1] == "و" else before
        tables = ("function_words", "time_words")
        governed = "prep" in {self._lexicon.words[table].get(word) for table in tables for word in (before, bare)}
        subject = self._phrases.mention(end, last) if governed and end < last else None
        if subject is None or subject.last >= last or not self._document.tokens[subject.last].is_word:
            return None
        if self._lexicon.has("function_words", self._document.folded(subject.last)):
            return None
        span = trim(self._document, subject.last, self._clauses.clause_end(subject.last, last, at_comma=True))
        return self._report(sentence, (index, end), subject, span, "nominalised") if span else None

    def _relayed(self, sentence: int, index: int, first: int, last: int) -> Report | None:
        """«نقلت الوكالة عن مسؤول قوله إن …»: the one relayed speaks."""
        place = index + 1
        folded = self._document.folded(place) if place < last else ""
        if folded not in COMPLEMENTISERS and folded != ":" and place not in self._document.marks:
            return None
        about = next(
            (n for n in range(index - 1, max(first, index - 25), -1) if self._document.folded(n) == "عن"), None
        )
        source = self._phrases.after(about + 1, index) if about is not None else None
        if source is None:
            return None
        place += folded in COMPLEMENTISERS or folded == ":"
        marked = self._document.marks.get(place)
        if marked is not None:
            span = self._inside(marked, last)
        else:
            span = trim(self._document, place, self._clauses.clause_end(place, last)) if place < last else None
        return self._report(sentence, (index, index + 1), source, span, "relay") if span else None

    def _headline(self, sentence: int, first: int, last: int) -> Report | None:
        """«الوزير: لن نتراجع»: a speaker, a colon, the words."""
        phrase = self._phrases.after(first, last)
        if phrase is None or phrase.last - first > _MAX_HEADLINE_SPEAKER or phrase.last + 1 >= last:
            return None
        if self._document.folded(phrase.last) != ":" or self._phrases.head(first) is None:
            return None
        span = trim(self._document, phrase.last + 1, last)
        return self._report(sentence, None, phrase, span, "headline_colon") if span else None

    def _alone(self, sentence: int, first: int, last: int) -> Report | None:
        """A marked stretch that fills its sentence after the speaker was named."""
        marked = self._document.marks.get(first)
        if marked is None or self._document.words(marked.first, marked.last) < _MIN_ALONE:
            return None
        if marked.closed and self._document.words(marked.after, last) > 0:
            return None
        span = self._inside(marked, last)
        return self._report(sentence, None, None, span, "marks_alone") if span else None

    def _inside(self, marked: Marked, last: int) -> TokenRange | None:
        """The words of a marked stretch; an unclosed one ends with its sentence."""
        return trim(self._document, marked.first, marked.last if marked.closed else min(marked.last, last))

    def _report(
        self, sentence: int, cue: TokenRange | None, speaker: Phrase | None, span: TokenRange, rule: str
    ) -> Report:
        return Report(
            content=Content(self._kind(span), (span,), span[1], rule),
            cue=cue,
            speaker=speaker,
            gender=self._pronoun_gender(cue),
            sentence=sentence,
            place=cue[0] if cue else span[0],
        )

    def _kind(self, span: TokenRange) -> QuoteKind:
        opening = self._document.mark_around[span[0]]
        unclosed = self._document.marks.get(span[0] - 1)
        if (0 <= opening < span[0] and self._document.marks[opening].last >= span[1]) or unclosed is not None:
            return QuoteKind.DIRECT
        marked = (self._document.marks[n] for n in range(*span) if n in self._document.marks)
        fragment = any(self._document.words(m.first, m.last) >= 3 and not self._phrases.is_name(m) for m in marked)
        return QuoteKind.MIXED if fragment else QuoteKind.INDIRECT

    def _pronoun_gender(self, cue: TokenRange | None) -> Gender | None:
        if cue is None:
            return None
        last = self._document.folded(cue[1] - 1)
        return Gender.FEMININE if last.endswith("ها") else Gender.MASCULINE if last.endswith("ه") else None
