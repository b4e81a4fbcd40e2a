"""Who speaks in each report: named in the sentence, else the last actor that agrees with the cue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.quotes.actors import Actor, ActorReader
from training.quotes.document import Document
from training.quotes.inflection import Gender
from training.quotes.lexicon import Lexicon
from training.quotes.phrases import NounPhrases, Phrase
from training.quotes.reach import Reach
from training.quotes.report import Report
from training.quotes.turns import match_phrase
from training.schema import ActorType

_MEMORY = 6
_SHIFT_REACH = 12
_MAX_MENTIONS = 12
_MAX_DESCRIPTION = 2
_SAME = frozenset({"نفسه", "نفسها", "ذاته", "ذاتها", "عينه", "عينها", "ذات", "نفس"})
_PLURALS = ("ون", "ين", "ات")
_SIDES = frozenset({"جانب", "جانبا", "طرف", "طرفا", "جهه"})
"""A side, a part: without the article they name no body."""
_POSTS = frozenset({"منصب", "بمنصب", "مهام", "مهمه", "بصفته", "بصفتها", "رتبه", "لقب"})
"""Post, duties, as, rank, title: what follows is held by someone named elsewhere."""
_PERSONS = frozenset({"titles", "anonymous_words"})
_INTRODUCED = 3  # sentences back in which a person may have been introduced
_SUBJECT_TABLES = frozenset({"titles", "anonymous_words", "organisation_words", "organisation_names"})


@dataclass(frozen=True, slots=True)
class _Spoken:
    actor: Actor
    sentence: int


class Speakers:
    """Resolves the reports of one document in reading order."""

    def __init__(self, document: Document, lexicon: Lexicon, phrases: NounPhrases) -> None:
        self._document = document
        self._lexicon = lexicon
        self._phrases = phrases
        self._reader = ActorReader(document, lexicon, phrases)
        self._reach = Reach(document, lexicon, phrases)
        self._mentions = [self._read_mentions(first, last) for first, last in document.sentences]

    def resolve(self, reports: Sequence[Report]) -> list[Actor | None]:
        """The actor of each report, None where the text never says."""
        self._register(reports)
        history: list[_Spoken] = []
        actors: list[Actor | None] = []
        for report in reports:
            actor = self._actor(report, history)
            if actor is not None and not report.nested:
                history = [spoken for spoken in history if spoken.actor.name != actor.name][1 - _MEMORY :]
                history.append(_Spoken(actor, report.sentence))
            actors.append(actor)
        return actors

    def _register(self, reports: Sequence[Report]) -> None:
        phrases = [(phrase, False) for mentions in self._mentions for phrase in mentions]
        phrases += [(report.speaker, True) for report in reports if report.speaker is not None]
        for phrase, speaks in sorted(phrases, key=lambda item: item[0].first):
            self._reader.register(phrase, speaks=speaks)

    def _actor(self, report: Report, history: list[_Spoken]) -> Actor | None:
        if report.speaker is not None and not self._is_anaphor(report.speaker):
            actor = self._reader.read(report.speaker, report.gender, self._issuer(report, history))
            return (self._standing_for(report.speaker, actor, history) if history else None) or actor
        same = [spoken for spoken in history if spoken.sentence == report.sentence]
        if same:
            return _latest(same, report.gender) or same[-1].actor
        subject = self._subject(report.sentence, report.place, report.gender)
        if subject is not None:
            return self._reader.read(subject, report.gender)
        past = history[:-1] if self._is_shifted(report) else history
        named = self._introduced(report, history[-1].sentence if history else -1)
        if named is not None:
            return named
        spoken = _latest(past, report.gender)
        if spoken is not None or history:
            return spoken or _latest(history, report.gender)
        if report.sentence > 0:
            earlier = self._subject(report.sentence - 1, len(self._document.tokens), report.gender)
            if earlier is not None:
                return self._reader.read(earlier, report.gender)
        return None

    def _standing_for(self, phrase: Phrase, actor: Actor, history: list[_Spoken]) -> Actor | None:
        """The last person who spoke, where «المصدر نفسه», «الباحثة» or «الرجل» stands for a name."""
        words = [self._document.folded(n) for n in range(phrase.first, phrase.last)]
        same = bool(_SAME & set(words))
        alone = (
            len(words) <= _MAX_DESCRIPTION
            and all(word.startswith("ال") and not word.endswith(_PLURALS) for word in words)
            and self._phrases.head(phrase.first) in _PERSONS
        )
        if actor.type is not ActorType.ANONYMOUS or not (same or alone):
            return None
        return _latest([spoken for spoken in history if spoken.actor.type is not ActorType.ORGANIZATION], actor.gender)

    def _introduced(self, report: Report, since: int) -> Actor | None:
        """The person whom a sentence after the last report names in full, also as an object («التقينا المؤلفة …. قالت»)."""
        for sentence in range(report.sentence, max(since, report.sentence - _INTRODUCED, -1), -1):
            for phrase in reversed(self._mentions[sentence]):
                addressed = self._document.folded(phrase.first).startswith("لل")
                held = self._document.folded(phrase.first - 1) in _POSTS
                if addressed or held or phrase.last > report.place or self._phrases.head(phrase.first) != "titles":
                    continue
                actor = self._reader.read(phrase)
                if actor.type is ActorType.PERSON and report.gender in {None, actor.gender}:
                    return actor
        return None

    def _issuer(self, report: Report, history: list[_Spoken]) -> str | None:
        """The body that spoke last, else the first body the sentences before name as their subject."""
        spoken = [past.actor for past in history if past.actor.type is ActorType.ORGANIZATION]
        if spoken:
            return spoken[-1].name
        for sentence in (report.sentence - 1, report.sentence - 2, report.sentence):
            for phrase in self._mentions[sentence] if sentence >= 0 else ():
                body = self._phrases.head(phrase.first) in {"organisation_words", "organisation_names"}
                if phrase.last <= report.place and body and self._document.folded(phrase.first) not in _SIDES:
                    return self._reader.read(phrase).name
        return None

    def _is_shifted(self, report: Report) -> bool:
        """Whether «من جهته» or the like stands before the cue: the one who spoke last is not meant."""
        first, _ = self._document.sentences[report.sentence]
        near = range(max(first, report.place - _SHIFT_REACH), report.place)
        return any(match_phrase(self._document, self._lexicon, "shifts", index) for index in near)

    def _is_anaphor(self, phrase: Phrase) -> bool:
        return self._lexicon.has("anaphors", self._document.folded(phrase.first))

    def _subject(self, sentence: int, place: int, gender: Gender | None) -> Phrase | None:
        """The first mention of the sentence before `place` that no preposition governs and that agrees."""
        for phrase in self._mentions[sentence]:
            if phrase.last > place or phrase.proclitic or self._phrases.head(phrase.first) not in _SUBJECT_TABLES:
                continue
            before = self._document.folded(phrase.first - 1)
            if before in _POSTS or self._document.folded(phrase.first).startswith("لل"):
                continue
            if self._lexicon.class_of("function_words", before) == "prep" or self._lexicon.has("time_words", before):
                continue
            if gender is None or self._phrases.gender(phrase) is gender:
                return phrase
        return None

    def _read_mentions(self, first: int, last: int) -> list[Phrase]:
        found: list[Phrase] = []
        index = first
        while index < last and len(found) < _MAX_MENTIONS:
            outside = self._document.mark_around[index] < 0
            phrase = self._phrases.mention(index, last) if outside else None
            if phrase is not None:
                titled = self._phrases.head(phrase.first) == "titles"
                phrase = self._reach.widen(phrase, last) if titled else phrase
                found.append(phrase)
            index = phrase.last if phrase is not None else index + 1
        return found


def _latest(history: Sequence[_Spoken], gender: Gender | None) -> Actor | None:
    return next((s.actor for s in reversed(history) if gender is None or s.actor.gender is gender), None)
