"""The probes catch a corpus that gives its stances away, and let a clean one pass."""

import random
from collections.abc import Callable

import pytest

from training.evaluation.leak_probes import LeakProbe, format_probes, probe_leaks
from training.params import EvaluateParams
from training.schema import STANCES, ActorType, Article, Attribution, Quote, QuoteKind, Section, Span, StanceLabel

PARAMS = EvaluateParams(resamples=50, confidence=0.95, seed=13)
NAMES = ("سالم الكعبي", "ليلى الحداد", "مراد بن يوسف")
TARGETS = ("رفع الدعم", "تأجيل الاقتراع", "فتح المعبر")
CUES = ("رحب", "ندد", "ذكر")
CAUGHT = 0.08


def quote(number: int, stance: str, actor: str, cue: str, target: str) -> Quote:
    return Quote(
        id=f"q{number}",
        kind=QuoteKind.INDIRECT,
        content=(Span(start=0, end=3, text="كلا"),),
        cue=Span(start=4, end=4 + len(cue), text=cue),
        speaker=None,
        actor=actor,
        actor_type=ActorType.PERSON,
        attribution=Attribution.INHERITED,
        stances=(StanceLabel(target=target, label=stance), StanceLabel(target="هدف آخر", label="neutral")),
    )


def toy_corpus(giveaway: str | None) -> list[Article]:
    """60 articles of 6 quotes; the part named `giveaway` always goes with one stance, everything else is drawn."""
    draw = random.Random(5)
    return [toy_article(f"toy-{number}", giveaway, draw) for number in range(60)]


def toy_article(article_id: str, giveaway: str | None, draw: random.Random) -> Article:
    target = draw.randrange(3)
    quotes = []
    for number in range(6):
        stance = target if giveaway == "target" else draw.randrange(3)
        part = {"actor": draw.randrange(3), "cue": draw.randrange(3), **({giveaway: stance} if giveaway else {})}
        quotes.append(quote(number, STANCES[stance], NAMES[part["actor"]], CUES[part["cue"]], TARGETS[target]))
    return Article(
        id=article_id,
        title="",
        text="كلا",
        sections=(Section.POLITICS,),
        target=TARGETS[target],
        quotes=tuple(quotes),
    )


@pytest.fixture(scope="module")
def probes_of() -> Callable[[str | None], dict[str, LeakProbe]]:
    known: dict[str | None, dict[str, LeakProbe]] = {}

    def probes(giveaway: str | None) -> dict[str, LeakProbe]:
        if giveaway not in known:
            known[giveaway] = {probe.view: probe for probe in probe_leaks(toy_corpus(giveaway), PARAMS)}
        return known[giveaway]

    return probes


Probes = Callable[[str | None], dict[str, LeakProbe]]


@pytest.mark.parametrize("giveaway", ["actor", "target", "cue"])
def test_a_part_that_gives_the_stance_away_is_caught(giveaway: str, probes_of: Probes) -> None:
    probes = probes_of(giveaway)
    assert probes[giveaway].macro_f1.value == 1.0
    assert {view for view, probe in probes.items() if probe.above_shuffled > CAUGHT} == {giveaway}


def test_a_clean_corpus_is_not_caught(probes_of: Probes) -> None:
    assert all(abs(probe.above_shuffled) < CAUGHT for probe in probes_of(None).values())


def test_even_a_clean_corpus_lies_far_above_the_majority_class(probes_of: Probes) -> None:
    """Why the shuffled control is the fair floor."""
    probe = probes_of(None)["actor"]
    assert probe.majority_macro_f1.value < 0.2
    assert probe.above_majority > CAUGHT


def test_probes_count_quotes_toward_the_main_target_and_are_seeded(probes_of: Probes) -> None:
    probe = probes_of("cue")["cue"]
    assert (probe.n, probe.n_articles) == (360, 60)
    again = {probe.view: probe for probe in probe_leaks(toy_corpus("cue"), PARAMS)}
    assert again == probes_of("cue")
    assert probe.as_dict()["above_shuffled"] == probe.above_shuffled


def test_the_table_shows_both_floors(probes_of: Probes) -> None:
    head, *lines = format_probes(list(probes_of("cue").values())).splitlines()
    assert head.split() == ["sees", "only", "macro-F1", "majority", "shuffled", "-", "majority", "-", "shuffled", "n"]
    assert [line.split()[0] for line in lines] == ["actor", "target", "cue"]
    assert lines[2].split()[1] == "1.000"
