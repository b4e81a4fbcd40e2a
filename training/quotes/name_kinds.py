"""What a single word can be inside a speaker's phrase: role, title, place, nisba, or part of a personal name."""

from __future__ import annotations

from training.quotes.document import Document
from training.quotes.lexicon import Lexicon
from training.quotes.words import Words

LINKS = frozenset(
    {
        "بن",
        "بنت",
        "ابن",
        "ولد",
        "ود",
        "ال",
        "ابو",
        "ابا",
        "ابي",
        "ام",
        "عبد",
        "دي",
        "دا",
        "دو",
        "فان",
        "فون",
        "لا",
        "سي",
        "-",
    }
)
_ROLE_TABLES = (
    "titles",
    "role_words",
    "organisation_words",
    "capitals",
    "anonymous_words",
    "outlet_words",
    "object_words",
    "document_words",
)
_PRONOUNS = ("هما", "هم", "هن", "ها", "نا", "ه")
_DEFINITE_NOT = frozenset({"الله", "الين", "الي"})
_MIN_ATTACHED = 5


class NameKinds:
    """Questions about the words of one document that decide where a personal name begins and ends."""

    def __init__(self, document: Document, lexicon: Lexicon) -> None:
        self._document = document
        self._lexicon = lexicon
        self._words = Words(lexicon)
        self.nisbas = _nisbas(lexicon)

    def is_role(self, place: int) -> bool:
        """Whether the word at `place` belongs to a role, a body or a place instead of a name."""
        folded, definite = self._document.folded(place), self.is_definite(place)
        question = "definite role" if definite else "role"
        listed = self._lexicon.memo.answer(question, folded, lambda: self._is_listed(folded, definite=definite))
        return listed or self.is_possessed(place)

    def _is_listed(self, folded: str, *, definite: bool) -> bool:
        bare = folded
        if definite:
            bare = folded[folded.index("ل") + 1 :]
            bare = bare[1:] if folded[1:].startswith("ال") and bare.startswith("ل") else bare
        forms = {folded, bare}
        if bare != folded:
            forms |= {bare.removesuffix(ending) for ending in ("ان", "ين", "ون")}
        elif folded[:1] in {"و", "ل", "ب"}:
            forms.add(folded[1:])
        tables = (self._lexicon.words[table] for table in _ROLE_TABLES)
        return folded in self.nisbas or any(form in table for table in tables for form in forms)

    def given_start(self, start: int, end: int) -> int:
        """Where the name in `[start, end)` begins with a common given name («عروس | شكري بن يعقوب»), else `start`."""
        for place in range(start, end - 1):
            linked = place > start and self._document.folded(place - 1) in LINKS
            if not linked and self._lexicon.has("first_names", self._document.folded(place)):
                return place
        return start

    def is_definite(self, place: int) -> bool:
        """Whether the word carries the article as it is written: «ألين» and «إلياس» do not."""
        if place >= len(self._document.tokens):
            return False
        token = self._document.tokens[place]
        if not token.is_word or token.folded in _DEFINITE_NOT:
            return False
        raw = self._document.text[token.start : token.start + 3]
        return raw.startswith(("ال", "لل")) or (raw in {"وال", "بال"} and len(token.folded) > _MIN_ATTACHED)

    def is_title(self, place: int) -> bool:
        """Whether a definite title or rank stands at `place`, so that a name may follow («الدكتورة | ليلى»)."""
        folded = self._document.folded(place)
        if self._lexicon.has("given_names", folded):
            return False
        label = self._lexicon.class_of("titles", folded)
        office = label in {"role", "rank"} and self.is_definite(place) and folded[:1] == "ا"
        return label == "honorific" or office

    def is_nisba(self, place: int) -> bool:
        """Whether an adjective of nationality without the article stands at `place` («صاحب مطعم هندي»)."""
        return f"ال{self._document.folded(place)}" in self.nisbas

    def is_honoured(self, place: int) -> bool:
        """Whether an honorific or a rank stands before `place`, after which only a name goes on."""
        return self._lexicon.class_of("titles", self._document.folded(place - 1)) in {"honorific", "rank"}

    def is_possessed(self, place: int) -> bool:
        """«محاميه، زميلتها»: a listed role with a pronoun."""
        token = self._document.tokens[place]
        if self._document.text[token.end - 1] == "ة":
            return False
        words, folded = self._lexicon.words, token.folded
        for pronoun in _PRONOUNS:
            stem = folded.removesuffix(pronoun)
            if stem != folded and len(stem) > 2:
                closed = stem[:-1] + "ه" if stem.endswith("ت") else stem
                tables = (words[table] for table in ("titles", "organisation_words", "anonymous_words"))
                return any(form in table for table in tables for form in (stem, closed))
        return False

    def is_attached(self, place: int) -> bool:
        """Whether و ل ب ك stand before a listed or definite word («لوكالة, بالرياض»)."""
        folded = self._document.folded(place)
        if len(folded) < 4 or folded[0] not in "ولبكف" or self._lexicon.has("first_names", folded):
            return False
        if self.is_definite(place) or self._lexicon.has("manner_words", folded):
            return True
        return any(folded[1:] in self._lexicon.words[table] for table in _ROLE_TABLES)

    def is_bare(self, place: int, last: int) -> bool:
        """Whether a word that can go on a name stands at `place`."""
        if place >= last or not self._document.tokens[place].is_word:
            return False
        folded = self._document.folded(place)
        if folded in LINKS or self._lexicon.has("first_names", folded):
            return True
        return not (self._words.is_function(folded) or self._lexicon.has("manner_words", folded))


def _nisbas(lexicon: Lexicon) -> frozenset[str]:
    """Adjectives of nationality, built from the listed places: العراق → العراقي, تركيا → التركي."""
    return lexicon.memo.answer("nisbas", "", lambda: frozenset(_build_nisbas(lexicon)))


def _build_nisbas(lexicon: Lexicon) -> list[str]:
    stems = [place.removeprefix("ال") for place in lexicon.words["capitals"]]
    bare = [stem.removesuffix("يا").removesuffix("ا").removesuffix("يه").removesuffix("ه") for stem in stems]
    return [f"ال{stem}{ending}" for stem in bare for ending in ("ي", "يه")]
