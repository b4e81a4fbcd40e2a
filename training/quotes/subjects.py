"""The subject of a reporting verb: which phrase after or before it names the speaker, and which its addressee."""

from __future__ import annotations

from bisect import bisect_right

from training.quotes.complements import Complement
from training.quotes.document import Document
from training.quotes.inflection import Gender, Tense
from training.quotes.lexicon import Lexicon
from training.quotes.phrases import NounPhrases, Phrase
from training.quotes.reach import Reach
from training.quotes.readings import COMPLEMENTISERS, PREPOSITIONS, Reading

PRONOUN_BEFORE = frozenset(
    {"وهو", "وهي", "فهو", "فهي", "هو", "هي", "لكنه", "لكنها", "انه", "انها", "اذ", "ثم", "فقد", "وقد", "قد", "انما"}
)
_DRAWN = frozenset({"الانتباه", "النظر", "الانظار"})
"""Attention, the eye: they belong to the verb of «لفت الانتباه إلى»."""
_ANSWERED = frozenset({"عليه", "عليها", "عليهم", "له", "لها", "لهم"})
"""To him, to her, to them, between a verb and its subject."""
_LEADS = PRONOUN_BEFORE - {"فقد", "وقد", "قد", "اذ", "ثم", "انما"} | frozenset({"الذي", "التي", "الذين"})
_SUBJECT_HEADS = frozenset({"titles", "anonymous_words", "organisation_words", "organisation_names"})


class Subjects:
    """Reads the subjects of the verbs of one document."""

    def __init__(self, document: Document, lexicon: Lexicon, phrases: NounPhrases) -> None:
        self._document = document
        self._lexicon = lexicon
        self._phrases = phrases
        self._reach = Reach(document, lexicon, phrases)

    def whole(self, subject: Phrase, complement: Complement, reading: Reading, last: int) -> Phrase:
        """The subject with its places and its name; before an object or an addressee only up to its name."""
        bound = self._bound(complement, last)
        if reading.form.verb.complements & {"object", "addressee"} and complement.kind not in {
            "clause",
            "colon",
            "marks",
        }:
            return self._reach.subject(subject, bound)
        named = self._reach.named(subject, bound) or self._reach.holder(subject, bound)
        return named or self._reach.widen(subject, bound)

    def _bound(self, complement: Complement, last: int) -> int:
        """The token before which a subject must end: the complementiser, the colon or the marks."""
        if complement.kind in {"before", "clause_before"}:
            return last
        bound = complement.start
        while self._document.folded(bound - 1) in COMPLEMENTISERS | PREPOSITIONS.keys() | {":"}:
            bound -= 1
        return bound

    def opens(self, place: int) -> bool:
        """Whether a title, a source or a body stands at `place`, so that the word before it is its verb."""
        if place >= len(self._document.tokens):
            return False
        return self._phrases.head(place) in _SUBJECT_HEADS and not self._phrases.proclitic(place)

    def before(self, index: int, first: int) -> Phrase | None:
        """The phrase that ends right before the verb, read with its places and its name."""
        near, wide = self._phrases.before(index, first), self._reach.before(index, first)
        return wide if near is None or (wide is not None and wide.first < near.first) else near

    def after(self, index: int, first: int, last: int, reading: Reading) -> Phrase | None:
        """The phrase after the verb at `index` that may be its subject."""
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
        if self._document.folded(index + 1) in _DRAWN:
            return None
        answered = index + 2 < last and self._document.folded(index + 1) in _ANSWERED
        subject = self._phrases.after(index + 1 + answered, last, before_object=cut, before_bi=bi)
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
        if reading.joined and subject.last - subject.first == 1 and self._is_object(subject.first):
            return None
        disagrees = self._phrases.gender(subject) is Gender.FEMININE and reading.form.gender is Gender.MASCULINE
        return None if disagrees and "object" in reading.form.verb.complements else subject

    def up_to(self, index: int, bound: int, near: Phrase | None) -> Phrase | None:
        """What stands between the verb at `index` and its clause, without the place, the time and the addressee.

        `near` is the subject read from the words alone; it stays where the longer one begins elsewhere.
        """
        first = index + 1
        while first < bound and self._phrases.is_adverb(first):
            first += 1
        end = first
        while end < bound and not self._leaves(first, end):
            end += 1
        while end > first and self._document.tokens[end - 1].is_comma:
            end -= 1
        addressed = self._document.folded(first)[:1] == "ل" and self._phrases.head(first) is not None
        whole = Phrase(first, end) if end > first and not addressed else None
        return near if near is not None and (whole is None or whole.first != near.first) else whole

    def _leaves(self, first: int, place: int) -> bool:
        """Whether the subject that began at `first` is left at `place` for a preposition, a time or an addressee."""
        token, folded = self._document.tokens[place], self._document.folded(place)
        if token.kind not in {"word", "mark"}:
            return not token.is_comma and folded not in {"(", ")", ".", "-"}
        labels = {self._lexicon.words[table].get(folded) for table in ("function_words", "time_words")}
        if labels & {"prep", "rel"} or self._phrases.is_adverb(place):
            return not (folded in {"في", "من"} and self._phrases.head(first) is not None) or place == first
        return place > first and folded.startswith(("لل", "ل")) and self._phrases.proclitic(place) > 0

    def _continues(self, place: int, *, led: bool) -> bool:
        """Whether the verb at `place` goes on with a subject named before it, so that it takes its addressee after it."""
        first = self._sentence_start(place)
        return place > first and (led or self._document.tokens[place - 1].is_comma)

    def _sentence_start(self, place: int) -> int:
        sentence = bisect_right(self._document.sentences, (place, len(self._document.tokens))) - 1
        return self._document.sentences[sentence][0] if sentence >= 0 else place

    def may_be_object(self, subject: Phrase, reading: Reading) -> bool:
        """«وصفت البداية بأنها ناقصة»: an unlisted phrase after a verb with an object need not be its subject."""
        return "object" in reading.form.verb.complements and self._phrases.head(subject.first) not in _SUBJECT_HEADS

    def _is_theirs(self, place: int) -> bool:
        """«دعت زملاءها إلى الصبر»: a lone noun with the speaker's pronoun is the one addressed."""
        token = self._document.tokens[place]
        return self._document.text[token.start : token.end].endswith(("ها", "هم", "ه")) and len(token.folded) > 4

    def _is_object(self, place: int) -> bool:
        """«ورفض التكهن بالنتيجة»: a lone listed object with ال behind a verb that و joins to the speaker before it."""
        folded = self._document.folded(place)
        return folded.startswith("ال") and self._lexicon.has("object_words", folded.removeprefix("ال"))

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

    def is_subject(self, subject: Phrase, complement: Complement, reading: Reading) -> bool:
        """A phrase after a verb with an addressee may be the one addressed: «وطالب الحكومة بـ»."""
        if complement.kind not in {"before", "clause_before"} and subject.last > complement.start:
            return False
        if "addressee" not in reading.form.verb.complements or reading.pronoun:
            return True
        place = subject.first - 1
        led = self._document.folded(place - 1) in _LEADS
        if (led or reading.joined) and self._continues(place, led=led):
            return False
        if not reading.joined and self.before(place, self._sentence_start(place)) is not None:
            return False
        if any(self._document.folded(place).endswith("ين") for place in (subject.first,)):
            return False
        if subject.last - subject.first == 1 and self._is_theirs(subject.first):
            return False
        words = self._document.folded(subject.first).removeprefix("ال")
        if self._lexicon.has("object_words", words):
            return False
        feminine = self._phrases.gender(subject) is Gender.FEMININE
        return feminine == (reading.form.gender is Gender.FEMININE) or self._phrases.head(subject.first) is None
