"""Noun phrases that can name a speaker, read after or before a cue; and marked stretches that are names."""

from __future__ import annotations

from dataclasses import dataclass

from training.quotes.document import Document
from training.quotes.inflection import Gender, Tense
from training.quotes.lexicon import Lexicon
from training.quotes.marks import Marked
from training.quotes.members import PhraseMembers
from training.quotes.readings import read_cue
from training.quotes.words import Words, is_complementiser, is_masdar

_MAX_WORDS = 24
_MAX_NAME_WORDS = 4
_MAX_BARE_NAME = 4
_MAX_DEFINITE_NAME = 2  # words in marks behind «المجلس»: a body without the article takes a longer name
_MAX_MARKED_SUBJECT = 3
_NO_ENDS = frozenset({"-", ".", "في", "من", "عن"})
_MAX_WITHHELD = 5
_WISHES = frozenset({"فضل", "اثر", "لم", "اشترط", "امتنع"})
"""Preferred, chose, did not, demanded, abstained: verbs of those who speak on condition of anonymity."""
_AFTER_SUBJECT = frozenset({"في", "عن", "عبر", "خلال", ":", "الي", "علي"})
_SOURCES = frozenset({"anonymous_words", "organisation_words", "titles", "outlet_words"})
_DEMONSTRATIVES = frozenset({"هذا", "هذه", "ذلك", "تلك", "هولاء"})
_MASCULINE_PLACES = frozenset({"العراق", "لبنان", "الاردن", "اليمن", "السودان", "المغرب", "الصومال"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens `[first, last)` that name someone; `proclitic` characters of the first belong to the clause around."""

    first: int
    last: int
    proclitic: int = 0


class NounPhrases:
    """Reads speaker phrases of one document."""

    def __init__(self, document: Document, lexicon: Lexicon) -> None:
        self._document = document
        self._lexicon = lexicon
        self._words = Words(lexicon)
        self._members = PhraseMembers(document, lexicon, self._words)

    def is_name(self, marked: Marked) -> bool:
        """Whether a marked stretch is a name, a title or an addressee instead of reported words."""
        before = self._document.folded(marked.opening - 1)
        length = self._document.words(marked.first, marked.last)
        if before in {"ل", "ول", "لل"}:
            return True
        if before in {"ب", "وب", "ال", "ك"}:
            return length <= _MAX_NAME_WORDS
        heads = ("name_heads", "outlet_words", "organisation_words")
        listed = any(self._lexicon.class_of(table, before) is not None for table in heads)
        longest = _MAX_DEFINITE_NAME if before.startswith("ال") else _MAX_NAME_WORDS + 2
        return (listed and length <= longest) or self._is_marked_subject(marked)

    def _is_marked_subject(self, marked: Marked) -> bool:
        """«وقال “بادي” في تصريحات», «أعلن “طيران ناس” عن»: some newspapers set names in marks."""
        reading = read_cue(self._lexicon, self._document.folded(marked.opening - 1))
        if reading is None or reading.form.tense is Tense.PARTICIPLE or not marked.closed:
            return False
        following = self._document.folded(marked.after)
        goes_on = following in _AFTER_SUBJECT or is_complementiser(following)
        return goes_on and self._document.words(marked.first, marked.last) <= _MAX_MARKED_SUBJECT

    def head(self, index: int) -> str | None:
        """The table that lists the word at `index` as the head of a speaker phrase."""
        token = self._document.tokens[index]
        return self._words.head(token.folded) if token.is_word else None

    def governs(self, folded: str) -> bool:
        """Whether the word is an indefinite head in construct, so that its complement follows («وزارة | الصحة»)."""
        return self._words.governs(folded)

    def is_stated(self, folded: str) -> bool:
        """Whether the word names what is stated and not who states it."""
        return bool(folded) and self._words.is_stated(folded)

    def proclitic(self, index: int) -> int:
        """How many letters at the start of the word at `index` are an attached و ف ل ب."""
        return self._words.proclitic(self._document.folded(index))

    def gender(self, phrase: Phrase) -> Gender:
        """The gender the head of `phrase` shows: by its table, else feminine for a final ta marbuta."""
        folded = self._document.folded(phrase.first)
        for table in ("organisation_names", "anonymous_words", "document_words", "organisation_words"):
            label = self._lexicon.class_of(table, folded)
            if label is not None:
                return Gender.FEMININE if label == "f" else Gender.MASCULINE
        if self._lexicon.class_of("capitals", folded) is not None:
            return Gender.MASCULINE if folded in _MASCULINE_PLACES else Gender.FEMININE
        return Gender.FEMININE if folded.endswith("ه") else Gender.MASCULINE

    def after(self, index: int, last: int, *, before_object: bool = False, before_bi: bool = False) -> Phrase | None:
        """The phrase that starts at `index`, title and apposition included; None where none starts there.

        `before_object` makes it end where the object of the statement begins («رفض الوزير | الاتهامات»),
        `before_bi` before every attached بـ («رحب الوزير | بجامعة»).
        """
        opening = index
        while index < last and (self.is_adverb(index) or self._points_at_head(index)):
            index += 1
        if index > opening and index < last and not self._may_follow_adverb(index):
            return None
        limit = min(last, index + _MAX_WORDS)
        marked = self._document.marks.get(index)
        if marked is not None and marked.after <= last and self._is_marked_subject(marked):
            return Phrase(index, marked.after)
        if (
            index >= last
            or not self._opens(index)
            or (before_object and self._words.is_stated(self._document.folded(index)) and self.head(index) is None)
        ):
            return None
        end = self._extend(index, limit, before_object, before_bi)
        while (
            end + 1 < limit
            and self._document.tokens[end].is_comma
            and self._is_apposition(index, end + 1, limit, before_object)
        ):
            end = self._extend(end + 1, limit, before_object, before_bi)
        return Phrase(index, end) if end > index else None

    def _may_follow_adverb(self, index: int) -> bool:
        """Whether the word after an adverb can name the subject («قال أمس الوزير»); «قال بلا تردد» goes on with the adverb."""
        folded = self._document.folded(index)
        known = self._lexicon.has("first_names", folded) or self._lexicon.has("given_names", folded)
        return known or folded.startswith("ال") or self.head(index) is not None or index in self._document.marks

    def before(self, index: int, first: int) -> Phrase | None:
        """The phrase that ends right before the verb at `index` (noun-first sentences)."""
        start, end = self._stretch_before(index, first)
        return self._headed(start, end) or self._bare_name(start, end)

    def headed_before(self, index: int, first: int) -> bool:
        """Whether a phrase with a known head ends right before the verb at `index`."""
        return self._headed(*self._stretch_before(index, first)) is not None

    def mention(self, index: int, last: int) -> Phrase | None:
        """The phrase a head word opens at `index`, wherever in the sentence it stands."""
        if self.head(index) is None or self._is_participle(index):
            return None
        proclitic = self.proclitic(index)
        end = self._extend(index, min(last, index + _MAX_WORDS), before_object=True)
        while end + 1 < last and self._document.tokens[end].is_comma and self._is_title(end + 1, index):
            end = self._extend(end + 1, min(last, index + _MAX_WORDS), before_object=True)
        return Phrase(index, end, proclitic) if end > index else None

    def _is_participle(self, index: int) -> bool:
        """«مشيراً» (pointing out) is a cue, though «مشير» is a marshal."""
        folded = self._document.folded(index)
        reading = read_cue(self._lexicon, folded) if folded.endswith("ا") else None
        return reading is not None and reading.form.tense is Tense.PARTICIPLE

    def _stretch_before(self, index: int, first: int) -> tuple[int, int]:
        end = index
        particles = self._lexicon.words["function_words"]
        while end > first and particles.get(self._document.folded(end - 1)) == "particle":
            end -= 1
        if end > first and self._document.tokens[end - 1].is_comma:
            end -= 1
        start = end
        while start > first and end - start < _MAX_WORDS and not self._breaks(start - 1):
            start = (
                self._document.mark_around[start - 1] if self._document.mark_around[start - 1] > first else start - 1
            )
        return start, end

    def _headed(self, start: int, end: int) -> Phrase | None:
        for place in range(start, end):
            if self.head(place) is None:
                continue
            if self._document.folded(place)[:1] in {"ب", "ك"} and self.proclitic(place):
                continue
            if self.is_governed(place):
                continue
            stop = self._extend(place, end, before_object=False, through_commas=True)
            if stop == end:
                return Phrase(place, end, self.proclitic(place))
        return None

    def is_governed(self, place: int) -> bool:
        """Whether a preposition takes the word at `place`, so that it heads no subject."""
        before = self._document.folded(place - 1)
        functions = self._lexicon.words["function_words"]
        return "prep" in {functions.get(word) for word in (before, before.removeprefix("و"), before.removeprefix("ف"))}

    def _bare_name(self, start: int, end: int) -> Phrase | None:
        """A short name without a title that fills the clause before its verb."""
        words = [self._document.tokens[place] for place in range(start, end)]
        if not 1 <= len(words) <= _MAX_BARE_NAME or not all(word.is_word for word in words):
            return None
        listed = any(self._words.is_function(word.folded) or self._words.is_verb(word.folded) for word in words)
        odd = listed or len(words[0].folded) < 3 or is_masdar(words[0].folded) or not self._opens(start)
        return None if odd else Phrase(start, end)

    def _opens(self, index: int) -> bool:
        token = self._document.tokens[index]
        if not token.is_word or self._words.is_function(token.folded) or is_complementiser(token.folded):
            return False
        if self._lexicon.has("manner_words", token.folded):
            return False
        if self._words.is_verb(token.folded) and self.head(index) is None:
            return False
        if token.folded[:1] in {"ل", "ب", "ك"} and not token.folded.startswith(("لل", "بال", "كال")):
            exact = self._words.is_head_itself(token.folded) or self._lexicon.has("first_names", token.folded)
            return exact or (self.head(index) is None and len(token.folded) > 1 and token.folded[0] != "ل")
        return not token.folded.startswith(("لل", "بال", "كال"))

    def _points_at_head(self, index: int) -> bool:
        """«تلك المصادر»: a demonstrative before a source."""
        following = index + 1 < len(self._document.tokens) and self.head(index + 1)
        return self._document.folded(index) in _DEMONSTRATIVES and following in _SOURCES

    def describes(self, place: int) -> bool:
        """Whether a verb in the present, or «كان», stands at `place`: it opens a clause that describes the noun before it."""
        folded = self._document.folded(place)
        reading = read_cue(self._lexicon, folded)
        past = reading is not None and reading.form.tense is not Tense.PRESENT
        return folded.startswith(("ي", "ت", "كان")) and self._words.is_verb(folded) and not past

    def withholds(self, place: int) -> bool:
        """«فضّل عدم ذكر اسمه» from `place` on: the speaker's wish to stay unnamed is no part of what he is called."""
        near = range(place + 1, place + _MAX_WITHHELD)
        verb = self._words.is_verb(self._document.folded(place)) or self._document.folded(place) in _WISHES
        return verb and any(self._lexicon.has("withheld_words", self._document.folded(n)) for n in near)

    def is_adverb(self, index: int) -> bool:
        """Whether the word at `index` says when or how."""
        folded = self._document.folded(index)
        return self._lexicon.words["time_words"].get(folded) == "time" or self._lexicon.has("manner_words", folded)

    def _extend(
        self, index: int, last: int, before_object: bool, before_bi: bool = False, *, through_commas: bool = False
    ) -> int:
        """The end of the noun phrase at `index`: names in marks and brackets belong to it."""
        place = index
        while place < last:
            after = self._step(index, place, last, before_object, before_bi)
            if after == place and through_commas and self._document.tokens[place].is_comma:
                after = place + 1
            if after == place:
                break
            place = after
        while place > index and self._document.folded(place - 1) in _NO_ENDS:
            place -= 1
        return place

    def _step(self, index: int, place: int, last: int, before_object: bool, before_bi: bool) -> int:
        """The token after the next member of the phrase, or `place` itself where the phrase has ended."""
        token = self._document.tokens[place]
        if token.kind == "mark":
            marked = self._document.marks.get(place)
            named = marked is not None and place > index and marked.after <= last and self.is_name(marked)
            return marked.after if marked is not None and named else place
        if token.folded == "(" and place > index:
            return next((n + 1 for n in range(place, min(last, place + 5)) if self._document.folded(n) == ")"), place)
        if token.folded in {"-", "."} and place > index and token.end - self._document.tokens[place - 1].end == 1:
            return place + 1 if len(self._document.folded(place - 1)) <= 2 or token.folded == "-" else place
        addressed = token.folded.startswith("لل")
        if place > index and self._lexicon.has("manner_words", token.folded) and not addressed:
            return place
        if not token.is_word or not self._members.continues(index, place, before_bi=before_bi):
            return place
        if place > index and self.withholds(place):
            return place
        if before_object and place > index and self._members.starts_object(index, place):
            return place
        return place + 1

    def _is_title(self, place: int, index: int) -> bool:
        """Whether an apposition with a title may follow at `place`."""
        folded = self._document.folded(place)
        titled = self._lexicon.class_of("titles", folded) is not None and folded[:1] not in {"و", "ب", "ل"}
        return titled or (folded == "وزير" and self.head(index) is None)

    def _is_apposition(self, index: int, place: int, last: int, before_object: bool) -> bool:
        """Whether «، …» goes on naming: a title, or a short name between commas after a title."""
        folded = self._document.folded(place)
        if self._lexicon.class_of("titles", folded) is not None and (not self.proclitic(place) or folded[0] == "و"):
            return not (folded[0] == "و" and self.proclitic(place))
        if not self._opens(place) or self.is_adverb(place):
            return False
        end = self._extend(place, last, before_object)
        named = 1 <= end - place <= _MAX_BARE_NAME and not any(
            is_masdar(self._document.folded(n)) for n in range(place, end)
        )
        stated = before_object and end < last and self._words.is_stated(self._document.folded(end))
        known = any(self._lexicon.has(table, folded) for table in ("first_names", "given_names")) and end - place > 1
        bare = end - place > 1 and not any(self._is_listed(n) for n in range(place, end))
        left = (known or bare) and end < last and self._words.is_function(self._document.folded(end))
        titled = self.head(index) == "titles" or (self.head(index) == "anonymous_words" and known)
        return named and (self._ends_clause(end, last) or stated or left) and titled and self.head(place) is None

    def _is_listed(self, place: int) -> bool:
        """Whether the word at `place` is a role, an object, a verb or in tanwin, so that no bare name holds it."""
        folded = self._document.folded(place)
        listed = any(self._lexicon.class_of(table, folded) is not None for table in ("role_words", "object_words"))
        verb = self._words.is_verb(folded) or folded.startswith(("سي", "ست"))
        return listed or verb or self.head(place) is not None or folded.endswith("ا")

    def _ends_clause(self, end: int, last: int) -> bool:
        if end >= last:
            return True
        token = self._document.tokens[end]
        return token.is_comma or token.kind == "mark" or token.folded == ":" or is_complementiser(token.folded)

    def _breaks(self, place: int) -> bool:
        token = self._document.tokens[place]
        signs = {"،", ",", "(", ")", "-", "."}
        return token.kind in {"newline", "number"} or (token.kind == "other" and token.folded not in signs)
