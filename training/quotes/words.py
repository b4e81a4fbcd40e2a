"""What a folded word can be inside or around a speaker phrase, read from the lexicon and from its shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from training.quotes.lexicon import Lexicon

T = TypeVar("T")

HEAD_TABLES = (
    "titles",
    "anonymous_words",
    "document_words",
    "organisation_names",
    "organisation_words",
    "outlet_words",
    "capitals",
)
_GOVERNOR = "والي"  # the title, not و and a preposition
_COMPLEMENTISER = re.compile(r"^[وبف]?ان(ه|ها|هم|هما|هن|نا|ني|ي)?$")
_ADJECTIVE = re.compile(r"^ال(\w+(ي|يه|ين|يين|يان|ون)|م(?!\wا\w\w?ه$)\w+)$")
# Verbal nouns of forms II, IV, VII, VIII, X and III («تنفيذ، إعلان، انسحاب، اعتزام، استعداد، محاولة»).
_MASDAR = re.compile(r"^(ال)?(ت\w\w?ي\w|ا\w\wا\w|ا[سنت]\w{1,3}ا\w|ا\wت\wا\w|ا\wا\wه|م\wا\w\w?ه)(ه|ها|هم|هما)?$")


def is_complementiser(folded: str) -> bool:
    """Whether the word is أنّ or إنّ, with a pronoun or an attached و ف ب."""
    return _COMPLEMENTISER.match(folded) is not None


def is_adjective(folded: str) -> bool:
    """Whether a definite word has the shape of an adjective: a nisba, a plural, or a participle in م."""
    return _ADJECTIVE.match(folded) is not None


def is_masdar(folded: str) -> bool:
    """Whether the word has the shape of a verbal noun."""
    return _MASDAR.match(folded) is not None


def without_li(folded: str) -> str:
    """The word behind an attached لـ, with its article («للتحرك» → التحرك, «لعودة» → عودة)."""
    return "ا" + folded[1:] if folded.startswith("لل") else folded[1:]


def _remembered(method: Callable[[Words, str], T]) -> Callable[[Words, str], T]:
    """Answer a question about a word once a lexicon."""
    name = method.__name__

    @wraps(method)
    def answer(self: Words, folded: str) -> T:
        return self.lexicon.memo.answer(name, folded, lambda: method(self, folded))

    return answer


class Words:
    """Questions about single folded words that the lexicon answers."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    @_remembered
    def head(self, folded: str) -> str | None:
        """The table that lists the word as the head of a speaker phrase."""
        if self.is_function(folded) or self.lexicon.has("manner_words", folded):
            return None
        return next((table for table in HEAD_TABLES if self.lexicon.class_of(table, folded) is not None), None)

    @_remembered
    def is_head_itself(self, folded: str) -> bool:
        """Whether the word is listed as a head just as it stands, without stripping anything."""
        return any(folded in self.lexicon.words[table] for table in HEAD_TABLES)

    def proclitic(self, folded: str) -> int:
        """How many letters at the start of the word are an attached و ف ل ب, where the rest heads a phrase."""
        if self.is_head_itself(folded) or folded.startswith(("ال", "لل")):
            return 0
        return 1 if folded[:1] in {"و", "ف", "ل", "ب"} else 0

    @_remembered
    def is_function(self, folded: str) -> bool:
        """Whether the word is a preposition, conjunction, particle or word of time, و and ف allowed before it."""
        if folded == _GOVERNOR or folded in self.lexicon.words["first_names"]:
            return folded in self.lexicon.words["function_words"]
        tables = [self.lexicon.words[table] for table in ("function_words", "time_words")]
        joined = folded[:1] in {"و", "ف"} and any(table.get(folded[1:]) in {"prep", "rel"} for table in tables)
        return joined or any(folded in table for table in tables)

    @_remembered
    def is_verb(self, folded: str) -> bool:
        """Whether a word inside a phrase is a verb: a cue, or the shape of a present tense that is no known name."""
        future = folded[:1] == "س" and folded[1:2] in {"ي", "ت", "ن"}
        joined = folded[:1] in {"و", "ف"} or future
        if folded in self.lexicon.verbs or (joined and folded[1:] in self.lexicon.verbs):
            return folded not in {"تسمي", "يسمي"}
        present = folded.startswith(("ي", "وي")) and len(folded) >= 4
        return present and not any(
            self.lexicon.has(table, folded.removeprefix("و")) for table in ("verb_like_names", "first_names")
        )

    @_remembered
    def is_stated(self, folded: str) -> bool:
        """Whether the word names what is stated («الهجوم, ضرورة, تنفيذ») and not who states it."""
        objects = self.lexicon.words["object_words"]
        bare = folded.removeprefix("ال")
        stem = next((bare.removesuffix(end) for end in ("هم", "ها", "ه") if bare.removesuffix(end) in objects), bare)
        label = objects.get(bare, objects.get(stem))
        if label is not None:
            return label == "object" or not folded.startswith("ال")
        known = any(
            self.lexicon.class_of(table, folded)
            for table in ("titles", "role_words", "organisation_words", "anonymous_words")
        )
        return not known and is_masdar(folded)

    @_remembered
    def governs(self, folded: str) -> bool:
        """Whether the word before is an indefinite head in construct, so that its complement follows («وزارة | الصحة»)."""
        tables = ("titles", "organisation_words", "role_words", "outlet_words")
        return not folded.startswith(("ال", "لل")) and any(self.lexicon.class_of(t, folded) for t in tables)
