"""A personal name read backwards from its family name, so that a short mention finds the full one."""

from __future__ import annotations

from training.quotes.document import Document
from training.quotes.lexicon import Lexicon
from training.quotes.name_kinds import LINKS, NameKinds
from training.quotes.names import COMPOUNDS
from training.quotes.words import Words

_MAX_BACK = 4


class FamilyNames:
    """Reads the names of one document from their last word."""

    def __init__(self, document: Document, lexicon: Lexicon) -> None:
        self._document = document
        self._lexicon = lexicon
        self._words = Words(lexicon)
        self._kinds = NameKinds(document, lexicon)

    def back(self, place: int) -> tuple[int, int] | None:
        """The name that ends at `place`, read backwards to the title or the given name that opens it."""
        start = place
        while start > 0 and place - start < _MAX_BACK and self._is_inner(start - 1):
            start -= 1
        while (
            start < place
            and self._kinds.is_definite(start)
            and not self._lexicon.has("given_names", self._document.folded(start))
        ):
            start += 1
        if not (start > 0 and self._kinds.is_title(start - 1)):
            start = self._kinds.given_start(start, place + 1)
        if start == place:
            return None
        linked = any(self._document.folded(n) in LINKS for n in range(start + 1, place))
        before = start > 0 and (self._kinds.is_definite(start - 1) or self._kinds.is_role(start - 1))
        given = any(self._lexicon.has(table, self._document.folded(start)) for table in ("given_names", "first_names"))
        return (start, place + 1) if before or given or linked else None

    def _is_inner(self, place: int) -> bool:
        folded = self._document.folded(place)
        if not self._document.tokens[place].is_word or len(folded) < 2:
            return False
        if self._kinds.is_definite(place) and (
            self._document.folded(place - 1) == "عبد" or self._document.folded(place + 1) in LINKS
        ):
            return True
        if folded in LINKS or folded in COMPOUNDS or self._lexicon.has("given_names", folded):
            return not self._kinds.is_definite(place)
        verb = self._words.is_verb(folded) and not self._kinds.is_definite(place - 1)
        listed = self._words.is_function(folded) or verb or self._kinds.is_role(place)
        return not listed and not self._kinds.is_definite(place) and not self._kinds.is_attached(place)
