"""The complement a cue opens: the place in its sentence where the reported words begin."""

from __future__ import annotations

from dataclasses import dataclass

from training.quotes.document import Document
from training.quotes.inflection import Tense
from training.quotes.lexicon import Lexicon
from training.quotes.marks import Marked
from training.quotes.phrases import NounPhrases, Phrase
from training.quotes.readings import COMPLEMENTISERS, PREPOSITIONS, SAYING, Reading, read_cue
from training.quotes.words import without_li

_WITH_BA = (
    "capitals",
    "organisation_words",
    "document_words",
    "function_words",
    "time_words",
    "role_words",
    "first_names",
    "given_names",
)
_DEMONSTRATIVES = frozenset({"ما", "هذا", "هذه", "ذلك", "تلك", "اي", "لا"})
_CLAUSE_REACH = 30
_NOT_TO = frozenset({"ألا", "ألّا"})
_REACH = 60  # tokens between a cue and its complement
_MAX_PLACE_WORDS = 4
_MAX_ASIDE = 16  # tokens between the commas of an aside
_MAX_GAP = 12  # tokens between a verb and the preposition it governs


@dataclass(frozen=True, slots=True)
class Complement:
    """What a cue opens: the class matched and the token where the reported words begin."""

    kind: str
    start: int


class ComplementFinder:
    """Searches the tokens after a cue, and the marks before it."""

    def __init__(self, document: Document, lexicon: Lexicon, phrases: NounPhrases) -> None:
        self._document = document
        self._lexicon = lexicon
        self._phrases = phrases

    def after(self, index: int, last: int, reading: Reading, subject: Phrase | None) -> Complement | None:
        """The complement of the cue at `index` among the tokens up to `last`; `subject` is the phrase after the cue."""
        subject_end = subject.last if subject else index + 1
        place = index + 1
        while place < min(last, index + _REACH):
            skipped, governing = self._skip_adverb(place)
            if skipped > place:
                subject_end = (-1 if governing else skipped) if subject_end == place else subject_end
                place = skipped
                if subject_end == place < last and self._document.tokens[place].is_comma:
                    subject_end = place = place + 1
                continue
            token = self._document.tokens[place]
            if token.is_comma and place == subject_end and (closing := self._parenthesis(place, last)):
                subject_end = place = closing
                continue
            if token.is_comma and place == subject_end and subject and self._is_closing(subject, place):
                subject_end = place = place + 1
                continue
            if token.kind == "mark":
                marked = self._document.marks.get(place)
                if marked is None or self._phrases.is_name(marked) or self._is_place(marked, reading):
                    place = marked.after if marked else place + 1
                    continue
                if place in {index + 1, subject_end} and self._opens_object(marked, reading, last):
                    return Complement("object", place)
                stated = "bi" in reading.form.verb.complements and self._document.folded(place + 1)[:1] == "ب"
                return Complement("marks", place) if stated or self._takes_marks(index, place, reading) else None
            if token.folded == ":":
                said = self._document.folded(place - 1) in SAYING
                spoken = said or bool(reading.form.verb.complements & {"speech", "clause"})
                return Complement("colon", place + 1) if spoken and place + 1 < last else None
            if token.is_word:
                if complement := self._at_word(place, index, last, reading, subject_end):
                    return complement
                if self._ends_search(place, index):
                    return None
            place += 1
        return None

    def clause_ahead(self, index: int, last: int, reading: Reading) -> Complement | None:
        """The clause that follows the cue at `index` with nothing but its subject, their place and asides between.

        «أعلن جهاز الاستخبارات في سطرين أنه»: what stands between is no object, however little of it is known. A
        noun that takes the clause itself («أكد ضرورة أن») is one.
        """
        if "clause" not in reading.form.verb.complements or reading.pronoun:
            return None
        for place in range(index + 1, min(last, index + _CLAUSE_REACH)):
            token, folded = self._document.tokens[place], self._document.folded(place)
            if folded in COMPLEMENTISERS and place + 1 < last:
                before = self._document.folded(place - 1)
                stated = self._phrases.is_stated(before) and self._phrases.head(place - 1) is None
                governed = stated or self._governs_clause(before)
                return None if governed or place == index + 1 else Complement("clause", place + 1)
            if token.folded in {":", "."} or (token.is_comma and self._is_joined(place + 1)):
                return None
            marked = self._document.marks.get(place)
            if marked is not None and not self._phrases.is_name(marked) and not self._is_place(marked, reading):
                return None
            if not token.is_word:
                continue
            other = read_cue(self._lexicon, folded)
            if other is not None and self._phrases.head(place) is None and not self._lexicon.has("given_names", folded):
                return None
            if self._phrases.is_stated(folded) and self._phrases.head(place) is None:
                return None
        return None

    def object_ahead(self, index: int, last: int, reading: Reading) -> Complement | None:
        """The object of the cue at `index` behind a subject of unknown shape: the first noun that names something stated.

        «أبدى حزب التجمع من أجل التناوب | تعاطفه»: a verbal noun with the subject's pronoun, or a listed object.
        """
        if "object" not in reading.form.verb.complements or reading.pronoun or reading.future:
            return None
        for place in range(index + 2, min(last, index + _MAX_GAP + 2)):
            token, folded = self._document.tokens[place], self._document.folded(place)
            before = self._document.folded(place - 1)
            if not token.is_word or folded in COMPLEMENTISERS or self._is_joined(place):
                return None
            if (
                self._phrases.is_stated(folded)
                and self._phrases.head(place) is None
                and not self._governs_clause(before)
            ):
                return Complement("object", place) if not self._phrases.governs(before) else None
            other = read_cue(self._lexicon, folded)
            if other is not None and self._phrases.head(place) is None:
                return None
        return None

    def _governs_clause(self, folded: str) -> bool:
        """«قبل أن, بعد أن, من دون أن, قائلا إن»: the clause belongs to the word before it."""
        tables = (self._lexicon.words["function_words"], self._lexicon.words["time_words"])
        return folded in PREPOSITIONS or folded in SAYING or any(table.get(folded) == "prep" for table in tables)

    def _is_joined(self, place: int) -> bool:
        """Whether the word at `place` goes on with a clause of its own: «و…, ف…, لكن, حيث»."""
        folded = self._document.folded(place)
        label = self._lexicon.words["function_words"].get(folded)
        return folded[:1] in {"و", "ف"} or label == "conj"

    def _opens_object(self, marked: Marked, reading: Reading, last: int) -> bool:
        """«أدان المجلس “الزج بقوات غريبة” في مناطق آمنة»: marks that only begin what a verb with an object takes."""
        classes = reading.form.verb.complements
        following = self._document.folded(marked.after) if marked.after < last else ""
        goes_on = self._lexicon.words["function_words"].get(following) == "prep"
        return "object" in classes and marked.closed and goes_on

    def _is_closing(self, subject: Phrase, comma: int) -> bool:
        """Whether the comma after a subject closes its apposition: what is stated follows («الوزير، زياد العذاري، | الحرص على»)."""
        place = comma + 1
        while (skipped := self._skip_adverb(place)[0]) > place or self._is_number(place):
            place = max(skipped, place + 1)
        folded = self._document.folded(place)
        apposed = self._document.comma_in(subject.first, subject.last) < subject.last
        return self._phrases.is_stated(folded) or (apposed and folded.startswith("ال"))

    def _is_number(self, place: int) -> bool:
        return place < len(self._document.tokens) and self._document.tokens[place].kind == "number"

    def _parenthesis(self, comma: int, last: int) -> int:
        """The token after «، في بيان، » or «، وهي هيئة محلية، »: an aside between a subject and its object; 0 for none."""
        opening = self._document.folded(comma + 1)
        bare = opening.removeprefix("و")
        tables = (self._lexicon.words["function_words"], self._lexicon.words["time_words"])
        aside = any(table.get(word) in {"prep", "rel", "time"} for table in tables for word in (opening, bare))
        if not aside and opening not in {"وهو", "وهي", "وهم", "رغم", "بدوره", "بدورها"}:
            return 0
        ends = range(comma + 2, min(last, comma + _MAX_ASIDE))
        return next((place + 1 for place in ends if self._document.tokens[place].is_comma), 0)

    def before(self, index: int, first: int, reading: Reading) -> Complement | None:
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
        return Complement("before", opening) if self._document.words(marked.first, marked.last) >= 2 else None

    def _is_place(self, marked: Marked, reading: Reading) -> bool:
        """«في مداخلة على “إذاعة المدينة”»: a short marked stretch after a preposition that is not the cue's own."""
        before = self._document.folded(marked.opening - 1)
        governed = self._lexicon.words["function_words"].get(before) == "prep" or before == "عبر"
        own = PREPOSITIONS.get(before, "") in reading.form.verb.complements
        return governed and not own and self._document.words(marked.first, marked.last) <= _MAX_PLACE_WORDS

    def _skip_adverb(self, place: int) -> tuple[int, bool]:
        """The token after an adverbial at `place`, and whether it governs the noun that follows («على هامش | اللقاء»)."""
        for words, label in self._lexicon.phrases["adverbial_phrases"].get(self._document.folded(place), ()):
            if all(self._document.folded(place + n) == word for n, word in enumerate(words)):
                return place + len(words), label == "governing"
        timed = self._lexicon.words["time_words"].get(self._document.folded(place))
        saying = self._document.folded(place) in SAYING
        return (place + 1, timed == "prep") if timed is not None and not saying else (place, False)

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
        near = "object" not in classes and place - index <= _MAX_GAP
        if folded in COMPLEMENTISERS and following:
            return self._after_complementiser(place, folded, classes | ({"bi"} if reading.pronoun else set()))
        kind = PREPOSITIONS.get(folded, "")
        token = self._document.tokens[place]
        if self._document.text[token.start : token.end] in _NOT_TO and following and classes & {"clause", "ala"}:
            return Complement("clause", place)
        if (
            kind in classes
            and following
            and following not in COMPLEMENTISERS
            and following not in SAYING
            and (at_place or (near and kind in {"an", "ila", "fi", "ala"}))
        ):
            marked = self._document.marks.get(place + 1)
            return Complement(kind, place + 1) if marked is None or not self._phrases.is_name(marked) else None
        stated = near and (folded.startswith("بال") or self._phrases.is_stated(folded[1:]))
        if "bi" in classes and (at_place or stated) and folded[:1] == "ب" and (len(folded) > 2 or folded == "ب"):
            return Complement("bi_noun", place) if folded not in SAYING and self._is_attached(folded) else None
        if (
            "ila" in classes
            and folded[:1] == "ل"
            and self._phrases.is_stated(without_li(folded))
            and place - index <= _MAX_GAP
        ):
            return Complement("bi_noun", place)
        if "responsibility" in classes:
            return Complement("object", place) if folded.removeprefix("ال") == "مسووليه" else None
        if "object" in classes and place == subject_end and not reading.pronoun and not reading.future:
            other = read_cue(self._lexicon, folded)
            if other is not None and (other.joined or other.form.tense is Tense.PARTICIPLE):
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
        """Whether the first ب is the preposition: not in «بيان, بلدية, بغداد, باسكال» or «باسم»."""
        return not any(self._lexicon.has(table, folded) for table in _WITH_BA)

    def _ends_search(self, place: int, index: int) -> bool:
        """Whether another report begins at `place`, so that the complement sought is not there."""
        folded = self._document.folded(place)
        reading = read_cue(self._lexicon, folded)
        if reading is None or folded in SAYING or self._document.mark_around[place] >= 0:
            return False
        comma = self._document.tokens[place - 1].is_comma
        participle = reading.form.tense is Tense.PARTICIPLE
        if self._withholds(place):
            return False
        if place == index + 1:
            return reading.form.tense is Tense.PAST and not reading.joined
        return reading.joined or comma or participle

    def _withholds(self, place: int) -> bool:
        """«رفض ذكر اسمه, طلب ألا يُعرّف»: a clause about a withheld name, not another report."""
        near = range(place + 1, min(len(self._document.tokens), place + 4))
        return any(self._lexicon.has("withheld_words", self._document.folded(n)) for n in near)
