"""Where a clause of reported words is left for the writer's own voice or for the next report."""

from __future__ import annotations

import re

from training.quotes.document import Document
from training.quotes.inflection import Tense
from training.quotes.lexicon import Lexicon
from training.quotes.readings import read_cue

_CONTRASTS = frozenset({"لكن", "ولكن", "بينما", "فيما", "اما", "واما", "بل", "اذ", "وكذلك", "غير", "الا", "بيد"})
_CONTRAST_REACH = 10
_TURNS = frozenset({"لكنه", "لكنها", "لكنهم", "ثم", "وهو", "وهي", "ولم", "ولا", "فيما", "بينما"})
_PRONOUNS = ("", "ه", "ها", "هم", "هما", "نا")


# «مهديا، ملتزما، معتذرا»: an indefinite participle after a comma tells what the speaker does while speaking.
_CIRCUMSTANCE = re.compile(r"^م\w{3,}ا$")


_MANNERS = frozenset({("بلا", "تردد"), ("جمله", "وتفصيلا"), ("رفضا", "قاطعا"), ("دون", "شروط"), ("بلا", "شروط")})


class Turns:
    """Questions about single places of a document at which reported words may end."""

    def __init__(self, document: Document, lexicon: Lexicon) -> None:
        self._document = document
        self._lexicon = lexicon

    def is_occasion(self, place: int) -> bool:
        """«في بيان، خلال لقاء»: where and how the statement was made is no part of a nominal statement."""
        if self._document.folded(place) not in {"في", "خلال", "عبر"} or self._document.mark_around[place] >= 0:
            return False
        following = self._document.folded(place + 1)
        return any(following in self._lexicon.words[table] for table in ("document_words", "event_words"))

    def leaves(self, place: int) -> bool:
        """Whether a nominal statement is left at `place`: a colon, a participle cue, or a clause joined with لكن."""
        if self._document.mark_around[place] >= 0:
            return False
        folded = self._document.folded(place)
        if folded == ":":
            return place - 1 >= 0 and self._document.marks.get(place + 1) is not None
        pair = (folded, self._document.folded(place + 1))
        if pair in _MANNERS:
            return True
        if self._document.tokens[place - 1].is_comma:
            return pair in {("غير", "ان"), ("الا", "ان"), ("في", "حين")} or folded in {
                "لكن",
                "ولكن",
                "بينما",
                "فيما",
                "اذ",
                "غير",
                "وهو",
                "وهي",
                "لكنه",
                "لكنها",
                "ثم",
                "بعد",
                "عقب",
                "اثر",
                "غداه",
                "وسط",
                "وذلك",
                "قبيل",
                "بحضور",
            }
        reading = read_cue(self._lexicon, folded)
        return reading is not None and reading.form.tense is Tense.PARTICIPLE and folded.endswith("ا")

    def is_tail(self, index: int) -> bool:
        """Whether the writer's own voice, a source or a new report begins at `index`."""
        if not self._document.tokens[index - 1].is_comma:
            own = match_phrase(self._document, self._lexicon, "noun_cues", index)
            return own is not None and own[1] == "own"
        if match_phrase(self._document, self._lexicon, "content_tails", index) is not None or self._is_turn(index):
            return True
        match = match_phrase(self._document, self._lexicon, "noun_cues", index)
        return match is not None and match[1] in {"source_after", "own"}

    def _is_turn(self, index: int) -> bool:
        """Whether a comma is followed by the writer's next cue («، وقال», «، داعية», «، لكنه رفض»)."""
        if self._document.mark_around[index] >= 0:
            return False
        if self._contrasts(index) or _CIRCUMSTANCE.match(self._document.folded(index)):
            return True
        if (self._document.folded(index), self._document.folded(index + 1)) == ("قبل", "ان"):
            return read_cue(self._lexicon, self._document.folded(index + 2)) is not None
        if self._document.folded(index) in _TURNS:
            after = index + 1 + (self._document.folded(index + 1) in {"لم", "لا", "لن", "قد"})
            return read_cue(self._lexicon, self._document.folded(after)) is not None
        reading = read_cue(self._lexicon, self._document.folded(index))
        return reading is not None and (reading.joined or reading.form.tense is Tense.PARTICIPLE)

    def _contrasts(self, index: int) -> bool:
        """«، غير أن الوزارة نفت», «، بل قال»: a contrast whose clause holds a verb of reporting of its own."""
        opening, following = self._document.folded(index), self._document.folded(index + 1)
        pair = (opening, following) in {("غير", "ان"), ("الا", "ان"), ("بيد", "ان"), ("في", "حين"), ("علي", "حين")}
        if (
            not pair
            and opening not in _CONTRASTS
            and (opening, following.removesuffix("ه").removesuffix("ها")) != ("غير", "ان")
        ):
            return False
        for place in range(index + 1 + pair, min(len(self._document.tokens), index + _CONTRAST_REACH)):
            token = self._document.tokens[place]
            if not token.is_word:
                return False
            reading = read_cue(self._lexicon, token.folded)
            if reading is not None and reading.form.tense is not Tense.PARTICIPLE:
                return True
        return False


def match_phrase(document: Document, lexicon: Lexicon, table: str, index: int) -> tuple[int, str] | None:
    """The longest phrase of `table` at token `index`, a pronoun on its last word allowed: its end and its class."""
    for words, label in lexicon.phrases[table].get(document.folded(index), ()):
        if all(document.folded(index + n) == word for n, word in enumerate(words[:-1])):
            surface = document.folded(index + len(words) - 1)
            if surface == words[-1] or (label == "own" and surface in {words[-1] + pronoun for pronoun in _PRONOUNS}):
                return index + len(words), label
    return None
