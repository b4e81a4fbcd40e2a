"""Quotes of one speaker are read together."""

from __future__ import annotations

import numpy as np
import pytest

from training.export.bundle import SideCard
from training.export.calibrate import fit_sides
from training.inference.sides import read_together
from training.inference.stance import StanceInput

SUPPORT, OPPOSE, NEUTRAL = range(3)
CARD = SideCard(speakers=(0.6, 0.4), quotes=((0.4, 0.01, 0.59), (0.01, 0.5, 0.49)))
CLEAR_SUPPORT, CLEAR_OPPOSITION, UNSURE = [0.9, 0.05, 0.05], [0.05, 0.9, 0.05], [0.4, 0.45, 0.15]


def test_an_unsure_quote_follows_the_clear_one_of_its_speaker() -> None:
    scores = np.array([CLEAR_SUPPORT, UNSURE, CLEAR_OPPOSITION, UNSURE])
    answers = read_together(scores, ["a", "a", "b", "b"], CARD)
    assert answers.sum(axis=1) == pytest.approx(1.0)
    assert answers[1, SUPPORT] > 5 * answers[1, OPPOSE]
    assert answers[3, OPPOSE] > 5 * answers[3, SUPPORT]


def test_the_answer_is_bayes_rule_over_the_two_sides() -> None:
    scores = np.array([CLEAR_SUPPORT, UNSURE])
    by_hand = np.zeros(3)
    for side, stances in zip(CARD.speakers, np.array(CARD.quotes), strict=True):
        by_hand += side * (scores[0] * stances).sum() * scores[1] * stances
    assert read_together(scores, ["a", "a"], CARD)[1] == pytest.approx(by_hand / by_hand.sum())


def test_who_is_unknown_or_speaks_once_is_read_alone() -> None:
    together = read_together(np.array([UNSURE, CLEAR_SUPPORT, CLEAR_SUPPORT]), [None, None, "a"], CARD)
    assert together[0] == pytest.approx(read_together(np.array([UNSURE]), ["b"], CARD)[0])
    assert together[1] == pytest.approx(together[2])


def test_the_order_of_quotes_and_no_quotes_change_nothing() -> None:
    scores = np.array([CLEAR_SUPPORT, UNSURE, CLEAR_OPPOSITION])
    speakers = ["a", "a", "b"]
    assert read_together(scores[::-1], speakers[::-1], CARD)[::-1] == pytest.approx(
        read_together(scores, speakers, CARD)
    )
    assert read_together(np.zeros((0, 3)), [], CARD).shape == (0, 3)


def test_a_speaker_of_a_thousand_quotes_has_finite_answers() -> None:
    assert np.isfinite(read_together(np.array([UNSURE] * 1000), ["a"] * 1000, CARD)).all()


def test_sides_are_found_again_in_labels_drawn_from_them() -> None:
    rng = np.random.default_rng(1)
    sides = rng.choice(2, size=4000, p=CARD.speakers)
    found = fit_sides([rng.choice(3, size=rng.integers(1, 5), p=np.array(CARD.quotes[side])) for side in sides])
    assert found.speakers == pytest.approx(CARD.speakers, abs=0.04)
    assert np.array(found.quotes) == pytest.approx(np.array(CARD.quotes), abs=0.04)


def test_one_actor_in_one_article_on_one_target_is_one_speaker() -> None:
    question = StanceInput("q", "target", "actor", "cue", article=1)
    assert question.speaker == StanceInput("other", "target", "actor", article=1).speaker
    others = [StanceInput("q", "target", "actor", article=2), StanceInput("q", "t", "actor", article=1)]
    assert question.speaker not in {other.speaker for other in others}
    assert StanceInput("q", "target", None, article=1).speaker is None
    assert StanceInput("q", "target", "actor").speaker is None
