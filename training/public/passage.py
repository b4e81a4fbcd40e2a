"""The passage of a long article that is most like a claim, for encoders that cannot read all of it."""

from __future__ import annotations

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from training.corpus.normalise import comparison_words


def similar_passage(claim: str, article: str, n_words: int) -> str:
    """The window of `n_words` words whose character n-grams are nearest the claim's by TF-IDF cosine.

    Windows overlap by half; the first wins a tie. The inverse document frequencies are those of the article's own
    windows, so nothing is learned from labels or other articles. A short article is returned whole.
    """
    words = article.split()
    if len(words) <= n_words:
        return article
    step = max(1, n_words // 2)
    starts = list(range(0, len(words) - n_words + step, step))
    windows = [" ".join(words[start : start + n_words]) for start in starts]
    try:
        matrix = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit_transform(
            [_folded(window) for window in windows] + [_folded(claim)]
        )
    except ValueError:  # no letters at all
        return windows[0]
    similarity = np.asarray((matrix[:-1] @ matrix[-1].T).todense()).ravel()
    return windows[int(similarity.argmax())]


def _folded(text: str) -> str:
    return " ".join(comparison_words(text))
