"""The promotion rule, at its boundaries: a loss of exactly the limit passes, the next step does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from training.evaluation.bootstrap import Estimate
from training.evaluation.gate import Calibration, Comparison, Slice, decide
from training.params import RegisterParams

PARAMS = RegisterParams(tolerance=0.005, slice_fall=0.03, slice_rows=10, calibration_rise=0.02)
EQUAL = Comparison(
    headline="macro F1",
    paired=True,
    articles="the same 72 articles",
    champion=0.6,
    challenger=0.6,
    difference=Estimate(0.0, 0.0, 0.0),
    slices=(Slice("support", 10, 0.5, 0.5), Slice("oppose", 200, 0.7, 0.7)),
    calibration=(Calibration("stance", 0.045, 0.045),),
)


def test_an_equal_challenger_is_promoted_and_the_reason_has_the_numbers() -> None:
    verdict = decide(EQUAL, PARAMS)
    assert verdict.promoted
    assert verdict.reason == ("macro F1 0.6000 against 0.6000, +0.0000 (+0.0000 to +0.0000) on the same 72 articles")


@pytest.mark.parametrize(("low", "promoted"), [(-0.005, True), (-0.0051, False), (0.01, True)])
def test_the_lower_bound_decides_not_the_value(low: float, promoted: bool) -> None:
    verdict = decide(replace(EQUAL, difference=Estimate(0.02, low, 0.05)), PARAMS)
    assert verdict.promoted is promoted
    assert verdict.reason.endswith("articles" if promoted else "articles: the lower bound is below -0.005")


def test_a_lower_value_passes_while_its_bound_holds() -> None:
    assert decide(replace(EQUAL, difference=Estimate(-0.004, -0.005, -0.003)), PARAMS).promoted


@pytest.mark.parametrize("missing", [Estimate(0.1, None, 0.2), Estimate(0.1, 0.1, None), Estimate(0.1, None, None)])
@pytest.mark.parametrize("paired", [True, False])
def test_without_an_interval_nothing_is_promoted(missing: Estimate, paired: bool) -> None:
    verdict = decide(replace(EQUAL, difference=missing, paired=paired), PARAMS)
    assert not verdict.promoted
    assert verdict.reason == (
        "macro F1 0.6000 against 0.6000, +0.1000 (no interval) on the same 72 articles: "
        "too few articles for an interval"
    )


@pytest.mark.parametrize(
    ("low", "high", "promoted"), [(-0.3, 0.0, True), (-0.3, -0.0001, False), (-0.3, 0.2, True), (0.1, 0.2, True)]
)
def test_on_other_articles_only_what_is_worse_beyond_chance_is_refused(low: float, high: float, promoted: bool) -> None:
    verdict = decide(replace(EQUAL, paired=False, difference=Estimate(-0.1, low, high)), PARAMS)
    assert verdict.promoted is promoted
    assert verdict.reason.endswith("worse beyond chance") is not promoted


@pytest.mark.parametrize(
    ("slice_", "promoted"),
    [
        (Slice("support", 10, 0.5300, 0.5000), True),
        (Slice("support", 10, 0.5301, 0.5000), False),
        (Slice("support", 9, 0.9, 0.1), True),
        (Slice("support", 10, 0.1, 0.9), True),
        (Slice("support", 11, 0.9, 0.1), False),
    ],
)
def test_no_label_with_enough_rows_may_pay_for_the_others(slice_: Slice, promoted: bool) -> None:
    verdict = decide(replace(EQUAL, slices=(EQUAL.slices[1], slice_)), PARAMS)
    assert verdict.promoted is promoted


@pytest.mark.parametrize(("after", "promoted"), [(0.065, True), (0.0651, False), (0.01, True)])
def test_calibration_holds_up_to_the_limit(after: float, promoted: bool) -> None:
    worse = replace(EQUAL, calibration=(Calibration("section", 0.03, 0.03), Calibration("stance", 0.045, after)))
    assert decide(worse, PARAMS).promoted is promoted


def test_every_broken_rule_is_named() -> None:
    worse = replace(
        EQUAL,
        challenger=0.55,
        difference=Estimate(-0.05, -0.09, -0.01),
        slices=(Slice("support", 10, 0.5, 0.4), Slice("oppose", 200, 0.7, 0.6)),
        calibration=(Calibration("stance", 0.045, 0.1),),
    )
    verdict = decide(worse, PARAMS)
    assert not verdict.promoted
    assert verdict.reason == (
        "macro F1 0.5500 against 0.6000, -0.0500 (-0.0900 to -0.0100) on the same 72 articles: "
        "the lower bound is below -0.005; support falls from 0.500 to 0.400, by more than 0.03; "
        "oppose falls from 0.700 to 0.600, by more than 0.03; "
        "calibration error of stance rises from 0.045 to 0.100, by more than 0.02"
    )


def test_falls_and_rises_have_a_sign() -> None:
    assert (Slice("a", 1, 0.5, 0.4).fall, Slice("a", 1, 0.4, 0.5).fall) == (0.1, -0.1)
    assert (Calibration("a", 0.1, 0.3).rise, Calibration("a", 0.3, 0.1).rise) == (0.2, -0.2)
