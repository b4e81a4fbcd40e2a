"""What the labels of public corpora say in the terms of the annotation guide; `docs/public-corpora.md` says what is lost.

A desk is not a section: newspapers file an article once, the guide asks for every section its main event meets. So a
desk gives the section it is about, and a negative only where the outlet has a desk of its own for that section and
texts about it were all but absent here. Everything else is left out: unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from training.errors import RecordError, nearest
from training.schema import Section, Stance

_Value = TypeVar("_Value")

_Known = Mapping[str, bool]

NOTHING_KNOWN: _Known = {}
"""The label is a form (opinion), a place (local) or a leftover (diverse), not a subject."""


def _desk(*about: Section, never: tuple[Section, ...] = ()) -> _Known:
    return {section.value: True for section in about} | {section.value: False for section in never}


_SPORTS, _CULTURE, _SCIENCE, _ECONOMY = Section.SPORTS, Section.CULTURE, Section.SCIENCE, Section.ECONOMY
_POLITICS, _SECURITY, _SOCIETY = Section.POLITICS, Section.SECURITY, Section.SOCIETY

# Foreign pages mix diplomacy, wars and other countries' home affairs: which of `international`, `security` and
# `politics` holds is not known, and about half of them would not be `international` by the guide.
_FOREIGN = _desk(never=(_SPORTS, _CULTURE, _SCIENCE))

SECTION_LABELS: Mapping[str, Mapping[str, _Known]] = {
    "ant": {
        "localNews": _desk(never=(_SPORTS,)),
        "sport": _desk(_SPORTS, never=(_CULTURE, _SCIENCE, _ECONOMY)),
        "internationalNews": _desk(never=(_SPORTS, _CULTURE)),
        "society": _desk(never=(_SPORTS, _CULTURE)),
        "politic": _desk(_POLITICS, never=(_SPORTS, _CULTURE, _SCIENCE)),
        "diverse": NOTHING_KNOWN,
        "economy": _desk(_ECONOMY, never=(_SPORTS, _CULTURE)),
        "culture": _desk(_CULTURE, never=(_SPORTS,)),
        "technology": _desk(_SCIENCE, never=(_SPORTS,)),
    },
    "saudinewsnet": {
        "local": _desk(never=(_SPORTS,)),
        "sport": _desk(_SPORTS, never=(_CULTURE, _SCIENCE, _ECONOMY, _SECURITY)),
        "opinion": NOTHING_KNOWN,
        "economy": _desk(_ECONOMY),
        "international_politics": _FOREIGN,
        "culture": _desk(_CULTURE, never=(_SPORTS, _POLITICS)),
        "international": _FOREIGN,
        "world_misc": NOTHING_KNOWN,
        "politics": _FOREIGN,
        "society_misc": NOTHING_KNOWN,
        "technology": _desk(_SCIENCE),
    },
    "sanad": {
        "Culture": _desk(_CULTURE, never=(_SPORTS, _SECURITY, _POLITICS, _ECONOMY)),
        "Finance": _desk(_ECONOMY, never=(_SPORTS, _CULTURE, _SECURITY)),
        "Medical": _desk(_SCIENCE, never=(_SPORTS, _SECURITY)),
        "Politics": _FOREIGN,
        "Religion": _desk(_SOCIETY, never=(_SPORTS, _SECURITY, _POLITICS, _ECONOMY)),
        "Sports": _desk(_SPORTS, never=(_CULTURE, _SCIENCE, _ECONOMY, _SECURITY, _POLITICS)),
        "Tech": _desk(_SCIENCE, never=(_SPORTS,)),
    },
}

STANCE_LABELS: Mapping[str, Mapping[str, Stance | None]] = {
    "unified_fc": {
        "agree": Stance.SUPPORT,
        "disagree": Stance.OPPOSE,
        "discuss": Stance.NEUTRAL,
        "unrelated": None,
    },
    "ans": {"agree": Stance.SUPPORT, "disagree": Stance.OPPOSE, "other": Stance.NEUTRAL},
    "mawqif": {"Favor": Stance.SUPPORT, "Against": Stance.OPPOSE, "None": Stance.NEUTRAL},
    "exaasc": {"support": Stance.SUPPORT, "deny": Stance.OPPOSE, "comment": Stance.NEUTRAL},
}

SAUDI_DESKS: Mapping[tuple[str, str], str] = {
    ("aljazirah", "ar"): "opinion",
    ("aljazirah", "cu"): "culture",
    ("aljazirah", "du"): "international",
    ("aljazirah", "ec"): "economy",
    ("aljazirah", "ln"): "local",
    ("aljazirah", "sp"): "sport",
    ("alwatan", "Articles"): "opinion",
    ("alwatan", "Culture"): "culture",
    ("alwatan", "Economy"): "economy",
    ("alwatan", "Local"): "local",
    ("alwatan", "Nation"): "society_misc",
    ("alwatan", "Politics"): "international_politics",
    ("alwatan", "Sports"): "sport",
    ("3alyoum", "culture/a"): "culture",
    ("3alyoum", "finance/a"): "economy",
    ("3alyoum", "news/golobal"): "world_misc",
    ("3alyoum", "news/local"): "local",
    ("3alyoum", "news/pol"): "politics",
    ("3alyoum", "news/regions"): "local",
    ("3alyoum", "opinion/articles"): "opinion",
    ("3alyoum", "sports/a"): "sport",
    ("3alyoum", "technology/a"): "technology",
}
"""SaudiNewsNet: (paper, the part of its URLs that names the desk) to the label. The other papers' URLs name no desk."""


def known_sections(source: str, label: str, place: str) -> Mapping[str, bool]:
    """What `label` says about sections. Raises `RecordError` for a label the corpus is not known to have."""
    return _look_up(SECTION_LABELS[source], label, place)


def known_stance(source: str, label: str, place: str) -> Stance | None:
    """What `label` says about the stance, None for unrelated. Raises `RecordError` as `known_sections` does."""
    return _look_up(STANCE_LABELS[source], label, place)


def _look_up(table: Mapping[str, _Value], label: str, place: str) -> _Value:
    if label not in table:
        raise RecordError(
            place,
            f"label '{label}' is not one of this corpus{nearest(label, table)}",
            f"one of {', '.join(table)}",
            "the row is left out",
        )
    return table[label]
