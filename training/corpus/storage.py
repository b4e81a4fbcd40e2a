"""Articles as Hugging Face `datasets` on disk: typed features, memory-mapped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from datasets import (
    ClassLabel,
    Dataset,
    DatasetDict,
    Features,
    List,
    Value,
    disable_progress_bars,
    load_from_disk,
)

from training.errors import CorpusError
from training.schema import ActorType, Article, Attribution, QuoteKind, Section, Stance

_SPAN = {"start": Value("int32"), "end": Value("int32"), "text": Value("string")}
_STANCE = {"target": Value("string"), "label": ClassLabel(names=[*Stance])}
_QUOTE = {
    "id": Value("string"),
    "kind": ClassLabel(names=[*QuoteKind]),
    "content": List(_SPAN),
    "cue": _SPAN,
    "speaker": _SPAN,
    "actor": Value("string"),
    "actor_type": ClassLabel(names=[*ActorType]),
    "attribution": ClassLabel(names=[*Attribution]),
    "stances": List(_STANCE),
}
FEATURES = Features(
    {
        "id": Value("string"),
        "title": Value("string"),
        "text": Value("string"),
        "date": Value("string"),
        "outlet": Value("string"),
        "sections": List(ClassLabel(names=[*Section])),
        "target": Value("string"),
        "quotes": List(_QUOTE),
        "story": Value("string"),
        "style": Value("string"),
        "traps": List(Value("string")),
    }
)


def to_dataset(articles: Sequence[Article]) -> Dataset:
    """One row an article, with `FEATURES`."""
    return Dataset.from_list([article.model_dump(mode="json") for article in articles], features=FEATURES)


def save_corpus(articles: Sequence[Article], briefs: Sequence[Article], folder: Path) -> None:
    """Write both; briefs only where there are any, as `datasets` cannot read an empty part back."""
    parts = {"articles": articles} | ({"briefs": briefs} if briefs else {})
    save(DatasetDict({name: to_dataset(part) for name, part in parts.items()}), folder)


def to_articles(dataset: Dataset) -> Iterator[Article]:
    """The articles back, as they were."""
    for row in dataset:
        yield Article.model_validate(_names(row, FEATURES))


def save(value: Dataset | DatasetDict, folder: Path) -> None:
    """Write to `folder`, replacing what is there."""
    disable_progress_bars()
    shutil.rmtree(folder, ignore_errors=True)
    value.save_to_disk(str(folder))


def load_corpus(folder: Path) -> DatasetDict:
    """The memory-mapped corpus: `articles`, and perhaps `briefs`, which only train. Raises `CorpusError` when the stage before has not run."""
    return _load(folder, "corpus")


def load_splits(folder: Path) -> DatasetDict:
    """The memory-mapped `train`, `dev` and `test` parts."""
    return _load(folder, "split")


def _load(folder: Path, stage: str) -> Any:
    try:
        return load_from_disk(str(folder))
    except (FileNotFoundError, OSError) as error:
        raise CorpusError(f"{folder}: not a dataset ({error}); expected the output of `dvc repro {stage}`") from error


def _names(value: Any, feature: Any) -> Any:
    """Undo `ClassLabel` encoding through nested features."""
    if value is None:
        return None
    if isinstance(feature, ClassLabel):
        return feature.int2str(value)
    if isinstance(feature, List):
        return [_names(item, feature.feature) for item in value]
    if isinstance(feature, dict):
        return {key: _names(value[key], inner) for key, inner in feature.items()}
    return value
