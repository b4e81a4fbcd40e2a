"""Where a personal name begins and ends among titles, roles, places and nisbas.

A construct chain («رئيس بلدية …») and a preposition take one complement; a bare word that nothing governs and that
heads no role begins the name. Family names with ال end it, save in compounds («عبد الرحمن», «نور الدين») and chains.
"""

from __future__ import annotations

from training.quotes.document import Document
from training.quotes.lexicon import Lexicon
from training.quotes.words import Words, is_adjective

_LINKS = frozenset(
    {"بن", "بنت", "ابن", "ولد", "ود", "ال", "ابو", "ابا", "ابي", "ام", "عبد", "دي", "دا", "دو", "فان", "فون", "لا", "-"}
)
_COMPOUNDS = frozenset({"الدين", "الله", "الاسلام", "العابدين"})
_INNER_TITLES = frozenset(
    {"شيخ", "حاج", "سيد", "مير", "خان", "بك", "سي", "ملا", "معلم", "سلطان", "نقيب", "امير", "حاكم"}
)
_PREPOSITIONS = frozenset({"في", "من", "عن", "على", "علي", "باسم", "لدي", "الي", "بين"})
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


class NameFinder:
    """Finds personal names inside speaker phrases of one document."""

    def __init__(self, document: Document, lexicon: Lexicon, nisbas: frozenset[str]) -> None:
        self._document = document
        self._lexicon = lexicon
        self._words = Words(lexicon)
        self._nisbas = nisbas

    def find(self, first: int, last: int) -> tuple[int, int] | None:
        """The tokens of the personal name in `[first, last)`, the longest run that nothing governs."""
        place = first
        governed = False
        while place < last:
            token = self._document.tokens[place]
            if not token.is_word:
                governed = False
            elif self.begins(place, first, last, governed=governed):
                return place, self.end(place, last)
            else:
                governed = self._governs(place, first, governed=governed)
            place += 1
        return None

    def begins(self, place: int, first: int, last: int, *, governed: bool) -> bool:
        """Whether a name begins at `place`; `governed` says that the word before takes it as its complement."""
        folded = self._document.folded(place)
        if len(folded) < 2 or self._words.is_function(folded):
            return False
        if self._lexicon.has("given_names", folded):
            return (
                not folded.startswith("ال") and (place == first or not governed or self._is_bare(place + 1, last))
            ) or (folded.startswith("ال") and self._after_title(place, first))
        if governed or self.is_role(place):
            return False
        if folded.startswith(("ال", "لل", "وال", "بال")):
            return self._is_family(place, first, last)
        if self._attached(folded):
            return False
        return place > first or not self._is_unlisted_role(place, last)

    def end(self, start: int, last: int) -> int:
        """The token after the name that begins at `start`."""
        place = start + 1
        while place < last and self._goes_on(start, place, last):
            place += 1
        while place - 1 > start and self._document.folded(place - 1) in _LINKS:
            place -= 1
        return place

    def _goes_on(self, start: int, place: int, last: int) -> bool:
        token, before = self._document.tokens[place], self._document.folded(place - 1)
        folded = token.folded
        if folded == "-":
            return True
        if not token.is_word:
            return False
        if folded in _LINKS or before in _LINKS or folded in _COMPOUNDS:
            return not self._words.is_function(folded) or folded in _LINKS
        if self._closed(start, place) and not folded.startswith("ال"):
            return False
        if self._lexicon.has("given_names", folded):
            return True
        if folded in _INNER_TITLES:
            return place + 1 < last and self._document.tokens[place + 1].is_word
        if self._words.is_function(folded) or folded in self._nisbas or self._attached(folded):
            return False
        return not self.is_role(place)

    def _closed(self, start: int, place: int) -> bool:
        """Whether a family name with ال stands before `place`, so that the name is complete."""
        before = self._document.folded(place - 1)
        compound = before in _COMPOUNDS or self._document.folded(place - 2) == "عبد"
        return before.startswith("ال") and place - 1 > start and not compound

    def _governs(self, place: int, first: int, *, governed: bool) -> bool:
        """Whether the word takes the next as complement: a preposition, or an indefinite head in construct."""
        folded = self._document.folded(place)
        if folded in _PREPOSITIONS:
            return True
        if folded.startswith(("ال", "لل", "وال", "بال")) or self._possessed(folded):
            return False
        if self.is_role(place) and self._lexicon.class_of("capitals", folded) is None:
            label = self._lexicon.class_of("titles", folded)
            return label not in {"rank", "honorific"} and folded not in self._nisbas
        following = self._document.folded(place + 1)
        return following.startswith("ال") and (governed or place == first)

    def is_role(self, place: int) -> bool:
        """Whether the word at `place` belongs to a role, a body or a place instead of a name."""
        folded = self._document.folded(place)
        return (
            any(self._lexicon.class_of(table, folded) is not None for table in _ROLE_TABLES)
            or folded in self._nisbas
            or self._possessed(folded)
        )

    def _possessed(self, folded: str) -> bool:
        """«محاميه، زميلتها»: a listed role with a pronoun."""
        for pronoun in _PRONOUNS:
            stem = folded.removesuffix(pronoun)
            if stem != folded and len(stem) > 2:
                closed = stem[:-1] + "ه" if stem.endswith("ت") else stem
                words = self._lexicon.words
                return any(
                    s in words[t]
                    for s in (stem, closed)
                    for t in ("titles", "organisation_words", "role_words", "anonymous_words")
                )
        return False

    def _attached(self, folded: str) -> bool:
        """Whether و ل ب ك stand before a listed or definite word («لوكالة, بالرياض»)."""
        if len(folded) < 4 or folded[0] not in "ولبكف":
            return False
        rest = folded[1:]
        if rest.startswith("ال") or folded.startswith("لل"):
            return True
        listed = any(rest in self._lexicon.words[table] for table in _ROLE_TABLES)
        return listed or (folded[0] in "لبو" and rest.endswith("ه") and len(rest) > 3)

    def _is_bare(self, place: int, last: int) -> bool:
        return (
            place < last
            and self._document.tokens[place].is_word
            and not self._words.is_function(self._document.folded(place))
        )

    def _after_title(self, place: int, first: int) -> bool:
        return place == first or self._document.folded(place - 1).startswith("ال")

    def _is_family(self, place: int, first: int, last: int) -> bool:
        """A name with ال: at the end of the phrase after a definite title, or alone."""
        if place == first:
            return place + 1 == last
        before = self._document.folded(place - 1)
        titled = before.startswith("ال") and self._lexicon.class_of("titles", before) is not None
        return (
            titled
            and not any(
                self._document.tokens[n].is_word
                and not self._document.folded(n).startswith("ال")
                and not self.is_role(n)
                for n in range(place + 1, min(last, place + 3))
            )
            and not is_adjective(self._document.folded(place))
        )

    def _is_unlisted_role(self, place: int, last: int) -> bool:
        """«اختصاصي الأوبئة صموئيل أوتشينغ»: a construct whose definite complement another bare word follows."""
        if place + 2 >= last or not self._document.folded(place + 1).startswith("ال"):
            return False
        if self._document.folded(place) == "عبد" or self._document.folded(place + 1) in _COMPOUNDS:
            return False
        following = self._document.tokens[place + 2]
        return following.is_word and following.folded not in _LINKS and not following.folded.startswith("ال")
