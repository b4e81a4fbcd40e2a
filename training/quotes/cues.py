"""Verbal reporting cues and the complement each one opens: where the reported words begin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from training.quotes.document import Document
from training.quotes.inflection import Gender, Number, Tense
from training.quotes.lexicon import CueForm, Lexicon
from training.quotes.phrases import NounPhrases, Phrase

PREPOSITIONS = {"الي": "ila", "علي": "ala", "من": "min", "عن": "an"}
_PRONOUNS = ("", "ه", "ها", "هم", "هما", "هن", "نا", "ني", "ي", "ك", "كم", "نه")
COMPLEMENTISERS = frozenset(prefix + "ان" + pronoun for prefix in ("", "ب") for pronoun in _PRONOUNS)
SAYING = frozenset({"قايلا", "قايله", "قايلين", "بالقول", "بقوله", "بقولها", "بقولهم", "القول"})
_OBJECT_PRONOUNS = ("هما", "هم", "ها", "نا", "ه")
_NEGATIONS = frozenset({"لم", "لا", "لن", "ولم", "ولا", "ولن", "فلم", "فلا"})
_DEMONSTRATIVES = frozenset({"ما", "هذا", "هذه", "ذلك", "تلك", "اي", "لا"})
_REACH = 60


@dataclass(frozen=True, slots=True)
class Complement:
    """What a cue opens: the class matched and the token where the reported words begin."""

    kind: str
    start: int


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


@dataclass(frozen=True, slots=True)
class Reading:
    """A word read as a cue verb, with what is attached to it."""

    form: CueForm
    joined: bool
    pronoun: bool = False
    future: bool = False


def read_cue(lexicon: Lexicon, folded: str) -> Reading | None:
    """The reading of a folded word as a cue: its form, an attached و or ف, an attached object pronoun."""
    for word, joined in ((folded, False), (folded[1:], True)):
        if joined and folded[:1] not in {"و", "ف"}:
            continue
        if word in lexicon.verbs:
            return Reading(lexicon.verbs[word][0], joined)
        future = lexicon.verbs.get(word[1:], ()) if word[:1] == "س" else ()
        if future and future[0].tense is Tense.PRESENT:
            return Reading(future[0], joined, future=True)
        for pronoun in _OBJECT_PRONOUNS:
            stem = word.removesuffix(pronoun)
            if stem != word and stem in lexicon.verbs and "addressee" in lexicon.verbs[stem][0].verb.complements:
                return Reading(lexicon.verbs[stem][0], joined, pronoun=True)
    return None


class CueFinder:
    """Finds the verbal cues of a document, sentence by sentence."""

    def __init__(self, document: Document, lexicon: Lexicon, phrases: NounPhrases) -> None:
        self._document = document
        self._lexicon = lexicon
        self._phrases = phrases

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
        if reading is None or not self._may_report(index, first, reading):
            return None
        opening = self._document.mark_around[index]
        end = self._document.marks[opening].last if opening >= 0 else last
        subject = self._subject(index, first, end, reading)
        complement = self._complement(index, end, reading, subject) or self._before(index, first, reading)
        if complement is None:
            return None
        if not self._has_speaker(index, first, reading, complement, subject):
            return None
        opens = reading.joined or reading.form.tense is Tense.PARTICIPLE or self._follows_conjunction(index, first)
        subject = subject if subject and self._is_subject(subject, complement, reading) else None
        return Cue(index, self._cue_end(index, complement), reading.form, complement, subject, reading.joined, opens)

    def _may_report(self, index: int, first: int, reading: Reading) -> bool:
        """Whether the place allows a cue: in marks a participle after a comma only; no verb after a preposition."""
        participle = reading.form.tense is Tense.PARTICIPLE
        before = self._document.tokens[index - 1] if index > first else None
        if self._document.mark_around[index] >= 0 and not (participle and before is not None and before.is_comma):
            return False
        if before is None or reading.joined:
            return True
        label = self._lexicon.words["function_words"].get(before.folded)
        timed = participle and self._lexicon.has("time_words", before.folded)
        if before.folded in _NEGATIONS or label == "prep" or timed:
            return False
        if participle or not before.is_word or label is not None:
            return True
        noun_like = reading.form.tense is Tense.PAST and reading.form.gender is Gender.MASCULINE
        if noun_like and "object" in reading.form.verb.complements and reading.form.number is Number.SINGULAR:
            return not before.folded.endswith("ما") and self._phrases.before(index, first) is not None
        return True

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
        if not reading.joined and "object" in reading.form.verb.complements and self._phrases.headed_before(index, first):
            return None
        cut = bool(reading.form.verb.complements & {"object", "addressee"})
        return self._phrases.after(index + 1, last, before_object=cut)

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
        """A bare object needs someone who states it: «يدعم خفض الرسوم الصادرات» is no statement."""
        if complement.kind not in {"object", "bi_noun"} or reading.joined or index == first:
            return True
        if reading.form.tense is Tense.PARTICIPLE or reading.pronoun or self._follows_conjunction(index, first):
            return True
        if subject is not None:
            headed = self._phrases.head(subject.first) is not None or subject.last - subject.first > 1
            return headed or self._document.folded(subject.first).startswith("ال")
        return self._phrases.before(index, first) is not None

    def _cue_end(self, index: int, complement: Complement) -> int:
        following = self._document.folded(index + 1)
        if PREPOSITIONS.get(following, "") == complement.kind:
            return index + 2
        return index + 2 if following in SAYING and complement.start >= index + 2 else index + 1

    def _before(self, index: int, first: int, reading: Reading) -> Complement | None:
        """«“…”، قال الوزير»: the words stand in marks before the verb."""
        participle = reading.form.tense is Tense.PARTICIPLE
        if reading.joined or participle or "speech" not in reading.form.verb.complements:
            return None
        place = index - 1
        if place > first and (self._document.tokens[place].is_comma or self._document.folded(place) in {"-", "–", "."}):
            place -= 1
        if self._document.tokens[place].kind != "mark" if place >= first else True:
            return None
        opening = self._document.mark_around[place]
        marked = self._document.marks.get(opening)
        if marked is None or marked.last != place or self._phrases.is_name(marked):
            return None
        return Complement("before", opening) if self._document.words(marked.first, marked.last) >= 3 else None

    def _complement(self, index: int, last: int, reading: Reading, subject: Phrase | None) -> Complement | None:
        subject_end = subject.last if subject else index + 1
        place = index + 1
        while place < min(last, index + _REACH):
            if (skipped := self._skip_adverb(place, reading)) > place:
                subject_end = skipped if subject_end == place else subject_end
                place = skipped
                continue
            token = self._document.tokens[place]
            if token.kind == "mark":
                marked = self._document.marks.get(place)
                if marked is None or self._phrases.is_name(marked):
                    place = marked.after if marked else place + 1
                    continue
                return Complement("marks", place) if self._takes_marks(index, place, reading) else None
            if token.folded == ":":
                spoken = bool(reading.form.verb.complements & {"speech", "clause"})
                return Complement("colon", place + 1) if spoken and place + 1 < last else None
            if token.is_word:
                if complement := self._at_word(place, index, last, reading, subject_end):
                    return complement
                if self._ends_search(place, index):
                    return None
            place += 1
        return None

    def _skip_adverb(self, place: int, reading: Reading) -> int:
        for words, _ in self._lexicon.phrases["adverbial_phrases"].get(self._document.folded(place), ()):
            if all(self._document.folded(place + n) == word for n, word in enumerate(words)):
                return place + len(words)
        timed = self._lexicon.has("time_words", self._document.folded(place))
        return place + 1 if timed and self._document.folded(place) not in SAYING else place

    def _takes_marks(self, index: int, place: int, reading: Reading) -> bool:
        """Marks are words said after a verb of saying; after «اعتبر» only where a subject or comma comes between."""
        marked = self._document.marks[place]
        long = self._document.words(marked.first, marked.last) >= 3
        classes = reading.form.verb.complements
        if "speech" not in classes:
            return False
        return long or ("object" not in classes and not self._document.tokens[place - 1].is_word) or (
            place == index + 1 and "object" not in classes
        )  # fmt: skip

    def _at_word(self, place: int, index: int, last: int, reading: Reading, subject_end: int) -> Complement | None:
        folded, classes = self._document.folded(place), reading.form.verb.complements
        following = self._document.folded(place + 1) if place + 1 < last else ""
        at_place = place in {index + 1, subject_end} or "addressee" in classes
        at_place = at_place or (self._document.tokens[place - 1].is_comma and subject_end > index + 1)
        if folded in COMPLEMENTISERS and following:
            return self._after_complementiser(place, folded, classes)
        kind = PREPOSITIONS.get(folded, "")
        if kind in classes and following and following not in COMPLEMENTISERS and at_place:
            marked = self._document.marks.get(place + 1)
            return Complement(kind, place + 1) if marked is None or not self._phrases.is_name(marked) else None
        if "bi" in classes and at_place and folded[:1] == "ب" and (len(folded) > 3 or folded == "ب"):
            return Complement("bi_noun", place) if folded not in SAYING and self._is_attached(folded) else None
        if "responsibility" in classes:
            return Complement("object", place) if folded.removeprefix("ال") == "مسووليه" else None
        if "object" in classes and place == subject_end and not reading.pronoun and not reading.future:
            if read_cue(self._lexicon, folded) is not None and folded[:1] == "و":
                return None
            listed = self._lexicon.has("function_words", folded) and folded not in _DEMONSTRATIVES
            return None if listed or folded in SAYING or folded[:2] == "لل" else Complement("object", place)
        return None

    def _after_complementiser(self, place: int, folded: str, classes: frozenset[str]) -> Complement | None:
        kind = PREPOSITIONS.get(self._document.folded(place - 1))
        if kind is not None and (kind in classes or f"{kind}_clause" in classes):
            return Complement(kind, place + 1)
        if folded.startswith("ب"):
            return Complement("bi", place + 1) if classes & {"bi", "speech"} else None
        return Complement("clause", place + 1) if "clause" in classes else None

    def _is_attached(self, folded: str) -> bool:
        """Whether the first ب is the preposition: not in «بيان, بلدية, بغداد» or «باسم»."""
        names = ("capitals", "organisation_words", "document_words", "function_words", "time_words", "role_words")
        return not any(self._lexicon.has(table, folded) for table in names)

    def _ends_search(self, place: int, index: int) -> bool:
        """Whether another report begins at `place`, so that the complement sought is not there."""
        folded = self._document.folded(place)
        reading = read_cue(self._lexicon, folded)
        if reading is None or folded in SAYING or self._document.mark_around[place] >= 0:
            return False
        comma = self._document.tokens[place - 1].is_comma
        participle = reading.form.tense is Tense.PARTICIPLE
        return place > index + 1 and (reading.joined or comma or participle)
