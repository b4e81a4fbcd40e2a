"""Behavioural tests (Ribeiro et al. 2020): minimum functionality, invariance and direction, as failure rates.

A trial asks one question, mostly beside a base question, and says what the answer may not be. It knows nothing of a
model: answers come in as plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import sqrt
from statistics import fmean
from typing import Any

from training.evaluation.error_page import ErrorCard, Side, Stretch

Z_95 = 1.959964


@dataclass(frozen=True)
class Question:
    """What the stance model is asked."""

    quote: str
    target: str
    actor: str | None = None
    cue: str | None = None


@dataclass(frozen=True)
class Reading:
    """What an article is analysed from, and whether its desks or its quotes are compared."""

    title: str
    text: str
    target: str
    part: str = "quotes"


Input = Question | Reading


@dataclass(frozen=True)
class Answer:
    """The label, or for an article all desks, or all actors with stances, in one string; for a stance also P(support)."""

    label: str
    p_support: float | None = None


@dataclass(frozen=True)
class Trial:
    """One case of a test; exactly one of `base`, `expected` and `refused` says when `variant` fails."""

    test: str
    case: str
    variant: Input
    base: Input | None = None
    """The answer must be the one to this."""
    expected: str | None = None
    """The answer must be this."""
    refused: str | None = None
    """The answer must not be this."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Who is swapped in, by axis (`gender`, `nationality`, `side`)."""


@dataclass(frozen=True)
class Verdict:
    """A trial with its answers."""

    trial: Trial
    answer: Answer
    base_answer: Answer | None

    @property
    def failed(self) -> bool:
        """Whether the answer is what it may not be."""
        expected = self.base_answer.label if self.base_answer else self.trial.expected
        wrong = expected is not None and self.answer.label != expected
        return wrong or self.answer.label == self.trial.refused


def judge(trials: Sequence[Trial], answers: Mapping[Input, Answer]) -> list[Verdict]:
    """Every trial with the answers to its questions."""
    return [Verdict(trial, answers[trial.variant], answers[trial.base] if trial.base else None) for trial in trials]


def questions(trials: Iterable[Trial]) -> list[Input]:
    """Every distinct input of the trials, in order."""
    return list(dict.fromkeys(one for trial in trials for one in (trial.base, trial.variant) if one is not None))


def behaviour_report(verdicts: Sequence[Verdict], limits: Mapping[str, float], gap_limit: float) -> dict[str, Any]:
    """For each test n, failures and their rate with Wilson's 95 % interval, beside the limit asked of the rate.

    `groups`: how far each group's mean P(support) lies from the mean of its axis, on the same statements.
    """
    tests: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        tests.setdefault(verdict.trial.test, []).append(verdict)
    gaps = group_gaps(verdicts)
    return {
        "tests": {name: _test(found, limits[_key(name)]) for name, found in tests.items()},
        "groups": {
            axis: {
                "limit": gap_limit,
                "passed": all(abs(gap) <= gap_limit for gap in means.values()),
                "gap": means,
            }
            for axis, means in gaps.items()
        },
    }


def group_gaps(verdicts: Sequence[Verdict]) -> dict[str, dict[str, float]]:
    """By axis and group: the mean of P(support) minus the mean over the axis's groups."""
    answers: dict[str, dict[str, list[float]]] = {}
    for verdict in verdicts:
        for axis, group in verdict.trial.groups.items():
            if verdict.answer.p_support is not None:
                answers.setdefault(axis, {}).setdefault(group, []).append(verdict.answer.p_support)
    gaps = {}
    for axis, groups in answers.items():
        means = {group: fmean(values) for group, values in groups.items()}
        middle = fmean(means.values())
        gaps[axis] = {group: round(mean - middle, 4) for group, mean in means.items()}
    return gaps


def wilson(failures: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson 1927), which holds at 0 and 1 too."""
    rate, spread = failures / n, Z_95**2 / n
    middle = (rate + spread / 2) / (1 + spread)
    half = Z_95 * sqrt(rate * (1 - rate) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def behaviour_cards(verdicts: Sequence[Verdict]) -> list[ErrorCard]:
    """A card a failure: base beside variant, or what was expected beside what came."""
    return [_card(verdict) for verdict in verdicts if verdict.failed]


def format_behaviour(report: Mapping[str, Any]) -> str:
    """One line a test, then one a group axis."""
    lines = [f"{'test':<48}{'failures':>12}{'rate':>8}{'interval':>16}{'limit':>8}"]
    for name, test in report["tests"].items():
        rate = test["failure_rate"]
        lines.append(
            f"{name:<48}{test['failures']:>6}/{test['n']:<5}{rate['value']:>8.3f}"
            f"{rate['low']:>9.3f}–{rate['high']:.3f}{test['limit']:>8.3f}  {_word(test['passed'])}"
        )
    for axis, gaps in report["groups"].items():
        widest = max(gaps["gap"].items(), key=lambda item: abs(item[1]))
        lines.append(
            f"{'P(support) by ' + axis:<48}{widest[1]:>+20.3f} ({widest[0]}){gaps['limit']:>8.3f}  {_word(gaps['passed'])}"
        )
    return "\n".join(lines)


def _key(test: str) -> str:
    """The test's limit in params.yaml: rules of spelling share one."""
    return test.partition(":")[0].replace(" ", "_")


def _word(passed: bool) -> str:
    return "ok" if passed else "FAILS"


def _test(verdicts: Sequence[Verdict], limit: float) -> dict[str, Any]:
    asked = [verdict for verdict in verdicts if verdict.trial.variant != verdict.trial.base]
    n, failures = len(asked), sum(verdict.failed for verdict in asked)
    low, high = wilson(failures, n)
    rate = failures / n
    return {
        "n": n,
        "failures": failures,
        "failure_rate": {"value": round(rate, 4), "low": round(low, 4), "high": round(high, 4)},
        "limit": limit,
        "passed": rate <= limit,
    }


def _card(verdict: Verdict) -> ErrorCard:
    trial, base = verdict.trial, verdict.base_answer
    if base is not None and trial.base is not None:
        gold = _side(trial.base, {"answer": base.label})
    else:
        wanted = {"expected": trial.expected} if trial.expected else {"not": str(trial.refused)}
        gold = _side(trial.variant, wanted)
    return ErrorCard(trial.case, trial.test, "", {}, gold, _side(trial.variant, {"answer": verdict.answer.label}))


def _side(asked: Input, facts: Mapping[str, str]) -> Side:
    fields = {name: value for name, value in asdict(asked).items() if value}
    words = fields.pop("quote", None) or fields.pop("text")
    return Side((Stretch(words),), {**facts, **fields})
