"""How far a speaker phrase reaches: which word still belongs to it and where the object of the statement begins."""

from __future__ import annotations

from training.quotes.document import Document
from training.quotes.lexicon import Lexicon
from training.quotes.words import HEAD_TABLES, Words, is_adjective, is_complementiser

_COMMON_NOUNS = frozenset({"organisation_words", "document_words", "outlet_words", "anonymous_words"})
_INSIDE = frozenset({"باسم", "بلسان", "بالوكاله", "بالنيابه", "بالانابه"})
"""In the name of, with the tongue of; acting: words with ب that belong to a title."""
_STAGES = frozenset({"البدايه", "النهايه", "المقابل", "الوقت", "الاثناء", "حسابه", "حسابها", "صفحته", "صفحتها"})
"""The beginning, the end, return, time, meantime, his or her account or page: circumstances of a statement."""
_STANDINGS = frozenset({"المعارض", "المعارضه", "الحاكم", "الحاكمه"})
"""Opposing, ruling: what a party is, not a person."""
_BODIES = _COMMON_NOUNS - {"anonymous_words"}


class PhraseMembers:
    """Decides word by word what belongs to the phrase that begins at token `index`."""

    def __init__(self, document: Document, lexicon: Lexicon, words: Words) -> None:
        self._document = document
        self._lexicon = lexicon
        self._words = words

    def continues(self, index: int, place: int, *, before_bi: bool) -> bool:
        """Whether the word at `place` goes on the phrase."""
        folded = self._document.folded(place)
        if place == index:
            return True
        if folded in _INSIDE:
            return True
        if self._lexicon.has("function_words", folded):
            return self._inner_preposition(index, place, folded)
        if self._lexicon.has("time_words", folded) or folded == "ل":
            return False
        if is_complementiser(folded):
            return self._is_particle_of_name(place)
        if folded.startswith("لل") and self._lexicon.has("object_words", folded[2:]):
            return self._words.governs(self._document.folded(place - 1))
        audience = self._lexicon.class_of("outlet_words", folded) or self._lexicon.has("manner_words", folded)
        if folded[:1] == "ل" and audience:
            body = self._words.head(self._document.folded(index)) == "organisation_words" and place > index + 1
            return folded.startswith("لجن") or (body and folded.startswith("لل"))
        if self._lexicon.has("document_words", folded.removesuffix("ا")) and self._document.folded(place - 1) != "باسم":
            return False
        if (
            folded[0] == "و"
            and self._words.proclitic(self._document.folded(place))
            and self._words.head(self._document.folded(index)) in _BODIES
            and self._words.head(self._document.folded(place)) not in {None, *_BODIES}
            and not (folded.startswith("وال") and folded.endswith(("ين", "ون", "ات")))
        ):
            return False
        if folded.startswith("بال") and self._words.head(self._document.folded(index)) == "titles":
            return self._lexicon.class_of("titles", self._document.folded(place + 1)) is not None
        if folded[:1] == "ب" and len(folded) > 2 and not self._words.governs(self._document.folded(place - 1)):
            if (
                not before_bi
                and self._words.head(self._document.folded(index)) in {"titles", "anonymous_words"}
                and folded[1:] in self._lexicon.words["organisation_words"]
            ):
                return True
            tables = (*HEAD_TABLES, "role_words", "given_names", "first_names")
            before = self._document.folded(place - 1)
            named = self._lexicon.has("first_names", before) or before.startswith("عبد")
            return named or any(folded in self._lexicon.words[table] for table in tables)
        return not self._words.is_verb(folded) or self._lexicon.class_of("titles", folded) is not None

    def _is_particle_of_name(self, place: int) -> bool:
        """«يوهانا فان ديك»: written without hamza before a bare word it is Dutch «van», not «فإن»."""
        token, following = self._document.tokens[place], self._document.folded(place + 1)
        bare = bool(following) and not following.startswith("ال") and not self._words.is_function(following)
        return (
            self._document.text[token.start : token.end] == "فان" and self._document.tokens[place - 1].is_word and bare
        )

    def _inner_preposition(self, index: int, place: int, folded: str) -> bool:
        """«مسؤول في الوزارة», «مصدر من الشرطة», «المسؤول عن الملف»: the preposition belongs to the phrase."""
        if folded not in {"في", "من", "عن"}:
            return False
        before, following = self._document.folded(place - 1), self._document.folded(place + 1)
        if folded == "عن" and before.removeprefix("ال") in {"صادر", "صادره"}:
            return True
        if any(self._lexicon.class_of(table, following) for table in ("document_words", "outlet_words", "time_words")):
            return False
        if self._lexicon.has("event_words", following) or following in _STAGES or self._is_their_occasion(following):
            return False
        if folded == "عن":
            return self._lexicon.class_of("anonymous_words", before) is not None
        if any(self._lexicon.class_of(table, before) for table in ("titles", "anonymous_words")):
            return True
        return folded == "في" and self._lexicon.class_of("anonymous_words", self._document.folded(index)) is not None

    def _is_their_occasion(self, folded: str) -> bool:
        """«في خطابه, في حسابها»: an occasion or a document with the speaker's pronoun."""
        stems = {folded.removesuffix(pronoun) for pronoun in ("ه", "ها", "هم")} - {folded}
        forms = stems | {stem.removesuffix("ت") + "ه" for stem in stems}
        return any(self._lexicon.has(table, form) for table in ("event_words", "document_words") for form in forms)

    def starts_object(self, index: int, place: int) -> bool:
        """Whether the object of the statement begins at `place`: a verbal noun, or a second definite noun."""
        folded, before = self._document.folded(place), self._document.folded(place - 1)
        kind = self._words.head(self._document.folded(index))
        if self._words.governs(before) or folded[:1] == "ل" or self._words.is_function(folded):
            return False
        if (
            folded[:1] == "و"
            and self._words.proclitic(self._document.folded(place))
            and not self._lexicon.has("object_words", folded)
        ):
            return False
        if kind == "titles" and (self._lexicon.class_of("titles", folded) or self._lexicon.has("given_names", folded)):
            return False
        if self._lexicon.has("given_names", before):
            return False
        if self._document.tokens[place - 1].kind == "mark":
            return not is_adjective(folded)
        if kind is None and place == index + 1 and folded.startswith("ال") and not is_adjective(folded):
            return not (self._lexicon.has("first_names", before) or self._lexicon.has("given_names", before))
        before_definite = before.startswith(("ال", "لل", "وال")) or (kind == "capitals" and place == index + 1)
        if folded.startswith("ال"):
            return self._starts_definite_object(folded, kind, before_definite)
        if self._words.is_stated(folded):
            return True
        return before_definite and kind in _BODIES | {"capitals", "organisation_names"}

    def _starts_definite_object(self, folded: str, kind: str | None, before_definite: bool) -> bool:
        listed = self._lexicon.words["object_words"].get(folded.removeprefix("ال")) == "object"
        if not before_definite:
            body = self._lexicon.class_of("organisation_words", folded) is not None
            return (listed or body) and kind not in _COMMON_NOUNS
        person = kind in _BODIES and self._lexicon.class_of("titles", folded) == "role" and folded not in _STANDINGS
        person = person and not folded.endswith(("ين", "ون"))
        adjective = not person and (is_adjective(folded) or self._lexicon.class_of("role_words", folded) is not None)
        return listed or not adjective
