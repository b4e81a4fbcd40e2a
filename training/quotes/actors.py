"""Who an actor is: the fullest name the article gives, without titles and proclitics, and the actor's type."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from training.quotes.document import Document
from training.quotes.family_names import FamilyNames
from training.quotes.inflection import Gender
from training.quotes.lexicon import Lexicon
from training.quotes.marks import Marked
from training.quotes.names import NameFinder
from training.quotes.phrases import NounPhrases, Phrase
from training.schema import ActorType

_MAX_PLACES = 40  # occurrences of a family name looked at
_MAX_KNOWN = 20  # roles remembered per head word, and persons per family name
_NISBA = re.compile(r"(?<=\w\w)(يا|يه|ا|ه|ي)$")
"""The endings that tell «السفير التركي» (the Turkish ambassador) from «سفير تركيا» (the ambassador of Turkey)."""
_POINTERS = frozenset({"ذات", "ذاته", "نفس", "نفسه", "مذكور"})
"""The same, mentioned: as `_stems` leaves نفسه, ذاتها and المذكورة."""
_FIRMS = frozenset({"شركه", "مجموعه", "بنك", "مصرف", "نادي"})
"""Company, group, bank, club."""
_MAX_SHORT = 2
_THE_SAME = frozenset({"ذات", "نفس"})
"""The same, before its noun: «ذات المصدر»."""
_SPOKESMEN = frozenset({"متحدث", "متحدثه", "ناطق", "ناطقه"})
_PERSONS = frozenset({"titles", "anonymous_words"})
_ORGANISATIONS = frozenset({"organisation_words", "organisation_names", "outlet_words", "capitals"})


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor as one mention names it, with the gender its verbs take."""

    name: str
    type: ActorType
    gender: Gender


@dataclass(frozen=True, slots=True)
class _Described:
    place: int
    words: frozenset[str]
    name: str
    speaks: bool


@dataclass(frozen=True, slots=True)
class _Person:
    """A full name as first given: its folded words, its surface, where, and the gender of the title before it."""

    words: tuple[str, ...]
    name: str
    place: int
    gender: Gender


class ActorReader:
    """Turns speaker phrases of one document into actors, knowing every name registered before."""

    def __init__(self, document: Document, lexicon: Lexicon, phrases: NounPhrases) -> None:
        self._document = document
        self._lexicon = lexicon
        self._phrases = phrases
        self._persons: dict[str, list[_Person]] = {}
        self._begun_names: dict[tuple[str, ...], list[_Person]] = {}
        self._aliases: dict[tuple[str, ...], str] = {}
        self._by_first_name: dict[str, str] = {}
        self._described: dict[str, list[_Described]] = {}
        self._finder = NameFinder(document, lexicon)
        self._families = FamilyNames(document, lexicon)
        self._family_names: dict[str, list[Phrase]] = {}

    def register(self, phrase: Phrase, *, speaks: bool) -> None:
        """Learn the full names that `phrase` holds, so that shorter mentions find them; `speaks` says that it is a speaker."""
        head = self._phrases.head(phrase.first)
        if head == "document_words":
            phrase = self._body_within(phrase) or phrase
            head = self._phrases.head(phrase.first)
        if self._is_unnamed_spokesman(phrase):
            self._remember(phrase, phrase.last, self._surface(phrase), speaks=speaks)
        elif head in {None, "titles"}:
            self._register_person(phrase, speaks=speaks)
        elif head in _ORGANISATIONS | {"anonymous_words"} and phrase.last - phrase.first >= 2:
            marked = next((n for n in range(phrase.first, phrase.last) if n in self._document.marks), None)
            shorter = head == "anonymous_words" and self._document.folded(phrase.first).startswith("ال")
            known = self._full_description(phrase) if shorter else None
            name = known or (self._surface(phrase) if marked is None else self._inside(marked))
            self._remember(phrase, phrase.last, name, speaks=speaks)
            self._learn_alias(phrase, name)

    def read(self, phrase: Phrase, gender: Gender | None = None, issuer: str | None = None) -> Actor:
        """The actor a speaker phrase names; `gender` is what its verb shows, `issuer` the body a document speaks for."""
        marked = self._document.marks.get(phrase.first)
        if self._document.folded(phrase.first) in _THE_SAME and phrase.first + 1 < phrase.last:
            phrase = Phrase(phrase.first + 1, phrase.last)
        alias = self._aliases.get(self._words(Phrase(marked.first, marked.last) if marked else phrase))
        if alias is not None:
            return Actor(alias, ActorType.ORGANIZATION, gender or Gender.FEMININE)
        if marked is not None:
            return self._marked_name(marked, gender)
        phrase = self._told_by(phrase)
        head = self._phrases.head(phrase.first)
        titled = self._after_unlisted_title(phrase) if head in _ORGANISATIONS | {"anonymous_words"} else None
        if titled is not None:
            return Actor(self._fullest(titled), ActorType.PERSON, gender or self._phrases.gender(phrase))
        if head in _ORGANISATIONS:
            return Actor(self._body(phrase), ActorType.ORGANIZATION, self._phrases.gender(phrase))
        if head == "document_words":
            return Actor(self._issuer(phrase, issuer), ActorType.ORGANIZATION, self._phrases.gender(phrase))
        apposed = self._apposed_person(phrase) or self._named_source(phrase) if head == "anonymous_words" else None
        if apposed is not None:
            return Actor(self._fullest(apposed), ActorType.PERSON, gender or self._phrases.gender(phrase))
        if head == "anonymous_words":
            name = self._full_description(phrase) or self._description(phrase)
            return Actor(name, ActorType.ANONYMOUS, self._phrases.gender(phrase))
        gender = gender or self._phrases.gender(phrase)
        if self._is_unnamed_spokesman(phrase):
            return Actor(self._surface(phrase), ActorType.ANONYMOUS, gender)
        run = self._name(phrase)
        if run is not None:
            return Actor(self._fullest(run, gender), ActorType.PERSON, gender)
        named = self._full_description(phrase)
        if named is not None:
            return Actor(named, ActorType.PERSON, gender)
        if head is None:
            return Actor(self._surface(phrase), ActorType.ORGANIZATION, gender)
        return Actor(self._description(phrase), ActorType.ANONYMOUS, gender)

    def _told_by(self, phrase: Phrase) -> Phrase:
        """The person behind ل whose document the phrase names («تصريح | لمصدر ملاحي»), else `phrase`."""
        inner = phrase.first + 1
        owned = self._phrases.head(phrase.first) == "document_words" and inner < phrase.last
        if not owned or self._document.folded(inner)[:1] != "ل" or self._phrases.head(inner) not in _PERSONS:
            return phrase
        return Phrase(inner, phrase.last, 1)

    def _marked_name(self, marked: Marked, gender: Gender | None) -> Actor:
        """«قال “بادي”»: the person of that family name, else a body."""
        name = self._document.slice(marked.first, marked.last)
        fullest = self._fullest(Phrase(marked.first, marked.last))
        if fullest != name:
            return Actor(fullest, ActorType.PERSON, gender or Gender.MASCULINE)
        return Actor(name, ActorType.ORGANIZATION, Gender.FEMININE)

    def _is_unnamed_spokesman(self, phrase: Phrase) -> bool:
        """«متحدث باسم الوزير سامي الحداد»: without the article and a name in apposition, the name is the one spoken for."""
        apposed = self._document.comma_in(phrase.first, phrase.last) < phrase.last
        indefinite = self._document.folded(phrase.first) in _SPOKESMEN
        return indefinite and not apposed and self._document.folded(phrase.first + 1) == "باسم"

    def _register_person(self, phrase: Phrase, *, speaks: bool) -> None:
        run = self._name(phrase)
        if run is None:
            return
        words = self._words(run)
        if len(words) >= 2:
            self._learn(
                _Person(words, self._document.slice(run.first, run.last), run.first, self._phrases.gender(phrase))
            )
        for part in self._roles(phrase, run):
            self._remember(part, part.last, self._fullest(run), speaks=speaks)

    def _learn(self, person: _Person) -> None:
        """Keep the longest form of each person's name, namesakes apart."""
        namesakes = self._persons.setdefault(person.words[-1], [])
        same = next((n for n, known in enumerate(namesakes) if known.words[0] == person.words[0]), None)
        if same is None and len(namesakes) < _MAX_KNOWN:
            namesakes.append(person)
        elif same is not None and len(person.words) > len(namesakes[same].words):
            namesakes[same] = person
        self._begun_names.setdefault(person.words[:-1], []).append(person)
        self._by_first_name.setdefault(person.words[0], person.words[-1])

    def _learn_alias(self, phrase: Phrase, name: str) -> None:
        """The second name a body has in brackets («وكالة غوث اللاجئين (الأونروا)»), and the short one of «شركة أبل»."""
        bare = range(phrase.first + 1, phrase.last)
        if (
            self._document.folded(phrase.first) in _FIRMS
            and 1 <= len(bare) <= _MAX_SHORT
            and self._finder.are_names(bare)
        ):
            self._aliases.setdefault(self._words(Phrase(bare.start, bare.stop)), name)
        opening = next((n for n in range(phrase.first, phrase.last) if self._document.folded(n) == "("), None)
        if opening is not None and self._document.folded(phrase.last - 1) == ")":
            self._aliases.setdefault(self._words(Phrase(opening + 1, phrase.last - 1)), name)

    def _roles(self, phrase: Phrase, run: Phrase) -> list[Phrase]:
        """The role before the name and the role in apposition after it."""
        parts = [Phrase(phrase.first, run.first)] if run.first > phrase.first else []
        after = run.last + self._document.tokens[run.last].is_comma if run.last < phrase.last else run.last
        if after < phrase.last:
            parts.append(Phrase(after, phrase.last))
        parts += [self._second_role(part) for part in parts]
        return [part for part in parts if self._phrases.head(part.first) == "titles"]

    def _second_role(self, role: Phrase) -> Phrase:
        """The office behind و («المبعوث الخاص | ومنسق شؤون الطاقة»), else `role` itself."""
        joined = (n for n in range(role.first + 1, role.last) if self._document.folded(n)[:1] == "و")
        second = next(
            (n for n in joined if self._phrases.head(n) == "titles" and self._phrases.proclitic(n)), role.first
        )
        return Phrase(second, role.last, self._phrases.proclitic(second))

    def _remember(self, phrase: Phrase, end: int, name: str, *, speaks: bool) -> None:
        words = self._stems(Phrase(phrase.first, end, phrase.proclitic))
        known = self._described.setdefault(words[0], [])
        if len(known) < _MAX_KNOWN:
            known.append(_Described(phrase.first, frozenset(words), name, speaks))

    def _full_description(self, phrase: Phrase) -> str | None:
        """The name once given with the words of this shorter phrase («الوزير», «المصدر ذاته»)."""
        anaphoric = self._document.folded(phrase.first).startswith(("ال", "لل")) or phrase.last - phrase.first > 1
        words = [word for word in self._stems(phrase) if word not in _POINTERS]
        if not anaphoric or not words:
            return None
        fuller = [known for known in self._described.get(words[0], ()) if known.words.issuperset(words)]
        before = [known for known in fuller if known.place < phrase.first]
        told = [known for known in before if known.speaks] or before or fuller[:1]
        return told[-1].name if told else None

    def _body(self, phrase: Phrase) -> str:
        marked = next((n for n in range(phrase.first, phrase.last) if n in self._document.marks), None)
        if marked is not None:
            return self._inside(marked)
        common = self._phrases.head(phrase.first) in {"organisation_words", "outlet_words"}
        return (self._full_description(phrase) if common else None) or self._surface(phrase)

    def _inside(self, opening: int) -> str:
        marked = self._document.marks[opening]
        return self._document.slice(marked.first, marked.last)

    def _issuer(self, phrase: Phrase, issuer: str | None) -> str:
        """The body named within the document's phrase, else the one that spoke last, else the document itself."""
        within = self._body_within(phrase)
        return self._body(within) if within is not None else issuer or self._surface(phrase)

    def _body_within(self, phrase: Phrase) -> Phrase | None:
        """The body whose document the phrase names («بيان | وزارة الصحة»)."""
        places = range(phrase.first + 1, phrase.last)
        first = next((n for n in places if self._phrases.head(n) in _ORGANISATIONS), None)
        return Phrase(first, phrase.last, self._phrases.proclitic(first)) if first is not None else None

    def _apposed_person(self, phrase: Phrase) -> Phrase | None:
        """The full name after the comma of «أحد المفتشين، كيم جون هيون»."""
        comma = self._document.comma_in(phrase.first, phrase.last)
        run = self._name(Phrase(comma + 1, phrase.last)) if comma + 1 < phrase.last else None
        return run if run is not None and run.last - run.first > 1 else None

    def _named_source(self, phrase: Phrase) -> Phrase | None:
        """The full name that ends «رجل الأعمال هاني العرابي», adjectives between: no preposition leads to someone else."""
        run = self._name(phrase)
        if run is None or run.last != phrase.last or run.last - run.first < 2 or not self._finder.is_common(run.first):
            return None
        between = range(phrase.first + 1, run.first)
        plain = all(self._document.folded(n).startswith("ال") for n in between)
        return run if plain and len(between) > 0 else None

    def _after_unlisted_title(self, phrase: Phrase) -> Phrase | None:
        """The full name right after one definite word that also means a body or a source («المعارضة نور الحداد»)."""
        run = self._name(phrase) if self._document.folded(phrase.first).startswith("ال") else None
        attached = run is not None and self._document.folded(run.first).startswith("ل")
        near = run is not None and not attached and run.first <= phrase.first + 2 and run.last - run.first > 1
        return run if near else None

    def _name(self, phrase: Phrase) -> Phrase | None:
        """The tokens of the personal name in `phrase`."""
        found = self._finder.find(phrase.first, phrase.last)
        return Phrase(*found) if found else None

    def _fullest(self, run: Phrase, gender: Gender | None = None) -> str:
        words = self._words(run)
        last = words[-1] if words[-1] in self._persons else self._by_first_name.get(words[-1], "")
        namesakes = self._persons.get(last, [])
        fuller = [person for person in namesakes if set(words) < set(person.words)]
        if fuller:
            agreeing = [person for person in fuller if person.gender is gender] or fuller
            return max(agreeing, key=lambda person: len(person.words)).name
        known = {word for person in namesakes for word in person.words}
        longer = self._begun(run, words)
        if longer is not None:
            return longer
        found = self._elsewhere(run, words) if len(words) <= 2 and known <= set(words) else None
        return found or self._document.slice(run.first, run.last)

    def _begun(self, run: Phrase, words: tuple[str, ...]) -> str | None:
        """The name given before that goes one word further («علي محسن» for علي محسن صالح)."""
        if len(words) < 2:
            return None
        further = (person for person in self._begun_names.get(words, ()) if person.place < run.first)
        return next((person.name for person in further if not self._phrases.is_stated(person.words[-1])), None)

    def _elsewhere(self, run: Phrase, words: tuple[str, ...]) -> str | None:
        """The longest name that ends in the same word elsewhere, after a title or with a known given name."""
        longer = [
            name
            for name in self._families_of(words[-1])
            if not run.first <= name.last - 1 < run.last
            and name.last - name.first > len(words)
            and set(words) <= set(self._words(name))
        ]
        longest = max(longer, key=lambda name: name.last - name.first, default=None)
        return self._document.slice(longest.first, longest.last) if longest else None

    def _families_of(self, family: str) -> list[Phrase]:
        """The names that end in the word `family`, at the places where it stands."""
        if family not in self._family_names:
            places = self._document.places.get(family, ())[:_MAX_PLACES]
            found = [self._families.back(place) for place in places]
            self._family_names[family] = [Phrase(*name) for name in found if name is not None]
        return self._family_names[family]

    def _stems(self, phrase: Phrase) -> tuple[str, ...]:
        words = list(self._words(phrase))
        words[0] = words[0][phrase.proclitic :]
        head, *rest = (word.removeprefix("لل").removeprefix("ال") for word in words)
        return head, *(_NISBA.sub("", word) for word in rest)

    def _words(self, phrase: Phrase) -> tuple[str, ...]:
        return tuple(token.folded for token in self._document.tokens[phrase.first : phrase.last])

    def _surface(self, phrase: Phrase) -> str:
        end = self._document.comma_in(phrase.first + 1, phrase.last)
        surface = self._document.slice(phrase.first, end)[phrase.proclitic :]
        return f"ا{surface[1:]}" if surface.startswith("لل") and not phrase.proclitic else surface

    def _description(self, phrase: Phrase) -> str:
        """What an unnamed speaker is called, without the clause that tells of him («سائق باكستاني | يعمل منذ ست سنوات»)."""
        told = (n for n in range(phrase.first + 1, phrase.last) if self._phrases.describes(n))
        return self._surface(replace(phrase, last=next(told, phrase.last)))
