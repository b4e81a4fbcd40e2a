"""How far a speaker's phrase goes on when the reported words set its bound: «مدير النقل | في الداخلة مصطفى …»."""

from __future__ import annotations

import re
from dataclasses import replace

from training.quotes.document import Document
from training.quotes.lexicon import Lexicon
from training.quotes.names import NameFinder
from training.quotes.phrases import NounPhrases, Phrase
from training.quotes.words import Words, is_adjective, is_complementiser, is_masdar

_PREPOSITIONS = frozenset({"في", "فى", "من", "عن", "لدي"})
_CIRCUMSTANCES = ("event_words", "document_words", "outlet_words", "time_words", "manner_words")
_PLURAL = re.compile(r"^ال(\w+(ين|ون|ات|يه)|ا\w\wا\w|\w\wو\w|\wوا\w\w?\w)$")
_LEADING = _PREPOSITIONS | {"الي"}
_RUNS = 5
_MAX_ASIDE = 16
_MAX_WORDS = 30


class Reach:
    """Widens phrases by place, office and apposition; stops at circumstances, verbs and manner."""

    def __init__(self, document: Document, lexicon: Lexicon, phrases: NounPhrases) -> None:
        self._document = document
        self._lexicon = lexicon
        self._phrases = phrases
        self._words = Words(lexicon)
        self._names = NameFinder(document, lexicon)

    def widen(self, phrase: Phrase, last: int, *, commas: bool = True) -> Phrase:
        """`phrase` with what goes on naming it before token `last`."""
        place, last = phrase.last, min(last, phrase.first + _MAX_WORDS)
        body = self._phrases.head(phrase.first) in {"organisation_words", "organisation_names", "capitals"}
        while place < last:
            if body and self._ends_body(place):
                break
            after = self._step(phrase, place, last, commas)
            if after == place:
                break
            place = after
        place = self._relative(phrase, place, last)
        return replace(phrase, last=place) if place > phrase.last else phrase

    def _relative(self, phrase: Phrase, start: int, last: int) -> int:
        """The end of a clause that describes an unnamed speaker («تاجر بحريني | يستورد الفستق من شيراز»), else `start`.

        It must fill what is left before a comma or `last`, and say more than that he withholds his name.
        """
        definite = self._document.folded(phrase.first).startswith("ال")
        if start >= last or definite or not self._phrases.describes(start):
            return start
        if self._phrases.head(phrase.first) != "anonymous_words" and self._names.find(phrase.first, start):
            return start
        end = self._document.comma_in(start, last)
        return end if all(self._is_plain(n) for n in range(start, end)) else start

    def _is_plain(self, place: int) -> bool:
        """Whether a word or number stands at `place` that opens no clause and withholds no name."""
        token = self._document.tokens[place]
        withheld = self._lexicon.has("withheld_words", token.folded)
        return (token.is_word or token.kind == "number") and not is_complementiser(token.folded) and not withheld

    def named(self, phrase: Phrase, last: int) -> Phrase | None:
        """`phrase` up to `last` where the full name of its office's holder ends there («مدير العمليات في … الرائد فيصل الجلاهمة»)."""
        if self._phrases.head(phrase.first) != "titles" or last - phrase.first > _MAX_WORDS:
            return None
        if any(not self._document.tokens[n].is_word or self._is_verb(n) for n in range(phrase.first + 1, last)):
            return None
        name = self._names.find(phrase.first, last)
        filled = name is not None and name[1] == last and name[1] - name[0] > 1
        return replace(phrase, last=last) if filled else None

    def holder(self, phrase: Phrase, last: int) -> Phrase | None:
        """`phrase` up to the full name of the office's holder, its places between, where a circumstance follows the name.

        «مدير عام الامتحانات | بوزارة التربية عمر الولباني في اتصال هاتفي»; the name opens with a common given name.
        """
        last = min(last, phrase.first + _MAX_WORDS)
        if self._phrases.head(phrase.first) != "titles" or self._names.find(phrase.first, phrase.last):
            return None
        for place in range(phrase.last, last - 1):
            folded = self._document.folded(place)
            if self._names.is_common(place):
                end = self._names.end(place, last)
                left = end == last or self._words.is_function(self._document.folded(end)) or self._ends_body(end)
                return replace(phrase, last=end) if left and end - place > 1 else None
            if folded in _LEADING and not self._is_circumstance(self._document.folded(place + 1)):
                continue
            if not self._document.tokens[place].is_word or not self._belongs(place, phrase) or folded.startswith("لل"):
                return None
        return None

    def _is_verb(self, place: int) -> bool:
        """Whether a verb stands at `place`; right after an honorific or a rank it is a name («الشيخ يسلم»)."""
        honoured = self._lexicon.class_of("titles", self._document.folded(place - 1)) in {"honorific", "rank"}
        return self._words.is_verb(self._document.folded(place)) and not honoured

    def _ends_body(self, place: int) -> bool:
        """Whether a body's name is complete: a sign, a preposition other than «في», or a word of time or manner."""
        token = self._document.tokens[place]
        return token.is_comma or (token.folded in _PREPOSITIONS and token.folded != "في")

    def subject(self, phrase: Phrase, last: int) -> Phrase:
        """The subject of a verb whose object follows without a sign: it ends with its name, or with its place."""
        if self._document.folded(phrase.last - 1) in _PREPOSITIONS:
            phrase = replace(phrase, last=phrase.last - 1)
        stated = (n for n in range(phrase.last, min(last, phrase.first + _MAX_WORDS)) if self._is_stated(n))
        last = next(stated, last)
        personal = self._phrases.head(phrase.first) in {None, "titles", "anonymous_words"}
        name = self._names.find(phrase.first, self.widen(phrase, last).last) if personal else None
        if name is not None and (name[1] - name[0] > 1 or name[0] == phrase.first):
            end = name[1]
            return replace(phrase, last=end - 1 if self._ends_in_object(name[0], end, last) else end)
        place = phrase.last
        if place < last and self._document.folded(place) in _PREPOSITIONS - {"من", "عن"}:
            return replace(phrase, last=max(place, self._complement(place, last)))
        return phrase

    def _ends_in_object(self, start: int, end: int, last: int) -> bool:
        """Whether the last word read into a name is the object: with ال after a full name, and nothing after it."""
        folded = self._document.folded(end - 1)
        if end - start < 3 or not folded.startswith("ال"):
            return False
        follows = (
            end < last
            and self._document.tokens[end].is_word
            and not self._words.is_function(self._document.folded(end))
        )
        family = (
            folded.endswith("ي") or self._document.folded(end - 3) == "عبد" or self._document.folded(end - 2) == "الدين"
        )
        if is_masdar(folded) or not (follows or family):
            return is_masdar(folded) or self._may_be_addressed(folded)
        return False

    def _may_be_addressed(self, folded: str) -> bool:
        """Whether a definite word can be the party a call goes to: a listed noun or a plural («الشركات, المواطنين, الأطراف»)."""
        tables = ("titles", "role_words", "organisation_words", "anonymous_words", "object_words", "outlet_words")
        listed = any(self._lexicon.class_of(t, folded) is not None for t in tables) or self._words.is_stated(folded)
        return listed or _PLURAL.match(folded) is not None

    def _is_stated(self, place: int) -> bool:
        """Whether the word opens what is stated: a verbal noun or a listed object, also behind بـ."""
        folded = self._document.folded(place)
        if not self._document.tokens[place].is_word or self._lexicon.has("given_names", folded):
            return False
        if folded.startswith("لل"):
            return self._lexicon.has("object_words", folded[2:])
        attached = folded[:1] == "ب" and len(folded) > 4
        return self._words.is_stated(folded) or (attached and self._words.is_stated(folded[1:]))

    def before(self, index: int, first: int) -> Phrase | None:
        """The widened phrase that fills the clause up to the verb at `index`, particles and a comma between."""
        end = index
        while end > first and self._lexicon.words["function_words"].get(self._document.folded(end - 1)) in {
            "rel",
            "particle",
        }:
            end -= 1
        if end > first and self._document.tokens[end - 1].is_comma:
            end -= 1
        aside = self._aside_start(end, first) if end < index else -1
        end = aside if aside >= 0 else end
        return self._filling(end, first) or (self._bare_name(end, first) if aside >= 0 else None)

    def _aside_start(self, end: int, first: int) -> int:
        """Where an aside that ends at `end` begins («سالم الحداد، وهو بائع، | قال», «… طلب إغفال اسمه | قال»), -1 for none."""
        if self._lexicon.has("withheld_words", self._document.folded(end - 1)):
            wish = (n for n in range(end - 2, max(first, end - _RUNS), -1) if self._phrases.withholds(n))
            place = next(wish, -1)
            if place > first:
                return place - self._document.tokens[place - 1].is_comma
        commas = (n for n in range(end - 1, max(first, end - _MAX_ASIDE), -1) if self._document.tokens[n].is_comma)
        comma = next(commas, -1)
        opening = self._document.folded(comma + 1) if comma >= 0 else ""
        label = self._lexicon.words["function_words"].get(opening)
        titled = self._lexicon.has("titles", opening)
        return comma if opening in {"وهو", "وهي"} or label in {"rel", "prep"} or titled else -1

    def _bare_name(self, end: int, first: int) -> Phrase | None:
        """A name without a title from the last conjunction, or the sentence's first word, up to `end`."""
        start = end
        while start > first and end - start < _RUNS and self._belongs(start - 1, Phrase(start - 1, end)):
            start -= 1
        found = self._names.find(start, end) if end > start else None
        return Phrase(*found) if found is not None and found == (start, end) and end - start > 1 else None

    def _filling(self, end: int, first: int) -> Phrase | None:
        start = max(first, end - _MAX_WORDS)
        for place in range(start, end):
            folded = self._document.folded(place)
            if self._phrases.head(place) is None or folded.startswith("لل"):
                continue
            if self._phrases.proclitic(place) and folded[0] in "بكل":
                continue
            if place > first and (
                self._phrases.is_governed(place) or self._document.folded(place - 1) in _PREPOSITIONS
            ):
                continue
            phrase = self.widen(Phrase(place, place + 1, self._phrases.proclitic(place)), end)
            if phrase.last == end:
                return phrase
        return None

    def _step(self, phrase: Phrase, place: int, last: int, commas: bool) -> int:
        token = self._document.tokens[place]
        if token.is_comma:
            return self._apposition(phrase, place, last) if commas else place
        if not token.is_word:
            return self._sign(place, last)
        if token.folded in _PREPOSITIONS or (token.folded == "علي" and self._supervises(phrase, place)):
            return place if self._is_named(phrase, place) else self._complement(place, last)
        return place + 1 if self._belongs(place, phrase) else place

    def _is_named(self, phrase: Phrase, place: int) -> bool:
        """Whether the full name of an office's holder ends at `place`: what a preposition adds is a circumstance."""
        name = self._names.find(phrase.first, place) if self._phrases.head(phrase.first) == "titles" else None
        if name is None or self._document.folded(name[0]).startswith("ل"):
            return False
        return name[1] == place and name[1] - name[0] > 1

    def _sign(self, place: int, last: int) -> int:
        """A name in marks, the dot of «د.», a hyphen within a name."""
        token = self._document.tokens[place]
        marked = self._document.marks.get(place)
        if marked is not None and self._phrases.is_name(marked) and marked.after <= last:
            return marked.after
        short = token.folded == "." and len(self._document.folded(place - 1)) <= 2
        return place + 1 if (short or token.folded == "-") and place + 1 < last else place

    def _complement(self, place: int, last: int) -> int:
        """The noun that a preposition takes, unless it names the occasion («في مؤتمر»)."""
        if place + 1 >= last or not self._document.tokens[place + 1].is_word:
            return place
        folded = self._document.folded(place + 1)
        if self._is_circumstance(folded) or self._words.is_function(folded):
            return place
        end = place + 2
        if end < last and self._document.tokens[end].kind == "number":
            return end + 1
        while end < last and self._words.governs(self._document.folded(end - 1)) and self._document.tokens[end].is_word:
            end += 1
        adjective = (
            end < last and is_adjective(self._document.folded(end)) and self._document.folded(end - 1).startswith("ال")
        )
        return end + 1 if adjective else end

    def _belongs(self, place: int, phrase: Phrase) -> bool:
        folded = self._document.folded(place)
        if (len(folded) < 2 and folded != "د") or self._phrases.withholds(place):
            return False
        if folded == "ام" or (self._lexicon.has("role_words", folded) and self._lexicon.has("time_words", folded)):
            return place + 1 < len(self._document.tokens) and self._document.tokens[place + 1].is_word
        if self._words.is_function(folded) or is_complementiser(folded) or self._lexicon.has("manner_words", folded):
            return False
        if folded[:1] in {"ل", "ب"} and self._is_circumstance(folded[1:]):
            return False
        if folded.startswith(("لل", "بال")) and self._is_circumstance(folded[2 + folded.startswith("ب") :]):
            return False
        return not self._words.is_verb(folded) or self._lexicon.class_of("titles", folded) is not None

    def _is_circumstance(self, folded: str) -> bool:
        forms = {folded, folded.removeprefix("ال")}
        for pronoun in ("ه", "ها", "هم"):
            stem = folded.removesuffix(pronoun)
            forms |= {stem, stem.removesuffix("ت") + "ه"} if stem != folded and len(stem) > 2 else set()
        return any(form in self._lexicon.words[table] for table in _CIRCUMSTANCES for form in forms)

    def _supervises(self, phrase: Phrase, place: int) -> bool:
        """«المشرفة على الدراسة»: the preposition follows the title itself."""
        return (
            place == phrase.first + 1
            and self._lexicon.class_of("titles", self._document.folded(phrase.first)) is not None
        )

    def _apposition(self, phrase: Phrase, place: int, last: int) -> int:
        """A short run of words up to the next comma or the bound names on after a title."""
        end = place + 1
        while (
            end < last
            and end - place <= _RUNS + 1
            and self._document.tokens[end].is_word
            and self._belongs(end, phrase)
        ):
            end += 1
        closed = end == last or self._document.tokens[end].is_comma
        titled = self._phrases.head(phrase.first) in {"titles", None}
        starts = self._document.folded(place + 1)[:1] not in {"و", "ل", "ب"} or self._lexicon.has(
            "given_names", self._document.folded(place + 1)
        )
        return end if closed and titled and starts and 1 < end - place <= _RUNS + 1 else place
