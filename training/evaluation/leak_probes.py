"""Can the stance be guessed without reading the quote? Probes that see only the actor, the target or the cue.

Each probe is character TF-IDF with logistic regression, cross-validated with whole articles held out. Classes are
balanced: on the authored corpus that is the stronger probe (actor 0.37 against 0.36 macro-F1 without).

Macro-F1 of the majority class is no fair floor for it: one constant label scores about 0.18, while a guess that
knows nothing but spreads over three labels scores about 0.33. The fair floor is the same probe on shuffled labels;
what a probe scores above it, the text gave away. Both are reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline

from training.corpus.check import main_stances
from training.evaluation.bootstrap import Estimate
from training.evaluation.classification import ClassificationScores, single_label_scores
from training.params import EvaluateParams
from training.schema import STANCES, Article, Quote

N_FOLDS = 5
N_SHUFFLES = 5

Labels = NDArray[np.int64]

VIEWS: Mapping[str, Callable[[Article, Quote], str]] = {
    "actor": lambda _, quote: quote.actor or "",
    "target": lambda article, _: article.target or "",
    "cue": lambda _, quote: quote.cue.text if quote.cue else "",
}
"""What each probe sees of a quote; empty where the quote has no such part."""


@dataclass(frozen=True)
class LeakProbe:
    """What one part of a quote gives away of its stance toward the main target."""

    view: str
    n: int
    n_articles: int
    macro_f1: Estimate
    majority_macro_f1: Estimate
    shuffled_macro_f1: float
    """The same probe on shuffled labels, the mean of `N_SHUFFLES`."""

    @property
    def above_majority(self) -> float:
        """Macro-F1 above the majority class, in [-1, 1]."""
        return round(self.macro_f1.value - self.majority_macro_f1.value, 4)

    @property
    def above_shuffled(self) -> float:
        """Macro-F1 above the same probe on shuffled labels, in [-1, 1]: what leaks."""
        return round(self.macro_f1.value - self.shuffled_macro_f1, 4)

    def as_dict(self) -> dict[str, Any]:
        """For a report."""
        return {**asdict(self), "above_majority": self.above_majority, "above_shuffled": self.above_shuffled}


@dataclass(frozen=True)
class _Rows:
    """The quotes with a stance toward the main target.

    *Shape:* every field (rows,).
    """

    parts: dict[str, list[str]]
    labels: Labels
    article_ids: list[str]


def probe_leaks(articles: Sequence[Article], params: EvaluateParams) -> list[LeakProbe]:
    """One probe for each of `VIEWS`. Needs at least `N_FOLDS` articles with quotes."""
    rows = _labelled_quotes(articles)
    return [_probe(view, rows, params) for view in VIEWS]


def format_probes(probes: Sequence[LeakProbe]) -> str:
    """One line a probe; differences in points of macro-F1."""
    head = (
        f"{'sees only':<10}{'macro-F1':>24}{'majority':>10}{'shuffled':>10}{'- majority':>12}{'- shuffled':>12}{'n':>7}"
    )
    return "\n".join([head, *map(_line, probes)])


def _line(probe: LeakProbe) -> str:
    score = probe.macro_f1
    interval = "" if score.low is None or score.high is None else f" [{score.low:.3f}, {score.high:.3f}]"
    return (
        f"{probe.view:<10}{f'{score.value:.3f}{interval}':>24}"
        f"{probe.majority_macro_f1.value:>10.3f}{probe.shuffled_macro_f1:>10.3f}"
        f"{100 * probe.above_majority:>+12.1f}{100 * probe.above_shuffled:>+12.1f}{probe.n:>7}"
    )


def _labelled_quotes(articles: Sequence[Article]) -> _Rows:
    labels = {article.id: main_stances(article) for article in articles}
    pairs = [(article, quote) for article in articles for quote in article.quotes if quote.id in labels[article.id]]
    return _Rows(
        parts={name: [view(article, quote) for article, quote in pairs] for name, view in VIEWS.items()},
        labels=np.array([STANCES.index(labels[article.id][quote.id]) for article, quote in pairs], dtype=np.int64),
        article_ids=[article.id for article, _ in pairs],
    )


def _probe(view: str, rows: _Rows, params: EvaluateParams) -> LeakProbe:
    def predict(model: Any, labels: Labels) -> Labels:
        return _cross_validated(model, rows.parts[view], labels, rows.article_ids, params.seed)

    def score(model: Any) -> ClassificationScores:
        return single_label_scores(rows.labels, predict(model, rows.labels), rows.article_ids, STANCES, params)

    probe = _classifier(params.seed)
    rng = np.random.default_rng(params.seed)
    shuffled = [rng.permutation(rows.labels) for _ in range(N_SHUFFLES)]
    control = np.mean([f1_score(labels, predict(probe, labels), average="macro") for labels in shuffled])
    ours = score(probe)
    return LeakProbe(
        view=view,
        n=ours.n,
        n_articles=ours.n_articles,
        macro_f1=ours.macro_f1,
        majority_macro_f1=score(DummyClassifier(strategy="most_frequent")).macro_f1,
        shuffled_macro_f1=round(float(control), 4),
    )


def _classifier(seed: int) -> Pipeline:
    features = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True)
    # saga runs on one thread: lbfgs starts more threads than cores and takes twenty times as long
    regression = LogisticRegression(class_weight="balanced", solver="saga", tol=1e-3, max_iter=1000, random_state=seed)
    return make_pipeline(features, regression)


def _cross_validated(model: Any, texts: list[str], labels: Labels, groups: list[str], seed: int) -> Labels:
    folds = GroupKFold(N_FOLDS, shuffle=True, random_state=seed)
    return np.asarray(cross_val_predict(model, texts, labels, groups=groups, cv=folds)).astype(np.int64)
