"""B³ against the example of Bagga & Baldwin (1998) and the borders of its definition."""

from __future__ import annotations

import pytest

from training.evaluation.coreference import BCubed, b_cubed

TRUTH = list("aaaaabbccccc")


def rates(sums: BCubed) -> tuple[float, float]:
    return sums.precision_sum / sums.n, sums.recall_sum / sums.n


def test_the_two_responses_of_the_paper_score_as_printed_there() -> None:
    """Two large chains merged cost more than a large and a small one: precision 58 % against 76 %, recall 100 %."""
    assert rates(b_cubed(TRUTH, list("111112222222"))) == (pytest.approx(0.762, abs=1e-3), 1.0)
    assert rates(b_cubed(TRUTH, list("111112211111"))) == (pytest.approx(0.583, abs=1e-3), 1.0)


def test_names_of_clusters_do_not_matter() -> None:
    assert b_cubed(["a", "a", "b"], ["x", "x", "y"]) == BCubed(3.0, 3.0, 3)


def test_splitting_costs_recall_alone() -> None:
    assert rates(b_cubed(["a", "a"], ["x", "y"])) == (1.0, 0.5)


def test_precision_and_recall_change_places_with_the_sides() -> None:
    one, other = ["a", "a", "b", "c"], ["x", "y", "y", "y"]
    forward, backward = b_cubed(one, other), b_cubed(other, one)
    assert (forward.precision_sum, forward.recall_sum) == (backward.recall_sum, backward.precision_sum)


def test_a_mention_without_an_actor_is_alone() -> None:
    assert rates(b_cubed([None, None], [None, None])) == (1.0, 1.0)
    assert rates(b_cubed(["a", "a"], [None, None])) == (1.0, 0.5)
    assert rates(b_cubed([None, None], ["a", "a"])) == (0.5, 1.0)


def test_no_mentions_add_nothing() -> None:
    assert b_cubed([], []) == BCubed(0, 0, 0)
