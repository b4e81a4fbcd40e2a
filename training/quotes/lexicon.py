"""The lexicon folder: tab-separated word lists, reviewed like code, read once into a frozen `Lexicon`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from training.errors import RecordError, nearest
from training.quotes.inflection import VERB_FORMS, Gender, Inflected, Number, Tense, inflect
from training.quotes.normalise import fold

T = TypeVar("T")

COMPLEMENTS = (
    "clause",
    "ila",
    "ila_clause",
    "ala",
    "ala_clause",
    "bi",
    "min",
    "an",
    "fi",
    "object",
    "speech",
    "addressee",
    "responsibility",
)
LEANS = ("neutral", "for", "against", "distancing")
_VERB_COLUMNS = ("past", "form", "present", "participle", "complements", "lean", "gloss", "example")
_WORD_COLUMNS = ("entry", "class", "gloss", "example")
_TABLES: Mapping[str, tuple[str, ...]] = {
    "noun_cues": ("source_after", "own", "document", "body_content"),
    "titles": ("role", "rank", "honorific", "kin"),
    "role_words": ("complement",),
    "organisation_words": ("m", "f", "p"),
    "organisation_names": ("m", "f"),
    "capitals": ("capital", "country"),
    "anonymous_words": ("m", "f", "p"),
    "document_words": ("m", "f"),
    "outlet_words": ("head", "name", "audience"),
    "name_heads": ("thing", "work"),
    "shifts": ("shift",),
    "time_words": ("time", "prep"),
    "function_words": ("prep", "rel", "conj", "particle", "verb"),
    "linking_verbs": ("link",),
    "content_tails": ("tail",),
    "adverbial_phrases": ("adverb", "governing"),
    "object_words": ("object", "bare"),
    "anaphors": ("person",),
    "given_names": ("given",),
    "withheld_words": ("identity",),
    "not_sources": ("measure",),
    "event_words": ("event",),
    "no_cues": ("other", "noun"),
    "first_names": ("m", "f"),
    "verb_like_names": ("name",),
    "manner_words": ("manner",),
}


class LexiconError(RecordError):
    """A lexicon file is missing, or one of its lines is not what its header promises."""

    code = "bad_lexicon"


@dataclass(frozen=True, slots=True)
class CueVerb:
    """One reporting verb: its 3ms past, the complements it takes and what it says of the speaker's stance."""

    past: str
    complements: frozenset[str]
    lean: str


@dataclass(frozen=True, slots=True)
class CueForm:
    """One inflected surface of a cue verb."""

    verb: CueVerb
    tense: Tense
    gender: Gender
    number: Number


class Memo:
    """Answers about single words, kept while they are few: a newspaper has one vocabulary, an attacker many."""

    LIMIT = 1 << 18

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Any] = {}

    def answer(self, question: str, word: str, find: Callable[[], T]) -> T:
        """What `find` said when the question was first asked about the word."""
        key = (question, word)
        known: T | Memo = self._known.get(key, self)
        if known is self:
            if len(self._known) >= self.LIMIT:
                self._known.clear()
            known = self._known[key] = find()
        return cast("T", known)


Phrases = Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]


@dataclass(frozen=True)
class Lexicon:
    """All word lists, keyed by folded surface.

    `verbs` maps an inflected form to its readings; `words` maps a table's name to entry and class, single
    words only; `phrases` maps a table's name to its entries by first word, longest first.
    """

    verbs: Mapping[str, tuple[CueForm, ...]]
    words: Mapping[str, Mapping[str, str]]
    phrases: Mapping[str, Phrases]
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """Read every table of `folder`. Raises `LexiconError` naming file and line of the first broken entry."""
        verbs = _read_verbs(folder / "cue_verbs.tsv")
        rows = {name: list(_read_words(folder / f"{name}.tsv", classes)) for name, classes in _TABLES.items()}
        for (surface, *_), label in rows["no_cues"]:
            if label == "other":
                verbs.pop(surface, None)
        words = {name: {key[0]: label for key, label in table if len(key) == 1} for name, table in rows.items()}
        return cls(verbs, words, {name: _by_first_word(table) for name, table in rows.items()})

    def class_of(self, table: str, folded: str) -> str | None:
        """The class of a word in `table`, read through its article and proclitics; None where it is not listed."""
        entries = self.words[table]
        return self.memo.answer(
            table, folded, lambda: next((entries[stem] for stem in stems(folded) if stem in entries), None)
        )

    def has(self, table: str, folded: str) -> bool:
        """Whether the exact folded word is an entry of `table`."""
        return folded in self.words[table]


@lru_cache(maxsize=1 << 16)
def stems(folded: str) -> tuple[str, ...]:
    """The word and what is left of it without conjunction, preposition, article and regular endings, fullest first."""
    found = [folded]
    bare = folded
    if bare[:1] in {"و", "ف"} and len(bare) > 3:
        bare = bare[1:]
        found.append(bare)
    for prefix, rest in (("وال", 3), ("بال", 3), ("كال", 3), ("فال", 3), ("لل", 2), ("ال", 2)):
        if bare.startswith(prefix) and len(bare) > rest + 1:
            found += [bare[rest:]] if prefix != "لل" else [bare[rest:], "ا" + bare]
            break
    else:
        found += [bare[1:]] if bare[:1] in {"ل", "ب", "ك"} and len(bare) > 3 else []
    last = found[-1]
    found += [last[:-2] for ending in ("ان", "ين", "ون") if last.endswith(ending) and len(last) > 4]
    found += [last[:-1] for ending in ("ا",) if last.endswith(ending) and len(last) > 3]
    return tuple(dict.fromkeys(found))


def _by_first_word(rows: list[tuple[tuple[str, ...], str]]) -> Phrases:
    grouped: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for key, label in sorted(rows, key=lambda row: -len(row[0])):
        grouped.setdefault(key[0], []).append((key, label))
    return {first: tuple(entries) for first, entries in grouped.items()}


def _read_words(path: Path, classes: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    seen: dict[tuple[str, ...], int] = {}
    for line, (entry, label, _, _) in _rows(path, _WORD_COLUMNS):
        if label not in classes:
            raise LexiconError(
                f"{path}:{line}", f"class '{label}'", f"one of {', '.join(classes)}", "correct the class"
            )
        key = tuple(fold(word) for word in entry.split())
        if key in seen:
            raise LexiconError(f"{path}:{line}", f"'{entry}' again", f"it once (line {seen[key]})", "delete one line")
        seen[key] = line
        yield key, label


def _read_verbs(path: Path) -> dict[str, tuple[CueForm, ...]]:
    readings: dict[str, list[CueForm]] = {}
    for line, cells in _rows(path, _VERB_COLUMNS):
        past, form, present, participle, complements, lean, _, _ = cells
        place = f"{path}:{line}"
        _expect(place, "form", form, VERB_FORMS)
        _expect(place, "lean", lean, LEANS)
        if form == "I":
            _expect_stated(place, present, participle)
        for complement in complements.split(","):
            _expect(place, "complement", complement, COMPLEMENTS)
        verb = CueVerb(fold(past), frozenset(complements.split(",")), lean)
        for inflected in _forms(past, form, present, participle):
            readings.setdefault(inflected.surface, []).append(
                CueForm(verb, inflected.tense, inflected.gender, inflected.number)
            )
    return {surface: tuple(forms) for surface, forms in readings.items()}


def _forms(past: str, form: str, present: str, participle: str) -> list[Inflected]:
    """The verb's forms; `-` derives the present or the participle, `none` leaves it out."""
    given = [None if cell in {"-", "none"} else cell for cell in (present, participle)]
    unused = {tense for tense, cell in ((Tense.PRESENT, present), (Tense.PARTICIPLE, participle)) if cell == "none"}
    return [inflected for inflected in inflect(past, form, *given) if inflected.tense not in unused]


def _expect_stated(place: str, present: str, participle: str) -> None:
    if "-" in (present, participle):
        raise LexiconError(
            place, "a form I verb with '-'", "its present and participle, or 'none'", "state both forms (يقول، قائل)"
        )


def _expect(place: str, what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        hint = nearest(value, allowed)
        raise LexiconError(place, f"{what} '{value}'{hint}", f"one of {', '.join(allowed)}", "correct the line")


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(str(path), f"cannot be read ({error})", "a UTF-8 table", "restore the file") from error
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line and not line.startswith("#")]
    header = numbered[0][1].split("\t") if numbered else []
    if header != list(columns):
        raise LexiconError(f"{path}:1", f"columns {header}", f"{list(columns)}", "correct the header line")
    for number, line in numbered[1:]:
        cells = line.split("\t")
        if len(cells) != len(columns) or not all(cell.strip() for cell in cells):
            raise LexiconError(
                f"{path}:{number}", f"{len(cells)} cells", f"{len(columns)} filled cells", "separate them by one tab"
            )
        yield number, cells
