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

_POSITIONS = frozenset({"object", "ala", "bi", "min"})
_MIN_BEFORE = 4
_MAX_SETTING = 6
_IMPERSONAL = frozenset({"يذكر", "يعتقد", "يتوقع", "يرجح", "يقدر", "تقدر", "يلاحظ", "يقال", "يشار", "يخشي"})
_PRONOUN_BEFORE = frozenset(
    {"وهو", "وهي", "فهو", "فهي", "هو", "هي", "لكنه", "لكنها", "انه", "انها", "اذ", "ثم", "فقد", "وقد", "قد", "انما"}
)
_LEADS = _PRONOUN_BEFORE | frozenset({"الذي", "التي", "الذين"})
_SUBJECT_HEADS = frozenset({"titles", "anonymous_words", "organisation_words", "organisation_names"})
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
        if index > first and self._document.folded(index - 1) in _NEGATIONS:
            return self._negated(index, first, last)
        withheld = self._lexicon.has("withheld_words", self._document.folded(index + 1))
        if reading is None or withheld or not self._may_report(index, first, reading):
            return None
        opening = self._document.mark_around[index]
        end = self._document.marks[opening].last if opening >= 0 else last
        subject = self._subject(index, first, end, reading)
        complement = self._complements.after(index, end, reading, subject)
        if subject is not None and self._may_be_nearer(complement, reading):
            named = self._reach.subject(subject, end)
            found = self._complements.after(index, end, reading, named) if named != subject else None
            subject, complement = (named, found) if found is not None else (subject, complement)
        if complement is None and subject is not None and self._may_be_object(subject, reading):
            subject, complement = None, self._complements.after(index, end, reading, None)
        if complement is None or complement.kind == "marks":
            complement = self._complements.before(index, first, reading) or complement
        if complement is None and self._trails(index, first, end, reading, subject):
            complement = Complement("clause_before", index)
        if complement is None:
            return None
        if not self._has_speaker(index, first, reading, complement, subject):
            return None
        opens = reading.joined or reading.form.tense is Tense.PARTICIPLE or self._follows_conjunction(index, first)
        subject = subject if subject and self._is_subject(subject, complement, reading) else None
        subject = self._reach.widen(subject, self._bound(complement, last)) if subject else None
        start = -1 if opens or subject is not None else self._clause_start(index, first)
        end = self._cue_end(index, complement)
        return Cue(index, end, reading.form, complement, subject, reading.joined, opens or start >= 0, start)

    def _trails(self, index: int, first: int, end: int, reading: Reading, subject: Phrase | None) -> bool:
        """«السجن عاد تحت السيطرة، أكد القائد»: a verb of saying and its subject close the sentence after a comma."""
        if subject is None or reading.joined or "speech" not in reading.form.verb.complements:
            return False
        comma = index - first > _MIN_BEFORE and self._document.tokens[index - 1].is_comma
        return comma and self._document.words(self._reach.widen(subject, end).last, end) == 0

    def _clause_start(self, index: int, first: int) -> int:
        """Where a noun-first report begins after a comma and a conjunction («، لكن الوزارة نفت …»)."""
        phrase = self.before(index, first)
        if phrase is None or phrase.first - 2 <= first:
            return -1
        joined = self._lexicon.words["function_words"].get(self._document.folded(phrase.first - 1)) == "conj"
        return phrase.first if joined and self._document.tokens[phrase.first - 2].is_comma else -1

    def _bound(self, complement: Complement, last: int) -> int:
        """The token before which a subject must end: the complementiser, the colon or the marks."""
        if complement.kind in {"before", "clause_before"}:
            return last
        bound = complement.start
        while self._document.folded(bound - 1) in COMPLEMENTISERS | PREPOSITIONS.keys() | {":"}:
            bound -= 1
        return bound

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
        subject = self._subject(index, first, last, reading)
        subject = self._reach.subject(subject, last) if subject is not None else None
        complement = self._complements.after(index, last, reading, subject)
        if complement is None and subject is not None:
            subject, complement = None, self._complements.after(index, last, reading, None)
        if complement is None or complement.kind in {"marks", "colon", "clause"}:
            return None
        joined = self._document.folded(index - 1)[0] in "وف"
        subject = subject if subject and subject.last <= complement.start else None
        return Cue(index - 1, self._cue_end(index, complement), reading.form, complement, subject, joined, True)

    def _may_report(self, index: int, first: int, reading: Reading) -> bool:
        """Whether the place allows a cue: in marks a participle after a comma only; no verb after a preposition."""
        participle = reading.form.tense is Tense.PARTICIPLE
        before = self._document.tokens[index - 1] if index > first else None
        if self._document.mark_around[index] >= 0 and not (participle and before is not None and before.is_comma):
            return False
        noun = self._lexicon.words["no_cues"].get(self._document.folded(index)) == "noun"
        if noun and not (before is not None and before.is_comma):
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
            if before.folded in _PRONOUN_BEFORE or self._follows_setting(index, first):
                return True
            return not before.folded.endswith("ما") and self.before(index, first) is not None
        return True

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

    def _opens_subject(self, place: int) -> bool:
        """Whether a title, a source or a body stands at `place`, so that the word before it is its verb."""
        if place >= len(self._document.tokens):
            return False
        return self._phrases.head(place) in _SUBJECT_HEADS and not self._phrases.proclitic(place)

    def before(self, index: int, first: int) -> Phrase | None:
        """The phrase that ends right before the verb, read with its places and its name."""
        near, wide = self._phrases.before(index, first), self._reach.before(index, first)
        return wide if near is None or (wide is not None and wide.first < near.first) else near

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

    def _continues(self, place: int, *, led: bool) -> bool:
        """Whether the verb at `place` goes on with a subject named before it, so that it takes its addressee after it."""
        first = next((start for start, end in self._document.sentences if start <= place < end), place)
        return place > first and (led or self._document.tokens[place - 1].is_comma)

    def _may_be_object(self, subject: Phrase, reading: Reading) -> bool:
        """«وصفت البداية بأنها ناقصة»: an unlisted phrase after a verb with an object need not be its subject."""
        return "object" in reading.form.verb.complements and self._phrases.head(subject.first) not in _SUBJECT_HEADS

    def _is_construct(self, place: int) -> bool:
        """Whether a bare unlisted noun stands before a definite one, a number or a preposition: an object, not a name."""
        first, following = self._document.tokens[place], self._document.folded(place + 1)
        raw = self._document.text[first.start : first.start + 2]
        if raw == "ال" or self._lexicon.has("given_names", first.folded):
            return False
        label = self._lexicon.words["function_words"].get(following)
        return (
            (following.startswith("ال") and self._document.folded(place + 2) != "")
            or label == "prep"
            or following.isdigit()
        )

    def _is_subject(self, subject: Phrase, complement: Complement, reading: Reading) -> bool:
        """A phrase after a verb with an addressee may be the one addressed: «وطالب الحكومة بـ»."""
        if complement.kind not in {"before", "clause_before"} and subject.last > complement.start:
            return False
        if "addressee" not in reading.form.verb.complements or reading.pronoun:
            return True
        place = subject.first - 1
        led = self._document.folded(place - 1) in _LEADS
        if (led or reading.joined) and self._continues(place, led=led):
            return False
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
        if reading.joined or form.tense is Tense.PARTICIPLE or complement.kind in {"before", "clause_before"}:
            return True
        if subject is not None:
            headed = self._phrases.head(subject.first) is not None or subject.last - subject.first > 1
            definite = self._document.folded(subject.first).startswith("ال")
            return headed or definite or complement.kind not in {"object", "bi_noun"}
        opens = index == first or self._follows_conjunction(index, first) or self._document.tokens[index - 1].is_comma
        if complement.kind not in {"marks", "colon"} and self._document.folded(index) in _IMPERSONAL and opens:
            return self.before(index, first) is not None
        if self._document.folded(index - 1) in _PRONOUN_BEFORE and index > first:
            return True
        if complement.kind in {"object", "bi_noun"} and form.tense is Tense.PRESENT and opens and index > first:
            return complement.kind in {"marks", "colon"} or self.before(index, first) is not None
        if complement.kind not in {"object", "bi_noun", "marks"} or opens or reading.pronoun:
            return True
        return self.before(index, first) is not None

    def _cue_end(self, index: int, complement: Complement) -> int:
        following = self._document.folded(index + 1)
        if PREPOSITIONS.get(following, "") == complement.kind:
            return index + 2
        return index + 2 if following in SAYING and complement.start >= index + 2 else index + 1
