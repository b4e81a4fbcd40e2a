"""Reporting verbs: every form a news text uses, built from the third-person masculine singular past.

The verb form (I–X, as grammars number them) fixes the present and the participle; form I verbs state both
because their vowels are not predictable. All forms are folded (see `normalise.fold`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from training.quotes.normalise import fold

VERB_FORMS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "X")


class Gender(StrEnum):
    """Grammatical gender; a plural of things agrees as feminine."""

    MASCULINE = "m"
    FEMININE = "f"


class Number(StrEnum):
    """Grammatical number."""

    SINGULAR = "s"
    DUAL = "d"
    PLURAL = "p"


class Tense(StrEnum):
    """Past, present (with its subjunctive endings), or the indefinite accusative participle."""

    PAST = "past"
    PRESENT = "present"
    PARTICIPLE = "participle"


@dataclass(frozen=True, slots=True)
class Inflected:
    """One folded surface of a verb with what it says of its subject."""

    surface: str
    tense: Tense
    gender: Gender
    number: Number


def inflect(past: str, form: str, present: str | None = None, participle: str | None = None) -> tuple[Inflected, ...]:
    """All forms of a verb: past, present and participle, masculine and feminine, singular, dual and plural.

    `present` and `participle` (3ms, «يقول» and «قائل») are required for form I and optional otherwise.
    """
    stem = fold(past)
    present = fold(present) if present else _present(stem, form)
    participle = fold(participle) if participle else "م" + present[1:]
    forms = [*_past_forms(past), *_present_forms(present), *_participle_forms(participle)]
    return tuple(dict.fromkeys(forms))


def _past_forms(past: str) -> Iterator[Inflected]:
    stem = fold(past)
    weak = past.endswith(("ا", "ى"))
    base = stem[:-1] if weak else stem
    dual = base + ("وا" if past.endswith("ا") else "يا") if weak else base + "ا"
    yield Inflected(stem, Tense.PAST, Gender.MASCULINE, Number.SINGULAR)
    yield Inflected(base + "ت", Tense.PAST, Gender.FEMININE, Number.SINGULAR)
    yield Inflected(base + "وا", Tense.PAST, Gender.MASCULINE, Number.PLURAL)
    yield Inflected(dual, Tense.PAST, Gender.MASCULINE, Number.DUAL)
    yield Inflected(base + "تا", Tense.PAST, Gender.FEMININE, Number.DUAL)
    if not weak and not _is_hollow(stem):
        yield Inflected(stem + "ن", Tense.PAST, Gender.FEMININE, Number.PLURAL)


def _present_forms(present: str) -> Iterator[Inflected]:
    stem = present[1:]
    base = stem[:-1] if stem.endswith(("ي", "و", "ا")) else stem
    dual = stem[:-1] + "ي" if stem.endswith("ا") else stem
    yield Inflected("ي" + stem, Tense.PRESENT, Gender.MASCULINE, Number.SINGULAR)
    yield Inflected("ت" + stem, Tense.PRESENT, Gender.FEMININE, Number.SINGULAR)
    for ending in ("ون", "وا"):
        yield Inflected("ي" + base + ending, Tense.PRESENT, Gender.MASCULINE, Number.PLURAL)
    yield Inflected("ي" + dual + "ان", Tense.PRESENT, Gender.MASCULINE, Number.DUAL)
    yield Inflected("ت" + dual + "ان", Tense.PRESENT, Gender.FEMININE, Number.DUAL)


def _participle_forms(participle: str) -> Iterator[Inflected]:
    stem = participle
    base = stem[:-1] if stem.endswith("ي") else stem
    yield Inflected(stem + "ا", Tense.PARTICIPLE, Gender.MASCULINE, Number.SINGULAR)
    yield Inflected(stem + "ه", Tense.PARTICIPLE, Gender.FEMININE, Number.SINGULAR)
    yield Inflected(base + "ين", Tense.PARTICIPLE, Gender.MASCULINE, Number.PLURAL)
    yield Inflected(stem + "تين", Tense.PARTICIPLE, Gender.FEMININE, Number.DUAL)
    yield Inflected(stem + "ات", Tense.PARTICIPLE, Gender.FEMININE, Number.PLURAL)


def _present(stem: str, form: str) -> str:
    if form == "IV":
        return "ي" + _imperfect_vowel(stem[1:])
    if form in {"VII", "VIII", "X"}:
        return "ي" + _imperfect_vowel(stem[1:], keep_alef=form == "VIII")
    if form in {"II", "III"}:
        rest = "و" + stem[1:] if stem.startswith("ا") else stem
        return "ي" + (rest[:-1] + "ي" if rest.endswith(("ا", "ي")) else rest)
    return "ي" + stem


def _imperfect_vowel(rest: str, *, keep_alef: bool = False) -> str:
    """The stem after its prefix alef: a hollow or final alef becomes ya («أشار» يشير, «ادّعى» يدعي)."""
    if rest.endswith("ا"):
        return rest[:-1] + "ي"
    hollow = len(rest) >= 3 and rest[-2] == "ا" and not keep_alef
    return rest[:-2] + "ي" + rest[-1] if hollow else rest


def _is_hollow(stem: str) -> bool:
    return len(stem) >= 3 and stem[-2] == "ا"
