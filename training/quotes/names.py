"""Where a personal name begins and ends among titles, roles, places and nisbas.

A construct chain («رئيس بلدية …») and a preposition take one complement; a bare word that nothing governs and that
heads no role begins the name. Family names with ال end it, save in compounds («عبد الرحمن», «نور الدين») and chains.
"""

from __future__ import annotations

from itertools import pairwise

from training.quotes.document import Document
from training.quotes.lexicon import Lexicon
from training.quotes.name_kinds import LINKS, NameKinds
from training.quotes.words import Words, is_adjective, is_masdar

_MAX_PLACES = 20
_MAX_BARE = 4
_SAINTS = frozenset({"سان", "سانت", "سانتا"})
_KUNYAS = frozenset({"ابو", "ام"})
_FREE_ROLES = frozenset(
    [
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
    ]
)
COMPOUNDS = frozenset({"الدين", "الله", "الاسلام", "العابدين", "النبي", "الباري", "الزهراء"})
_INNER_TITLES = frozenset(
    {"شيخ", "حاج", "سيد", "مير", "خان", "بك", "سي", "ملا", "معلم", "سلطان", "نقيب", "امير", "حاكم"}
)
_PLURALS = ("ات", "ين", "ون")
_SON_OF = frozenset({"بن", "بنت", "ولد"})
_CLANS = frozenset({"بن", "ولد", "ود"})
"""Family names may begin with «son of»: «بن جدو»."""
_PREPOSITIONS = frozenset({"في", "من", "عن", "على", "علي", "باسم", "لدي", "الي", "بين"})


class NameFinder:
    """Finds personal names inside speaker phrases of one document."""

    def __init__(self, document: Document, lexicon: Lexicon) -> None:
        self._document = document
        self._lexicon = lexicon
        self._words = Words(lexicon)
        self._kinds = NameKinds(document, lexicon)

    def find(self, first: int, last: int) -> tuple[int, int] | None:
        """The tokens of the personal name in `[first, last)`; a lone word counts only alone or after a title."""
        found = self._find(first, last)
        if found is None:
            return None
        start, end = found
        lone = end - start == 1 and last - first > 1 and not (start > first and self._kinds.is_title(start - 1))
        known = self._lexicon.has("given_names", self._document.folded(start))
        return None if lone and not known else (start, self._cut(start, end))

    def _cut(self, start: int, end: int) -> int:
        """Drop a last word with ال that does not follow the name where its family name stands elsewhere."""
        if end - start < 3 or not self._kinds.is_definite(end - 1):
            return end
        before, dropped = self._document.folded(end - 2), self._document.folded(end - 1)
        if before in LINKS:
            return end
        others = [place for place in self._document.places.get(before, ())[:_MAX_PLACES] if place != end - 2]
        alone = any(
            self._document.folded(place + 1) != dropped and self._words.is_verb(self._document.folded(place - 1))
            for place in others
        )
        return end - 1 if alone and not dropped.endswith("ي") else end

    def _find(self, first: int, last: int) -> tuple[int, int] | None:
        found, closing, bare = self._forward(first, last), self._closing(first, last), self._before_role(first, last)
        lone = found is None or (found[1] - found[0] == 1 and closing is None)
        if bare is not None and (lone or self.is_common(first)):
            return bare
        if closing is None or found is None:
            return found or closing
        return closing if closing[0] <= found[0] or self._is_doubtful(found[0], first) else found

    def _closing(self, first: int, last: int) -> tuple[int, int] | None:
        """The name from its common given name to the end of the phrase or its first comma («… لشؤون الأمة | ماجد الهيفي»)."""
        stop = self._document.comma_in(first, last)
        for place in range(first, stop - 1):
            if self._is_given(place, first, stop) and self.end(place, stop) == stop:
                return place, stop
        return None

    def _is_given(self, place: int, first: int, last: int) -> bool:
        """Whether a common given name stands at `place` that is no office of the phrase («المختار | نعيم سرور»)."""
        folded, before = self._document.folded(place), self._document.folded(place - 1) if place > first else ""
        linked = (LINKS | _SAINTS) & {before} or folded in LINKS - {"عبد"}
        if not self._is_known(folded) or linked or (before and self._governs_place(place - 1)):
            return False
        label = self._lexicon.class_of("titles", folded)
        if label is None or (label == "rank" and self._kinds.is_definite(place + 1) and place + 2 == last):
            return True
        return place > first and self._kinds.is_definite(place - 1) and self._kinds.is_bare(place + 1, last)

    def is_common(self, place: int) -> bool:
        """Whether a common given name stands at `place`."""
        return self._is_known(self._document.folded(place))

    def are_names(self, places: range) -> bool:
        """Whether bare words stand at `places` that are no role, place or body («شركة | أبل»)."""
        return all(
            self._kinds.is_bare(n, n + 1) and not self._kinds.is_definite(n) and not self._kinds.is_role(n)
            for n in places
        )

    def _is_known(self, folded: str) -> bool:
        """Whether the word is a common given name; «علي» is one only where it is told apart from the preposition."""
        words = self._lexicon.words
        named = folded in words["first_names"] or folded in words["given_names"]
        return folded == "عبد" or (named and folded not in words["function_words"])

    def _is_doubtful(self, start: int, first: int) -> bool:
        """Whether a name read from `start` may open with the complement of the role («مدير مدرسة في بني | ياس خميس الجنيبي»)."""
        token, folded = self._document.tokens[start], self._document.folded(start)
        if self._is_known(folded) or folded in _KUNYAS:
            return False
        if start > first and (self._document.folded(start - 1) == "بني" or self._governs_place(start - 1)):
            return True
        if self._kinds.is_honoured(start):
            return False
        owned = self._document.text[token.end - 1] == "ه" or self._document.text[token.start : token.end].endswith("ها")
        return owned or folded == "الله" or folded[0] in "لب"

    def _governs_place(self, place: int) -> bool:
        """Whether an indefinite body, place or outlet stands at `place`, whose name may be a person's («جامعة | الأزهر»)."""
        folded = self._document.folded(place)
        tables = ("organisation_words", "role_words", "outlet_words")
        listed = any(self._lexicon.class_of(table, folded) is not None for table in tables)
        return listed and not self._kinds.is_definite(place) and folded not in _FREE_ROLES

    def _before_role(self, first: int, last: int) -> tuple[int, int] | None:
        """The bare name before a role in apposition, with or without a comma («سالم الحداد عضو المجلس», «الحداد، الذي غادر»)."""
        if (
            not self._kinds.is_bare(first, last)
            or self._kinds.is_role(first)
            or self._words.head(self._document.folded(first))
        ):
            return None
        for place in range(first + 1, min(last, first + _MAX_BARE + 1)):
            token = self._document.tokens[place]
            family = place == first + 1 and self._kinds.is_definite(place) and self._ends(place + 1, last)
            if token.is_comma or (self._opens_role(place) and not family):
                return first, place
            if not self._kinds.is_bare(place, last) or self._words.is_verb(token.folded):
                return None
        return None

    def _ends(self, place: int, last: int) -> bool:
        return place >= last or self._document.tokens[place].is_comma

    def _opens_role(self, place: int) -> bool:
        folded = self._document.folded(place)
        return self._lexicon.class_of("titles", folded) is not None and not self._is_known(folded)

    def _forward(self, first: int, last: int) -> tuple[int, int] | None:
        for place in range(last - 1, first, -1):
            titled = (
                self._kinds.is_title(place - 1)
                and self._document.folded(place - 2) != "عبد"
                and (place - 1 == first or self._document.folded(place - 1) not in _INNER_TITLES)
            )
            if titled and self.begins(place, first, last, governed=False):
                return place, self.end(place, last)
        apposed = self._apposed(first, last)
        if apposed is not None:
            return apposed
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

    def _apposed(self, first: int, last: int) -> tuple[int, int] | None:
        """A name that fills the place between commas after a role («حاكم إقليم الوادي، سامي الحداد»)."""
        if not self._kinds.is_role(first):
            return None
        commas = [n for n in range(first, last) if self._document.tokens[n].is_comma]
        for comma, end in pairwise([*commas, last]):
            start = comma + 1
            if end - start > 1 and self.begins(start, start, end, governed=False) and self.end(start, end) == end:
                return start, end
            if end - start == 2 and all(
                self._kinds.is_definite(n) and not self._kinds.is_role(n) for n in (start, start + 1)
            ):
                return start, end
        return None

    def begins(self, place: int, first: int, last: int, *, governed: bool) -> bool:
        """Whether a name begins at `place`; `governed` says that the word before takes it as its complement."""
        folded, following = self._document.folded(place), self._document.folded(place + 1) if place + 1 < last else ""
        if len(folded) < 2 or not self._document.tokens[place].is_word or folded == "الله":
            return False
        if folded in _KUNYAS:
            return bool(following) and not governed and not self._words.is_function(following)
        if self._document.text[self._document.tokens[place].start : self._document.tokens[place].end] == "آل":
            return bool(following)
        if folded in _CLANS and place == first and not governed:
            return bool(following)
        if folded == "باسم" and self._kinds.is_honoured(place):
            return self._kinds.is_bare(place + 1, last)
        if self._words.is_function(folded) or (folded in LINKS and folded != "عبد"):
            return False
        described = place > first and not self._kinds.is_definite(place - 1) and not self._kinds.is_title(place - 1)
        if described and self._words.is_verb(folded):
            return False
        if self._lexicon.has("given_names", folded):
            return self._given_begins(place, first, last, governed=governed)
        after = place > first and (self._kinds.is_definite(place - 1) or self._document.tokens[place - 1].is_comma)
        if folded in _INNER_TITLES and after:
            return self._kinds.is_bare(place + 1, last)
        if folded == "عبد" or following in COMPOUNDS or (following in _SON_OF and not self._is_head(folded)):
            return True
        own = place > first and (self._kinds.is_definite(place - 1) or self._kinds.is_possessed(place - 1))
        if own and self._lexicon.has("first_names", folded) and self._kinds.is_bare(place + 1, last):
            return True
        if governed or self._kinds.is_role(place) or (described and self._kinds.is_nisba(place)):
            return False
        if self._kinds.is_definite(place):
            return self._is_family(place, first, last)
        place_name = folded[0] in "بل" and place > first and self._is_place(place, last)
        if place_name and place + 1 < last:
            return False
        return not self._kinds.is_attached(place) and (place > first or not self._is_unlisted_role(place, last))

    def _is_head(self, folded: str) -> bool:
        """Whether the word is an office or a body, so that «بن» after it opens its name («محكمة | بن عروس»)."""
        return any(self._lexicon.class_of(table, folded) for table in ("titles", "organisation_words"))

    def _is_place(self, place: int, last: int) -> bool:
        """«بدبي | نادين الحلو», «لمكافحة القرصنة»: an attached preposition and its noun, not the name itself."""
        folded = self._document.folded(place)
        if self._kinds.is_title(place - 1) or (
            folded[0] == "ل" and not (is_masdar(folded[1:]) or folded.endswith("ه"))
        ):
            return False
        following = self._document.folded(place + 1) if place + 1 < last else ""
        two = (
            not self._kinds.is_definite(place - 1)
            and self._kinds.is_bare(place + 1, last)
            and self._kinds.is_bare(place + 2, last)
        )
        return self._kinds.is_definite(place + 1) or following == "عبد" or two

    def end(self, start: int, last: int) -> int:
        """The token after the name that begins at `start`."""
        place = start + 1
        while place < last and self._goes_on(start, place, last):
            place += 1
        while place - 1 > start and self._document.folded(place - 1) in LINKS:
            place -= 1
        return place

    def _given_begins(self, place: int, first: int, last: int, *, governed: bool) -> bool:
        """A listed given name; one that is also an office («أمين», «نقيب») or has ال needs a bare word after it."""
        bare = self._kinds.is_bare(place + 1, last)
        office = self._lexicon.class_of("titles", self._document.folded(place)) is not None
        if self._kinds.is_definite(place):
            return not governed and bare and not (office and self._kinds.is_definite(place + 1))
        if office:
            return place > first and self._kinds.is_definite(place - 1) and bare
        return not governed or bare

    def _goes_on(self, start: int, place: int, last: int) -> bool:
        token, before = self._document.tokens[place], self._document.folded(place - 1)
        folded = token.folded
        if folded == "-":
            return place + 1 < last
        if not token.is_word or len(folded) < 2 or folded.startswith("لل"):
            return False
        following = self._document.folded(place + 1) if place + 1 < last else ""
        if folded.startswith("بال") and not self._is_known(folded) and self._words.is_stated(folded[1:]):
            return False
        if following in COMPOUNDS and not self._closed(start, place):
            return True
        if folded in LINKS or before in LINKS or folded in COMPOUNDS:
            return folded in LINKS or not self._words.is_function(folded)
        if self._is_known(folded) and not (self._closed(start, place) or self._kinds.is_definite(place)):
            return True
        if self._words.is_function(folded) or self._is_manner(place) or self._is_theirs(place, start, last):
            return False
        if self._states(place, start) or (following.startswith("ال") and self._words.is_stated(folded)):
            return self._lexicon.has("given_names", folded)
        if self._kinds.is_definite(place):
            return self._lexicon.class_of("titles", folded) is None or place + 1 == last
        if self._closed(start, place):
            return place + 1 == last and not self._kinds.is_role(place) and not folded.endswith("ا")
        if self._lexicon.has("given_names", folded):
            return True
        if self._lexicon.class_of("titles", folded) is not None:
            family = place == start + 1 and self._kinds.is_definite(start) and place + 2 == last
            inner = folded in _INNER_TITLES and not self._kinds.is_definite(place + 1)
            return place + 1 == last or inner or (family and self._kinds.is_definite(place + 1))
        return not self._kinds.is_role(place) and not self._kinds.is_attached(place)

    def _is_manner(self, place: int) -> bool:
        """Whether a word of manner stands at `place`, or an object with its adjective, both in tanwin («قرارا جمهوريا»)."""
        folded, following = self._document.folded(place), self._document.folded(place + 1)
        tanwin = folded.endswith("ا") and following.endswith("يا") and not following.startswith("ال")
        return tanwin or (self._lexicon.has("manner_words", folded) and not self._is_known(folded))

    def _is_theirs(self, place: int, start: int, last: int) -> bool:
        """Whether a noun with a pronoun follows a full name: an object («كمال الورتتاني | قراءه قبل …»); «ورسمه» ends one."""
        token = self._document.tokens[place]
        written = self._document.text[token.start : token.end]
        known = any(self._lexicon.has(table, token.folded) for table in ("first_names", "given_names"))
        theirs = written.endswith(("ها", "هم")) or (written.endswith("ه") and place + 1 < last)
        return place - start > 1 and theirs and not known and token.folded != "الله"

    def _states(self, place: int, start: int) -> bool:
        """Whether a word after a full name is the object of its verb («عماد طرطور | الفكرة», «… | الشركات», «… | إرجاء»)."""
        folded = self._document.folded(place)
        son = self._document.folded(place - 2) in LINKS  # «مبارك بن خالد | البوعينين» is a family
        several = self._kinds.is_definite(place) and folded.endswith(_PLURALS) and folded not in COMPOUNDS and not son
        return place - start > 1 and not self._is_known(folded) and (several or self._words.is_stated(folded))

    def _closed(self, start: int, place: int) -> bool:
        """Whether a family name with ال stands before `place`, so that the name is complete."""
        before = self._document.folded(place - 1)
        compound = before in COMPOUNDS or self._document.folded(place - 2) == "عبد"
        return self._kinds.is_definite(place - 1) and place - 1 > start and not compound

    def _governs(self, place: int, first: int, *, governed: bool) -> bool:
        """Whether the word takes the next as complement: a preposition, or an indefinite head in construct."""
        folded = self._document.folded(place)
        if folded in _PREPOSITIONS:
            return True
        if self._kinds.is_definite(place) or self._kinds.is_possessed(place):
            return False
        if self._kinds.is_role(place) and self._lexicon.class_of("capitals", folded) is None:
            label = self._lexicon.class_of("titles", folded)
            return label not in {"rank", "honorific"} and folded not in self._kinds.nisbas and folded not in _FREE_ROLES
        return self._document.folded(place + 1).startswith("ال") and (governed or place == first)

    def _is_family(self, place: int, first: int, last: int) -> bool:
        """A name with ال: alone, before «ولد» or «أبو», or at the end of the phrase after a definite title."""
        folded = self._document.folded(place)
        if place == first:
            return place + 1 == last
        linked = place + 1 < last and self._document.folded(place + 1) in LINKS - {"عبد"}
        if linked and folded.startswith("ال") and not is_adjective(folded):
            return True
        if place + 1 != last or not self._kinds.is_title(place - 1):
            return False
        honoured = self._lexicon.class_of("titles", self._document.folded(place - 1)) in {"rank", "honorific"}
        return not is_adjective(folded) or (honoured and not self._kinds.is_role(place))

    def _is_unlisted_role(self, place: int, last: int) -> bool:
        """«قيّم الأوراق النادرة صموئيل أوتشينغ»: a construct whose definite complement another bare word follows."""
        after = place + 1
        while after < last and self._kinds.is_definite(after):
            after += 1
        if after in {place + 1, last} or self._document.folded(place) == "عبد":
            return False
        if self._document.folded(place + 1) in COMPOUNDS or self._document.folded(after) in LINKS:
            return False
        return self._kinds.is_bare(after, last) and self._kinds.is_bare(after + 1, last)
