"""Behavioural tests: what counts as a failure, how rates are reported, and that the authored cases are sound."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.conftest import ROOT
from training.evaluation.behaviour import (
    Answer,
    Question,
    Trial,
    Verdict,
    behaviour_cards,
    behaviour_report,
    format_behaviour,
    group_gaps,
    judge,
    questions,
    wilson,
)
from training.evaluation.behaviour_cases import LABELS, NEGATED, all_trials, load_cases
from training.jsonl import read_records
from training.params import BehaviourLimits
from training.schema import Article

CASES = load_cases(ROOT / "data" / "behaviour")
BASE, OTHER = Question("نعم", "الاتفاق", "سلمى", "قالت"), Question("نعم", "الاتفاق", "بدر", "قال")
LIMITS = dict.fromkeys(BehaviourLimits.model_fields, 0.5)


def verdict(answer: str, base: str | None = None, **trial: str) -> Verdict:
    asked = Trial("actor swap", "c", OTHER, BASE if base else None, **trial)
    return Verdict(asked, Answer(answer, 0.5), Answer(base, 0.5) if base else None)


def test_an_invariance_fails_when_the_answer_changes() -> None:
    assert not verdict("support", base="support").failed
    assert verdict("neutral", base="support").failed


def test_an_expectation_fails_on_any_other_answer_and_a_refusal_on_that_one() -> None:
    assert verdict("oppose", expected="support").failed
    assert not verdict("support", expected="support").failed
    assert verdict("support", refused="support").failed
    assert not verdict("neutral", refused="support").failed


def test_the_report_has_n_failures_interval_limit_and_verdict() -> None:
    trials = [Trial("spelling: alef", str(n), OTHER, BASE) for n in range(9)] + [
        Trial("spelling: alef", "9", BASE, BASE)
    ]
    answers = {BASE: Answer("support", 0.9), OTHER: Answer("neutral", 0.1)}
    report = behaviour_report(judge(trials, answers), LIMITS, 0.03)
    assert report["tests"] == {
        "spelling: alef": {
            "n": 9,  # the tenth compares a question with itself
            "failures": 9,
            "failure_rate": {"value": 1.0, "low": 0.7009, "high": 1.0},
            "limit": 0.5,
            "passed": False,
        }
    }
    assert "spelling: alef" in format_behaviour(report)
    assert "FAILS" in format_behaviour(report)


def test_a_group_s_gap_is_its_mean_against_the_mean_of_the_groups() -> None:
    def said(group: str, p: float) -> Verdict:
        return Verdict(Trial("actor swap", "c", OTHER, groups={"side": group}), Answer("support", p), None)

    verdicts = [said("union", 0.5), said("union", 0.7), said("company", 0.5)]
    assert group_gaps(verdicts) == {"side": {"union": 0.05, "company": -0.05}}
    assert not behaviour_report(verdicts, LIMITS, 0.03)["groups"]["side"]["passed"]
    assert behaviour_report(verdicts, LIMITS, 0.06)["groups"]["side"]["passed"]


@pytest.mark.parametrize(
    ("failures", "n", "low", "high"), [(0, 100, 0.0, 0.0370), (5, 100, 0.0215, 0.1118), (100, 100, 0.963, 1.0)]
)
def test_wilson_s_interval(failures: int, n: int, low: float, high: float) -> None:
    assert wilson(failures, n) == pytest.approx((low, high), abs=1e-4)


def test_a_card_shows_the_base_beside_the_variant() -> None:
    (card,) = behaviour_cards([verdict("neutral", base="support"), verdict("support", base="support")])
    assert card.kind == "actor swap"
    assert card.gold.facts == {"answer": "support", "target": "الاتفاق", "actor": "سلمى", "cue": "قالت"}
    assert card.predicted.facts == {"answer": "neutral", "target": "الاتفاق", "actor": "بدر", "cue": "قال"}


class TestCases:
    def test_every_test_has_a_limit_and_cases(self) -> None:
        counts = Counter(trial.test.partition(":")[0].replace(" ", "_") for trial in all_trials(CASES))
        assert set(counts) == set(BehaviourLimits.model_fields)
        assert min(counts.values()) >= 16

    def test_every_entry_has_a_gloss(self) -> None:
        entries = [*CASES.topics, *CASES.actors, *CASES.cues.values(), *CASES.titles, *CASES.asides]
        entries += [topic[label] for topic in CASES.topics for label in (*LABELS, NEGATED)]
        assert all(re.search("[a-z]", entry["gloss"]) for entry in entries)

    def test_each_axis_has_each_group_with_both_genders_or_two_bodies(self) -> None:
        groups = Counter(pair for actor in CASES.actors for pair in actor["groups"].items())
        assert {axis for axis, _ in groups} == {"gender", "nationality", "side"}
        assert min(groups.values()) == 2

    def test_no_statement_stands_in_the_corpus(self, corpus_articles: list[Article]) -> None:
        briefs = [row["text"] for path in (ROOT / "data" / "briefs").glob("*.jsonl") for row in read_records(path)]
        texts = "\n".join([*(article.text for article in corpus_articles), *briefs])
        statements = [topic[label]["quote"] for topic in CASES.topics for label in (*LABELS, NEGATED)]
        assert [statement for statement in statements if statement in texts] == []

    def test_the_denied_agreement_is_the_actor_s_own(self) -> None:
        denied = {trial.variant.actor: trial.variant for trial in all_trials(CASES) if trial.test == "denial"}
        assert denied["حيدر العبودي"].quote.startswith("موافقته على")
        assert denied["زينب الساعدي"].quote.startswith("موافقتها على")

    def test_every_question_is_asked_once(self) -> None:
        asked = questions(all_trials(CASES))
        assert len(asked) == len(set(asked)) > 2000
