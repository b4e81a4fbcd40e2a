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
from training.quotes.subjects import PRONOUN_BEFORE, Subjects

__all__ = ["COMPLEMENTISERS", "Cue", "CueFinder", "read_cue"]

_POSITIONS = frozenset({"object", "ala", "bi", "min"})
_SHADDA = "\N{ARABIC SHADDA}"
_MIN_BEFORE = 4
_MAX_TOPIC = 24
_SPOKEN = frozenset({"clause", "colon", "marks"})
_MAX_SETTING = 6
_IMPERSONAL = frozenset({"يذكر", "يعتقد", "يتوقع", "يرجح", "يقدر", "تقدر", "يلاحظ", "يقال", "يشار", "يخشي"})
_QUOTING = ("نقلا", "عن")
_RELAYS = frozenset({_QUOTING, ("علي", "لسان")})
"""Quoting; by the mouth of."""
_NEGATIONS = frozenset({"لم", "لا", "لن", "ولم", "ولا", "ولن", "فلم", "فلا"})


@dataclass(frozen=True, slots=True)
class Cue:
    """A reporting expression, tokens `[first, last)`, whose complement was found.

    `subject` is the phrase after it that may be its speaker; `joined` says that و or ف is attached;
    `opens_clause` that it starts a clause of its own, so that a report before it ends there; `clause_start` is
    the token where that clause begins with its subject, -1 where it begins with the cue.
    """

    first: int
    last: int
    form: CueForm
    complement: Complement
    subject: Phrase | None
    joined: bool
    opens_clause: bool
    clause_start: int = -1

    @property
    def is_participle(self) -> bool:
        """Whether the cue is a participle, which inherits the speaker of its governing clause."""
        return self.form.tense is Tense.PARTICIPLE


@dataclass(frozen=True, slots=True)
class Relay:
    """Who speaks through the subject of a cue, and the tokens that say so."""

    cue: tuple[int, int]
    speaker: Phrase


class CueFinder:
    """Finds the verbal cues of a document, sentence by sentence."""

    def __init__(self, document: Document, lexicon: Lexicon, phrases: NounPhrases) -> None:
        self._document = document
        self._lexicon = lexicon
        self._phrases = phrases
        self._complements = ComplementFinder(document, lexicon, phrases)
        self._reach = Reach(document, lexicon, phrases)
        self._subjects = Subjects(document, lexicon, phrases)

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
        if index > first and self._document.folded(index - 1) in _NEGATIONS:
            return self._negated(index, first, last)
        withheld = self._lexicon.has("withheld_words", self._document.folded(index + 1))
        if reading is None or withheld or not self._may_report(index, first, reading):
            return None
        opening = self._document.mark_around[index]
        end = self._document.marks[opening].last if opening >= 0 else last
        subject = self._subjects.after(index, first, end, reading)
        complement = self._complements.after(index, end, reading, subject)
        if subject is not None and self._may_be_nearer(complement, reading):
            named = self._reach.subject(subject, end)
            found = self._complements.after(index, end, reading, named) if named != subject else None
            subject, complement = (named, found) if found is not None else (subject, complement)
        if complement is None and subject is not None and self._subjects.may_be_object(subject, reading):
            subject, complement = None, self._complements.after(index, end, reading, None)
        if complement is None or complement.kind in {"object", "bi_noun", "marks"}:
            ahead = self._complements.clause_ahead(index, end, reading)
            if ahead is not None:
                complement, subject = ahead, self._subjects.up_to(index, ahead.start - 1, subject)
        if complement is None or (complement.kind == "object" and complement.start == index + 1 and subject is None):
            ahead = self._complements.object_ahead(index, end, reading)
            if ahead is not None and (complement is None or self._phrases.head(index + 1) is not None):
                complement, subject = ahead, self._subjects.up_to(index, ahead.start, subject)
        if complement is None or complement.kind == "marks":
            complement = self._complements.before(index, first, reading) or complement
        if complement is None and self._trails(index, first, end, reading, subject):
            complement = Complement("clause_before", index)
        if complement is None:
            return None
        if not self._has_speaker(index, first, reading, complement, subject):
            return None
        opens = reading.joined or reading.form.tense is Tense.PARTICIPLE or self._follows_conjunction(index, first)
        subject = subject if subject and self._subjects.is_subject(subject, complement, reading) else None
        subject = self._subjects.whole(subject, complement, reading, last) if subject else None
        start = -1 if opens or subject is not None else self._clause_start(index, first)
        end = self._cue_end(index, complement)
        return Cue(index, end, reading.form, complement, subject, reading.joined, opens or start >= 0, start)

    def _trails(self, index: int, first: int, end: int, reading: Reading, subject: Phrase | None) -> bool:
        """«السجن عاد تحت السيطرة، أكد القائد»: a verb of saying and its subject close the sentence after a comma."""
        if subject is None or reading.joined or "speech" not in reading.form.verb.complements:
            return False
        comma = index - first > _MIN_BEFORE and self._document.tokens[index - 1].is_comma
        present = reading.form.tense is Tense.PRESENT and reading.form.verb.past == "قال"
        return comma and (present or self._document.words(self._reach.widen(subject, end).last, end) == 0)

    def _clause_start(self, index: int, first: int) -> int:
        """Where a noun-first report begins after a comma and a conjunction («، لكن الوزارة نفت …»)."""
        phrase = self._subjects.before(index, first)
        if phrase is None or phrase.first - 2 <= first:
            return -1
        joined = self._lexicon.words["function_words"].get(self._document.folded(phrase.first - 1)) == "conj"
        return phrase.first if joined and self._document.tokens[phrase.first - 2].is_comma else -1

    def _may_be_nearer(self, complement: Complement | None, reading: Reading) -> bool:
        """Whether a subject read with its name may leave a noun as the complement, nearer than the one found."""
        if complement is None or complement.kind in {"object", "bi_noun"}:
            return True
        return complement.kind in {"colon", "marks"} and "object" in reading.form.verb.complements

    def _negated(self, index: int, first: int, last: int) -> Cue | None:
        """«لم يخف ارتياحه، لا يعارض التمديد»: a denied or withheld position is one; a thing not said is none."""
        if self._document.mark_around[index] >= 0:
            return None
        folded = self._document.folded(index)
        reading = read_cue(self._lexicon, folded) or read_cue(self._lexicon, f"{folded}ي")
        if reading is None or reading.form.tense is not Tense.PRESENT or not _POSITIONS & reading.form.verb.complements:
            return None
        if "speech" in reading.form.verb.complements and reading.form.verb.lean == "neutral":
            return None
        subject = self._subjects.after(index, first, last, reading)
        subject = self._reach.subject(subject, last) if subject is not None else None
        complement = self._complements.after(index, last, reading, subject)
        if complement is None and subject is not None:
            subject, complement = None, self._complements.after(index, last, reading, None)
        if complement is None or complement.kind in {"marks", "colon", "clause"}:
            return None
        joined = self._document.folded(index - 1)[0] in "وف"
        subject = subject if subject and subject.last <= complement.start else None
        opens = not joined or index - 1 == first or not self._document.tokens[index - 2].is_word
        return Cue(index - 1, self._cue_end(index, complement), reading.form, complement, subject, joined, opens)

    def _may_report(self, index: int, first: int, reading: Reading) -> bool:
        """Whether the place allows a cue: in marks a participle after a comma only; no verb after a preposition."""
        participle = reading.form.tense is Tense.PARTICIPLE
        before = self._document.tokens[index - 1] if index > first else None
        if self._document.mark_around[index] >= 0 and not (participle and before is not None and before.is_comma):
            return False
        if self._is_between(index, reading):
            return False
        noun = self._is_noun(index, reading)
        if noun and before is not None and not before.is_comma:
            return False
        if before is None or reading.joined or before.folded == "و":
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
            if self._document.folded(index + 1) in COMPLEMENTISERS or self._subjects.opens(index + 1):
                return True
            if before.folded in PRONOUN_BEFORE or self._follows_setting(index, first):
                return True
            return not before.folded.endswith("ما") and self._subjects.before(index, first) is not None
        return True

    def _is_noun(self, index: int, reading: Reading) -> bool:
        """Whether the word is rather a noun that looks like the verb; a written shadda decides for the verb (شبّه, بيّن)."""
        token = self._document.tokens[index]
        bare = token.folded[1:] if reading.joined else token.folded
        doubled = _SHADDA in self._document.text[token.start : token.end]
        return self._lexicon.words["no_cues"].get(bare) == "noun" and not doubled

    def _is_between(self, index: int, reading: Reading) -> bool:
        """«وبين الطرفين», «عقب اللقاء»: before a dual or an event the word is a preposition and no verb."""
        bare, following = self._document.folded(index)[reading.joined :], self._document.folded(index + 1)
        if bare == "عقب":
            return self._phrases.is_stated(following) or self._lexicon.class_of("event_words", following) is not None
        return bare == "بين" and following.endswith("ين")

    def before(self, index: int, first: int) -> Phrase | None:
        """The phrase that ends right before the verb at `index`."""
        return self._subjects.before(index, first)

    def topic(self, cue: Cue, first: int) -> Phrase | None:
        """The speaker between «أما» and the verb behind ف («أما زوجته، وهي ممرضة، | فقالت»), unless one follows it."""
        index, kind = cue.first, cue.complement.kind
        if cue.subject is not None and (self._phrases.head(cue.subject.first) is not None or kind in _SPOKEN):
            return None
        if not self._document.folded(index).startswith("ف"):
            return None
        opening = next((n for n in range(index - 1, max(first - 1, index - _MAX_TOPIC), -1) if self.is_topic(n)), -1)
        end = index
        while end > opening + 1 and (self._document.tokens[end - 1].is_comma or self._document.folded(end - 1) == "قد"):
            end -= 1
        opens = opening >= 0 and end > opening + 1 and self._document.tokens[opening + 1].is_word
        if not opens or self._lexicon.words["function_words"].get(self._document.folded(opening + 1)) is not None:
            return None
        return Phrase(opening + 1, end)

    def relay(self, cue: Cue, start: int) -> Relay | None:
        """«ذكرت الوكالة، نقلا عن مسؤول، أن», «أكد المصرف على لسان مديره أن»: the one who speaks before token `start`."""
        for place in range(cue.last, start - 1):
            pair = (self._document.folded(place), self._document.folded(place + 1))
            source = self._phrases.after(place + 2, start) if pair in _RELAYS else None
            if source is not None and source.last <= start:
                words = (place, place + 2) if pair == _QUOTING else (cue.first, cue.last)
                return Relay(
                    words, self._reach.widen(source, self._document.comma_in(source.last, start), commas=False)
                )
        return None

    def is_topic(self, first: int) -> bool:
        """Whether the clause at `first` opens with «أما», so that a verb behind ف has its subject before it."""
        return self._document.folded(first) in {"اما", "واما"}

    def _follows_setting(self, index: int, first: int) -> bool:
        """«وفي ختام نهار طويل أعلن القنصل …»: a short adverbial opens the sentence and a definite noun follows."""
        opening = self._document.folded(first)
        bare = opening.removeprefix("و")
        tables = (self._lexicon.words["function_words"], self._lexicon.words["time_words"])
        setting = any(table.get(word) in {"prep", "time"} for table in tables for word in (opening, bare))
        definite = self._document.folded(index + 1).startswith("ال")
        return setting and definite and index - first <= _MAX_SETTING

    def _follows_conjunction(self, index: int, first: int) -> bool:
        back = index - 1
        labels = self._lexicon.words["function_words"]
        while back >= first and labels.get(self._document.folded(back)) == "particle":
            if self._document.folded(back)[:1] == "و":
                return True
            back -= 1
        return back < first or labels.get(self._document.folded(back)) == "conj"

    def _has_speaker(
        self, index: int, first: int, reading: Reading, complement: Complement, subject: Phrase | None
    ) -> bool:
        """Whether someone can be meant: «يذكر أن» is impersonal, «يدعم خفض الرسوم الصادرات» no statement."""
        form = reading.form
        if reading.joined or form.tense is Tense.PARTICIPLE or complement.kind in {"before", "clause_before"}:
            return True
        if subject is not None and subject.last <= complement.start:
            headed = self._phrases.head(subject.first) is not None or subject.last - subject.first > 1
            definite = self._document.folded(subject.first).startswith("ال")
            return headed or definite or complement.kind not in {"object", "bi_noun"}
        opens = index == first or self._follows_conjunction(index, first) or self._document.tokens[index - 1].is_comma
        if complement.kind not in {"marks", "colon"} and self._document.folded(index) in _IMPERSONAL and opens:
            return self._subjects.before(index, first) is not None
        if self._document.folded(index - 1) in PRONOUN_BEFORE and index > first:
            return True
        if complement.kind in {"object", "bi_noun"} and form.tense is Tense.PRESENT and opens and index > first:
            return complement.kind in {"marks", "colon"} or self._subjects.before(index, first) is not None
        if complement.kind not in {"object", "bi_noun", "marks"} or opens or reading.pronoun:
            return True
        return self._subjects.before(index, first) is not None

    def _cue_end(self, index: int, complement: Complement) -> int:
        following = self._document.folded(index + 1)
        if PREPOSITIONS.get(following, "") == complement.kind:
            return index + 2
        return index + 2 if following in SAYING and complement.start >= index + 2 else index + 1
