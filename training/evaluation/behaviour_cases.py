"""The authored cases of `data/behaviour`, crossed into trials.

Five files: `topics` (a target with a statement for it, its negation, one against it and one beside it), `actors`
(invented persons and bodies in groups), `cues` (plain, approving, rejecting), `titles` (forms of one person's name)
and `asides` (sentences that change nothing). Every entry has an English gloss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from training.evaluation.behaviour import Question, Reading, Trial
from training.evaluation.spelling import MARK_PAIRS, VARIANTS, marked_as
from training.jsonl import read_records
from training.schema import Stance

Record = dict[str, Any]
NEGATED = "negated_support"
"""Of a topic: its statement of support, negated."""
LABELS = (Stance.SUPPORT, Stance.OPPOSE, Stance.NEUTRAL)
SAID = {"m": "قال", "f": "قالت"}
"""The plainest cue, "said", by gender of the actor."""
DENIED = {"m": "نفى", "f": "نفت"}
AGREEMENT = {"m": "موافقته على", "f": "موافقتها على"}
"""His and her agreement to: denied, it is no support."""
N_TARGETS_BESIDE = 3
"""How many other topics' targets each statement is asked about."""


@dataclass(frozen=True)
class Cases:
    """What `data/behaviour` holds."""

    topics: Sequence[Record]
    actors: Sequence[Record]
    cues: dict[str, Record]
    titles: Sequence[Record]
    asides: Sequence[Record]


def load_cases(folder: Path) -> Cases:
    """Read the five files. Raises `InputError` when one is missing."""
    names = ("topics", "actors", "cues", "titles", "asides")
    topics, actors, cues, titles, asides = (read_records(folder / f"{name}.jsonl") for name in names)
    return Cases(topics, actors, {cue["kind"]: cue for cue in cues}, titles, asides)


def all_trials(cases: Cases) -> list[Trial]:
    """Every test on every case, always in the same order."""
    tests = (
        minimum_functionality,
        stance_in_the_cue,
        negation,
        denial,
        other_target,
        actor_swap,
        title_forms,
        paraphrased_cue,
        aside_in_the_quote,
        spelling,
        article_spelling,
        quotation_marks,
        aside_in_the_article,
    )
    return [trial for test in tests for trial in test(cases)]


def minimum_functionality(cases: Cases) -> Iterator[Trial]:
    """A plain statement is read as what it says."""
    for topic, label, question in _statements(cases):
        yield Trial("minimum functionality", f"{topic['id']} {label}", question, expected=label)


def stance_in_the_cue(cases: Cases) -> Iterator[Trial]:
    """«رحّب بـ» (welcomed) and «رفض» (rejected) before the bare target take its side."""
    for topic in cases.topics:
        for label in (Stance.SUPPORT, Stance.OPPOSE):
            for cue in cases.cues[label][_first_actor(cases)["gender"]]:
                question = Question(topic["target"], topic["target"], _first_actor(cases)["actor"], cue)
                yield Trial("stance in the cue", f"{topic['id']} {cue}", question, expected=label)


def negation(cases: Cases) -> Iterator[Trial]:
    """A negated statement of support is none, whichever plain verb reports it."""
    actor = _first_actor(cases)
    for topic in cases.topics:
        for cue in cases.cues["plain"][actor["gender"]]:
            question = replace(_asked(topic, NEGATED, actor), cue=cue)
            yield Trial("negation", f"{topic['id']} {cue}", question, refused=Stance.SUPPORT)


def denial(cases: Cases) -> Iterator[Trial]:
    """«نفى موافقته على …» (denied his agreement to) is no support, nor is it of her."""
    for topic in cases.topics:
        for gender, agreement in AGREEMENT.items():
            actor = next(one for one in cases.actors if one["gender"] == gender)
            words = f"{agreement} {topic['target']}"
            question = Question(words, topic["target"], actor["actor"], DENIED[gender])
            yield Trial("denial", f"{topic['id']} {actor['actor']}", question, refused=Stance.SUPPORT)


def other_target(cases: Cases) -> Iterator[Trial]:
    """A statement about one thing is neutral toward another."""
    for number, topic in enumerate(cases.topics):
        for step in range(1, N_TARGETS_BESIDE + 1):
            beside = cases.topics[(number + 5 * step) % len(cases.topics)]
            for label in LABELS:
                question = _asked(topic, label, _first_actor(cases), target=beside["target"])
                yield Trial(
                    "other target", f"{topic['id']} {label} on {beside['id']}", question, expected=Stance.NEUTRAL
                )


def actor_swap(cases: Cases) -> Iterator[Trial]:
    """Who says it changes nothing: sides, genders and nationalities."""
    for topic, label, base in _statements(cases):
        for actor in cases.actors:
            case, question = f"{topic['id']} {label} {actor['actor']}", _asked(topic, label, actor)
            yield Trial("actor swap", case, question, base=base, groups=actor["groups"])


def title_forms(cases: Cases) -> Iterator[Trial]:
    """Nor does how the same person is named."""
    for topic in cases.topics:
        for label in LABELS:
            for person in cases.titles:
                base = _asked(topic, label, person)
                for form in person["forms"]:
                    variant = _asked(topic, label, {**person, "actor": form})
                    yield Trial("title forms", f"{topic['id']} {label} {form}", variant, base=base)


def paraphrased_cue(cases: Cases) -> Iterator[Trial]:
    """Nor which plain verb reports it."""
    for topic, label, base in _statements(cases):
        for cue in cases.cues["plain"][_first_actor(cases)["gender"]]:
            if cue != base.cue:
                variant = Question(base.quote, base.target, base.actor, cue)
                yield Trial("paraphrased cue", f"{topic['id']} {label} {cue}", variant, base=base)


def aside_in_the_quote(cases: Cases) -> Iterator[Trial]:
    """A sentence about nothing at the end of the quote changes nothing."""
    for topic, label, base in _statements(cases):
        for aside in cases.asides:
            variant = Question(f"{base.quote}. {aside['quote']}", base.target, base.actor, base.cue)
            yield Trial("aside in the quote", f"{topic['id']} {label}", variant, base=base)


def spelling(cases: Cases) -> Iterator[Trial]:
    """Another spelling of statement, target and cue changes nothing; one test a rule."""
    actor = _first_actor(cases)
    for name, respell in VARIANTS.items():
        for topic in cases.topics:
            for statement in (*LABELS, NEGATED):
                for cue in cases.cues["plain"][actor["gender"]]:
                    base = replace(_asked(topic, statement, actor), cue=cue)
                    variant = replace(base, quote=respell(base.quote), target=respell(base.target), cue=respell(cue))
                    if variant != base:
                        yield Trial(f"spelling: {name}", f"{topic['id']} {statement} {cue}", variant, base=base)


def article_spelling(cases: Cases) -> Iterator[Trial]:
    """Another spelling of a whole article: the same desks; the same quotes, actors and stances."""
    for name, respell in VARIANTS.items():
        for case, base in _articles(cases):
            variant = replace(base, title=respell(base.title), text=respell(base.text), target=respell(base.target))
            yield from _both_parts(f"article spelling: {name}", case, base, variant)


def quotation_marks(cases: Cases) -> Iterator[Trial]:
    """Other quotation marks in an article: the same."""
    for name, pair in MARK_PAIRS.items():
        for case, base in _articles(cases):
            variant = replace(base, text=marked_as(base.text, pair))
            yield from _both_parts("quotation marks:", f"{case} {name}", base, variant)


def aside_in_the_article(cases: Cases) -> Iterator[Trial]:
    """A sentence about the weather at the end of an article: the same."""
    for case, base in _articles(cases):
        variant = replace(base, text=f"{base.text}\nوبلغت درجة الحرارة في المدينة أمس 24 درجة.")
        yield from _both_parts("aside in the article:", case, base, variant)


def _both_parts(test: str, case: str, base: Reading, variant: Reading) -> Iterator[Trial]:
    if variant != base:
        for part in ("desks", "quotes"):
            yield Trial(f"{test} {part}", case, replace(variant, part=part), base=replace(base, part=part))


def _statements(cases: Cases) -> Iterator[tuple[Record, Stance, Question]]:
    for topic in cases.topics:
        for label in LABELS:
            yield topic, label, _asked(topic, label, _first_actor(cases))


def _asked(topic: Record, statement: str, actor: Record, target: str | None = None) -> Question:
    return Question(topic[statement]["quote"], target or topic["target"], actor["actor"], SAID[actor["gender"]])


def _articles(cases: Cases) -> Iterator[tuple[str, Reading]]:
    """Short articles of two marked quotes: "The debate on … came back yesterday. A told reporters: «…». B, though, said: «…»."""
    persons = [actor for actor in cases.actors if "nationality" in actor["groups"]]
    for number, topic in enumerate(cases.topics):
        for turn, (one, other) in enumerate(((Stance.SUPPORT, Stance.OPPOSE), (Stance.OPPOSE, Stance.NEUTRAL))):
            first, second = persons[(number + turn) % len(persons)], persons[(number + 7) % len(persons)]
            text = (
                f"عاد الجدل حول {topic['target']} إلى الواجهة أمس.\n"
                f"و{SAID[first['gender']]} {first['actor']} للصحافيين: «{topic[one]['quote']}».\n"
                f"في المقابل، {SAID[second['gender']]} {second['actor']}: «{topic[other]['quote']}»."
            )
            yield f"{topic['id']} {one} {other}", Reading(f"جدل حول {topic['target']}", text, topic["target"])


def _first_actor(cases: Cases) -> Record:
    return cases.actors[0]
