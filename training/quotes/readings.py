"""Single words read as cue verbs, and the small closed classes around them."""

from __future__ import annotations

from dataclasses import dataclass

from training.quotes.inflection import Tense
from training.quotes.lexicon import CueForm, Lexicon

PREPOSITIONS = {"الي": "ila", "علي": "ala", "من": "min", "عن": "an", "في": "fi", "فى": "fi"}
_PRONOUNS = ("", "ه", "ها", "هم", "هما", "هن", "نا", "ني", "ي", "ك", "كم", "نه")
COMPLEMENTISERS = frozenset(prefix + "ان" + pronoun for prefix in ("", "ب") for pronoun in _PRONOUNS)
SAYING = frozenset({"قايلا", "قايله", "قايلين", "بالقول", "بقوله", "بقولها", "بقولهم", "القول"})
_OBJECT_PRONOUNS = ("هما", "هم", "ها", "نا", "ه")


@dataclass(frozen=True, slots=True)
class Reading:
    """A word read as a cue verb, with what is attached to it."""

    form: CueForm
    joined: bool
    pronoun: bool = False
    future: bool = False


def read_cue(lexicon: Lexicon, folded: str) -> Reading | None:
    """The reading of a folded word as a cue: its form, an attached و or ف, an attached object pronoun."""
    return lexicon.memo.answer("cue", folded, lambda: _read(lexicon, folded))


def _read(lexicon: Lexicon, folded: str) -> Reading | None:
    for word, joined in ((folded, False), (folded[1:], True)):
        if joined and folded[:1] not in {"و", "ف"}:
            continue
        if word in lexicon.verbs:
            return Reading(lexicon.verbs[word][0], joined)
        future = lexicon.verbs.get(word[1:], ()) if word[:1] == "س" else ()
        if future and future[0].tense is Tense.PRESENT:
            return Reading(future[0], joined, future=True)
        for pronoun in _OBJECT_PRONOUNS:
            stem = word.removesuffix(pronoun)
            known = lexicon.verbs.get(stem, ()) if stem != word and len(stem) > 2 else ()
            if known and known[0].verb.complements & {"addressee", "object"} and known[0].tense is not Tense.PARTICIPLE:
                return Reading(lexicon.verbs[stem][0], joined, pronoun=True)
    return None
