"""fastText (Joulin et al. 2017), an optional dependency: `pip install mawaqif[public]`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.corpus.normalise import comparison_words
from training.errors import InputError
from training.public.baselines import Predicted
from training.public.rows import Row

PACKAGE = "fasttext-community"
SETTINGS: dict[str, float | int] = {
    "epoch": 25,
    "lr": 0.5,
    "dim": 50,
    "wordNgrams": 2,
    "minn": 3,
    "maxn": 5,
    "bucket": 200_000,
    "thread": 1,
}
"""One thread: with more, two runs of one seed differ."""
MAX_WORDS = 300
"""Of each text; an article's length costs time in proportion."""
_LABEL = "__label__"


def fast_text(train: Sequence[Row], scored: Sequence[Row], *, pairs: bool, seed: int) -> Predicted:
    """Folded words and their parts; of a pair, the words of the first text are marked so that the sides differ."""
    module = fasttext_module()
    with tempfile.TemporaryDirectory(prefix="mawaqif-") as scratch:
        path = Path(scratch) / "train.txt"
        path.write_text("\n".join(f"{_LABEL}{row.label} {_line(row, pairs)}" for row in train), encoding="utf-8")
        model = module.train_supervised(input=str(path), seed=seed, verbose=0, **SETTINGS)
    found, _ = model.predict([_line(row, pairs) for row in scored])
    return np.asarray([int(labels[0].removeprefix(_LABEL)) for labels in found], dtype=np.int64)


def _line(row: Row, pairs: bool) -> str:
    first = [f"1:{word}" if pairs else word for word in comparison_words(row.first)]
    return " ".join(first + comparison_words(row.second)[:MAX_WORDS]) or "-"


def fasttext_module() -> Any:
    """The optional dependency. Raises `InputError` when it is not installed."""
    try:
        import fasttext
    except ImportError as error:
        raise InputError(
            f"system fasttext: module 'fasttext' is not installed; expected {PACKAGE}; run `pip install "
            f"{PACKAGE}`, or leave the system out with --system"
        ) from error
    return fasttext
