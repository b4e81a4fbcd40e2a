"""Verbal reporting cues: verbs and participles whose complement stands in the same sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from training.quotes.complements import Complement, ComplementFinder
from training.quotes.document import Document
from training.quotes.inflection import Gender, Number, Tense
from training.quotes.lexicon import CueForm, Lexicon
from training.quotes.phrases import NounPhrases, Phrase
from training.quotes.reach import Reach
from training.quotes.readings import COMPLEMENTISERS, PREPOSITIONS, SAYING, Reading, read_cue

__all__ = ["COMPLEMENTISERS", "Cue", "CueFinder", "read_cue"]

_SUBJECT_HEADS = frozenset({"titles", "anonymous_words", "organisation_words", "organisation_names"})
_NEGATIONS = frozenset({"لم", "لا", "لن", "ولم", "ولا", "ولن", "فلم", "فلا"})


@dataclass(frozen=True, slots=True)
class Cue:
    """A reporting expression, tokens `[first, last)`, whose complement was found.

    `subject` is the phrase after it that may be its speaker; `joined` says that و or ف is attached;
    `opens_clause` that it starts a clause of its own, so that a report before it ends there.
    """

    first: int
    last: int
    form: CueForm
    complement: Complement
    subject: Phrase | None
    joined: bool
    opens_clause: bool

    @property
    def is_participle(self) -> bool:
        """Whether the cue is a participle, which inherits the speaker of its governing clause."""
        return self.form.tense is Tense.PARTICIPLE


class CueFinder:
    """Finds the verbal cues of a document, sentence by sentence."""

    def __init__(self, document: Document, lexicon: Lexicon, phrases: NounPhrases) -> None:
        self._document = document
        self._lexicon = lexicon
        self._phrases = phrases
        self._complements = ComplementFinder(document, lexicon, phrases)
        self._reach = Reach(document, lexicon, phrases)

    def find(self, first: int, last: int) -> Iterator[Cue]:
        """Every cue of tokens `[first, last)` whose complement stands in the same sentence, in order."""
        index = first
        while index < last:
            cue = self._cue_at(index, first, last)
            if cue is not None:
                yield cue
            index = max(index + 1, cue.last if cue else 0)

    def _cue_at(self, index: int, first: int, last: int) -> Cue | None:
        reading = read_cue(self._lexicon, self._document.folded(index))
        withheld = self._lexicon.has("withheld_words", self._document.folded(index + 1))
        if reading is None or withheld or not self._may_report(index, first, reading):
            return None
        opening = self._document.mark_around[index]
        end = self._document.marks[opening].last if opening >= 0 else last
        subject = self._subject(index, first, end, reading)
        complement = self._complements.after(index, end, reading, subject)
        if subject is not None and (complement is None or complement.kind in {"object", "bi_noun"}):
            named = self._reach.subject(subject, end)
            found = self._complements.after(index, end, reading, named) if named != subject else None
            subject, complement = (named, found) if found is not None else (subject, complement)
        if complement is None or complement.kind == "marks":
            complement = self._complements.before(index, first, reading) or complement
        if complement is None:
            return None
        if not self._has_speaker(index, first, reading, complement, subject):
            return None
        opens = reading.joined or reading.form.tense is Tense.PARTICIPLE or self._follows_conjunction(index, first)
        subject = subject if subject and self._is_subject(subject, complement, reading) else None
        subject = self._reach.widen(subject, self._bound(complement, last)) if subject else None
        return Cue(index, self._cue_end(index, complement), reading.form, complement, subject, reading.joined, opens)

    def _bound(self, complement: Complement, last: int) -> int:
        """The token before which a subject must end: the complementiser, the colon or the marks."""
        if complement.kind == "before":
            return last
        bound = complement.start
        while self._document.folded(bound - 1) in COMPLEMENTISERS | PREPOSITIONS.keys() | {":"}:
            bound -= 1
        return bound

    def _may_report(self, index: int, first: int, reading: Reading) -> bool:
        """Whether the place allows a cue: in marks a participle after a comma only; no verb after a preposition."""
        participle = reading.form.tense is Tense.PARTICIPLE
        before = self._document.tokens[index - 1] if index > first else None
        if self._document.mark_around[index] >= 0 and not (participle and before is not None and before.is_comma):
            return False
        if before is None or reading.joined:
            return True
        bare = before.folded[1:] if before.folded[:1] in {"و", "ف"} else before.folded
        label = self._lexicon.words["function_words"].get(before.folded)
        governed = label == "prep" or "prep" in {
            self._lexicon.words[table].get(bare) for table in ("function_words", "time_words")
        }
        if before.folded in _NEGATIONS or governed or (participle and self._lexicon.has("time_words", bare)):
            return False
        if participle or not before.is_word or label is not None:
            return True
        noun_like = reading.form.tense is Tense.PAST and reading.form.gender is Gender.MASCULINE
        if noun_like and "object" in reading.form.verb.complements and reading.form.number is Number.SINGULAR:
            if self._document.folded(index + 1) in COMPLEMENTISERS or self._opens_subject(index + 1):
                return True
            return not before.folded.endswith("ما") and self.before(index, first) is not None
        return True

    def _opens_subject(self, place: int) -> bool:
        """Whether a title, a source or a body stands at `place`, so that the word before it is its verb."""
        if place >= len(self._document.tokens):
            return False
        return self._phrases.head(place) in _SUBJECT_HEADS and not self._phrases.proclitic(place)

    def before(self, index: int, first: int) -> Phrase | None:
        """The phrase that ends right before the verb, read with its places and its name."""
        return self._phrases.before(index, first) or self._reach.before(index, first)

    def _follows_conjunction(self, index: int, first: int) -> bool:
        back = index - 1
        labels = self._lexicon.words["function_words"]
        while back >= first and labels.get(self._document.folded(back)) == "particle":
            if self._document.folded(back)[:1] == "و":
                return True
            back -= 1
        return back < first or labels.get(self._document.folded(back)) == "conj"

    def _subject(self, index: int, first: int, last: int, reading: Reading) -> Phrase | None:
        if reading.form.tense is Tense.PARTICIPLE:
            return None
        if (
            not reading.joined
            and "object" in reading.form.verb.complements
            and self._phrases.headed_before(index, first)
        ):
            return None
        cut = bool(reading.form.verb.complements & {"object", "addressee", "bi"})
        bi = "bi" in reading.form.verb.complements
        subject = self._phrases.after(index + 1, last, before_object=cut, before_bi=bi)
        if subject is None:
            return None
        named = self._lexicon.has("anaphors", self._document.folded(subject.first))
        if (
            named
            or self._document.folded(subject.last) in COMPLEMENTISERS
            or self._phrases.head(subject.first) is not None
        ):
            return subject
        if "object" in reading.form.verb.complements and self._is_construct(subject.first):
            return None
        disagrees = self._phrases.gender(subject) is Gender.FEMININE and reading.form.gender is Gender.MASCULINE
        return None if disagrees and "object" in reading.form.verb.complements else subject

    def _is_construct(self, place: int) -> bool:
        """Whether a bare unlisted noun stands before a definite one, a number or a preposition: an object, not a name."""
        first, following = self._document.tokens[place], self._document.folded(place + 1)
        raw = self._document.text[first.start : first.start + 2]
        if raw == "ال" or self._lexicon.has("given_names", first.folded):
            return False
        label = self._lexicon.words["function_words"].get(following)
        return following.startswith("ال") and self._document.folded(place + 2) != "" or label == "prep" or following.isdigit()

    def _is_subject(self, subject: Phrase, complement: Complement, reading: Reading) -> bool:
        """A phrase after a verb with an addressee may be the one addressed: «وطالب الحكومة بـ»."""
        if complement.kind != "before" and subject.last > complement.start:
            return False
        if "addressee" not in reading.form.verb.complements or reading.pronoun:
            return True
        if any(self._document.folded(place).endswith("ين") for place in (subject.first,)):
            return False
        words = self._document.folded(subject.first).removeprefix("ال")
        if self._lexicon.has("object_words", words):
            return False
        feminine = self._phrases.gender(subject) is Gender.FEMININE
        return feminine == (reading.form.gender is Gender.FEMININE) or self._phrases.head(subject.first) is None

    def _has_speaker(
        self, index: int, first: int, reading: Reading, complement: Complement, subject: Phrase | None
    ) -> bool:
        """Whether someone can be meant: «يذكر أن» is impersonal, «يدعم خفض الرسوم الصادرات» no statement."""
        form = reading.form
        if reading.joined or form.tense is Tense.PARTICIPLE or complement.kind == "before":
            return True
        if subject is not None:
            headed = self._phrases.head(subject.first) is not None or subject.last - subject.first > 1
            definite = self._document.folded(subject.first).startswith("ال")
            return headed or definite or complement.kind not in {"object", "bi_noun"}
        opens = index == first or self._follows_conjunction(index, first) or self._document.tokens[index - 1].is_comma
        if form.tense is Tense.PRESENT and form.gender is Gender.MASCULINE and form.number is Number.SINGULAR and opens:
            return complement.kind in {"marks", "colon"} or self.before(index, first) is not None
        if complement.kind not in {"object", "bi_noun", "marks"} or opens or reading.pronoun:
            return True
        return self.before(index, first) is not None

    def _cue_end(self, index: int, complement: Complement) -> int:
        following = self._document.folded(index + 1)
        if PREPOSITIONS.get(following, "") == complement.kind:
            return index + 2
        return index + 2 if following in SAYING and complement.start >= index + 2 else index + 1
