"""How varied a corpus is: repeated wording, quotation marks and reporting cues."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import combinations

from training.corpus.dedupe import shingles
from training.corpus.normalise import comparison_words, fold_letters, remove_marks
from training.schema import Article, Quote, QuoteKind

STYLES = (
    "agency dispatch",
    "long report",
    "brief",
    "press conference",
    "statement",
    "interview",
    "parliament",
    "court",
    "match",
    "research",
)
MARK_PAIRS = ("“…”", "”…“", "”…”", "«…»", "»…«", "„…“", '"…"')
UNCLOSED = "unclosed"
_MARKS = frozenset('“”«»„"')
_BEFORE_CLOSING = " .،؛:!؟?…"


@dataclass(frozen=True)
class NearestPair:
    """The two texts, by index, with the most shingles in common; None where no two share one."""

    indices: tuple[int, int] | None
    jaccard: float


@dataclass(frozen=True)
class RequiredCue:
    """A reporting cue of the guide and how it is found in folded text."""

    name: str
    in_text: bool
    """Looked for in the whole text, not only in annotated cues."""
    gloss: str
    pattern: re.Pattern[str]


def shared_ngram_rate(texts: Sequence[str], n_words: int) -> float:
    """Share of the distinct word n-grams, spelling folded, that occur in more than one text."""
    n_texts = Counter(ngram for text in texts for ngram in shingles(text, n_words))
    return sum(n > 1 for n in n_texts.values()) / max(1, len(n_texts))


def nearest_pair(texts: Sequence[str], n_words: int) -> NearestPair:
    """The exact highest Jaccard similarity of word shingles; only pairs that share a shingle are compared."""
    sets = [shingles(text, n_words) for text in texts]
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for index, items in enumerate(sets):
        for item in items:
            holders[item].append(index)
    n_common = Counter(pair for indices in holders.values() for pair in combinations(indices, 2))
    jaccards = {(a, b): n / (len(sets[a]) + len(sets[b]) - n) for (a, b), n in n_common.items()}
    best = min(jaccards, key=lambda pair: (-jaccards[pair], pair), default=None)
    return NearestPair(best, jaccards[best] if best else 0.0)


def type_token_rate(texts: Iterable[str]) -> float:
    """Distinct words over all words, spelling folded. It falls with size: compare only corpora of one size."""
    words = [word for text in texts for word in comparison_words(text)]
    return len(set(words)) / max(1, len(words))


def mark_counts(articles: Iterable[Article]) -> Counter[str]:
    """How many direct quotes stand in each pair of marks, and in how many articles a mark is left unclosed."""
    counts: Counter[str] = Counter()
    for article in articles:
        counts.update(_pair(article.text, quote) for quote in article.quotes if quote.kind == QuoteKind.DIRECT)
        counts[UNCLOSED] += sum(char in _MARKS for char in article.text) % 2
    return counts


def _pair(text: str, quote: Quote) -> str:
    """The marks around the quote's last content; a full stop may stand before the closing one."""
    span = quote.content[-1]
    after = text[span.end :].lstrip(_BEFORE_CLOSING)
    return f"{text[max(0, span.start - 1) : span.start]}…{after[:1]}"


def load_required_cues() -> list[RequiredCue]:
    """The cues of `required_cues.tsv`, in file order."""
    source = files("training.corpus").joinpath("required_cues.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in source.splitlines() if line and not line.startswith("#")]
    return [RequiredCue(cue, place == "text", gloss, _cue_pattern(pattern)) for cue, place, gloss, pattern in rows[1:]]


def cue_counts(articles: Sequence[Article], cues: Sequence[RequiredCue]) -> dict[str, int]:
    """How often each cue occurs: annotated cues that contain it, or its occurrences in the texts."""
    surfaces = Counter(_fold(quote.cue.text) for article in articles for quote in article.quotes if quote.cue)
    texts = [_fold(article.text) for article in articles]
    return {cue.name: _occurrences(cue, texts) if cue.in_text else _surfaces(cue, surfaces) for cue in cues}


def _surfaces(cue: RequiredCue, surfaces: Counter[str]) -> int:
    return sum(n for surface, n in surfaces.items() if cue.pattern.search(surface))


def _occurrences(cue: RequiredCue, texts: Sequence[str]) -> int:
    return sum(len(cue.pattern.findall(text)) for text in texts)


def _cue_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)[وف]?(?:{pattern})(?!\w)")


def _fold(text: str) -> str:
    return fold_letters(remove_marks(text))
