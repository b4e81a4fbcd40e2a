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
_MAX_BACK = 4
_MAX_PLACES = 20
_KUNYAS = frozenset({"ابو", "ام"})
_FREE_ROLES = frozenset(
    {
        "متقاعد",
        "متقاعده",
        "حقوقي",
        "طيار",
        "بحري",
        "سابقا",
        "نفسه",
        "نفسها",
        "ذاته",
        "اسمه",
        "اسمها",
        "يدعي",
        "تدعي",
        "باسمها",
        "باسمه",
        "باسمهم",
        "مهندس",
        "احدها",
        "احداها",
        "بالانابه",
        "بالوكاله",
        "بالنيابه",
        "ركن",
    }
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

    def __init__(self, document: Document, lexicon: Lexicon) -> None:
        self._document = document
        self._lexicon = lexicon
        self._words = Words(lexicon)
        self._nisbas = frozenset(_nisbas(lexicon))

    def find(self, first: int, last: int) -> tuple[int, int] | None:
        """The tokens of the personal name in `[first, last)`; a lone word counts only alone or after a title."""
        found = self._find(first, last)
        if found is None:
            return None
        start, end = found
        lone = end - start == 1 and last - first > 1 and not (start > first and self._is_title(start - 1))
        return (
            None
            if lone and not self._lexicon.has("given_names", self._document.folded(start))
            else (start, self._cut(start, end))
        )

    def _cut(self, start: int, end: int) -> int:
        """Drop a last word with ال that does not follow the name where its family name stands elsewhere."""
        if end - start < 3 or not self._is_definite(end - 1):
            return end
        before, dropped = self._document.folded(end - 2), self._document.folded(end - 1)
        if before in _LINKS:
            return end
        others = [place for place in self._document.places.get(before, ())[:_MAX_PLACES] if place != end - 2]
        alone = any(self._document.folded(place + 1) != dropped for place in others)
        return end - 1 if alone else end

    def _find(self, first: int, last: int) -> tuple[int, int] | None:
        for place in range(last - 1, first, -1):
            titled = self._is_title(place - 1) and (
                place - 1 == first or self._document.folded(place - 1) not in _INNER_TITLES
            )
            if titled and self.begins(place, first, last, governed=False):
                return place, self.end(place, last)
        governed, place = False, first
        while place < last:
            marked = self._document.marks.get(place)
            if marked is not None and marked.closed and place > first:
                governed, place = False, marked.after
                continue
            if not self._document.tokens[place].is_word:
                governed = False
            elif self.begins(place, first, last, governed=governed):
                return place, self.end(place, last)
            else:
                governed = self._governs(place, first, governed=governed)
            place += 1
        return None

    def begins(self, place: int, first: int, last: int, *, governed: bool) -> bool:
        """Whether a name begins at `place`; `governed` says that the word before takes it as its complement."""
        folded, following = self._document.folded(place), self._document.folded(place + 1) if place + 1 < last else ""
        if len(folded) < 2 or not self._document.tokens[place].is_word:
            return False
        if folded in _KUNYAS:
            return bool(following) and not governed and not self._words.is_function(following)
        if self._words.is_function(folded) or (folded in _LINKS and folded != "عبد"):
            return False
        if self._lexicon.has("given_names", folded):
            return self._given_begins(place, first, last, governed=governed)
        if folded in _INNER_TITLES and place > first and self._is_definite(place - 1):
            return self._is_bare(place + 1, last)
        if folded == "عبد" or following in _COMPOUNDS:
            return True
        if governed or self.is_role(place):
            return False
        if self._is_definite(place):
            return self._is_family(place, first, last)
        place_name = folded[0] == "ب" and (self._is_definite(place + 1) or following == "عبد") and place > first
        if place_name and place + 1 < last:
            return False
        return not self._attached(place) and (place > first or not self._is_unlisted_role(place, last))

    def end(self, start: int, last: int) -> int:
        """The token after the name that begins at `start`."""
        place = start + 1
        while place < last and self._goes_on(start, place, last):
            place += 1
        while place - 1 > start and self._document.folded(place - 1) in _LINKS:
            place -= 1
        return place

    def back(self, place: int) -> tuple[int, int] | None:
        """The name that ends at `place`, read backwards to the title or the given name that opens it."""
        start = place
        while start > 0 and place - start < _MAX_BACK and self._is_inner(start - 1):
            start -= 1
        while (
            start < place
            and self._is_definite(start)
            and not self._lexicon.has("given_names", self._document.folded(start))
        ):
            start += 1
        if start == place:
            return None
        before = start > 0 and (self._is_definite(start - 1) or self.is_role(start - 1))
        given = self._lexicon.has("given_names", self._document.folded(start))
        return (start, place + 1) if before or given else None

    def _is_inner(self, place: int) -> bool:
        folded = self._document.folded(place)
        if not self._document.tokens[place].is_word or len(folded) < 2:
            return False
        if self._is_definite(place) and (
            self._document.folded(place - 1) == "عبد" or self._document.folded(place + 1) in _LINKS
        ):
            return True
        if folded in _LINKS or folded in _COMPOUNDS or self._lexicon.has("given_names", folded):
            return not self._is_definite(place)
        verb = self._words.is_verb(folded) and not self._is_definite(place - 1)
        listed = self._words.is_function(folded) or verb or self.is_role(place)
        return not listed and not self._is_definite(place) and not self._attached(place)

    def _given_begins(self, place: int, first: int, last: int, *, governed: bool) -> bool:
        """A listed given name; one that is also an office («أمين», «نقيب») or has ال needs a bare word after it."""
        bare = self._is_bare(place + 1, last)
        office = self._lexicon.class_of("titles", self._document.folded(place)) is not None
        if self._is_definite(place):
            return not governed and bare and not (office and self._is_definite(place + 1))
        if office:
            return place > first and self._is_definite(place - 1) and bare
        return not governed or bare

    def _goes_on(self, start: int, place: int, last: int) -> bool:
        token, before = self._document.tokens[place], self._document.folded(place - 1)
        folded = token.folded
        if folded == "-":
            return place + 1 < last
        if not token.is_word or len(folded) < 2:
            return False
        following = self._document.folded(place + 1) if place + 1 < last else ""
        if following in _COMPOUNDS and not self._closed(start, place):
            return True
        if folded in _LINKS or before in _LINKS or folded in _COMPOUNDS:
            return folded in _LINKS or not self._words.is_function(folded)
        if self._words.is_function(folded) or self._lexicon.has("manner_words", folded):
            return False
        if self._states(place, start) or (following.startswith("ال") and self._words.is_stated(folded)):
            return self._lexicon.has("given_names", folded)
        if self._is_definite(place):
            return self._lexicon.class_of("titles", folded) is None or place + 1 == last
        if self._closed(start, place):
            return place + 1 == last and not self.is_role(place) and not folded.endswith("ا")
        if self._lexicon.has("given_names", folded):
            return True
        if self._lexicon.class_of("titles", folded) is not None:
            return place + 1 == last or (folded in _INNER_TITLES and not self._is_definite(place + 1))
        return not self.is_role(place) and not self._attached(place)

    def _states(self, place: int, start: int) -> bool:
        """Whether a definite word after a full name is the object of its verb («عماد طرطور | الفكرة»)."""
        return place - start > 1 and self._is_definite(place) and self._words.is_stated(self._document.folded(place))

    def _closed(self, start: int, place: int) -> bool:
        """Whether a family name with ال stands before `place`, so that the name is complete."""
        before = self._document.folded(place - 1)
        compound = before in _COMPOUNDS or self._document.folded(place - 2) == "عبد"
        return self._is_definite(place - 1) and place - 1 > start and not compound

    def _governs(self, place: int, first: int, *, governed: bool) -> bool:
        """Whether the word takes the next as complement: a preposition, or an indefinite head in construct."""
        folded = self._document.folded(place)
        if folded in _PREPOSITIONS:
            return True
        if self._is_definite(place) or self._possessed(place):
            return False
        if self.is_role(place) and self._lexicon.class_of("capitals", folded) is None:
            label = self._lexicon.class_of("titles", folded)
            return label not in {"rank", "honorific"} and folded not in self._nisbas and folded not in _FREE_ROLES
        return self._document.folded(place + 1).startswith("ال") and (governed or place == first)

    def is_role(self, place: int) -> bool:
        """Whether the word at `place` belongs to a role, a body or a place instead of a name."""
        folded = self._document.folded(place)
        bare = folded
        if self._is_definite(place):
            bare = folded[folded.index("ل") + 1 :]
            bare = bare[1:] if folded[1:].startswith("ال") and bare.startswith("ل") else bare
        forms = {folded, bare}
        if bare != folded:
            forms |= {bare.removesuffix(ending) for ending in ("ان", "ين", "ون")}
        elif folded[:1] in {"و", "ل", "ب"}:
            forms.add(folded[1:])
        tables = (self._lexicon.words[table] for table in _ROLE_TABLES)
        return (
            folded in self._nisbas or any(form in table for table in tables for form in forms) or self._possessed(place)
        )

    def _is_definite(self, place: int) -> bool:
        """Whether the word carries the article as it is written: «ألين» and «إلياس» do not."""
        token = self._document.tokens[place]
        if not token.is_word or token.folded in {"الله", "الين", "الي"}:
            return False
        raw = self._document.text[token.start : token.start + 3]
        return raw.startswith(("ال", "لل")) or (raw in {"وال", "بال"} and len(token.folded) > 5)

    def _is_title(self, place: int) -> bool:
        """Whether a definite title or rank stands at `place`, so that a name may follow («الدكتورة | ليلى»)."""
        folded = self._document.folded(place)
        if self._lexicon.has("given_names", folded):
            return False
        label = self._lexicon.class_of("titles", folded)
        return label in {"rank", "honorific"} or (label == "role" and self._is_definite(place) and folded[:1] == "ا")

    def _possessed(self, place: int) -> bool:
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

    def _attached(self, place: int) -> bool:
        """Whether و ل ب ك stand before a listed or definite word («لوكالة, بالرياض»)."""
        folded = self._document.folded(place)
        if len(folded) < 4 or folded[0] not in "ولبكف":
            return False
        if self._is_definite(place) or self._lexicon.has("manner_words", folded):
            return True
        return any(folded[1:] in self._lexicon.words[table] for table in _ROLE_TABLES)

    def _is_bare(self, place: int, last: int) -> bool:
        """Whether a word that can go on a name stands at `place`."""
        if place >= last or not self._document.tokens[place].is_word:
            return False
        folded = self._document.folded(place)
        return folded in _LINKS or not (self._words.is_function(folded) or self._lexicon.has("manner_words", folded))

    def _is_family(self, place: int, first: int, last: int) -> bool:
        """A name with ال: alone, before «ولد» or «أبو», or at the end of the phrase after a definite title."""
        folded = self._document.folded(place)
        if place == first:
            return place + 1 == last
        if place + 1 < last and self._document.folded(place + 1) in _LINKS - {"عبد"} and folded.startswith("ال"):
            return True
        return place + 1 == last and self._is_title(place - 1) and not is_adjective(folded)

    def _is_unlisted_role(self, place: int, last: int) -> bool:
        """«قيّم الأوراق النادرة صموئيل أوتشينغ»: a construct whose definite complement another bare word follows."""
        after = place + 1
        while after < last and self._is_definite(after):
            after += 1
        if after in {place + 1, last} or self._document.folded(place) == "عبد":
            return False
        if self._document.folded(place + 1) in _COMPOUNDS or self._document.folded(after) in _LINKS:
            return False
        return self._is_bare(after, last) and self._is_bare(after + 1, last)


def _nisbas(lexicon: Lexicon) -> list[str]:
    """Adjectives of nationality, built from the listed places: العراق → العراقي, تركيا → التركي."""
    stems = [place.removeprefix("ال") for place in lexicon.words["capitals"]]
    bare = [stem.removesuffix("يا").removesuffix("ا").removesuffix("يه").removesuffix("ه") for stem in stems]
    return [f"ال{stem}{ending}" for stem in bare for ending in ("ي", "يه")]
