"""What the authored corpus must be: its size, balance and variety against their limits, as one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.corpus.read import ReadResult
from training.corpus.variety import (
    MARK_PAIRS,
    STYLES,
    UNCLOSED,
    cue_counts,
    load_required_cues,
    mark_counts,
    nearest_pair,
    shared_ngram_rate,
    type_token_rate,
)
from training.schema import SECTIONS, STANCES, ActorType, Article, Attribution, Quote, QuoteKind, Section, Stance

GUIDE_TRAPS = frozenset(
    {
        "addressee",
        "contrary_cue",
        "denied_accusation",
        "nested_report",
        "retracted_position",
        "sarcasm",
        "scare_quotes",
    }
)
"""The settled cases of the guide that readers and models stumble over."""
MIN_CUE_COUNT = 3


@dataclass(frozen=True)
class Limit:
    """The closed range a figure must lie in; without bounds it is only reported."""

    low: float | None = None
    high: float | None = None
    is_rate: bool = False
    """Shown in per cent."""

    def holds(self, value: float) -> bool:
        """Whether `value` lies in the range."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def show(self, value: float) -> str:
        """`value` in the figure's unit."""
        if self.is_rate:
            return f"{value:.2%}"
        return str(value) if isinstance(value, int) else f"{value:.4f}"

    def __str__(self) -> str:
        bounds = (("≥", self.low), ("≤", self.high))
        return " and ".join(f"{sign} {self.show(bound)}" for sign, bound in bounds if bound is not None) or "reported"


@dataclass(frozen=True)
class CorpusFigure:
    """One measured property of the corpus."""

    name: str
    value: float
    limit: Limit
    detail: str = ""
    """Which items the figure is about: what is missing, which pair is nearest."""

    @property
    def ok(self) -> bool:
        """Whether the limit holds."""
        return self.limit.holds(self.value)


_OTHER_SECTIONS = tuple(section for section in SECTIONS if section not in {Section.INTERNATIONAL, Section.SECURITY})

LIMITS: Mapping[str, Limit] = {
    "rejected rows": Limit(high=0),
    "articles": Limit(low=480),
    "words in the shortest article": Limit(low=120),
    "words in the longest article": Limit(high=400),
    "quotes": Limit(low=2400),
    "articles in international": Limit(low=150),
    "articles in security": Limit(low=150),
    "articles in international and security": Limit(low=70),
    **{f"articles in {section}": Limit(low=45) for section in _OTHER_SECTIONS},
    **{f"main stance {stance}": Limit(low=0.22, is_rate=True) for stance in STANCES},
    "indirect quotes": Limit(low=0.50, is_rate=True),
    "direct quotes": Limit(low=0.20, is_rate=True),
    "mixed quotes": Limit(low=0.08, is_rate=True),
    "quotes with an inherited actor": Limit(low=0.25, is_rate=True),
    "quotes of anonymous actors": Limit(low=0.08, is_rate=True),
    "quotes of organisations": Limit(low=0.20, is_rate=True),
    "articles with further targets": Limit(low=1 / 3, is_rate=True),
    "articles with both sides": Limit(low=60),
    "articles with traps": Limit(low=40),
    "missing styles": Limit(high=0),
    "missing mark pairs": Limit(high=0),
    "word 6-grams in several articles": Limit(high=0.01, is_rate=True),
    "highest 5-shingle Jaccard of two articles": Limit(high=0.3),
    "type-token ratio": Limit(),
    "distinct actors": Limit(low=1200),
    "distinct targets": Limit(low=450),
    f"cues found fewer than {MIN_CUE_COUNT} times": Limit(high=0),
}


def check_corpus(result: ReadResult) -> list[CorpusFigure]:
    """Every figure of `LIMITS`, in its order."""
    articles = result.articles
    figures = {
        "rejected rows": _Measured(len(result.rejected), str(result.rejected[0]) if result.rejected else ""),
        **_plain(_sizes(articles)),
        **_plain(_section_counts(articles)),
        **_plain(_label_rates(articles)),
        **_plain(_article_counts(articles)),
        **_plain(_vocabulary(articles)),
        **_variety(articles),
        **_missing(articles),
    }
    return [CorpusFigure(name, figures[name].value, limit, figures[name].detail) for name, limit in LIMITS.items()]


def format_figures(figures: Sequence[CorpusFigure]) -> str:
    """One line a figure: name, value, limit, and `ok` or `FAILS` with what is wrong."""
    width = max(len(figure.name) for figure in figures)
    return "\n".join(_line(figure, width) for figure in figures)


def _line(figure: CorpusFigure, width: int) -> str:
    value, verdict = figure.limit.show(figure.value), "ok" if figure.ok else "FAILS"
    return f"{figure.name:<{width}}  {value:>8}  {figure.limit!s:<10}  {verdict:<5}  {figure.detail}".rstrip()


@dataclass(frozen=True)
class _Measured:
    value: float
    detail: str = ""


def _plain(values: Mapping[str, float]) -> dict[str, _Measured]:
    return {name: _Measured(value) for name, value in values.items()}


def _sizes(articles: Sequence[Article]) -> dict[str, float]:
    n_words = [len(article.text.split()) for article in articles]
    return {
        "articles": len(articles),
        "words in the shortest article": min(n_words, default=0),
        "words in the longest article": max(n_words, default=0),
        "quotes": sum(len(article.quotes) for article in articles),
    }


def _section_counts(articles: Sequence[Article]) -> dict[str, float]:
    both = {Section.INTERNATIONAL, Section.SECURITY}
    counts = Counter(section for article in articles for section in article.sections)
    return {
        **{f"articles in {section}": counts[Section(section)] for section in SECTIONS},
        "articles in international and security": sum(both <= set(article.sections) for article in articles),
    }


def _label_rates(articles: Sequence[Article]) -> dict[str, float]:
    """Shares of all quotes, and of the labels toward main targets."""
    quotes = [quote for article in articles for quote in article.quotes]
    stances = _rates(label for article in articles for label in main_stances(article).values())
    kinds = _rates(quote.kind for quote in quotes)
    actor_types = _rates(quote.actor_type for quote in quotes)
    return {
        **{f"main stance {stance}": stances.get(stance, 0.0) for stance in STANCES},
        **{f"{kind} quotes": kinds.get(kind, 0.0) for kind in QuoteKind},
        "quotes with an inherited actor": _rates(q.attribution for q in quotes).get(Attribution.INHERITED, 0.0),
        "quotes of anonymous actors": actor_types.get(ActorType.ANONYMOUS, 0.0),
        "quotes of organisations": actor_types.get(ActorType.ORGANIZATION, 0.0),
    }


def _article_counts(articles: Sequence[Article]) -> dict[str, float]:
    n_further = sum(len(article.targets) > 1 for article in articles)
    return {
        "articles with further targets": n_further / max(1, len(articles)),
        "articles with both sides": sum(_has_both_sides(article) for article in articles),
        "articles with traps": sum(not GUIDE_TRAPS.isdisjoint(article.traps) for article in articles),
    }


def _vocabulary(articles: Sequence[Article]) -> dict[str, float]:
    actors = {" ".join(quote.actor.split()) for article in articles for quote in article.quotes if quote.actor}
    targets = {" ".join(target.split()) for article in articles for target in article.targets}
    return {"distinct actors": len(actors), "distinct targets": len(targets)}


def _variety(articles: Sequence[Article]) -> dict[str, _Measured]:
    texts = [article.text for article in articles]
    pair = nearest_pair(texts, 5)
    ids = [articles[index].id for index in pair.indices or ()]
    return {
        "word 6-grams in several articles": _Measured(shared_ngram_rate(texts, 6)),
        "highest 5-shingle Jaccard of two articles": _Measured(pair.jaccard, " and ".join(ids)),
        "type-token ratio": _Measured(type_token_rate(texts)),
    }


def _missing(articles: Sequence[Article]) -> dict[str, _Measured]:
    styles = {article.style for article in articles}
    marks, cues = mark_counts(articles), cue_counts(articles, load_required_cues())
    return {
        "missing styles": _listed(style for style in STYLES if style not in styles),
        "missing mark pairs": _listed(pair for pair in (*MARK_PAIRS, UNCLOSED) if not marks[pair]),
        f"cues found fewer than {MIN_CUE_COUNT} times": _listed(
            f"{cue} {n}" for cue, n in cues.items() if n < MIN_CUE_COUNT
        ),
    }


def main_stances(article: Article) -> dict[str, Stance]:
    """The stance toward the main target of each quote that is labelled for it, by quote id."""
    return {q.id: s.label for q in article.quotes for s in q.stances if s.target == article.target}


def _has_both_sides(article: Article) -> bool:
    """Whether one actor supports the main target and another opposes it."""
    labels = main_stances(article)
    supporters = _actors(article.quotes, labels, Stance.SUPPORT)
    opponents = _actors(article.quotes, labels, Stance.OPPOSE)
    return any(one != other for one in supporters for other in opponents)


def _actors(quotes: Iterable[Quote], labels: Mapping[str, Stance], side: Stance) -> set[str]:
    return {quote.actor for quote in quotes if quote.actor and labels.get(quote.id) == side}


def _listed(items: Iterable[str]) -> _Measured:
    found = list(items)
    return _Measured(len(found), ", ".join(found))


def _rates(values: Iterable[str | None]) -> dict[str | None, float]:
    counts = Counter(values)
    return {value: n / counts.total() for value, n in counts.items()}
