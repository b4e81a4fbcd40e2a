"""Errors of the evaluations that compare labels; the Arabic is invented."""

from __future__ import annotations

from training.evaluation.error_page import AUTHORED
from training.evaluation.label_errors import actor_cards, section_cards, stance_cards


def test_every_wrong_section_is_an_error() -> None:
    rows = [
        {"id": "a1", "title": "عنوان", "gold": ["economy", "politics"], "predicted": ["economy", "sports"]},
        {"id": "a2", "title": "عنوان", "gold": ["sports"], "predicted": ["sports"]},
    ]
    assert [card.record(AUTHORED) for card in section_cards(rows)] == [
        {"set": "authored", "article": "a1", "kind": "added sports"},
        {"set": "authored", "article": "a1", "kind": "missed politics"},
    ]


def test_a_wrong_stance_names_its_quote() -> None:
    row = {
        "id": "a1",
        "quote": "q2",
        "actor": "سلمى",
        "cue": None,
        "words": "لن نوقّع",
        "target": "الاتفاق",
        "gold": "oppose",
        "predicted": "support",
        "probabilities": {"support": 0.9, "oppose": 0.06, "neutral": 0.04},
    }
    (card,) = stance_cards([row, {**row, "predicted": "oppose"}])
    assert card.record(AUTHORED) == {
        "set": "authored",
        "article": "a1",
        "kind": "oppose read as support",
        "quote": "q2",
    }
    assert card.gold.facts == {"stance": "oppose", "target": "الاتفاق", "actor": "سلمى"}
    assert card.predicted.facts == {"stance": "support", "probability": "0.90"}


def test_actors_are_missed_invented_or_on_the_wrong_side() -> None:
    row = {
        "id": "a1",
        "gold": {"سلمى": "support", "بدر": "oppose", "ليلى": "neutral"},
        "predicted": {"سلمى": "oppose", "ليلى": "neutral", "البيان": "support"},
    }
    cards = actor_cards([row])
    assert [(card.kind, card.label) for card in cards] == [
        ("actor invented", "support"),
        ("actor missed", "oppose"),
        ("support read as oppose", "support"),
    ]
    assert cards[1].predicted.stretches == ()
    assert cards[1].record(AUTHORED) == {"set": "authored", "article": "a1", "kind": "actor missed"}
